package signals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Alarm is the payload of a cloudwatch_alarm: the state that it went to.
type Alarm struct {
	State          string `json:"state"` // OK, ALARM or INSUFFICIENT_DATA
	Reason         string `json:"reason,omitempty"`
	ARN            string `json:"arn"`
	ActionsEnabled bool   `json:"actions_enabled"`
}

// alarmCalls are the calls that watching alarms takes.
type alarmCalls interface {
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (
		*cloudwatch.DescribeAlarmsOutput, error)
	DescribeAlarmHistory(context.Context, *cloudwatch.DescribeAlarmHistoryInput, ...func(*cloudwatch.Options)) (
		*cloudwatch.DescribeAlarmHistoryOutput, error)
}

func alarmKind() Kind {
	return Kind{
		Name:        "cloudwatch_alarm",
		Permissions: []string{"cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory"},
		Foretelling: []string{"cloudwatch:DescribeAlarms"},
		Decode:      decode[Alarm],
		New: func(env Env) Watcher {
			return &alarmWatcher{env: env, calls: cloudwatch.NewFromConfig(env.AWS)}
		},
	}
}

type alarmWatcher struct {
	env   Env
	calls alarmCalls
}

// Watch describes the alarms, a hundred a call, and reads the history of those that moved between two looks.
func (w *alarmWatcher) Watch(ctx context.Context, sources []Source, sink Sink) error {
	v := &alarmView{alarmWatcher: w, sink: sink, known: map[Source]knownAlarm{}}
	return keepLooking(ctx, w.env, func(ctx context.Context) error { return v.look(ctx, sources) })
}

// alarmView is what one Watch has seen.
type alarmView struct {
	*alarmWatcher
	sink   Sink
	known  map[Source]knownAlarm
	proved bool // that histories can be read
}

// knownAlarm is an alarm as it was last seen, the look that found it, and whether it has vanished since.
type knownAlarm struct {
	alarmState
	look Moment
	gone bool
}

// alarmState is what DescribeAlarms says of an alarm of any type.
type alarmState struct {
	Alarm
	name  string
	moved time.Time // when it went to its state; zero where AWS does not say
}

// look describes all alarms, then reads the histories of those that moved. Those that stand still need not wait for that.
func (v *alarmView) look(ctx context.Context, sources []Source) error {
	began := v.env.Clock.Now()
	var errs []error
	var moved []movedAlarm
	for batch := range slices.Chunk(sources, alarmNames) {
		found, during, err := v.describe(ctx, batch)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		some, err := v.compare(batch, found, during)
		moved, errs = append(moved, some...), append(errs, err)
	}
	errs = append(errs, v.prove(ctx, sources))
	for _, m := range moved {
		if v.env.Clock.Now().Sub(began) > max(v.env.Tick, slack) {
			break // the rest are still different at the next look, and guards must not wait for all of them
		}
		errs = append(errs, v.follow(ctx, m))
	}
	return errors.Join(errs...)
}

// prove reads one history item, so that a missing permission shows before anything is injected and not when it matters.
func (v *alarmView) prove(ctx context.Context, sources []Source) error {
	if v.proved || len(sources) == 0 {
		return nil
	}
	_, err := v.calls.DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{
		AlarmName: aws.String(sources[0].Subject), AlarmTypes: allAlarmTypes(),
		HistoryItemType: types.HistoryItemTypeStateUpdate, MaxRecords: aws.Int32(1),
	})
	if err != nil {
		return fmt.Errorf("read alarm history: %w", err)
	}
	v.proved = true
	return nil
}

// movedAlarm is an alarm whose last transition is not the one that was last seen.
type movedAlarm struct {
	source Source
	now    alarmState
	during span
}

// compare takes a look at some alarms and returns those that moved.
func (v *alarmView) compare(batch []Source, found map[string]alarmState, during span) ([]movedAlarm, error) {
	look := v.env.ToAWS(during.sent, during.answered)
	missing := &missingError{what: "CloudWatch alarms"}
	var moved []movedAlarm
	for _, source := range batch {
		now, exists := found[source.Subject]
		last, known := v.known[source]
		if exists && last.gone {
			v.back(source, look)
		}
		switch {
		case !exists && !known:
			missing.names = append(missing.names, fmt.Sprintf("alarm %q", source.Subject))
		case !exists:
			last.gone = true
			v.known[source] = last // its watermark stands still
		case !known:
			v.emit(source, now.at(Moment{Latest: look.Latest}), now.Alarm)
			v.settle(source, now, look)
		case now.moved.Before(last.moved):
			// An answer from before the last one: it tells nothing new.
		case now.moved.After(last.moved) || now.State != last.State:
			moved = append(moved, movedAlarm{source: source, now: now, during: during})
		default:
			v.settle(source, now, look)
		}
	}
	if len(missing.names) > 0 {
		return moved, missing
	}
	return moved, nil
}

// back says that what an alarm did while it did not exist will never be known.
func (v *alarmView) back(source Source, look Moment) {
	last := v.known[source]
	v.sink.Blind(source, Moment{Earliest: last.look.Earliest, Latest: look.Latest}, "the alarm did not exist")
	v.known[source] = knownAlarm{alarmState: last.alarmState, look: look}
}

// at is when the alarm went to its state, or the moment that the looks allow where AWS does not say.
func (s alarmState) at(otherwise Moment) Moment {
	if s.moved.IsZero() {
		return otherwise
	}
	return Stamp(s.moved)
}

// follow emits how an alarm came to its present state, flaps included.
func (v *alarmView) follow(ctx context.Context, m movedAlarm) error {
	last := v.known[m.source]
	look := v.env.ToAWS(m.during.sent, m.during.answered)
	between := Moment{Earliest: last.look.Earliest, Latest: look.Latest}
	if last.moved.IsZero() {
		last.moved = last.look.Earliest
	}
	if !m.now.moved.IsZero() {
		steps, complete, err := v.path(ctx, last.alarmState, m.now)
		if err != nil {
			return err
		}
		if !complete && look.Latest.Sub(m.now.moved) < historyLag {
			return fmt.Errorf("read history of alarm %s: its last transition is not in it yet", m.now.name)
		}
		if !complete {
			v.sink.Blind(m.source, between, "the alarm's history does not show how it came to its state")
		}
		for _, step := range steps {
			v.emit(m.source, Stamp(step.at), m.now.as(step))
		}
	}
	v.emit(m.source, m.now.at(between), m.now.Alarm)
	v.settle(m.source, m.now, look)
	return nil
}

func (v *alarmView) emit(source Source, at Moment, value Alarm) {
	v.sink.Emit(Signal{Source: source, At: at, Seen: v.env.Clock.Now(), Value: value})
}

// settle remembers an alarm of which everything before the look has been told.
func (v *alarmView) settle(source Source, now alarmState, look Moment) {
	v.known[source] = knownAlarm{alarmState: now, look: look}
	v.sink.Saw(source, look.Earliest)
}

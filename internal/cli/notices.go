package cli

import (
	"context"
	"fmt"
	"time"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/notify"
	"gameday/internal/report"
)

// told is what was told of a play, and to whom.
type told struct {
	out     any // who looks on; it is shown what was told if it can show that
	notices []report.Notice
}

// sayer shows a line between the happenings of a run.
type sayer interface {
	Say(at time.Time, about, text string, failed bool)
}

// teller returns who tells of a play. It must be called on a strand, before anything is touched.
func (a *app) teller(ctx context.Context, p *play, t *told) (*notify.Teller, error) {
	teller, err := notify.New(ctx, p.Notices, notify.Options{
		Clock: p.clock, AWS: p.cloud.Config(), Rehearse: p.mode == experiments.ModeRehearse, Say: t.say,
		Known: experiments.Known{Run: experiments.RunFacts{ID: p.run, Seed: p.seed}},
	})
	if err != nil {
		return nil, a.unprepared(err)
	}
	return teller, nil
}

// say keeps what was told, for the report, and shows it.
func (t *told) say(s notify.Said) {
	who := fmt.Sprintf("%s (%s)", s.Kind, s.Address)
	text := fmt.Sprintf("told %s: %s", who, s.Text)
	switch {
	case s.Would:
		text = fmt.Sprintf("would tell %s: %s", who, s.Text)
	case s.Err != nil:
		text = fmt.Sprintf("could not tell %s that the run %s: %v", who, happened(s.Occasion), s.Err)
	}
	t.notices = append(t.notices, report.Notice{Text: s.Notice + " " + cloud.Brief(text), Failed: s.Err != nil})
	if out, can := t.out.(sayer); can {
		out.Say(s.At, s.Notice, cloud.Brief(text), s.Err != nil)
	}
}

func happened(o notify.Occasion) string {
	if o == notify.Stopped {
		return "is stopping"
	}
	return string(o)
}

// warnUntold says on stderr who could not be told, where no report says it.
func (a *app) warnUntold(notices []report.Notice) {
	for _, n := range notices {
		if n.Failed {
			fmt.Fprintf(a.Stderr, "Warning: %s\n", report.Plain(n.Text))
		}
	}
}

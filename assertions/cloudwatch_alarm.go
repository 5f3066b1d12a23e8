package assertions

import "gameday/internal/signals"

// CloudwatchAlarm claims that an alarm of any type is in a state.
type CloudwatchAlarm struct {
	AlarmName string `hcl:"alarm_name" doc:"the name of the alarm"`
	State     string `hcl:"state" doc:"the state to be in: OK, ALARM or INSUFFICIENT_DATA"`
}

func cloudwatchAlarm() Kind {
	return Kind{
		Name:    "cloudwatch_alarm",
		Summary: "A CloudWatch alarm, metric, composite or log, is in a state.",
		Example: `alarm_name = "orders-backlog"
state      = "ALARM"`,
		Shape:  Level,
		Source: "cloudwatch_alarm",
		New:    func() Assertion { return &CloudwatchAlarm{} },
	}
}

// Sources returns the alarm.
func (a *CloudwatchAlarm) Sources() []signals.Source { return source("cloudwatch_alarm", a.AlarmName) }

// Truth holds while the alarm is in the state.
func (a *CloudwatchAlarm) Truth(seen []signals.Signal) []Change {
	return level(seen, func(alarm signals.Alarm) (bool, string) { return alarm.State == a.State, alarm.State })
}

// Problems reports an empty name and a state that no alarm has.
func (a *CloudwatchAlarm) Problems() []Problem {
	return append(missing("alarm_name", a.AlarmName),
		oneOf("state", a.State, []string{"OK", "ALARM", "INSUFFICIENT_DATA"})...)
}

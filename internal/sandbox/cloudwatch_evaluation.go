package sandbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// timeLayout is how CloudWatch writes moments into JSON.
const timeLayout = "2006-01-02T15:04:05.000-0700"

// evaluable says whether alarms can have the period.
func evaluable(period time.Duration) bool {
	switch period {
	case 10 * time.Second, 20 * time.Second, 30 * time.Second:
		return true
	}
	return period >= time.Minute && period%time.Minute == 0
}

// interval is how often the alarm is evaluated.
func (m *alarm) interval() time.Duration {
	if m.spec.Period < time.Minute {
		return 10 * time.Second
	}
	return time.Minute
}

// perPeriod is how many evaluations a period spans.
func (m *alarm) perPeriod() int { return int(m.spec.Period / m.interval()) }

// begin puts the alarm into the state that its metric implies, as if that had been the value for long, and evaluates it
// from a moment of its own within the interval on.
func (s *alarms) begin(m *alarm) {
	for range m.spec.Periods * m.perPeriod() {
		m.samples = append(m.samples, s.account.gauges.measure(m.watched))
	}
	m.state, m.reason = types.StateValueInsufficientData, "Unchecked: Initial alarm creation"
	created := m.stateJSON()
	m.state, m.reason, m.reasonData = m.implied(), m.reasonFor(s.account), s.reasonDataFor(m)
	m.history = []entry{
		{m.configured, types.HistoryItemTypeConfigurationUpdate, fmt.Sprintf("Alarm %q created", m.spec.Name), encoded(map[string]any{
			"version": "1.0", "type": "Create", "createdAlarm": map[string]any{"alarmName": m.spec.Name, "alarmArn": m.arn},
		})},
		m.stateUpdate(m.transitioned, created),
	}
	phase, _ := s.account.draw(between(0, m.interval()), m.block, "phase")
	s.account.after(phase, func() { s.evaluate(m) })
}

// evaluate samples the metric and moves the alarm where its datapoints say. A datapoint is the average of the samples of
// one period, one a minute, or one every 10 s for periods below that; for a period as long as that it is what the metric is
// now. The periods end now: they slide, as CloudWatch's do.
func (s *alarms) evaluate(m *alarm) {
	m.samples = append(m.samples[1:], s.account.gauges.measure(m.watched))
	m.updated = s.account.clock.Now()
	if m.breaching() != (m.state == types.StateValueAlarm) || m.state == types.StateValueInsufficientData {
		s.move(m, m.implied(), m.reasonFor(s.account), s.reasonDataFor(m))
	}
	s.account.after(m.interval(), func() { s.evaluate(m) })
}

// implied is the state that the datapoints imply.
func (m *alarm) implied() types.StateValue {
	if m.breaching() {
		return types.StateValueAlarm
	}
	return types.StateValueOk
}

// datapoint is the average of the nth of the periods, the oldest being 0.
func (m *alarm) datapoint(n int) float64 {
	sum := 0.0
	for _, value := range m.samples[n*m.perPeriod() : (n+1)*m.perPeriod()] {
		sum += value
	}
	return sum / float64(m.perPeriod())
}

func (m *alarm) breaches(n int) bool {
	if m.spec.Above != nil {
		return m.datapoint(n) > *m.spec.Above
	}
	return m.datapoint(n) < *m.spec.Below
}

// breaching says whether all datapoints breach the threshold.
func (m *alarm) breaching() bool {
	for n := range m.spec.Periods {
		if !m.breaches(n) {
			return false
		}
	}
	return true
}

func (m *alarm) threshold() float64 {
	if m.spec.Above != nil {
		return *m.spec.Above
	}
	return *m.spec.Below
}

// reasonFor tells which datapoints made the alarm's new state, in CloudWatch's words.
func (m *alarm) reasonFor(a *Account) string {
	breaching := m.breaching()
	var named []string
	for n := range m.spec.Periods {
		if m.breaches(n) == breaching {
			ended := a.stamp(a.clock.Now()).UTC().Add(-time.Duration(m.spec.Periods-n) * m.spec.Period)
			named = append(named, fmt.Sprintf("%s (%s)", decimal(m.datapoint(n)), ended.Format("02/01/06 15:04:05")))
		}
	}
	than, verb, minimum, to := "greater than", "were", m.spec.Periods, "OK -> ALARM"
	if m.spec.Below != nil {
		than = "less than"
	}
	if len(named) == 1 {
		verb = "was"
	}
	if !breaching {
		verb, minimum, to = verb+" not", 1, "ALARM -> OK"
	}
	plural := "s"
	if minimum == 1 {
		plural = ""
	}
	return fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] %s %s the threshold (%s) (minimum %d datapoint%s for %s transition).",
		len(named), m.spec.Periods, strings.Join(named, ", "), verb, than, decimal(m.threshold()), minimum, plural, to)
}

// reasonDataFor is the same for machines.
func (s *alarms) reasonDataFor(m *alarm) string {
	now := s.account.stamp(s.account.clock.Now()).UTC()
	datapoints := make([]float64, m.spec.Periods)
	for n := range datapoints {
		datapoints[n] = m.datapoint(n)
	}
	return encoded(struct {
		Version    string    `json:"version"`
		QueryDate  string    `json:"queryDate"`
		StartDate  string    `json:"startDate"`
		Statistic  string    `json:"statistic"`
		Period     int       `json:"period"`
		Datapoints []float64 `json:"recentDatapoints"`
		Threshold  float64   `json:"threshold"`
	}{
		"1.0", now.Format(timeLayout), now.Add(-m.spec.Period * time.Duration(m.spec.Periods)).Format(timeLayout), "Average",
		int(m.spec.Period / time.Second), datapoints, m.threshold(),
	})
}

// decimal writes a number as CloudWatch does: always with a point.
func decimal(f float64) string {
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// encoded is the JSON of what is always encodable, with <, > and & as they are.
func encoded(v any) string {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "{}"
	}
	return strings.TrimSuffix(text.String(), "\n")
}

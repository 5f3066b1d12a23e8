package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// recordedEvery is how often metrics are recorded: AWS's services send theirs to CloudWatch once a minute.
const recordedEvery = time.Minute

// gauges are the metrics of the account: those of its services, and made-up ones.
type gauges struct {
	account  *Account
	known    []Ref // in the order of the spec
	steps    map[string][]step
	recorded map[Ref][]sample // the oldest first
}

// step is the value of a made-up metric from a moment on.
type step struct {
	from  time.Duration // since the account began
	value float64
}

// sample is a metric's value at a moment.
type sample struct {
	at    time.Time
	value float64
}

// identity is what CloudWatch calls a metric.
type identity struct{ namespace, name, dimension, subject string }

// metrics builds the made-up metrics and records all.
func (a *Account) metrics(spec Spec) error {
	s := &gauges{account: a, steps: map[string][]step{}, recorded: map[Ref][]sample{}}
	a.gauges = s
	for _, q := range spec.Queues {
		s.known = append(s.known, Ref{"sqs_queue", q.Name, "visible"})
	}
	for _, g := range spec.Groups {
		s.known = append(s.known, Ref{"autoscaling_group", g.Name, "healthy"})
	}
	for _, m := range spec.Metrics {
		if s.steps[m.Name] != nil {
			return fmt.Errorf("metric %q: there are two of that name", m.Name)
		}
		s.steps[m.Name] = stepsOf(m)
		s.known = append(s.known, Ref{"metric", m.Name, ""})
	}
	a.after(recordedEvery, s.record)
	return nil
}

// stepsOf returns the values in the order in which they come.
func stepsOf(m MetricSpec) []step {
	steps := []step{{0, m.Value}}
	for from, value := range m.At {
		steps = append(steps, step{from, value})
	}
	slices.SortStableFunc(steps[1:], func(x, y step) int { return int(x.from - y.from) })
	return steps
}

// metricValue is the present value of a made-up metric.
func (a *Account) metricValue(name string) float64 {
	value, ran := 0.0, a.clock.Now().Sub(a.began)
	for _, s := range a.gauges.steps[name] {
		if s.from <= ran {
			value = s.value
		}
	}
	return value
}

// find returns the metric that a block watches. An attribute that is left out is the only one there is.
func (s *gauges) find(watch Ref) (Ref, error) {
	for _, known := range s.known {
		if known.Kind == watch.Kind && known.Name == watch.Name && (watch.Attribute == known.Attribute || watch.Attribute == "") {
			return known, nil
		}
	}
	return Ref{}, fmt.Errorf("there is no metric %s of %s %q", watch.Attribute, watch.Kind, watch.Name)
}

// measure is the present value of a metric that find returned.
func (s *gauges) measure(r Ref) float64 {
	switch r.Kind {
	case "sqs_queue":
		return s.account.queueVisible(r.Name)
	case "autoscaling_group":
		return s.account.groupHealthy(r.Name)
	}
	return s.account.metricValue(r.Name)
}

func (s *gauges) record() {
	for _, r := range s.known {
		s.recorded[r] = append(s.recorded[r], sample{s.account.clock.Now(), s.measure(r)})
	}
	s.account.after(recordedEvery, s.record)
}

func (r Ref) identity() identity {
	switch r.Kind {
	case "sqs_queue":
		return identity{"AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", r.Name}
	case "autoscaling_group":
		return identity{"AWS/AutoScaling", "GroupInServiceInstances", "AutoScalingGroupName", r.Name}
	}
	return identity{"Sandbox", r.Name, "", ""}
}

package experiments

import (
	"fmt"
	"time"

	"gameday/internal/clock"
	"gameday/internal/signals"
)

// simultaneous is how far apart two moments may be and still count as simultaneous: services stamp with clocks of their own.
const simultaneous = 100 * time.Millisecond

// step is what a chain needs to know of one of its assertions.
type step struct {
	name     string
	within   time.Duration
	decision decision
}

// judgeChain answers for a playbook or an escalation whose steps are all decided: they passed, their moments come in the
// order given, and the last one's latency from since is within the chain's SLO.
func judgeChain(within time.Duration, since signals.Moment, steps []step) (d decision, detail string) {
	for _, verdict := range []Verdict{Failed, Inconclusive} {
		for _, s := range steps {
			if s.decision.verdict == verdict {
				return decision{verdict: verdict, reason: s.decision.reason}, "step " + s.name + " " + s.words()
			}
		}
	}
	d = decision{verdict: Passed}
	for later := range steps {
		for earlier := range later {
			verdict, reason := inOrder(*steps[earlier].decision.moment, *steps[later].decision.moment)
			if Worst(d.verdict, verdict) != d.verdict {
				d.verdict, d.reason = verdict, reason
				detail = disorder(steps[earlier].name, steps[later].name, reason)
			}
		}
	}
	last := *steps[len(steps)-1].decision.moment
	latency := evidence{since: since}.latency(last)
	d.moment, d.latency = &last, &latency
	verdict, reason := weighLatency(question{within: within}, evidence{since: since}, last, latency)
	if Worst(d.verdict, verdict) != d.verdict {
		d.verdict, d.reason, detail = verdict, reason, ""
	}
	return d, detail
}

func disorder(earlier, later string, reason Reason) string {
	if reason == Straddles {
		return fmt.Sprintf("steps %s and %s came too close to each other to say which was first", earlier, later)
	}
	return fmt.Sprintf("step %s came before step %s", later, earlier)
}

// words says what came of a step that did not pass.
func (s step) words() string {
	within := clock.Short(s.within)
	switch s.decision.reason {
	case Late:
		if l := s.decision.latency; l != nil { // at least
			took := time.Duration(l.Min)
			return fmt.Sprintf("was late (%s of %s)", clock.Short(took.Round(grain(took, took-s.within))), within)
		}
		return "was late"
	case Missed:
		return "did not come within " + within
	case TooEarly:
		return "came too early"
	case Happened:
		return "happened, which must never be"
	case DidNotStay:
		return "did not stay so"
	case Straddles:
		return "is not known precisely enough"
	case Blind:
		return "could not be seen"
	case Vacuous:
		return "was true all along"
	case Skipped:
		return "was skipped"
	case Halted:
		return "was not decided when the run stopped"
	}
	return "was " + string(s.decision.verdict)
}

// grain is to what a time is rounded that is over its limit by so much: never so far that it seems to be within it.
func grain(took, over time.Duration) time.Duration {
	switch {
	case over < time.Second:
		return time.Millisecond
	case took < time.Minute:
		return 100 * time.Millisecond
	}
	return time.Second
}

// noMoment says why something that counts from another was skipped: that did not come, was so already, or was not seen.
func noMoment(since Ref) string { return fmt.Sprintf("there is no moment of %s to count from", since) }

// inOrder says whether a came before b, as far as two intervals can tell.
func inOrder(a, b signals.Moment) (Verdict, Reason) {
	switch {
	case a.Latest.Sub(b.Earliest) <= simultaneous:
		return Passed, ""
	case a.Earliest.Sub(b.Latest) > simultaneous:
		return Failed, OutOfOrder
	default:
		return Inconclusive, Straddles
	}
}

package experiments

import (
	"fmt"
	"time"

	"gameday/internal/signals"
)

// simultaneous is how far apart two moments may be and still count as simultaneous: services stamp with clocks of their own.
const simultaneous = 100 * time.Millisecond

// step is what a chain needs to know of one of its assertions.
type step struct {
	name     string
	decision decision
}

// judgeChain answers for a playbook or an escalation whose steps are all decided: they passed, their moments come in the
// order given, and the last one's latency from since is within the chain's SLO.
func judgeChain(within time.Duration, since signals.Moment, steps []step) (d decision, detail string) {
	for _, verdict := range []Verdict{Failed, Inconclusive} {
		for _, s := range steps {
			if s.decision.verdict == verdict {
				return decision{verdict: verdict, reason: s.decision.reason}, "step " + s.name + " " + words(s.decision)
			}
		}
	}
	d = decision{verdict: Passed}
	for i := 1; i < len(steps); i++ {
		verdict, reason := inOrder(*steps[i-1].decision.moment, *steps[i].decision.moment)
		if Worst(d.verdict, verdict) != d.verdict {
			d.verdict, d.reason = verdict, reason
			detail = fmt.Sprintf("step %s came before step %s", steps[i].name, steps[i-1].name)
			if reason == Straddles {
				detail = fmt.Sprintf("steps %s and %s came too close to each other to say which was first", steps[i-1].name, steps[i].name)
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

func words(d decision) string {
	text := string(d.verdict)
	if d.reason != "" {
		text += ": " + string(d.reason)
	}
	return text
}

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

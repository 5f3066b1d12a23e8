package report

import (
	"fmt"
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/signals"
)

// say returns what there is to say of an event.
func (p *Progress) say(event experiments.Event) []said {
	switch e := event.(type) {
	case experiments.RunStarted:
		text := facts(e)
		if !p.unkept {
			text += " · " + Plain(e.Run)
		}
		return []said{{about: e.Scenario, text: text}}
	case experiments.PlanMade:
		return sayPlan(e)
	case experiments.CheckDecided:
		return []said{sayCheck(e)}
	case experiments.AssertionDecided:
		return p.sayDecided(e)
	case experiments.GuardBroken:
		text := Plain(e.Observed) + ", " + outcomeWords(experiments.CheckOutcome{Reason: e.Reason})
		return []said{{"guard." + e.Name, strings.TrimPrefix(text, ", "), experiments.Failed, true}}
	case experiments.RunStopping:
		return []said{{"stopping", stopWords(e) + " Everything that can be is reverted now.", experiments.Stopped, true}}
	case experiments.TapOpened:
		return []said{{about: "tap", text: "hears " + Plain(lastPart(e.Source.Subject)), verdict: experiments.Passed}}
	case experiments.TapClosed:
		return sayTapClosed(e)
	case experiments.BlindBegan, experiments.BlindEnded:
		return sayBlind(e)
	case experiments.RunFinished:
		return p.sayFinished(e)
	}
	return p.sayFault(event)
}

func sayPlan(e experiments.PlanMade) []said {
	text := fmt.Sprintf("%s, %s, %s", count(len(e.Faults), "fault"), count(len(e.Assertions), "assertion"), count(len(e.Chains), "chain"))
	if len(e.Faults)+len(e.Assertions)+len(e.Chains) == 0 && len(e.Checks)+len(e.Guards) > 0 {
		text = "checks only"
	}
	all := []said{{about: "plan", text: text}}
	for _, w := range e.Warnings {
		all = append(all, said{"warning", Plain(w.Summary) + place(w.Where), experiments.Inconclusive, true})
	}
	return all
}

func sayCheck(e experiments.CheckDecided) said {
	text := Plain(e.Observed)
	if e.Reason != "" {
		text = strings.TrimPrefix(text+", "+outcomeWords(experiments.CheckOutcome{Reason: e.Reason}), ", ")
	}
	return said{"check." + e.Name, text, e.Verdict, e.Verdict != experiments.Passed}
}

func (p *Progress) sayDecided(e experiments.AssertionDecided) []said {
	for _, c := range accountOf(&p.fold).claims() {
		if c.Name == e.Name && c.chain == e.Chain {
			c.answer = e
			return []said{{c.label, moment(c), e.Verdict, e.Verdict != experiments.Passed}}
		}
	}
	return []said{{e.Name, string(e.Verdict), e.Verdict, e.Verdict != experiments.Passed}}
}

// moment says what came of a claim, with the latency against the SLO: ALARM after 1m2s of 3m.
func moment(c claim) string {
	if c.answer.Latency == nil {
		return headline(c)
	}
	limit := time.Duration(c.Within)
	after := fmt.Sprintf(" after %s of %s", span(*c.answer.Latency, limit), clock.Short(limit))
	switch c.answer.Reason {
	case "":
		return headline(c) + after
	case experiments.Late:
		return c.came() + after + ", " + c.overdue() + " late"
	}
	return headline(c) + "," + after
}

func (p *Progress) sayFault(event experiments.Event) []said {
	switch e := event.(type) {
	case experiments.FaultInjecting:
		return []said{{about: "inject." + e.Name, text: "injecting into " + count(p.targets(e.Name), "target")}}
	case experiments.FaultInjected:
		text := "injected"
		if took := e.Done.Latest.Sub(e.Began.Earliest); took >= time.Second {
			text += ", which took " + short(took)
		}
		return []said{{about: "inject." + e.Name, text: text, verdict: experiments.Passed}}
	case experiments.FaultFailed:
		return []said{{"inject." + e.Name, "not injected: " + errorWords(e.Error), experiments.Failed, true}}
	case experiments.FaultReverting:
		return []said{{about: "inject." + e.Name, text: "reverting"}}
	case experiments.FaultReverted:
		text := "reverted"
		if e.Note != "" {
			text += ": " + Plain(e.Note)
		}
		return []said{{about: "inject." + e.Name, text: text, verdict: experiments.Passed}}
	case experiments.FaultRevertFailed:
		return []said{{"inject." + e.Name, "NOT REVERTED: " + errorWords(e.Error), experiments.NotReverted, true}}
	}
	return nil
}

func (p *Progress) targets(fault string) int {
	for _, f := range p.fold.Story().Faults {
		if f.Name == fault {
			return len(f.Touches())
		}
	}
	return 0
}

func sayTapClosed(e experiments.TapClosed) []said {
	if e.Error == "" {
		return []said{{about: "tap", text: "on " + Plain(lastPart(e.Source.Subject)) + " is closed"}}
	}
	text := fmt.Sprintf("on %s is NOT CLOSED: %s", Plain(lastPart(e.Source.Subject)), errorWords(e.Error))
	return []said{{"tap", text, experiments.NotReverted, true}}
}

func sayBlind(event experiments.Event) []said {
	name := func(s signals.Source) string { return Plain(lastPart(s.Subject)) }
	switch e := event.(type) {
	case experiments.BlindBegan:
		return []said{{"blind", name(e.Source) + " cannot be seen", experiments.Inconclusive, true}}
	case experiments.BlindEnded:
		text := fmt.Sprintf("%s is seen again after %s", name(e.Source), short(e.Until.Sub(e.From)))
		if e.Lost {
			text += "; what happened meanwhile is lost"
		}
		if e.Why != "" {
			text += ": " + errorWords(e.Why)
		}
		return []said{{about: "blind", text: text, verdict: experiments.Inconclusive, loud: e.Lost}}
	}
	return nil
}

func (p *Progress) sayFinished(e experiments.RunFinished) []said {
	var all []said
	if e.Error != "" {
		all = append(all, said{"error", errorWords(e.Error), experiments.Failed, true})
	}
	summary := p.fold.Summary()
	word := strings.ReplaceAll(string(summary.Verdict), "_", " ")
	return append(all, said{"finished", fmt.Sprintf("%s: %s", word, accountOf(&p.fold).ending()), summary.Verdict, true})
}

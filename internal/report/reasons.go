package report

import (
	"fmt"
	"strings"
	"time"

	"gameday/experiments"
)

// headline says in a few words what came of a claim.
func headline(c claim) string {
	a := c.answer
	within := limited(c.Within)
	switch a.Reason {
	case "":
		return c.success()
	case experiments.Late:
		if a.Latency == nil {
			return c.ofStep("late")
		}
		return c.came() + ", " + c.overdue() + " late"
	case experiments.Missed:
		return c.ofStep("did not come within " + within)
	case experiments.TooEarly:
		return c.ofStep(c.came() + ", " + c.early() + "too early")
	case experiments.Happened:
		return c.ofStep(c.observed("happened") + ", which must never be")
	case experiments.DidNotStay:
		return c.ofStep(c.unstable())
	case experiments.OutOfOrder:
		return "steps came out of order"
	case experiments.Straddles:
		return c.ofStep("not known precisely enough")
	case experiments.Blind:
		return c.ofStep("could not be seen")
	case experiments.Vacuous:
		return c.ofStep("was true all along")
	case experiments.Skipped:
		return strings.TrimSuffix("skipped: "+Plain(c.answer.Detail), ": ")
	case experiments.Halted:
		return "not decided when the run stopped"
	}
	return Plain(string(a.Reason))
}

func (c claim) success() string {
	if c.answer.Verdict != experiments.Passed {
		return string(c.answer.Verdict)
	}
	within := limited(c.Within)
	switch c.Expect {
	case experiments.Never:
		return "never within " + within + c.looks()
	case experiments.Stays:
		return c.observed("so") + " all " + within + c.looks()
	}
	if c.chain != "" {
		return "in order"
	}
	return c.observed("came")
}

// looks says that a level that is only polled was true when somebody looked, not in between.
func (c claim) looks() string {
	if c.Polled {
		return ", at every look"
	}
	return ""
}

// unstable says what something that had to stay so was instead.
func (c claim) unstable() string {
	if c.answer.Observed == "" {
		return "did not stay so"
	}
	return "did not stay: " + Plain(c.answer.Observed)
}

func (c claim) came() string {
	if c.chain != "" {
		return "complete"
	}
	return c.observed("came")
}

func (c claim) observed(otherwise string) string {
	if c.answer.Observed == "" {
		return otherwise
	}
	return Plain(c.answer.Observed)
}

// ofStep is what a chain says that is decided by one of its steps.
func (c claim) ofStep(text string) string {
	if c.chain != "" && c.answer.Detail != "" {
		return Plain(c.answer.Detail)
	}
	return text
}

// overdue is by how much a latency is over the SLO.
func (c claim) overdue() string {
	l := *c.answer.Latency
	return span(experiments.Latency{Min: l.Min - c.Within, Max: l.Max - c.Within}, 0)
}

// explain says in sentences why a claim did not pass.
func explain(c claim, a account) string {
	text := c.because(a)
	detail := sentence(Plain(c.answer.Detail))
	if !strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSuffix(detail, "."))) {
		text += " " + detail
	}
	return text
}

func (c claim) because(a account) string {
	if c.chain != "" && c.answer.Latency == nil && c.answer.Detail != "" {
		return sentence(Plain(c.answer.Detail))
	}
	within, since := limited(c.Within), c.sinceWords()
	switch c.answer.Reason {
	case experiments.Late:
		return c.late(within, since)
	case experiments.Missed:
		return c.missed(within, since)
	case experiments.TooEarly:
		return c.tooEarly(since)
	case experiments.Happened:
		return fmt.Sprintf("It must not happen within %s of %s, and it did%s.", within, since, c.afterWhat())
	case experiments.DidNotStay:
		return fmt.Sprintf("It had to stay so for %s from %s on, and it was not%s.", within, since, c.afterWhat())
	case experiments.OutOfOrder:
		return fmt.Sprintf("Its steps must come in the order %s, and they did not.", strings.Join(c.steps, ", "))
	case experiments.Straddles:
		return c.straddles(within, since)
	case experiments.Blind:
		return c.blind(a)
	case experiments.Vacuous:
		return fmt.Sprintf("It was true already before %s and never became false: the fault showed no effect here, so nothing is proved.", since)
	case experiments.Skipped:
		return fmt.Sprintf("It was not judged: there is no moment of %s to count from.", since)
	case experiments.Halted:
		return "The run ended before this was decided."
	}
	return sentence(headline(c))
}

func (c claim) sinceWords() string {
	if c.Since == "" {
		return "the first fault"
	}
	return Plain(c.Since)
}

func (c claim) late(within, since string) string {
	if c.answer.Latency == nil {
		return fmt.Sprintf("It came later than %s after %s.", within, since)
	}
	took := span(*c.answer.Latency, time.Duration(c.Within))
	if c.chain != "" {
		return fmt.Sprintf("Its last step came %s after %s, %s too late: within %s was asked.", took, since, c.overdue(), within)
	}
	return fmt.Sprintf("It came %s after %s, %s too late: within %s was asked.", took, since, c.overdue(), within)
}

func (c claim) missed(within, since string) string {
	text := fmt.Sprintf("It did not come within %s of %s", within, since)
	if c.Patience > 0 {
		text += fmt.Sprintf(", nor in the %s after that", limited(c.Patience))
	}
	if c.HoldsFor > 0 {
		text += fmt.Sprintf(" (it must hold for %s to count)", limited(c.HoldsFor))
	}
	return text + "; gameday could see all the time."
}

func (c claim) tooEarly(since string) string {
	earliest := time.Duration(c.NotBefore)
	if c.answer.Latency == nil {
		return fmt.Sprintf("It came earlier than %s after %s.", limited(c.NotBefore), since)
	}
	took := span(*c.answer.Latency, earliest)
	return fmt.Sprintf("It came %s after %s, %stoo early: not before %s was asked.", took, since, c.early(), limited(c.NotBefore))
}

// early is by how much something came too early, with a space behind.
func (c claim) early() string {
	if c.answer.Latency == nil {
		return ""
	}
	l := *c.answer.Latency
	return span(experiments.Latency{Min: c.NotBefore - l.Max, Max: c.NotBefore - l.Min}, 0) + " "
}

// afterWhat is when a window was spoiled.
func (c claim) afterWhat() string {
	m, since := c.answer.Moment, c.answer.Since
	if c.answer.Latency == nil && m != nil && since != nil && *m == *since {
		return ", from the start"
	}
	if c.answer.Latency == nil {
		return ""
	}
	return ", " + span(*c.answer.Latency, time.Duration(c.Within)) + " after it"
}

func (c claim) straddles(within, since string) string {
	l := c.answer.Latency
	if l == nil {
		return fmt.Sprintf("Its moment is not known precisely enough to say whether it was within %s of %s.", within, since)
	}
	between := fmt.Sprintf("It came between %s and %s after %s",
		beside(time.Duration(l.Min), time.Duration(c.Within)), beside(time.Duration(l.Max), time.Duration(c.Within)), since)
	switch {
	case l.Min <= c.Within && l.Max > c.Within:
		return between + fmt.Sprintf(": too imprecise to say whether that was within %s.", within)
	case c.NotBefore > 0 && l.Min < c.NotBefore:
		return between + fmt.Sprintf(": too imprecise to say whether that was before %s.", limited(c.NotBefore))
	}
	return between + ", perhaps: too imprecise to say whether it is this one that counts."
}

func (c claim) blind(a account) string {
	text := "gameday could not see for a part of the time that matters, so the answer is not known."
	for _, b := range a.blindOn(c.Block) {
		text += " " + blindWords(b, a)
	}
	return text
}

func blindWords(b experiments.Blindness, a account) string {
	until := "the end"
	if !b.Until.IsZero() {
		until = a.since(b.Until)
	}
	text := fmt.Sprintf("%s could not be seen from %s to %s", Plain(lastPart(b.Source.Subject)), a.since(b.From), until)
	if b.Why != "" {
		text += ": " + errorWords(b.Why)
	}
	return strings.TrimSuffix(text, ".") + "."
}

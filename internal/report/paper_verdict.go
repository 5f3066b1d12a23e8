package report

import (
	"fmt"
	"strings"
	"time"

	"gameday/experiments"
	"gameday/internal/clock"
)

// opinion is the verdict on a run in words that need no explanation.
type opinion struct {
	Class, Mark string
	Word        string   // Passed, Failed, No answer, …
	Scenario    string   // its name
	Kind        string   // Rehearsal or Game day
	Lead        string   // what it means, in a sentence
	Points      []string // the worst answers, in a few words
	State       string   // whether anything is still broken
	Day         string
	Took        string
}

// shownPoints is how many answers the verdict names.
const shownPoints = 4

func (a account) opinion() opinion {
	s := a.summary
	o := opinion{
		Class: class(s.Verdict), Mark: mark(s.Verdict), Scenario: Plain(a.Started.Scenario), Kind: "Game day", Took: short(a.took()),
		Word: a.verdictWord(), Lead: a.lead(), State: a.aftermath(),
	}
	if !a.Begun.IsZero() {
		o.Day = a.Begun.Format("2 January 2006, 15:04") + " UTC"
	}
	if a.Started.Mode == experiments.ModeRehearse {
		o.Kind = "Rehearsal"
	}
	unmet := a.unmet()
	for i, c := range unmet {
		if i == shownPoints && len(unmet) > shownPoints+1 {
			o.Points = append(o.Points, fmt.Sprintf("… and %d more", len(unmet)-i))
			break
		}
		o.Points = append(o.Points, Plain(c.Name)+": "+point(c))
	}
	return o
}

// point says in the fewest words what was wrong.
func point(c claim) string {
	if l := c.answer.Latency; l != nil && c.answer.Reason == experiments.Late {
		limit := time.Duration(c.Within)
		return fmt.Sprintf("%s late (%s, and %s is allowed)", c.overdue(), span(*l, limit), clock.Short(limit))
	}
	return headline(c)
}

// unmet are the claims that did not pass, failed ones first. What was merely not reached is left out.
func (a account) unmet() []claim {
	var failed, unknown []claim
	for _, c := range a.claims() {
		switch {
		case c.answer.Verdict == experiments.Failed:
			failed = append(failed, c)
		case c.answer.Verdict != experiments.Passed && c.answer.Reason != experiments.Skipped && c.answer.Reason != experiments.Halted:
			unknown = append(unknown, c)
		}
	}
	return append(failed, unknown...)
}

func (a account) verdictWord() string {
	switch a.summary.Verdict {
	case experiments.Passed:
		return "Passed"
	case experiments.Failed:
		return "Failed"
	case experiments.Stopped:
		return "Stopped"
	case experiments.Interrupted:
		return "Interrupted"
	case experiments.NotReverted:
		return "Not reverted"
	}
	if a.Begun.IsZero() {
		return "Nothing to tell"
	}
	if !a.began() {
		return "Did not start"
	}
	return "No answer"
}

// began returns whether any fault was announced.
func (a account) began() bool {
	for _, f := range a.Faults {
		if f.Announced {
			return true
		}
	}
	return false
}

// lead says what a verdict means.
func (a account) lead() string {
	total := len(a.asserts) + len(a.chains)
	switch a.summary.Verdict {
	case experiments.Passed:
		if !a.began() && len(a.Decisions) == 0 {
			return "Everything is ready: the checks hold. Nothing was injected."
		}
		return fmt.Sprintf("The response was as it should be: %s.", ofAll(total, total, "met"))
	case experiments.Failed:
		return fmt.Sprintf("The response was not good enough: %s.", ofAll(a.failures(), total, "not met"))
	case experiments.Stopped:
		return "The game day was stopped before it was over. " + a.whyStopped()
	case experiments.Interrupted:
		return "Somebody, or the system, ended the game day before it was over."
	case experiments.NotReverted:
		return strings.TrimSpace("Something that gameday changed may still be so. " + a.whyStopped())
	}
	return a.noAnswer()
}

func (a account) failures() int {
	n := 0
	for _, c := range a.claims() {
		if c.answer.Verdict == experiments.Failed {
			n++
		}
	}
	return n
}

// ofAll writes how many of all expectations were met, or not.
func ofAll(n, total int, met string) string {
	switch {
	case total == 1:
		return "the expectation was " + met
	case n == total:
		return fmt.Sprintf("all %d expectations were %s", total, met)
	case n == 1:
		return fmt.Sprintf("1 of %d expectations was %s", total, met)
	}
	return fmt.Sprintf("%d of %d expectations were %s", n, total, met)
}

func (a account) whyStopped() string {
	if a.Stop == nil {
		return ""
	}
	return stopWords(*a.Stop)
}

func (a account) noAnswer() string {
	switch {
	case a.Begun.IsZero():
		return "The journal is empty: nothing was touched."
	case a.summary.Finished == nil:
		return fmt.Sprintf("The journal ends at %s, before the run did: what came after is not known.", a.since(a.Latest))
	case a.Stop != nil:
		return a.whyStopped()
	case a.Error != "":
		return sentence(errorWords(a.Error))
	}
	return "It cannot be said whether the response was good enough: it could not be seen well enough, or proved nothing."
}

// aftermath says in what state the run left the account.
func (a account) aftermath() string {
	var back, fixed int
	for _, f := range a.summary.Faults {
		switch f.Reverted {
		case experiments.RevertedYes:
			back++
		case experiments.RevertedIrrevocable:
			fixed++
		}
	}
	text := ""
	switch {
	case a.Begun.IsZero():
		return ""
	case len(a.summary.Leftovers) > 0:
		text = count(len(a.summary.Leftovers), "thing") + " may be left behind: see below."
	case !a.began():
		text = "Nothing was broken."
	case fixed == 0:
		text = fmt.Sprintf("What was broken is as it was before (%s reverted and checked).", count(back, "fault"))
	case back == 0:
		text = fmt.Sprintf("There was nothing to revert: %s cannot be, as planned.", count(fixed, "fault"))
	default:
		text = fmt.Sprintf("What can be reverted is as it was before (%s reverted and checked); %s cannot be, as planned.", count(back, "fault"), count(fixed, "fault"))
	}
	if a.Started.Mode == experiments.ModeRehearse {
		text += " This was a rehearsal in a simulated account: nothing happened in AWS."
	}
	return text
}

// tallied counts the answers by verdict.
func (a account) tallied() string {
	h := human{account: a}
	return h.tally()
}

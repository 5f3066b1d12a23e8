package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gameday/experiments"
)

// advice is something to look at next.
type advice struct {
	Class, Mark, Title string
	Text               []string
	Command            string
}

// shownAdvice is how many answers are gone into.
const shownAdvice = 20

// advice says what to look at next, the most urgent first.
func (a account) advice() []advice {
	all := a.urgent()
	unmet := a.unmet()
	for i, c := range unmet {
		if i == shownAdvice {
			rest := fmt.Sprintf("… and %d more that did not pass", len(unmet)-i)
			return append(all, advice{Class: "unknown", Mark: markUnknown, Title: rest, Text: []string{"The table of SLOs has them all."}})
		}
		all = append(all, a.adviceOn(c))
	}
	if len(all) == 0 && a.summary.Verdict == experiments.Passed {
		all = append(all, a.tightest()...)
	}
	return all
}

// urgent is what is not about the response.
func (a account) urgent() []advice {
	var all []advice
	if left := a.alert(); left != nil && !left.Rehearsal {
		all = append(all, advice{
			Class: "bad", Mark: markBad, Title: "Take back what is left", Command: left.Command,
			Text: []string{count(len(left.Left), "thing") + " may still be in the account. The journal is all that the command needs; it may run on another host."},
		})
	}
	if a.summary.Finished == nil && !a.Begun.IsZero() {
		all = append(all, advice{Class: "unknown", Mark: markUnknown, Title: "Find out why the journal ends", Text: []string{
			fmt.Sprintf("Its last record is of %s (%s UTC). The process died, or is still running.", a.since(a.Latest), clockTime(a.Latest)),
		}})
	}
	if a.Stop != nil {
		all = append(all, advice{Class: "bad", Mark: markBad, Title: "The run was stopped", Text: []string{stopWords(*a.Stop)}})
	}
	if a.Error != "" {
		text := []string{sentence(errorWords(a.Error))}
		if a.Hint != "" {
			text = append(text, sentence(Plain(a.Hint)))
		}
		all = append(all, advice{Class: "bad", Mark: markBad, Title: "It could not run", Text: text})
	}
	for _, f := range a.Faults {
		if f.Failed != nil {
			all = append(all, advice{
				Class: "bad", Mark: markBad, Title: "inject." + Plain(f.Name) + " was not wholly injected", Text: []string{sentence(errorWords(f.Failed.Error))},
			})
		}
	}
	return all
}

func (a account) adviceOn(c claim) advice {
	v := c.answer.Verdict
	said := advice{Class: class(v), Mark: mark(v), Title: Plain(c.label) + ": " + headline(c)}
	if why := explain(c, a); why != sentence(headline(c)) {
		said.Text = append(said.Text, why)
	}
	if slow := a.slowest(c); slow != "" {
		said.Text = append(said.Text, slow)
	}
	if last := a.lastSeen(c); last != "" {
		said.Text = append(said.Text, last)
	}
	if hint := pointer(c); hint != "" {
		said.Text = append(said.Text, hint)
	}
	return said
}

// slowest names the hop of a chain that took most of its time, if it has more than one.
func (a account) slowest(c claim) string {
	if c.chain == "" {
		return ""
	}
	var most hop
	var total time.Duration
	known, missing := 0, ""
	for _, h := range a.hops(c) {
		if h.known {
			known++
			total += h.took
		} else if missing == "" && h.step.answer.Reason == experiments.Missed {
			missing = h.to
		}
		if h.known && h.took > most.took {
			most = h
		}
	}
	text := ""
	if known > 1 {
		text = fmt.Sprintf("Most of the time went between %s and %s: %s of %s (%.0f%%).", most.from, most.to, short(most.took), short(total), 100*most.share)
	}
	if missing != "" {
		text = strings.TrimSpace(fmt.Sprintf("The step %s never came. %s", missing, text))
	}
	return text
}

// lastSeen says what was seen last of something that did not come.
func (a account) lastSeen(c claim) string {
	if c.answer.Reason != experiments.Missed {
		return ""
	}
	for _, subject := range c.Subjects {
		for _, s := range a.Signals {
			if s.Source.Subject == subject {
				return fmt.Sprintf("Last seen of %s, at %s: %s.", Plain(lastPart(subject)), a.when(s.At), Plain(brief(s.Value)))
			}
		}
	}
	if len(c.Subjects) == 0 {
		return ""
	}
	return fmt.Sprintf("Nothing at all was seen of %s.", topics(c.Block))
}

// brief is what matters most of what AWS said.
func brief(value json.RawMessage) string {
	var fields map[string]any
	if json.Unmarshal(value, &fields) == nil {
		for _, key := range []string{"state", "status", "subject"} {
			if text, is := fields[key].(string); is && text != "" {
				return cut(text, shownBrief)
			}
		}
	}
	return cut(compact(value), shownBrief)
}

// shownBrief is how many letters of it are shown in a sentence.
const shownBrief = 120

// pointer says where to look in AWS.
func pointer(c claim) string {
	if c.chain != "" && c.answer.Reason != experiments.OutOfOrder {
		return "" // its steps have theirs
	}
	switch c.answer.Reason {
	case experiments.Blind:
		return "Look at why it could not be seen: throttling, permissions, the network. Then play it again."
	case experiments.Straddles:
		return "Look more often (--tick), or ask for an SLO that is further from what the source can tell."
	case experiments.Vacuous:
		return "Choose a stronger fault, or assert something that this fault is sure to break."
	case experiments.TooEarly:
		return "Look at what answered: a false alarm, or a step that was skipped, comes early, too."
	case experiments.OutOfOrder:
		return "Look at the ladder below: which step came before the one that it waits for."
	case experiments.Happened, experiments.DidNotStay:
		return "Look at the time line: what came right before it, and whether the fault reached further than it was meant to."
	case experiments.Late, experiments.Missed:
		return whereToLook(c.Kind)
	}
	return ""
}

func whereToLook(kind string) string {
	switch kind {
	case "cloudwatch_alarm":
		return "Look at the alarm: its period, how many datapoints it needs, its threshold, and how late its metric arrives."
	case "sns_message":
		return "Look at who publishes: whether the alarm's actions are enabled and name this topic, and who is on call next."
	case "ssm_automation":
		return "Look at the execution's steps in Systems Manager, and at the rule that starts it."
	case "autoscaling_group":
		return "Look at the group's activities: when it noticed, and how long its instances took to be in service."
	case "sqs_queue":
		return "Look at the consumers: how many messages they take in a second, and whether anything gave them more room."
	case "ec2_instances":
		return "Look at the instances' state transitions and status checks."
	}
	return ""
}

// closeTo is from which share of its SLO on something that passed is worth a look.
const closeTo = 0.8

// tightest names what came closest to its SLO when everything passed.
func (a account) tightest() []advice {
	var most claim
	used := 0.0
	for _, c := range a.claims() {
		l := c.answer.Latency
		if l == nil || c.Expect != experiments.Happens || c.Within <= 0 {
			continue
		}
		if share := float64(l.Max) / float64(c.Within); share > used {
			most, used = c, share
		}
	}
	if used == 0 {
		return nil
	}
	text, share, _ := margin(most)
	said := advice{Class: "good", Mark: markGood, Title: "Nothing has to be done", Text: []string{
		fmt.Sprintf("%s came closest to its SLO: %s, %s (%s used).", Plain(most.label), against(most.answer.Latency, most.Within), text, share),
	}}
	if used > closeTo {
		said.Class, said.Mark, said.Title = "unknown", "!", Plain(most.label)+" has little to spare"
	}
	return []advice{said}
}

package experiments

import (
	"fmt"
	"strings"
	"time"
)

// Limits are what somebody allows a run to do. What is not set is not limited.
type Limits struct {
	Owner string            // who set them, in words: "the scenario's limits", "the policy"
	Where map[Rule]Range    // where each rule stands
	Only  map[Rule][]string // RuleAccounts, RuleRegions, RuleKinds: what alone is allowed

	Windows       []Window
	Freezes       []Freeze
	ProtectedTags map[string]string // what carries one of them is never touched; the value "*" means every value
	MaxTargets    int               // how many resources a run may touch; 0: any number
	MaxPercent    float64           // how much of what a target's query matched may be touched; 0: all
	Reversible    bool              // what cannot be reverted is not injected
	KillSwitch    string            // "ssm:/gameday/stop", "s3://bucket/key"; empty: none
}

// Policy is what an organisation allows every run. It can only narrow what a scenario does.
type Policy struct {
	Limits
	Path   string // as the user wrote it
	SHA256 string // of the file, in hex
}

// used is how the journal names the policy.
func (p *Policy) used() *PolicyUsed {
	if p == nil {
		return nil
	}
	return &PolicyUsed{Path: p.Path, SHA256: p.SHA256}
}

// Rule names one thing that is limited, as it is written in HCL.
type Rule string

// The rules.
const (
	RuleAccounts     Rule = "accounts"
	RuleRegions      Rule = "regions"
	RuleKinds        Rule = "kinds"
	RuleWindow       Rule = "window"
	RuleFreeze       Rule = "freeze"
	RuleNeverTags    Rule = "never_tags"     // of a scenario
	RuleProtected    Rule = "protected_tags" // of a policy
	RuleMaxTargets   Rule = "max_targets"
	RuleMaxPercent   Rule = "max_percent"
	RuleIrreversible Rule = "irreversible"
	RuleKillSwitch   Rule = "kill_switch"
)

// tagRule is how the owner calls the rule of ProtectedTags.
func (l *Limits) tagRule() Rule {
	if _, there := l.Where[RuleNeverTags]; there {
		return RuleNeverTags
	}
	return RuleProtected
}

// Violation is one rule that something in a run would break.
type Violation struct {
	Block string // "inject.flood"; empty: the run as a whole
	Rule  Rule
	Says  string // what would be, and what is allowed
	Owner string // who set the rule
	Where Range  // where
	Next  string // what a person can do about it
}

// String says it in one line.
func (v Violation) String() string {
	text := v.Says
	if v.Block != "" {
		text = v.Block + ": " + text
	}
	place := v.Where.File
	if v.Where.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, v.Where.Line)
	}
	return fmt.Sprintf("%s (%s of %s, %s)", text, v.Rule, v.Owner, place)
}

// LimitError says that limits forbid what a run would do. Nothing was touched because of it.
type LimitError struct{ Violations []Violation }

// Error lists the violations.
func (e *LimitError) Error() string {
	var text strings.Builder
	text.WriteString("the limits do not allow this, and nothing was touched:")
	for _, v := range e.Violations {
		text.WriteString("\n  " + v.String())
	}
	return text.String()
}

// Hint returns what a person can do, each thing once.
func (e *LimitError) Hint() string {
	var steps []string
	seen := map[string]bool{}
	for _, v := range e.Violations {
		if v.Next != "" && !seen[v.Next] {
			seen[v.Next] = true
			steps = append(steps, v.Next)
		}
	}
	return strings.Join(steps, "; ")
}

// refusal is nil where nothing is violated.
func refusal(violations []Violation) error {
	if len(violations) == 0 {
		return nil
	}
	return &LimitError{violations}
}

// Window is a part of the week in which faults may be injected, by the clocks on the walls of a place.
type Window struct {
	Days     []time.Weekday // on which it begins; none: every day
	From, To time.Duration  // since midnight; where To is not after From, it ends on the next day
	Zone     *time.Location
	Where    Range
}

// open says whether a moment is in the window.
func (w Window) open(now time.Time) bool {
	wall := now.In(w.Zone)
	hour, minute, second := wall.Clock()
	since := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	today, yesterday := w.on(wall.Weekday()), w.on((wall.Weekday()+6)%7)
	if w.From < w.To {
		return today && since >= w.From && since < w.To
	}
	return today && since >= w.From || yesterday && since < w.To
}

func (w Window) on(day time.Weekday) bool {
	for _, d := range w.Days {
		if d == day {
			return true
		}
	}
	return len(w.Days) == 0
}

// next returns when the window opens after a moment.
func (w Window) next(now time.Time) time.Time {
	year, month, day := now.In(w.Zone).Date()
	for ahead := range 9 {
		opens := time.Date(year, month, day+ahead, int(w.From/time.Hour), int(w.From%time.Hour/time.Minute), 0, 0, w.Zone)
		if w.on(opens.Weekday()) && opens.After(now) {
			return opens
		}
	}
	return time.Time{}
}

// Freeze is days on which no faults are injected.
type Freeze struct {
	From, To string // the first and the last day, such as 2026-12-18
	Zone     *time.Location
	Reason   string
	Where    Range
}

// holds says whether a moment is on one of the days.
func (f Freeze) holds(now time.Time) bool {
	day := now.In(f.Zone).Format(time.DateOnly)
	return f.From <= day && day <= f.To
}

// timely finds rules about time that a fault at this moment would break.
func (l *Limits) timely(now time.Time) []Violation {
	var broken []Violation
	for _, f := range l.Freezes {
		if f.holds(now) {
			says := fmt.Sprintf("no faults from %s to %s", f.From, f.To)
			if f.Reason != "" {
				says += ": " + f.Reason
			}
			broken = append(broken, Violation{
				Rule: RuleFreeze, Says: says, Owner: l.Owner, Where: f.Where, Next: "wait until after " + f.To,
			})
		}
	}
	if len(l.Windows) == 0 {
		return broken
	}
	var soonest time.Time
	for _, w := range l.Windows {
		if w.open(now) {
			return broken
		}
		if opens := w.next(now); soonest.IsZero() || !opens.IsZero() && opens.Before(soonest) {
			soonest = opens
		}
	}
	first := l.Windows[0]
	return append(broken, Violation{
		Rule: RuleWindow, Owner: l.Owner, Where: first.Where,
		Says: "no window is open on " + now.In(first.Zone).Format("Mon 2006-01-02 at 15:04 MST"),
		Next: "wait until " + soonest.Format("Mon 2006-01-02 15:04 MST") + ", when a window opens",
	})
}

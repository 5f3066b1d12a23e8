package notify

import (
	"time"

	"gameday/experiments"
)

// Message is what there is to tell on an occasion, free of control characters. Each channel escapes it for its medium.
type Message struct {
	ID       string // unique: the run and the occasion
	Occasion Occasion
	At       time.Time
	Title    string   // one line that says it all
	Lines    []string // what else a person wants to know
	Facts    Facts
}

// Facts are what other programs want to know of a run.
type Facts struct {
	Run        string              `json:"run"`
	Mode       experiments.Mode    `json:"mode"`
	Scenario   string              `json:"scenario"`
	Account    string              `json:"account"`
	Region     string              `json:"region"`
	Owner      string              `json:"owner,omitempty"`
	Playbook   string              `json:"playbook,omitempty"`
	Reason     string              `json:"reason,omitempty"` // why the run stopped, or could not run
	Verdict    experiments.Verdict `json:"verdict,omitempty"`
	ExitCode   *int                `json:"exit_code,omitempty"`
	Faults     []FaultFact         `json:"faults"`
	Assertions []AssertionFact     `json:"assertions"`
	Leftovers  []string            `json:"leftovers,omitempty"`
}

// FaultFact is a fault, as far as it has come.
type FaultFact struct {
	Name     string               `json:"name"`
	Kind     string               `json:"kind"`
	Reverted experiments.Reverted `json:"reverted,omitempty"` // once the run is over
}

// AssertionFact is an assertion, and its verdict once the run is over.
type AssertionFact struct {
	Name    string              `json:"name"`
	Kind    string              `json:"kind"`
	Verdict experiments.Verdict `json:"verdict,omitempty"`
	Reason  experiments.Reason  `json:"reason,omitempty"`
}

// occasions are what a record is an occasion for. first says that no fault was planned before.
func occasions(event experiments.Event, first bool) []Occasion {
	switch e := event.(type) {
	case experiments.FaultPlanned:
		if first {
			return []Occasion{Started}
		}
	case experiments.RunStopping:
		return []Occasion{Stopped}
	case experiments.RunFinished:
		if e.Verdict != experiments.Passed {
			return []Occasion{Failed, Finished}
		}
		return []Occasion{Finished}
	}
	return nil
}

// compose says what there is to tell, from everything that happened so far.
func compose(fold *experiments.Fold, o Occasion, at time.Time) Message {
	story := fold.Story()
	start := story.Started
	m := Message{
		ID: start.Run + "/" + string(o), Occasion: o, At: at.UTC(),
		Facts: Facts{
			Run: start.Run, Mode: start.Mode, Scenario: clean(start.Scenario), Account: start.Account, Region: start.Region,
			Owner: clean(start.Owner), Playbook: clean(start.Playbook), Reason: reason(story),
			Faults: []FaultFact{}, Assertions: []AssertionFact{},
		},
	}
	over := o == Finished || o == Failed
	if over {
		m.conclude(fold.Summary())
	} else {
		for _, f := range story.Plan.Faults {
			m.Facts.Faults = append(m.Facts.Faults, FaultFact{Name: f.Name, Kind: f.Kind})
		}
		for _, a := range story.Plan.Assertions {
			m.Facts.Assertions = append(m.Facts.Assertions, AssertionFact{Name: a.Name, Kind: a.Kind})
		}
	}
	m.Title, m.Lines = title(m), lines(m, clean(start.Hypothesis))
	return m
}

func (m *Message) conclude(s experiments.Summary) {
	code := int(s.ExitCode)
	m.Facts.Verdict, m.Facts.ExitCode = s.Verdict, &code
	for _, f := range s.Faults {
		m.Facts.Faults = append(m.Facts.Faults, FaultFact{f.Name, f.Kind, f.Reverted})
	}
	for _, a := range s.Assertions {
		m.Facts.Assertions = append(m.Facts.Assertions, AssertionFact{a.Name, a.Kind, a.Verdict, a.Reason})
	}
	for _, l := range s.Leftovers {
		m.Facts.Leftovers = append(m.Facts.Leftovers, clean(l.What))
	}
}

func reason(story experiments.Story) string {
	switch {
	case story.Stop != nil:
		return clean(story.Stop.Detail)
	default:
		return clean(story.Error)
	}
}

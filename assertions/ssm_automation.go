package assertions

import (
	"fmt"
	"slices"

	"gameday/internal/signals"
)

// SSMAutomation claims that an execution of a document started, or ended in a status.
type SSMAutomation struct {
	DocumentName string            `hcl:"document_name" doc:"the name of the document"`
	Status       string            `hcl:"status,optional" doc:"how the execution ended; InProgress: it started"`
	Parameters   map[string]string `hcl:"parameters,optional" doc:"parameters that the execution must have been given"`
}

func ssmAutomation() Kind {
	return Kind{
		Name:    "ssm_automation",
		Summary: "An SSM Automation execution of a document started, or ended in a status.",
		Example: `document_name = "Drain-Orders"
status        = "Success" # the default; "InProgress" = started
parameters    = { Queue = "orders" }`,
		Shape:  Event,
		Source: "ssm_automation",
		New:    func() Assertion { return &SSMAutomation{Status: "Success"} },
	}
}

// Sources returns the document.
func (a *SSMAutomation) Sources() []signals.Source { return source("ssm_automation", a.DocumentName) }

// Truth is the executions that got there, each once.
func (a *SSMAutomation) Truth(seen []signals.Signal) []Change {
	var timeline []Change
	told := map[string]bool{}
	for _, signal := range seen {
		execution, ok := signal.Value.(signals.Execution)
		if !ok || execution.Status != a.Status || told[execution.ID] || !a.takes(execution.Parameters) {
			continue
		}
		told[execution.ID] = true
		timeline = append(timeline, Change{
			At: signal.At, Holds: true, Observed: fmt.Sprintf("%s (%s)", execution.Status, execution.ID),
			Thing: execution.ID, Began: signals.Stamp(execution.Started),
		})
	}
	return timeline
}

// takes says whether the execution's parameters contain those that were asked for.
func (a *SSMAutomation) takes(parameters map[string][]string) bool {
	for name, value := range a.Parameters {
		if !slices.Contains(parameters[name], value) {
			return false
		}
	}
	return true
}

// Problems reports an empty name and a status that can be neither begun nor ended with.
func (a *SSMAutomation) Problems() []Problem {
	return append(missing("document_name", a.DocumentName),
		oneOf("status", a.Status, append([]string{signals.ExecutionStarted}, signals.ExecutionEnds()...))...)
}

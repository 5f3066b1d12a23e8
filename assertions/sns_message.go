package assertions

import (
	"strings"

	"gameday/internal/signals"
)

// SNSMessage claims that a message was published to a topic.
type SNSMessage struct {
	TopicARN string `hcl:"topic_arn" doc:"the topic"`
	Contains string `hcl:"contains,optional" doc:"a text that the message must contain"`
	JQ       string `hcl:"jq,optional" doc:"a jq expression that must be true of the message, parsed as JSON where it is JSON"`

	compiled *expression // JQ, once it was needed
}

func snsMessage() Kind {
	return Kind{
		Name:    "sns_message",
		Summary: "A message was published to an SNS topic.",
		Example: `topic_arn = "arn:aws:sns:eu-west-1:111122223333:page-primary"
contains  = "orders-backlog"
jq        = ".NewStateValue == \"ALARM\""`,
		Shape:  Event,
		Source: "sns_message",
		New:    func() Assertion { return &SNSMessage{} },
	}
}

// Sources returns the topic.
func (a *SNSMessage) Sources() []signals.Source { return source("sns_message", a.TopicARN) }

// Truth is the messages that match, each once.
func (a *SNSMessage) Truth(seen []signals.Signal) []Change {
	var timeline []Change
	told := map[string]bool{}
	for _, signal := range seen {
		message, ok := signal.Value.(signals.Message)
		if !ok || told[message.ID] || !a.matches(message.Text) {
			continue
		}
		told[message.ID] = true
		timeline = append(timeline, Change{At: signal.At, Holds: true, Observed: headline(message)})
	}
	return timeline
}

func (a *SNSMessage) matches(text string) bool {
	if !strings.Contains(text, a.Contains) {
		return false
	}
	if a.JQ == "" {
		return true
	}
	if a.compiled == nil || a.compiled.text != a.JQ {
		a.compiled = compile(a.JQ)
	}
	return a.compiled.holds(text)
}

// Problems reports what is no topic and an expression that is not jq.
func (a *SNSMessage) Problems() []Problem {
	problems := noTopic("topic_arn", a.TopicARN)
	if a.JQ == "" {
		return problems
	}
	if err := compile(a.JQ).err; err != nil {
		problems = append(problems, Problem{Attribute: "jq", Summary: "Invalid jq expression", Detail: err.Error() + "."})
	}
	return problems
}

package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"gameday/experiments"
	"gameday/internal/notify"
	"gameday/internal/reference"
)

func TestTheExampleOfEveryKindIsValid(t *testing.T) {
	d := newDesk(t)
	for _, e := range reference.Entries(d.deps.Injectors(), d.deps.Assertions(), d.deps.Signals(), notify.Standard()) {
		if e.Block == "sandbox" {
			continue // those are one file together, which scenarios tests
		}
		parts := []string{"scenario \"example\" {}\n", e.Example}
		if e.Block != "target" {
			parts = append(parts, "target \"ec2_instances\" \"half_the_fleet\" {\n  tags = { app = \"checkout\" }\n}\n")
		}
		if e.Block != "inject" {
			parts = append(parts, "inject \"sqs_backlog\" \"flood\" {\n  queue_url = \"https://sqs.eu-west-1.amazonaws.com/111122223333/orders\"\n  messages = 1\n}\n")
		}
		if e.Block != "assert" {
			parts = append(parts, "assert \"cloudwatch_alarm\" \"fires\" {\n  alarm_name = \"a\"\n  state = \"ALARM\"\n  within = \"5m\"\n}\n")
		}
		for _, name := range regexp.MustCompile(`var\.(\w+)`).FindAllStringSubmatch(e.Example, -1) {
			parts = append(parts, "variable \""+name[1]+"\" {\n  sensitive = true\n  default   = \"https://hooks.example.com/T0\"\n}\n")
		}
		d.write("example.hcl", strings.Join(parts, "\n"))
		d.err.text.Reset()
		assert.Equal(t, experiments.ExitPassed, d.types("validate", "example.hcl"), "%s %s\n%s", e.Block, e.Name, d.err)
	}
}

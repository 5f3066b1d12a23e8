package permissions

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Sheet is a scenario's policies, ready to be written.
type Sheet struct {
	Scenario        string
	Account, Region string
	Policies        []Policy
}

// Format is a way to write policies.
type Format struct {
	Name    string
	Summary string
	Write   func(io.Writer, Sheet) error
}

// Formats returns the table of the ways to write policies.
func Formats() []Format {
	return []Format{
		{"json", "policy documents as IAM takes them; several as a list", writeJSON},
		{"terraform", "HCL for the provider hashicorp/aws", writeTerraform},
		{"cloudformation", "a template in YAML", writeCloudFormation},
	}
}

func writeJSON(w io.Writer, s Sheet) error {
	var all any = s.Policies
	if len(s.Policies) == 1 {
		all = s.Policies[0]
	}
	text, err := indented(all)
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\n", text)
	}
	return err
}

// about says what the policies are, in one line.
func (s Sheet) about() string {
	return fmt.Sprintf("What the scenario %q needs in account %s, %s.", s.Scenario, s.Account, s.Region)
}

// name is the name of the nth policy, from 0, of characters that every format and IAM take.
func (s Sheet) name(n int) string {
	clean := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, s.Scenario)
	const longest = 128 - len("gameday-") - len("-99")
	name := "gameday-" + clean[:min(len(clean), longest)]
	if n > 0 {
		name += "-" + strconv.Itoa(n+1)
	}
	return name
}

// camel is a name without its dashes: GamedayCheckout.
func camel(name string) string {
	var text strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' }) {
		text.WriteString(title(word))
	}
	return text.String()
}

// printer writes lines and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// comments says what a statement is for, and why it is no narrower.
func (p *printer) comments(indent string, s Statement) {
	p.line("%s# %s: %s", indent, s.grant.Purpose, s.grant.Purpose.Says())
	for _, note := range s.notes() {
		p.line("%s#   %s", indent, note)
	}
}

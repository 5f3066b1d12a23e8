package permissions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Largest is how many characters a managed policy may have, white space not counted (IAM and AWS STS quotas).
const Largest = 6144

// Policy is a policy document.
type Policy struct {
	Version   string
	Statement []Statement
}

// Statement is one statement of a policy.
type Statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"`

	grant Grant
}

// Policies writes grants as policies of at most that many characters: one, where they fit.
func Policies(grants []Grant, largest int) ([]Policy, error) {
	var whole []Grant
	for _, g := range grants {
		parts, err := halved(g, largest)
		if err != nil {
			return nil, err
		}
		whole = append(whole, parts...)
	}
	ids := map[string]int{}
	policies := []Policy{empty()}
	for _, g := range whole {
		s := newStatement(g)
		if ids[s.Sid]++; ids[s.Sid] > 1 {
			s.Sid += strconv.Itoa(ids[s.Sid])
		}
		last := &policies[len(policies)-1]
		longer := *last
		longer.Statement = append(longer.Statement[:len(longer.Statement):len(longer.Statement)], s)
		if longer.size() > largest && len(last.Statement) > 0 {
			policies = append(policies, empty())
			last = &policies[len(policies)-1]
		}
		last.Statement = append(last.Statement, s)
	}
	return policies, nil
}

func empty() Policy { return Policy{Version: "2012-10-17", Statement: []Statement{}} }

// halved cuts a grant that does not fit into a policy of its own in two, by its resources, until all parts fit.
func halved(g Grant, largest int) ([]Grant, error) {
	alone := empty()
	alone.Statement = append(alone.Statement, newStatement(g))
	if alone.size()+len("999") <= largest { // room for a number that makes its id unique
		return []Grant{g}, nil
	}
	n := len(g.Resources) / 2
	if n == 0 {
		return nil, fmt.Errorf("write a policy: %v alone takes more than %d characters", g.Actions, largest)
	}
	first, second := g, g
	first.Resources, second.Resources = g.Resources[:n], g.Resources[n:]
	var parts []Grant
	for _, half := range []Grant{first, second} {
		some, err := halved(half, largest)
		if err != nil {
			return nil, err
		}
		parts = append(parts, some...)
	}
	return parts, nil
}

func newStatement(g Grant) Statement {
	s := Statement{Sid: g.id(), Effect: "Allow", Action: g.Actions, Resource: g.Resources, grant: g}
	for _, c := range g.Conditions {
		if s.Condition == nil {
			s.Condition = map[string]map[string][]string{}
		}
		if s.Condition[c.Operator] == nil {
			s.Condition[c.Operator] = map[string][]string{}
		}
		s.Condition[c.Operator][c.Key] = c.Values
	}
	return s
}

// size is how many characters IAM counts.
func (p Policy) size() int {
	text, err := marshal(p)
	if err != nil {
		return 0 // strings only: it cannot fail
	}
	return utf8.RuneCount(text)
}

func marshal(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(text.Bytes()), err
}

// notes say, for each action of the statement that is not narrowed to resources, why.
func (s Statement) notes() []string {
	if !s.grant.everywhere() {
		return nil
	}
	var notes []string
	for _, action := range s.Action {
		if why := Unnarrowed(action); why != "" {
			notes = append(notes, action+": "+why)
		}
	}
	return notes
}

// Notes say, for each action that the grants allow on every resource, why they do. Each is said once.
func Notes(grants []Grant) []string {
	var notes []string
	for _, g := range grants {
		notes = append(notes, newStatement(g).notes()...)
	}
	return unique(notes)
}

func indented(v any) ([]byte, error) {
	text, err := marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write a policy: %w", err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, text, "", "  "); err != nil {
		return nil, fmt.Errorf("write a policy: %w", err)
	}
	return pretty.Bytes(), nil
}

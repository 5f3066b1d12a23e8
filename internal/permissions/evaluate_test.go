package permissions_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/internal/permissions"
)

// call is one request: an action, on what, and what IAM would know of it besides.
type call struct {
	action   string
	resource string // "*" where AWS lets nothing be named
	facts    map[string]string
}

// policy is a policy as IAM reads it: nothing but the text.
type policy struct {
	Statement []struct {
		Sid       string
		Effect    string
		Action    []string
		Resource  []string
		Condition map[string]map[string][]string
	}
}

func read(t testing.TB, policies []permissions.Policy) policy {
	t.Helper()
	var all policy
	for _, p := range policies {
		text, err := json.Marshal(p)
		require.NoError(t, err)
		var one policy
		require.NoError(t, json.Unmarshal(text, &one))
		all.Statement = append(all.Statement, one.Statement...)
	}
	return all
}

// allows returns the ids of the statements that allow a call. Everything is denied that no statement allows.
func (p policy) allows(c call) (ids []string) {
	for _, s := range p.Statement {
		action := func(pattern string) bool { return matches(strings.ToLower(pattern), strings.ToLower(c.action)) }
		resource := func(pattern string) bool { return matches(pattern, c.resource) }
		if s.Effect == "Allow" && slices.ContainsFunc(s.Action, action) && slices.ContainsFunc(s.Resource, resource) &&
			hold(s.Condition, c.facts) {
			ids = append(ids, s.Sid)
		}
	}
	return ids
}

func hold(conditions map[string]map[string][]string, facts map[string]string) bool {
	for operator, keys := range conditions {
		for key, wanted := range keys {
			is, known := facts[key]
			like := func(pattern string) bool {
				if operator == "StringEquals" {
					pattern = strings.NewReplacer("*", "${*}", "?", "${?}").Replace(plain(pattern))
				}
				return matches(pattern, is)
			}
			if !known || operator != "StringEquals" && operator != "StringLike" || !slices.ContainsFunc(wanted, like) {
				return false
			}
		}
	}
	return true
}

func plain(text string) string {
	return strings.NewReplacer("${$}", "$", "${*}", "*", "${?}", "?").Replace(text)
}

// matches knows *, ?, and the variables that stand for these letters.
func matches(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	if len(pattern) > 3 && pattern[:2] == "${" && pattern[3] == '}' {
		return text != "" && text[0] == pattern[2] && matches(pattern[4:], text[1:])
	}
	switch pattern[0] {
	case '*':
		return matches(pattern[1:], text) || text != "" && matches(pattern, text[1:])
	case '?':
		return text != "" && matches(pattern[1:], text[1:])
	}
	return text != "" && pattern[0] == text[0] && matches(pattern[1:], text[1:])
}

func TestTheEvaluatorJudgesAsIAMDoes(t *testing.T) {
	for _, one := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "anything", true},
		{"a*c", "abc", true},
		{"a*c", "abd", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"a${*}c", "a*c", true},
		{"a${*}c", "abc", false},
		{"a${$}{x}", "a${x}", true},
		{"", "", true},
		{"", "a", false},
	} {
		assert.Equal(t, one.want, matches(one.pattern, one.text), "%s ~ %s", one.pattern, one.text)
	}
	in := map[string]map[string][]string{"StringEquals": {"aws:RequestedRegion": {"eu-west-1", "eu-*"}}}
	assert.True(t, hold(in, map[string]string{"aws:RequestedRegion": "eu-west-1"}))
	assert.False(t, hold(in, map[string]string{"aws:RequestedRegion": "eu-central-1"}), "StringEquals knows no wildcards")
	assert.False(t, hold(in, nil), "what is not known does not hold")
	assert.False(t, hold(map[string]map[string][]string{"NumericEquals": {"x": {"1"}}}, map[string]string{"x": "1"}))
}

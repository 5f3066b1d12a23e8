package sandbox

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// policy is a resource policy, as far as it decides whether a service may send to a queue.
type policy struct{ Statement []statement }

type statement struct {
	Effect    string
	Principal principal
	Action    words
	Resource  words
	Condition map[string]map[string]words
}

// words is one string, or a list of them.
type words []string

// UnmarshalJSON reads either form.
func (w *words) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(w))
}

// principal is "*", or lists of principals by their kind.
type principal map[string]words

// UnmarshalJSON reads either form.
func (p *principal) UnmarshalJSON(text []byte) error {
	var everybody string
	if json.Unmarshal(text, &everybody) == nil {
		*p = principal{"AWS": {everybody}}
		return nil
	}
	return json.Unmarshal(text, (*map[string]words)(p))
}

func parsePolicy(text string) (policy, error) {
	var many policy
	if text == "" {
		return many, nil
	}
	var one struct{ Statement statement }
	if json.Unmarshal([]byte(text), &one) == nil {
		return policy{[]statement{one.Statement}}, one.Statement.check()
	}
	if json.Unmarshal([]byte(text), &many) != nil {
		return policy{}, errors.New("the policy is no valid JSON")
	}
	for _, s := range many.Statement {
		if err := s.check(); err != nil {
			return policy{}, err
		}
	}
	return many, nil
}

func (s statement) check() error {
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return errors.New("a statement's Effect is Allow or Deny")
	}
	if len(s.Action) == 0 || len(s.Principal) == 0 {
		return errors.New("a statement has an Action and a Principal")
	}
	return nil
}

// visit is who wants to do what, to what, on whose behalf.
type visit struct{ service, action, resource, source, account string }

// admits says whether a policy lets a service in: something allows it, and nothing denies it.
func (p policy) admits(v visit) bool {
	allowed := false
	for _, s := range p.Statement {
		if !s.applies(v) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

func (s statement) applies(v visit) bool {
	everybody := slices.Contains(s.Principal["AWS"], "*")
	if !everybody && !slices.Contains(s.Principal["Service"], v.service) {
		return false
	}
	action := func(pattern string) bool { return like(strings.ToLower(pattern), strings.ToLower(v.action)) }
	resource := func(pattern string) bool { return like(pattern, v.resource) }
	if !slices.ContainsFunc(s.Action, action) || len(s.Resource) > 0 && !slices.ContainsFunc(s.Resource, resource) {
		return false
	}
	return s.conditionsHold(v)
}

// conditionsHold says whether all conditions hold. Those that the sandbox does not know hold for a denial only: it is
// as strict as can be.
func (s statement) conditionsHold(v visit) bool {
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			holds, known := condition(operator, key, wanted, v)
			if known && !holds || !known && s.Effect == "Allow" {
				return false
			}
		}
	}
	return true
}

func condition(operator, key string, wanted words, v visit) (holds, known bool) {
	actual := map[string]string{"aws:sourcearn": v.source, "aws:sourceaccount": v.account}[strings.ToLower(key)]
	switch strings.TrimSuffix(operator, "IfExists") {
	case "ArnEquals", "ArnLike", "StringLike":
		holds = slices.ContainsFunc(wanted, func(pattern string) bool { return like(pattern, actual) })
	case "StringEquals":
		holds = slices.Contains(wanted, actual)
	case "StringEqualsIgnoreCase":
		holds = slices.ContainsFunc(wanted, func(text string) bool { return strings.EqualFold(text, actual) })
	default:
		return false, false
	}
	return holds, actual != ""
}

// like matches * and ? as policies do.
func like(pattern, text string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			for i := range len(text) + 1 {
				if like(pattern[1:], text[i:]) {
					return true
				}
			}
			return false
		case text == "" || pattern[0] != '?' && pattern[0] != text[0]:
			return false
		}
		pattern, text = pattern[1:], text[1:]
	}
	return text == ""
}

package permissions

import (
	"cmp"
	"slices"
	"strings"
)

// Purpose is what a grant is for.
type Purpose string

// The purposes. Plan is all that gameday plan needs. Journal is for a journal that is kept in AWS, too.
const (
	Plan    Purpose = "plan"
	Inject  Purpose = "inject"
	Observe Purpose = "observe"
	Revert  Purpose = "revert"
	Journal Purpose = "journal"
	Taps    Purpose = "taps"
	Notify  Purpose = "notify"
)

func purposes() []Purpose { return []Purpose{Plan, Inject, Observe, Revert, Journal, Taps, Notify} }

// Says tells in words what the purpose is.
func (p Purpose) Says() string {
	return map[Purpose]string{
		Plan:    "to resolve targets and plan faults; all of gameday plan",
		Inject:  "to inject the faults",
		Observe: "to watch the response",
		Revert:  "to take the faults back",
		Journal: "to keep the journal",
		Taps:    "to subscribe temporary queues to topics, and to remove them",
		Notify:  "to tell people how the run goes",
	}[p]
}

// Condition narrows a grant further.
type Condition struct {
	Operator, Key string
	Values        []string // as they are written in a policy
}

// Grant is one statement of a policy.
type Grant struct {
	Purpose    Purpose
	Actions    []string // sorted
	Resources  []string // sorted ARNs, as they are written in a policy, or "*"
	Conditions []Condition
	Examples   []string // ARNs that really are, or could be: one may ask IAM about them
}

// everywhere says that the grant is not narrowed to resources.
func (g Grant) everywhere() bool { return slices.Equal(g.Resources, []string{"*"}) }

// service is the service that all of the grant's actions are of, or "" for more than one.
func (g Grant) service() string {
	first, _, _ := strings.Cut(g.Actions[0], ":")
	for _, action := range g.Actions {
		if !strings.HasPrefix(action, first+":") {
			return ""
		}
	}
	return first
}

// id is a statement's Sid, before it is made unique.
func (g Grant) id() string {
	what := g.service()
	if g.everywhere() {
		what = "anywhere"
	}
	return title(string(g.Purpose)) + title(what)
}

func title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// literal writes text so that a policy takes it to the letter.
func literal(text string) string {
	return strings.NewReplacer("$", "${$}", "*", "${*}", "?", "${?}").Replace(text)
}

func byPurpose(a, b Grant) int {
	order := purposes()
	return cmp.Or(
		cmp.Compare(slices.Index(order, a.Purpose), slices.Index(order, b.Purpose)),
		cmp.Compare(a.id(), b.id()),
		slices.Compare(a.Actions, b.Actions),
		slices.Compare(a.Resources, b.Resources),
		cmp.Compare(keyOf(a.Conditions), keyOf(b.Conditions)),
	)
}

func keyOf(conditions []Condition) string {
	var key strings.Builder
	for _, c := range conditions {
		key.WriteString(c.Operator + "\x00" + c.Key + "\x00" + strings.Join(c.Values, "\x00") + "\x01")
	}
	return key.String()
}

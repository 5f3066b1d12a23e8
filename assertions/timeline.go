package assertions

import (
	"fmt"
	"slices"
	"strings"

	"gameday/internal/signals"
)

// level folds the signals of one source into a timeline: judge says of each payload whether the claim holds.
func level[V any](seen []signals.Signal, judge func(V) (holds bool, observed string)) []Change {
	var timeline []Change
	for _, signal := range seen {
		value, ok := signal.Value.(V)
		if !ok {
			continue
		}
		holds, observed := judge(value)
		timeline = step(timeline, Change{At: signal.At, Holds: holds, Observed: observed})
	}
	return timeline
}

// step adds a change to the timeline of a level, unless it says what the last one said.
func step(timeline []Change, next Change) []Change {
	if n := len(timeline); n > 0 && timeline[n-1].Holds == next.Holds {
		return timeline
	}
	return append(timeline, next)
}

// source is the one source of most kinds.
func source(kind, subject string) []signals.Source {
	return []signals.Source{{Kind: kind, Subject: subject}}
}

// missing is the problem of an attribute that must not be empty.
func missing(attribute string, value string) []Problem {
	if strings.TrimSpace(value) != "" {
		return nil
	}
	return []Problem{{Attribute: attribute, Summary: "Empty value", Detail: fmt.Sprintf("%s must not be empty.", attribute)}}
}

// oneOf is the problem of an attribute whose value is none of those allowed.
func oneOf(attribute, value string, allowed []string) []Problem {
	if slices.Contains(allowed, value) {
		return nil
	}
	return []Problem{{
		Attribute: attribute, Summary: "Unknown " + attribute,
		Detail: fmt.Sprintf("%q is not one of %s.", value, strings.Join(allowed, ", ")),
	}}
}

// negative is the problem of a count below zero.
func negative(attribute string, value *int) []Problem {
	if value == nil || *value >= 0 {
		return nil
	}
	return []Problem{{
		Attribute: attribute, Summary: "Negative count",
		Detail: fmt.Sprintf("%s is %d; it must be zero or more.", attribute, *value),
	}}
}

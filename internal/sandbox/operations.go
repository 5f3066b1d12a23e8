package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"gameday/internal/clock"
)

// Operations returns what the sandbox can answer, sorted, by names such as "SQS.SendMessage".
func Operations() []string {
	a, err := New(Spec{}, clock.Virtual(time.Time{}, 0), 0)
	if err != nil {
		panic(fmt.Sprintf("sandbox: an account without anything in it: %v", err))
	}
	return slices.Sorted(maps.Keys(a.handlers))
}

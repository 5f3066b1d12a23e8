package assertiontest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/internal/chance"
	"gameday/internal/signals"
)

// Case is a claim of one kind and a story that it is judged by.
type Case struct {
	Kind string
	New  func() assertions.Assertion // configured, with nothing wrong
	Seen []signals.Signal            // of the claim's sources; every payload that matters at least once
	Want []string                    // the timeline in words: "false 3 of 4 healthy"
}

// Conform runs the suite over every row of the catalog. A row without a case fails.
func Conform(t *testing.T, catalog assertions.Catalog, cases []Case) {
	for _, kind := range catalog {
		t.Run(kind.Name, func(t *testing.T) {
			ran := 0
			for _, c := range cases {
				if c.Kind == kind.Name {
					conform(t, kind, c)
					ran++
				}
			}
			require.NotZero(t, ran, "the kind has no case in assertiontest")
		})
	}
}

func conform(t *testing.T, kind assertions.Kind, c Case) {
	t.Run("the row is complete", func(t *testing.T) { complete(t, kind) })
	t.Run("nothing is wrong with the claim", func(t *testing.T) { require.Empty(t, problems(c.New())) })
	t.Run("an empty claim has problems", func(t *testing.T) { require.NotEmpty(t, problems(kind.New())) })
	t.Run("sources are stable, distinct and of the row's kind", func(t *testing.T) { sources(t, kind, c) })
	t.Run("the timeline is as told", func(t *testing.T) { require.Equal(t, c.Want, words(c.New().Truth(c.Seen))) })
	t.Run("no signals say nothing", func(t *testing.T) { require.Empty(t, c.New().Truth(nil)) })
	t.Run("strange signals say nothing", func(t *testing.T) { strange(t, c) })
	t.Run("a journal gives back what was seen", func(t *testing.T) { journalled(t, kind, c) })
	for _, s := range stories(c) {
		laws(t, kind, c, s)
	}
}

func complete(t *testing.T, kind assertions.Kind) {
	require.NotEmpty(t, kind.Summary)
	require.NotEmpty(t, kind.Example)
	_, known := signals.Standard().Find(kind.Source)
	require.True(t, known, "no watcher sees %q", kind.Source)
}

func problems(a assertions.Assertion) []assertions.Problem {
	if checked, ok := a.(assertions.Checked); ok {
		return checked.Problems()
	}
	return nil
}

func sources(t *testing.T, kind assertions.Kind, c Case) {
	claim := c.New()
	first := claim.Sources()
	require.NotEmpty(t, first)
	claim.Truth(c.Seen)
	require.Equal(t, first, claim.Sources())
	distinct := map[signals.Source]bool{}
	for _, source := range first {
		require.Equal(t, kind.Source, source.Kind)
		require.False(t, distinct[source], "%v is listed twice", source)
		distinct[source] = true
	}
	for _, signal := range c.Seen {
		require.True(t, distinct[signal.Source], "the case tells of %v, which the claim does not watch", signal.Source)
	}
}

func strange(t *testing.T, c Case) {
	var seen []signals.Signal
	for _, signal := range c.Seen {
		signal.Value = struct{ Unknown string }{"payload"}
		seen = append(seen, signal)
	}
	require.Empty(t, c.New().Truth(seen))
}

func journalled(t *testing.T, kind assertions.Kind, c Case) {
	source, _ := signals.Standard().Find(kind.Source)
	restored := slices.Clone(c.Seen)
	for i, signal := range restored {
		text, err := json.Marshal(signal.Value)
		require.NoError(t, err)
		restored[i].Value, err = source.Decode(text)
		require.NoError(t, err)
		require.Equal(t, signal.Value, restored[i].Value)
	}
	require.Equal(t, c.New().Truth(c.Seen), c.New().Truth(restored))
}

// laws are what must be true of every story.
func laws(t *testing.T, kind assertions.Kind, c Case, story []signals.Signal) {
	claim := c.New()
	before := slices.Clone(story)
	timeline := claim.Truth(story)
	require.Equal(t, before, story, "Truth changed its input")
	require.Equal(t, timeline, claim.Truth(story), "Truth remembers")
	require.Equal(t, timeline, c.New().Truth(story), "Truth depends on more than the claim")
	require.Equal(t, timeline, claim.Truth(doubled(story)), "signals that come twice change the timeline")
	for n := range story {
		early := claim.Truth(story[:n])
		require.LessOrEqual(t, len(early), len(timeline))
		require.Equal(t, words(timeline[:len(early)]), words(early), "later signals change what was said")
	}
	for i, change := range timeline {
		require.NotEmpty(t, change.Observed)
		require.False(t, change.At.Latest.IsZero(), "a change without a moment")
		if kind.Shape == assertions.Event {
			require.True(t, change.Holds, "an event that did not happen")
		} else if i > 0 {
			require.NotEqual(t, timeline[i-1].Holds, change.Holds, "two changes of a level say the same")
		}
	}
}

// stories are the case's own and a hundred made of the same payloads and moments in other orders.
func stories(c Case) [][]signals.Signal {
	all := [][]signals.Signal{c.Seen}
	random := chance.Seed(1).Stream(c.Kind, "stories")
	for range 100 {
		all = append(all, retold(c.Seen, random))
	}
	return all
}

func retold(seen []signals.Signal, random *rand.Rand) []signals.Signal {
	story := make([]signals.Signal, random.IntN(3*len(seen)+1))
	for i := range story {
		story[i] = seen[random.IntN(len(seen))]
	}
	return story
}

// doubled tells every signal twice.
func doubled(story []signals.Signal) []signals.Signal {
	var twice []signals.Signal
	for _, signal := range story {
		twice = append(twice, signal, signal)
	}
	return twice
}

// words tell a timeline as a case does.
func words(timeline []assertions.Change) []string {
	var lines []string
	for _, change := range timeline {
		lines = append(lines, fmt.Sprintf("%t %s", change.Holds, change.Observed))
	}
	return lines
}

package experiments

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAChainSaysInWordsWhatCameOfTheStepThatDecidesIt(t *testing.T) {
	late := func(least time.Duration) decision {
		return decision{verdict: Failed, reason: Late, latency: &Latency{Min: Millis(least), Max: Millis(least + 3*time.Second)}}
	}
	for want, d := range map[string]decision{
		"step a was late (1m2s of 1m)":                late(62*time.Second + 345*time.Millisecond),
		"step a was late (1m0.25s of 1m)":             late(minute + 250*time.Millisecond),
		"step a did not come within 1m":               {verdict: Failed, reason: Missed},
		"step a did not stay so":                      {verdict: Failed, reason: DidNotStay},
		"step a was true all along":                   {verdict: Inconclusive, reason: Vacuous},
		"step a could not be seen":                    {verdict: Inconclusive, reason: Blind},
		"step a is not known precisely enough":        {verdict: Inconclusive, reason: Straddles},
		"step a was skipped":                          {verdict: Inconclusive, reason: Skipped},
		"step a was not decided when the run stopped": {verdict: Inconclusive, reason: Halted},
	} {
		got, detail := judgeChain(minute, between(100, 100), []step{{"a", minute, d}})
		assert.Equal(t, want, detail)
		assert.Equal(t, d.reason, got.reason, "programs read the code")
	}
}

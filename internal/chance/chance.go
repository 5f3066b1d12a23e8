// Package chance gives every random draw a stream of its own, named by seed, block and purpose, so that one block's draws
// never move another's and the same seed always tells the same story.
package chance

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Seed names all the streams of one run.
type Seed int64

// Stream returns a new random stream for one purpose of one block, such as ("target.fleet", "pick"). Two streams of the
// same name draw the same numbers.
func (s Seed) Stream(block, purpose string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(block + "\x00" + purpose))
	return rand.New(rand.NewPCG(uint64(s), h.Sum64()))
}

// Between draws a duration evenly from [shortest, longest].
func Between(r *rand.Rand, shortest, longest time.Duration) time.Duration {
	if longest <= shortest {
		return shortest
	}
	return shortest + time.Duration(r.Int64N(int64(longest-shortest)+1))
}

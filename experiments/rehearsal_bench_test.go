package experiments_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkRehearseCheckout(b *testing.B) {
	s := open(b, "library/checkout")
	for b.Loop() {
		s.seed++
		_, err := s.play(b, &memory{}, nil)
		require.NoError(b, err)
	}
}

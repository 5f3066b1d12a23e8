package clock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"gameday/internal/clock"
)

func TestADurationIsWrittenAsPeopleDo(t *testing.T) {
	for d, text := range map[time.Duration]string{
		0: "0s", 350 * time.Millisecond: "350ms", 2250 * time.Millisecond: "2.25s", time.Minute: "1m", 62 * time.Second: "1m2s",
		time.Hour: "1h", 61 * time.Minute: "1h1m", 3*time.Hour + 5*time.Second: "3h0m5s", -2 * time.Minute: "-2m",
		1500 * time.Microsecond: "2ms",
	} {
		assert.Equal(t, text, clock.Short(d))
	}
}

package clock

import (
	"strings"
	"time"
)

// Short writes a duration as people write it, to the millisecond: 350ms, 2.25s, 3m, 1m2s, 1h.
func Short(d time.Duration) string {
	text := d.Round(time.Millisecond).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

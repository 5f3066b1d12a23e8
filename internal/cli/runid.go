package cli

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// rehearsalStart is when every rehearsal begins, so that the same rehearsal writes the same bytes.
func rehearsalStart() time.Time { return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC) }

// stamp is the part of a run's id that makes ids sort by time.
const stamp = "20060102-150405-"

// newRunID returns an id that sorts by time and that no other run has.
func newRunID(now time.Time) (string, error) {
	var random [2]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("draw a run id: %w", err)
	}
	return now.UTC().Format(stamp) + hex.EncodeToString(random[:]), nil
}

// rehearsalID returns the id of everything that decides how a rehearsal goes. How fast it is shown does not.
func rehearsalID(parts ...any) (string, error) {
	hash := sha256.New()
	for _, part := range parts {
		text, err := json.Marshal(part) // sorts the keys of maps
		if err != nil {
			return "", fmt.Errorf("make a run id: %w", err)
		}
		_ = binary.Write(hash, binary.BigEndian, int64(len(text)))
		_, _ = hash.Write(text)
	}
	return rehearsalStart().Format(stamp) + hex.EncodeToString(hash.Sum(nil)[:4]), nil
}

// drawSeed returns a seed that nobody chose. It is short enough to be typed.
func drawSeed() (int64, error) {
	var random [4]byte
	if _, err := rand.Read(random[:]); err != nil {
		return 0, fmt.Errorf("draw a seed: %w", err)
	}
	return int64(binary.BigEndian.Uint32(random[:])), nil
}

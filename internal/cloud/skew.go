package cloud

import "time"

// farthest is how wrong a clock can be before AWS refuses its signatures (IAM User Guide, "Troubleshoot Signature
// Version 4 requests": five minutes). Until AWS has told the time, that is all that is known.
const farthest = 5 * time.Minute

// skew is what is known of AWS's clock minus gameday's: it lies in [lo, hi]. A Date header says it only to a second, but
// every answer cuts the interval, so that after a few it is as wide as one round trip.
//
//	answer 1   ├───────────────────────┤
//	answer 2            ├───────────────────────┤
//	known               ├──────────────┤
type skew struct {
	lo, hi time.Duration
	known  bool
}

// see learns from an answer that carried date, in whole seconds, to a request that was sent and answered by gameday's
// clock. An answer that contradicts what was known means that a clock was stepped: then only the newest counts.
func (k *skew) see(date, sent, answered time.Time) {
	lo, hi := date.Sub(answered), date.Add(time.Second).Sub(sent)
	if k.known && max(lo, k.lo) <= min(hi, k.hi) {
		lo, hi = max(lo, k.lo), min(hi, k.hi)
	}
	*k = skew{lo: lo, hi: hi, known: true}
}

// bounds returns the interval in which the skew lies.
func (k *skew) bounds() (lo, hi time.Duration) {
	if !k.known {
		return -farthest, farthest
	}
	return k.lo, k.hi
}

package cloud

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// share is the part of AWS's quota that gameday takes for itself: the rest is for those who respond to the fault.
const share = 0.2

// budget holds a run's requests to a share of AWS's quotas, for each operation on its own. A burst may use one second of
// the full quota.
type budget struct {
	quotas   map[api]float64
	limiters map[api]*rate.Limiter
}

func newBudget() budget {
	return budget{quotas: quotas(), limiters: map[api]*rate.Limiter{}}
}

// reserve books one request and returns how long it has to wait, and a function that gives the booking back.
func (b budget) reserve(a api, now time.Time) (wait time.Duration, cancel func(now time.Time)) {
	booking := b.limiter(a).ReserveN(now, 1)
	return booking.DelayFrom(now), booking.CancelAt
}

func (b budget) limiter(a api) *rate.Limiter {
	if l, known := b.limiters[a]; known {
		return l
	}
	quota, listed := b.quotas[a]
	if !listed {
		quota = quotaOf(a)
	}
	l := rate.NewLimiter(rate.Inf, 1)
	if quota != unlimited {
		l = rate.NewLimiter(rate.Limit(quota*share), int(math.Ceil(quota)))
	}
	b.limiters[a] = l
	return l
}

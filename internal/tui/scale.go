package tui

import (
	"time"
)

// scale maps time to the columns of a bar.
type scale struct {
	from time.Time
	span time.Duration
	w    int
}

// column returns the column of a time, which may lie outside of the bar.
func (s scale) column(t time.Time) int {
	if s.span <= 0 || s.w <= 0 {
		return 0
	}
	at := float64(t.Sub(s.from)) / float64(s.span) * float64(s.w)
	return int(min(max(at, -1e6), 1e6))
}

// time returns the time at which a column begins.
func (s scale) time(column int) time.Time {
	return s.from.Add(time.Duration(float64(s.span) * float64(column) / float64(max(1, s.w))))
}

// spans are the lengths of time that a window may show, and steps the distances between the ticks of an axis.
func spans() []time.Duration {
	const s, m, h = time.Second, time.Minute, time.Hour
	return []time.Duration{
		5 * s, 10 * s, 20 * s, 30 * s, 45 * s, m, 90 * s, 2 * m, 3 * m, 4 * m, 5 * m, 7 * m, 10 * m, 12 * m, 15 * m, 20 * m,
		30 * m, 45 * m, h, 90 * m, 2 * h, 3 * h, 4 * h, 6 * h, 8 * h, 12 * h, 24 * h, 48 * h, 7 * 24 * h,
	}
}

func steps() []time.Duration {
	const s, m, h = time.Second, time.Minute, time.Hour
	return []time.Duration{
		s, 2 * s, 5 * s, 10 * s, 15 * s, 30 * s, m, 2 * m, 5 * m, 10 * m, 15 * m, 30 * m, h, 2 * h, 6 * h, 12 * h, 24 * h,
	}
}

// step returns the smallest distance between ticks that leaves room for their labels.
func (s scale) step(room int) time.Duration {
	for _, step := range steps() {
		if float64(step)/float64(max(1, s.span))*float64(s.w) >= float64(room) {
			return step
		}
	}
	return 7 * 24 * time.Hour
}

// lens is which part of the time is looked at. Its zero value shows everything.
type lens struct {
	span time.Duration // 0: so that everything fits
	back time.Duration // how far the window was moved back from where it would be
}

// window returns the scale of the lens at a time.
func (l lens) window(s *State, now time.Time, w int) scale {
	if l.span == 0 {
		return scale{s.Begun, s.fit(now), w}
	}
	lead := l.span / 4 // what is to come is shown, too
	from := now.Add(lead - l.span)
	if from.Before(s.Begun) {
		from = s.Begun
	}
	return scale{from.Add(-l.back), l.span, w}
}

// zoom returns the lens one step nearer (-1) or farther (+1).
func (l lens) zoom(s *State, now time.Time, by int) lens {
	current, all := l.span, spans()
	if current == 0 {
		current = s.fit(now)
	}
	next := current
	if by < 0 {
		for i := len(all) - 1; i >= 0; i-- {
			if all[i] < current {
				next = all[i]
				break
			}
		}
	} else {
		for _, span := range all {
			if span > current {
				next = span
				break
			}
		}
	}
	l.span = next
	return l
}

// move moves the window by a quarter of itself.
func (l lens) move(s *State, now time.Time, by int) lens {
	if l.span == 0 {
		l.span = s.fit(now)
	}
	l.back -= time.Duration(by) * l.span / 4
	return l
}

// fit is how long the window must be to show all that happened and all that is waited for.
func (s *State) fit(now time.Time) time.Duration {
	end := now
	if s.End != nil {
		return max(time.Second, later(s.Ended, now).Sub(s.Begun)*33/32)
	}
	for _, r := range s.Rows {
		if r.Verdict != "" || r.Within <= 0 {
			continue
		}
		if since, began := s.moment(r.Since); began {
			end = later(end, since.Add(time.Duration(r.Within)))
		}
	}
	need := end.Sub(s.Begun)
	need += need / 32
	for _, span := range spans() {
		if span >= need && span >= 30*time.Second {
			return span
		}
	}
	return need
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

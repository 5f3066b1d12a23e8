package tui

import (
	"time"

	"gameday/internal/report"
)

// view is how the panels are asked to show a state.
type view struct {
	now   time.Time // by gameday's clock
	zone  zone
	local *time.Location
	focus pane
}

// zone is how times are written.
type zone int

const (
	relative zone = iota // since the begin of the run
	utc
	local
)

func (z zone) title() string { return []string{"since the start", "UTC", "local time"}[z] }

func (v view) in(t time.Time) time.Time {
	if v.zone == local && v.local != nil {
		return t.In(v.local)
	}
	return t.UTC()
}

// time writes a time.
func (v view) time(t time.Time, s *State) string {
	if v.zone == relative {
		return report.Elapsed(t.Sub(s.Begun))
	}
	return v.in(t).Format("15:04:05")
}

// pane is a part of the window.
type pane int

const (
	paneTimeline pane = iota
	paneDetail
	paneLog
	paneMetrics
	panes // how many there are
)

// String returns the pane's title.
func (p pane) String() string { return []string{"Time line", "Detail", "Log", "Signals"}[p] }

package tui

import (
	"encoding/json"
	"fmt"
	"sort"
	"time"

	"gameday/experiments"
	"gameday/internal/report"
	"gameday/internal/signals"
)

// Series is what one source said, over time.
type Series struct {
	Source signals.Source
	Label  string
	Points []Point
	Event  bool // things that happen, rather than a value that changes
	Max    float64
}

// Point is one thing that a source said.
type Point struct {
	At     time.Time // when gameday learned it, by its clock
	Value  float64
	Text   string // in words
	Moment signals.Moment
}

// payload is whatever the kinds of sources may say.
type payload struct {
	State    string   `json:"state"`
	Reason   string   `json:"reason"`
	Visible  *float64 `json:"visible"`
	Healthy  *float64 `json:"healthy"`
	Desired  float64  `json:"desired"`
	Value    *float64 `json:"value"`
	Subject  string   `json:"subject"`
	Text     string   `json:"text"`
	ID       string   `json:"id"`
	Document string   `json:"document"`
	Status   string   `json:"status"`
}

// signal keeps what a source said, and makes a line of it.
func (s *State) signal(r experiments.Record, e experiments.SignalSeen) {
	series := s.series(e.Source)
	var p payload
	_ = json.Unmarshal(e.Value, &p) // a kind that says something else is shown as it is
	point := Point{At: r.Time, Moment: e.At}
	point.Value, point.Text, series.Event = p.read(string(e.Value))
	series.Points = append(series.Points, point)
	series.Max = max(series.Max, point.Value)
	s.log(Entry{At: r.Time, About: series.Label, Text: point.Text, Source: e.Source, signal: true})
}

func (s *State) series(source signals.Source) *Series {
	if found := s.sources[source]; found != nil {
		return found
	}
	if s.sources == nil {
		s.sources = map[signals.Source]*Series{}
	}
	made := &Series{Source: source, Label: report.Plain(report.LastPart(source.Subject))}
	s.sources[source] = made
	s.Series = append(s.Series, made)
	return made
}

// read returns the payload as a number and in words.
func (p payload) read(raw string) (value float64, text string, event bool) {
	switch {
	case p.Visible != nil:
		return *p.Visible, fmt.Sprintf("%.0f visible", *p.Visible), false
	case p.Healthy != nil:
		return *p.Healthy, fmt.Sprintf("%.0f of %.0f healthy", *p.Healthy, p.Desired), false
	case p.Value != nil:
		return *p.Value, fmt.Sprintf("%.4g", *p.Value), false
	case p.Status != "":
		return 1, report.Plain(p.Status + " " + p.ID), true
	case p.State != "":
		return stateValue(p.State), report.Plain(p.State), false
	case p.Subject != "" || p.Text != "":
		if p.Subject == "" {
			p.Subject = p.Text
		}
		return 1, report.Plain(cut(report.Plain(p.Subject), 200)), true
	}
	return 0, cut(report.Plain(raw), 200), true
}

// stateValue is how high a state stands in a sparkline: what is wrong stands out.
func stateValue(state string) float64 {
	switch state {
	case "OK", "running":
		return 0
	case "INSUFFICIENT_DATA", "pending", "stopping", "shutting-down":
		return 1
	}
	return 2
}

// at returns the last point that was known at a time.
func (s *Series) at(t time.Time) (Point, bool) {
	i := sort.Search(len(s.Points), func(i int) bool { return s.Points[i].At.After(t) })
	if i == 0 {
		return Point{}, false
	}
	return s.Points[i-1], true
}

// within returns whether something happened after one time and not after another.
func (s *Series) within(from, to time.Time) bool {
	p, found := s.at(to)
	return found && p.At.After(from)
}

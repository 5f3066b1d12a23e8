package report

import (
	"io"
	"strings"
	"time"

	"gameday/experiments"
)

// Row is one line of the table of runs. A journal.Entry converts to it: report.Row(entry).
type Row struct {
	Run     string
	Path    string
	When    time.Time
	Summary experiments.Summary
	SHA256  string // of the scenario's text
	Err     error  // why it cannot be read
}

// Runs writes the table of the runs that are kept, in the order given. Those that cannot be read are in it, with the reason.
func Runs(w io.Writer, rows []Row, style Style) error {
	p := &page{Style: style}
	if len(rows) == 0 {
		p.line("There are no runs yet.")
		return p.send(w)
	}
	var head []cell
	for _, name := range []string{"RUN", "WHEN (UTC)", "MODE", "VERDICT", "TOOK", "SCENARIO"} {
		head = append(head, cell{text: name, paint: p.dim})
	}
	table := [][]cell{p.fit(head)}
	for _, r := range rows {
		table = append(table, p.fit(p.runRow(r)))
	}
	p.table(0, table)
	return p.send(w)
}

// fit leaves out the year, the duration and the column of modes where there is no room for them. Rehearsals are marked.
func (p *page) fit(row []cell) []cell {
	if p.width() >= 100 {
		return row
	}
	if _, day, dated := strings.Cut(row[1].text, "-"); dated {
		row[1].text = day
	}
	if row[2].text == modeWord(experiments.ModeRehearse) {
		row[5].text += " (rehearsal)"
	}
	return []cell{row[0], row[1], row[3], row[5]}
}

func (p *page) runRow(r Row) []cell {
	when := "–"
	if !r.When.IsZero() {
		when = r.When.UTC().Format("2006-01-02 15:04")
	}
	if r.Err != nil {
		return []cell{text(r.Run), text(when), {text: "–"}, {text: markBad + " broken", paint: p.red}, {text: "–"}, {text: Plain(r.Err.Error()), paint: p.red}}
	}
	s, took := r.Summary, "–"
	if s.Finished != nil {
		took = short(s.Finished.Sub(s.Started))
	}
	verdict := mark(s.Verdict) + " " + strings.ReplaceAll(string(s.Verdict), "_", " ")
	if s.Finished == nil {
		verdict += ", cut short"
	}
	return []cell{
		text(r.Run), text(when), text(modeWord(s.Mode)),
		{text: verdict, paint: func(text string) string { return p.verdict(s.Verdict, text) }},
		{text: took},
		text(s.Scenario),
	}
}

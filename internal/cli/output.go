package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
	"gameday/internal/tui"
)

// memory is an experiments.Reporter that keeps every record, for the reports at the end.
type memory struct{ records []experiments.Record }

// Report keeps the record.
func (m *memory) Report(r experiments.Record) { m.records = append(m.records, r) }

// reporters are who is told what happens: a memory, for the reports at the end, and whoever looks on.
func (a *app) reporters(f *common) (*memory, beater, []experiments.Reporter) {
	kept := &memory{}
	if f.quiet {
		return kept, nil, []experiments.Reporter{kept}
	}
	if f.json {
		return kept, nil, []experiments.Reporter{kept, report.NewJSONLines(a.Stdout)}
	}
	lines := report.NewProgress(a.Stdout, a.style(f.noColor), false)
	if f.unkept {
		lines.Forget()
	}
	var progress beater = lines
	if f.accessible {
		progress = tui.NewSpoken(a.Stdout, a.style(true))
	}
	return kept, progress, []experiments.Reporter{kept, progress}
}

// heartbeat shows that the run is alive, until ctx ends. It starts a strand.
func heartbeat(ctx context.Context, p *play, progress beater) {
	if progress == nil || p.speed == 0 {
		return
	}
	p.clock.Go(func() {
		for p.clock.Sleep(ctx, 5*time.Second) == nil {
			progress.Beat(p.clock.Now())
		}
	})
}

// keep writes what follows from the records into the run folder, and puts it in its place.
func keep(folder *journal.Folder, records []experiments.Record) error {
	for _, file := range []struct {
		name  string
		write func(io.Writer, []experiments.Record) error
	}{
		{journal.SummaryFile, writeSummary},
		{journal.JUnitFile, writeJUnit},
		{journal.HTMLFile, report.HTML},
		{journal.MarkdownFile, report.Markdown},
	} {
		var text bytes.Buffer
		if err := file.write(&text, records); err != nil {
			return err
		}
		if err := folder.Write(file.name, text.Bytes()); err != nil {
			return err
		}
	}
	return folder.Commit()
}

func writeSummary(w io.Writer, records []experiments.Record) error {
	return report.Summary(w, experiments.Summarize(records))
}

func writeJUnit(w io.Writer, records []experiments.Record) error { return report.JUnit(w, records) }

// show prints the report at the end: for people, or the summary as one line of JSON.
func (a *app) show(f *common, records []experiments.Record, folder string, notices []report.Notice) error {
	if f.json {
		a.warnUntold(notices)
		return json.NewEncoder(a.Stdout).Encode(experiments.Summarize(records))
	}
	o := report.HumanOptions{Style: a.style(f.noColor), Folder: folder, Notices: notices}
	if folder != "" {
		o.Revert = revertCommand(folder)
	}
	return report.Human(a.Stdout, records, o)
}

// writeJUnit writes the file that --junit asks for.
func (f *common) writeJUnit(runs [][]experiments.Record) error {
	if f.junit == "" {
		return nil
	}
	var text bytes.Buffer
	write := report.JUnit
	if f.place != nil {
		write = func(w io.Writer, runs ...[]experiments.Record) error { return report.GitLabJUnit(w, f.place, runs...) }
	}
	if err := write(&text, runs...); err != nil {
		return err
	}
	if err := os.WriteFile(f.junit, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	return nil
}

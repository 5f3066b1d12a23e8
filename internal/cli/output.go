package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"gameday/experiments"
	"gameday/internal/journal"
	"gameday/internal/report"
)

// memory is an experiments.Reporter that keeps every record, for the reports at the end.
type memory struct{ records []experiments.Record }

// Report keeps the record.
func (m *memory) Report(r experiments.Record) { m.records = append(m.records, r) }

// reporters are who is told what happens: a memory, for the reports at the end, and whoever looks on.
func (a *app) reporters(f *common) (*memory, *report.Progress, []experiments.Reporter) {
	kept := &memory{}
	if f.quiet {
		return kept, nil, []experiments.Reporter{kept}
	}
	if f.json {
		return kept, nil, []experiments.Reporter{kept, report.NewJSONLines(a.Stdout)}
	}
	progress := report.NewProgress(a.Stdout, a.style(f.noColor), false)
	return kept, progress, []experiments.Reporter{kept, progress}
}

// heartbeat shows that the run is alive, until ctx ends. It starts a strand.
func heartbeat(ctx context.Context, p *play, progress *report.Progress) {
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
	var summary, junit bytes.Buffer
	if err := report.Summary(&summary, experiments.Summarize(records)); err != nil {
		return err
	}
	if err := report.JUnit(&junit, records); err != nil {
		return err
	}
	if err := folder.Write(journal.SummaryFile, summary.Bytes()); err != nil {
		return err
	}
	if err := folder.Write(journal.JUnitFile, junit.Bytes()); err != nil {
		return err
	}
	return folder.Commit()
}

// show prints the report at the end: for people, or the summary as one line of JSON.
func (a *app) show(f *common, records []experiments.Record, folder string) error {
	if f.json {
		return json.NewEncoder(a.Stdout).Encode(experiments.Summarize(records))
	}
	return report.Human(a.Stdout, records, report.HumanOptions{Style: a.style(f.noColor), Folder: folder})
}

// writeJUnit writes the file that --junit asks for.
func (f *common) writeJUnit(runs [][]experiments.Record) error {
	if f.junit == "" {
		return nil
	}
	var text bytes.Buffer
	if err := report.JUnit(&text, runs...); err != nil {
		return err
	}
	if err := os.WriteFile(f.junit, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	return nil
}

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gameday/experiments"
	"gameday/internal/report"
)

// summarize appends the report of a run to the summary of the step, as far as there is room.
func (c *ci) summarize(records []experiments.Record) {
	const variable = "GITHUB_STEP_SUMMARY"
	path := c.env(variable)
	if c.system != ciGitHub || path == "" || c.full[path] {
		return
	}
	var text bytes.Buffer
	err := report.Markdown(&text, records)
	var before int64
	if err == nil {
		before, err = sizeOf(path)
	}
	if err == nil {
		text.WriteString("\n")
		room := max(0, report.LongestStepSummary-before)
		fitted := report.FitMarkdown(text.String(), int(room))
		c.full[path] = fitted != text.String()
		err = appendTo(path, fitted)
	}
	if err != nil {
		c.full[path] = true
		c.warn(fmt.Errorf("%s: %w", variable, err))
	}
}

// output writes what other steps may want to know. There is a line for each of several runs.
func (c *ci) output(code experiments.ExitCode) {
	const variable = "GITHUB_OUTPUT"
	path := c.env(variable)
	if path == "" {
		return
	}
	var ids, folders []string
	for _, o := range c.ran {
		ids = append(ids, experiments.Summarize(o.records).Run)
		if o.folder != "" {
			folder, err := filepath.Abs(o.folder)
			if err != nil {
				folder = o.folder
			}
			folders = append(folders, folder)
		}
	}
	var text bytes.Buffer
	err := report.GitHubOutputs(&text, c.random, []report.Output{
		{Name: "verdict", Value: verdictOf(code)},
		{Name: "exit-code", Value: strconv.Itoa(int(code))},
		{Name: "run", Value: strings.Join(ids, "\n")},
		{Name: "folder", Value: strings.Join(folders, "\n")},
	})
	if err == nil {
		err = appendTo(path, text.String())
	}
	if err != nil {
		c.warn(fmt.Errorf("%s: %w", variable, err))
	}
}

// warn says that something could not be told. The verdict stays what it is.
func (c *ci) warn(err error) { fmt.Fprintf(c.stderr, "Warning: %s\n", err) }

// verdictOf is the verdict that an exit code stands for; of what was wrong before anything was played, "invalid".
func verdictOf(code experiments.ExitCode) string {
	switch code {
	case experiments.ExitPassed:
		return string(experiments.Passed)
	case experiments.ExitFailed:
		return string(experiments.Failed)
	case experiments.ExitUsage:
		return "invalid"
	case experiments.ExitStopped:
		return string(experiments.Stopped)
	case experiments.ExitNotReverted:
		return string(experiments.NotReverted)
	case experiments.ExitInterrupted, experiments.ExitTerminated:
		return string(experiments.Interrupted)
	}
	return string(experiments.Inconclusive)
}

func sizeOf(path string) (int64, error) {
	file, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return file.Size(), nil
}

// appendTo appends to a file that GitHub made. One that is not there is not made: nobody would read it.
func appendTo(path, text string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

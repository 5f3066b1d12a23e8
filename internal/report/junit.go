package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"gameday/experiments"
)

type (
	junitFile struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		took       time.Duration
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Time    string      `xml:"time,attr"`
		File    string      `xml:"file,attr,omitempty"` // for GitLab only: schemas do not know it
		Failure *junitFault `xml:"failure"`
		Error   *junitFault `xml:"error"`
		Skipped *junitFault `xml:"skipped"`
		Out     string      `xml:"system-out,omitempty"`
	}
	junitFault struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes one file with one suite for each run. A missed SLO is a failure, what could not be seen an error, and what
// did not come to be asked is skipped. Checks, guards, assertions, chains, reverts and the run itself are its cases; the
// run's fails when nothing else says why it did not pass.
func JUnit(w io.Writer, runs ...[]experiments.Record) error { return junitOf(runs).write(w) }

func junitOf(runs [][]experiments.Record) junitFile {
	file := junitFile{Name: "gameday"}
	var took time.Duration
	names := map[string]int{}
	for _, records := range runs {
		suite := suiteOf(tell(records))
		names[suite.Name]++
		if n := names[suite.Name]; n > 1 {
			suite.Name = fmt.Sprintf("%s #%d", suite.Name, n)
		}
		file.Suites = append(file.Suites, suite)
		file.Tests += suite.Tests
		file.Failures += suite.Failures
		file.Errors += suite.Errors
		file.Skipped += suite.Skipped
		took += suite.took
	}
	file.Time = seconds(took)
	return file
}

func (file junitFile) write(w io.Writer) error {
	text, err := xml.MarshalIndent(file, "", "  ")
	if err != nil {
		return fmt.Errorf("write JUnit: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func suiteOf(a account) junitSuite {
	s := junitSuite{Name: valid(a.Started.Scenario), took: a.took(), Time: seconds(a.took())}
	if s.Name == "" {
		s.Name = "gameday"
	}
	if !a.Begun.IsZero() {
		s.Timestamp = a.Begun.Format("2006-01-02T15:04:05")
	}
	for _, p := range [][2]string{
		{"run", a.Started.Run},
		{"mode", string(a.Started.Mode)},
		{"seed", fmt.Sprint(a.Started.Seed)},
		{"account", a.Started.Account},
		{"region", a.Started.Region},
	} {
		if p[1] != "" {
			s.Properties = append(s.Properties, junitProperty{p[0], valid(p[1])})
		}
	}
	s.Cases = append(s.Cases, checkCases("check.", a.summary.Checks)...)
	s.Cases = append(s.Cases, checkCases("guard.", a.summary.Guards)...)
	for _, c := range a.claims() {
		s.Cases = append(s.Cases, claimCase(c, a))
	}
	s.Cases = append(s.Cases, revertCases(a)...)
	s.count()
	s.Cases = append(s.Cases, runCase(a, s.Failures+s.Errors > 0))
	s.count()
	s.name()
	return s
}

// count counts the suite's cases.
func (s *junitSuite) count() {
	s.Tests, s.Failures, s.Errors, s.Skipped = len(s.Cases), 0, 0, 0
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

// name gives every case its class, and makes names unique.
func (s *junitSuite) name() {
	seen := map[string]int{}
	for i := range s.Cases {
		c := &s.Cases[i]
		c.Class = "gameday." + s.Name
		if c.Time == "" {
			c.Time = seconds(0)
		}
		c.Name = valid(c.Name)
		if seen[c.Name]++; seen[c.Name] > 1 {
			c.Name = fmt.Sprintf("%s #%d", c.Name, seen[c.Name])
		}
	}
}

func checkCases(prefix string, all []experiments.CheckOutcome) []junitCase {
	var cases []junitCase
	for _, o := range all {
		said := strings.TrimPrefix(Plain(o.Observed)+", "+outcomeWords(o), ", ")
		c := junitCase{Name: prefix + o.Name, Out: valid(strings.TrimSuffix(said, ", "))}
		broken := o.Verdict == experiments.Failed && prefix == "guard."
		c.blame(o.Verdict, o.Reason, said, said, !broken) // a check that does not hold is no missed SLO: nothing was asked
		cases = append(cases, c)
	}
	return cases
}

// blame adds why a case did not pass.
func (c *junitCase) blame(v experiments.Verdict, r experiments.Reason, message, text string, unseen bool) {
	if v == experiments.Passed {
		return
	}
	kind := string(r)
	if kind == "" {
		kind = string(v)
	}
	fault := &junitFault{Message: valid(message), Type: kind, Text: valid(text)}
	switch {
	case r == experiments.Skipped || r == experiments.Halted:
		fault.Type, fault.Text = "", "" // schemas allow a message only
		c.Skipped = fault
	case v == experiments.Failed && !unseen:
		c.Failure = fault
	default:
		c.Error = fault
	}
}

func claimCase(c claim, a account) junitCase {
	out := junitCase{Name: c.label}
	said := headline(c) + " (" + against(c.answer.Latency, c.Within) + ")"
	if c.answer.Latency != nil {
		out.Time = seconds(time.Duration(c.answer.Latency.Max))
	}
	text := said
	if c.answer.Verdict != experiments.Passed {
		text += "\n" + explain(c, a)
	}
	if m := c.answer.Moment; m != nil {
		text += "\nat " + a.when(*m) + " (" + clockTime(m.Latest) + " UTC)"
	}
	text += place(c.Where)
	out.Out = valid(text)
	out.blame(c.answer.Verdict, c.answer.Reason, said, explain(c, a), false)
	return out
}

// revertCases say of every fault whether it was taken back, and of taps if one was not.
func revertCases(a account) []junitCase {
	var cases []junitCase
	for i, f := range a.Faults {
		c := junitCase{Name: "revert." + f.Name}
		switch a.summary.Faults[i].Reverted {
		case experiments.RevertedNo:
			said := "not reverted: it may still be live"
			if f.NotBack != nil {
				said += ": " + Plain(f.NotBack.Error)
			}
			c.blame(experiments.NotReverted, "", said, said, true)
		case experiments.RevertedIrrevocable:
			c.Skipped = &junitFault{Message: "it cannot be reverted"}
		case experiments.RevertedNotInjected:
			c.Skipped = &junitFault{Message: "it was not injected"}
		default:
			if f.Reverted != nil {
				c.Out = valid(Plain(f.Reverted.Note))
			}
		}
		cases = append(cases, c)
	}
	return cases
}

// runCase is the run as a whole.
func runCase(a account, explained bool) junitCase {
	s := a.summary
	said := strings.ReplaceAll(string(s.Verdict), "_", " ") + ": " + a.ending()
	text := said
	if a.Stop != nil {
		text += "\n" + stopWords(*a.Stop)
	}
	if a.Error != "" {
		text += "\n" + Plain(a.Error)
	}
	for _, l := range s.Leftovers {
		text += "\nleft: " + Plain(l.What) + ": " + Plain(l.Reason)
	}
	c := junitCase{Name: "run", Time: seconds(a.took()), Out: valid(text)}
	blamed := s.Verdict == experiments.Failed || s.Verdict == experiments.Inconclusive && a.Error == ""
	if s.Verdict != experiments.Passed && !(blamed && explained) {
		c.blame(s.Verdict, "", said, text, true)
	}
	return c
}

// seconds writes a duration as JUnit wants it: in seconds, without an exponent.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(0, d).Seconds()) }

// valid removes what XML cannot hold.
func valid(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r',
			r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd && r != utf8.RuneError, r >= 0x10000:
			return r
		}
		return -1
	}, text)
}

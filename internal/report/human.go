package report

import (
	"fmt"
	"io"
	"sort"
	"strings"

	"gameday/experiments"
)

// HumanOptions are how Human writes.
type HumanOptions struct {
	Style
	Folder string // the run folder, to be shown; empty: the run was not kept
	Revert string // the command that reverts leftovers; empty: "gameday revert RUN"

	Notices []Notice // who was told of the run
}

// Notice is a line about telling somebody of a run.
type Notice struct {
	Text   string
	Failed bool // they could not be told
}

// Human writes the final report of a run, whole or cut short, from its records alone.
func Human(w io.Writer, records []experiments.Record, o HumanOptions) error {
	h := &human{page: &page{Style: o.Style}, account: tell(records), options: o}
	for _, part := range []func(){
		h.header, h.warnings, h.checks, h.faults, h.guards, h.asserted, h.chained, h.paged, h.diagnostics, h.blindness, h.trouble,
		h.notices, h.leftovers, h.footer,
	} {
		part()
	}
	return h.send(w)
}

type human struct {
	*page
	account
	options HumanOptions
}

func (h *human) header() {
	h.line("%s", h.bold(Plain(h.Started.Scenario)))
	h.prose(2, facts(h.Started), h.dim)
	if !h.Begun.IsZero() {
		text := fmt.Sprintf("started %s UTC · took %s", h.Begun.Format("2006-01-02 15:04:05"), short(h.took()))
		if h.options.Folder != "" { // else there is nothing that an id would find
			text = "run " + Plain(h.Started.Run) + " · " + text
		}
		h.prose(2, text, h.dim)
	}
	if h.Started.Hypothesis != "" {
		h.line("")
		h.prose(2, Plain(h.Started.Hypothesis), nil)
	}
}

// facts is where and how a scenario runs.
func facts(started experiments.RunStarted) string {
	parts := []string{modeWord(started.Mode)}
	if started.Account != "" {
		parts = append(parts, "account "+Plain(started.Account))
	}
	if started.Region != "" {
		parts = append(parts, Plain(started.Region))
	}
	return strings.Join(append(parts, fmt.Sprintf("seed %d", started.Seed)), " · ")
}

func (h *human) notices() {
	if len(h.options.Notices) == 0 {
		return
	}
	h.title("Who was told of this " + modeWord(h.Started.Mode))
	for _, n := range h.options.Notices {
		if n.Failed {
			h.prose(2, "! "+Plain(n.Text), h.yellow)
		} else {
			h.prose(2, Plain(n.Text), nil)
		}
	}
}

func (h *human) warnings() {
	if len(h.Plan.Warnings) == 0 {
		return
	}
	h.title("Warnings")
	warnings(h.page, h.Plan.Warnings)
}

func warnings(p *page, all []experiments.Warning) {
	for _, w := range all {
		p.prose(2, "! "+Plain(w.Summary)+place(w.Where), p.yellow)
		p.prose(4, Plain(w.Detail), nil)
	}
}

// place is where a block stands: (checkout.hcl:12).
func place(r experiments.Range) string {
	if r.Line == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s:%d)", Plain(r.File), r.Line)
}

func (h *human) checks() { h.outcomes("Checks", h.summary.Checks) }

func (h *human) guards() { h.outcomes("Guards", h.summary.Guards) }

func (h *human) outcomes(title string, all []experiments.CheckOutcome) {
	if len(all) == 0 {
		return
	}
	h.title(title)
	var rows [][]cell
	for _, c := range all {
		said := Plain(c.Observed)
		if c.Reason != "" {
			said = strings.TrimPrefix(said+", "+outcomeWords(c), ", ")
		}
		rows = append(rows, []cell{h.mark(c.Verdict), text(c.Name), h.faint(c.Kind), {text: said}})
	}
	h.table(2, rows)
}

// outcomeWords says why a check or a guard did not pass.
func outcomeWords(c experiments.CheckOutcome) string {
	switch c.Reason {
	case experiments.Missed:
		return "does not hold"
	case experiments.Happened:
		return "happened"
	case experiments.DidNotStay:
		return "broken"
	case experiments.Blind:
		return "could not be seen"
	case experiments.Skipped:
		return "not needed: nothing was touched"
	case experiments.Halted:
		return "not decided when the run ended"
	}
	return Plain(string(c.Reason))
}

func (h *human) mark(v experiments.Verdict) cell {
	return cell{text: mark(v), paint: func(text string) string { return h.verdict(v, text) }}
}

// faint is what is shown for the record.
func (p *page) faint(s string) cell { return cell{text: Plain(s), paint: p.dim} }

func (h *human) asserted() {
	h.claimed("Response", h.asserts)
}

func (h *human) chained() {
	h.claimed("Playbooks and escalations", h.chains)
}

func (h *human) claimed(title string, claims []claim) {
	if len(claims) == 0 {
		return
	}
	h.title(title)
	var rows [][]cell
	for _, c := range claims {
		v := c.answer.Verdict
		rows = append(rows, []cell{
			h.mark(v), text(c.Name),
			{text: against(c.answer.Latency, c.Within)},
			h.faint(c.Kind),
			{text: headline(c), paint: func(text string) string { return h.tone(v, text) }},
		})
	}
	h.table(2, rows)
}

// tone leaves what passed uncoloured: what did not is to catch the eye.
func (h *human) tone(v experiments.Verdict, text string) string {
	if v == experiments.Passed {
		return text
	}
	return h.verdict(v, text)
}

// paged lists who was paged, in the order of the pages.
func (h *human) paged() {
	var pages []claim
	for _, c := range h.asserts {
		if c.Kind == "sns_message" && c.answer.Moment != nil {
			pages = append(pages, c)
		}
	}
	if len(pages) == 0 {
		return
	}
	sort.SliceStable(pages, func(i, j int) bool {
		return pages[i].answer.Moment.Earliest.Before(pages[j].answer.Moment.Earliest)
	})
	h.title("Who was paged")
	var rows [][]cell
	for _, c := range pages {
		var topics []string
		for _, subject := range c.Subjects {
			topics = append(topics, lastPart(subject))
		}
		m := *c.answer.Moment
		rows = append(rows, []cell{
			text(h.when(m)), h.faint(clockTime(m.Latest) + " UTC"), text(c.Name), text(strings.Join(topics, ", ")),
		})
	}
	h.table(2, rows)
}

// blindness tells of what nobody could see, even where it did not matter.
func (h *human) blindness() {
	if len(h.Blind) == 0 {
		return
	}
	h.title("What could not be seen")
	for _, b := range h.Blind {
		said := blindWords(b, h.account)
		if b.Lost {
			said += " What happened meanwhile is lost."
		}
		h.prose(2, said, nil)
	}
}

// trouble says why the run ended early.
func (h *human) trouble() {
	if h.Stop != nil {
		h.title("Stopped")
		h.prose(2, stopWords(*h.Stop), h.yellow)
	}
	if h.Error != "" {
		h.title("Error")
		h.prose(2, errorWords(h.Error), h.red)
		if h.Hint != "" {
			h.prose(2, Plain(h.Hint), nil)
		}
	}
}

// stopWords says why a run stopped.
func stopWords(s experiments.RunStopping) string {
	cause := map[experiments.StopCause]string{
		experiments.StopGuard:      "A guard stopped the run",
		experiments.StopTimeout:    "The timeout stopped the run",
		experiments.StopInterrupt:  "The run was interrupted",
		experiments.StopTerminate:  "The run was terminated",
		experiments.StopJournal:    "The journal could not be written, so the run stopped",
		experiments.StopKillSwitch: "The kill switch stopped the run",
		experiments.StopAccount:    "The account guard stopped the run",
		experiments.StopLimits:     "The limits stopped the run",
		experiments.StopLock:       "The run lost its lock and stopped",
		experiments.StopPanic:      "A bug in gameday stopped the run",
	}[s.Cause]
	if cause == "" {
		cause = "The run stopped (" + Plain(string(s.Cause)) + ")"
	}
	if s.Detail == "" {
		return cause + "."
	}
	return cause + ": " + strings.TrimSuffix(Plain(s.Detail), ".") + "."
}

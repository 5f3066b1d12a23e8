package report

import (
	"fmt"
	"io"
	"strings"

	"gameday/experiments"
)

// Plan writes what would be touched, watched and asked. Of head it shows what is set of Scenario, Hypothesis, Mode,
// Account, Region and Seed.
func Plan(w io.Writer, head experiments.RunStarted, plan experiments.PlanMade, style Style) error {
	p := &planner{page: &page{Style: style}, plan: plan}
	p.line("%s", p.bold(Plain(head.Scenario)))
	p.prose(2, facts(head), p.dim)
	if head.Hypothesis != "" {
		p.line("")
		p.prose(2, Plain(head.Hypothesis), nil)
	}
	for _, part := range []func(){p.targets, p.faults, p.taps, p.listening, p.asserts, p.chains, p.warned, p.total} {
		part()
	}
	return p.send(w)
}

type planner struct {
	*page
	plan experiments.PlanMade
}

func (p *planner) targets() {
	if len(p.plan.Targets) == 0 {
		return
	}
	p.title("Targets")
	for _, t := range p.plan.Targets {
		found := fmt.Sprintf("# %d of %d that match", len(t.ARNs), t.Matched)
		p.table(4, [][]cell{{text("target." + t.Name), text(t.Kind), {text: found, paint: p.dim}}})
		for _, arn := range t.ARNs {
			p.line("        %s", Plain(arn))
		}
	}
}

func (p *planner) faults() {
	p.title("Faults, in this order at the earliest")
	if len(p.plan.Faults) == 0 {
		p.line("    none")
	}
	for _, f := range p.plan.Faults {
		sign, paint := "~", p.yellow
		if f.Irreversible {
			sign, paint = "!", p.red
		}
		p.line("  %s %s  %s", paint(sign), p.bold("inject."+Plain(f.Name)), Plain(f.Kind))
		p.prose(8, startWords(f), nil)
		p.prose(8, endWords(f), paint)
		for _, target := range f.Targets {
			p.line("        %s %s", paint(sign), Plain(target))
		}
	}
}

// startWords says when a fault starts.
func startWords(f experiments.PlannedFault) string {
	after := "at once"
	if len(f.After) > 0 {
		after = "after " + Plain(strings.Join(f.After, " and "))
	}
	switch {
	case f.Delay > 0 && len(f.After) > 0:
		return after + ", and " + limited(f.Delay) + " more"
	case f.Delay > 0:
		return "after " + limited(f.Delay)
	}
	return after
}

// endWords says when, and whether, a fault is taken back.
func endWords(f experiments.PlannedFault) string {
	switch {
	case f.Irreversible:
		return "cannot be reverted"
	case f.Duration > 0:
		return "reverted after " + limited(f.Duration)
	}
	return "reverted at the end of the run"
}

func (p *planner) taps() {
	if len(p.plan.Taps) == 0 {
		return
	}
	p.title("Taps, made before the first fault and removed at the end")
	for _, tap := range p.plan.Taps {
		p.line("  %s %s", p.green("+"), Plain(tap))
	}
}

// listening are the checks and guards.
func (p *planner) listening() {
	if len(p.plan.Checks) > 0 {
		p.title("Checks, which must hold before the first fault")
		var rows [][]cell
		for _, b := range p.plan.Checks {
			limit := "at once"
			if b.Within > 0 {
				limit = "within " + limited(b.Within)
			}
			rows = append(rows, []cell{text("check." + b.Name), p.faint(b.Kind), {text: limit}})
		}
		p.table(4, rows)
	}
	if len(p.plan.Guards) > 0 {
		p.title("Guards, which stop the run when they break")
		var rows [][]cell
		for _, b := range p.plan.Guards {
			rows = append(rows, []cell{text("guard." + b.Name), p.faint(b.Kind)})
		}
		p.table(4, rows)
	}
}

func (p *planner) asserts() {
	if len(p.plan.Assertions) == 0 {
		return
	}
	p.title("Response")
	var rows [][]cell
	for _, b := range p.plan.Assertions {
		rows = append(rows, []cell{text("assert." + b.Name), p.faint(b.Kind), {text: asks(b)}})
	}
	p.table(4, rows)
}

// asks says what is asked of a block.
func asks(b experiments.Block) string {
	within, since := limited(b.Within), ""
	if b.Since != "" {
		since = " of " + Plain(b.Since)
	}
	text := "within " + within + since
	switch b.Expect {
	case experiments.Never:
		text = "never within " + within + since
	case experiments.Stays:
		text = "all the time within " + within + since
	}
	if b.NotBefore > 0 {
		text += ", not before " + limited(b.NotBefore)
	}
	if b.HoldsFor > 0 {
		text += ", for " + limited(b.HoldsFor)
	}
	if b.Patience > 0 {
		text += "; looked for " + limited(b.Patience) + " longer"
	}
	return text
}

func (p *planner) chains() {
	if len(p.plan.Chains) == 0 {
		return
	}
	p.title("Playbooks and escalations")
	var rows [][]cell
	for _, c := range p.plan.Chains {
		asked := fmt.Sprintf("within %s of %s: %s", limited(c.Within), Plain(c.Since), Plain(strings.Join(c.Steps, " → ")))
		rows = append(rows, []cell{text(string(c.Kind) + "." + c.Name), {text: asked}})
	}
	p.table(4, rows)
}

func (p *planner) warned() {
	if len(p.plan.Warnings) > 0 {
		p.title("Warnings")
		warnings(p.page, p.plan.Warnings)
	}
}

func (p *planner) total() {
	touched := map[string]bool{}
	irreversible := 0
	for _, f := range p.plan.Faults {
		for _, target := range f.Targets {
			touched[target] = true
		}
		if f.Irreversible {
			irreversible++
		}
	}
	total := fmt.Sprintf("Plan: %s on %s, %s, %s.", count(len(p.plan.Faults), "fault"), count(len(touched), "target"),
		count(len(p.plan.Taps), "tap"), count(len(p.plan.Assertions)+len(p.plan.Chains), "SLO"))
	p.title(total)
	if irreversible > 0 {
		p.line("%s", p.red(fmt.Sprintf("%s cannot be reverted.", count(irreversible, "fault"))))
	}
}

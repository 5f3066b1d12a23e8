package report

import (
	"time"

	"gameday/experiments"
	"gameday/internal/signals"
)

// claim is an assertion or a chain with what was asked of it and what came of it.
type claim struct {
	experiments.Block
	label  string // assert.backlog_alarm, playbook.drain
	chain  experiments.ChainType
	steps  []string
	answer experiments.AssertionDecided
}

// account is a run, told for people.
type account struct {
	experiments.Story
	summary experiments.Summary
	asserts []claim
	chains  []claim
}

func tell(records []experiments.Record) account {
	var f experiments.Fold
	for _, r := range records {
		f.Add(r)
	}
	return accountOf(&f)
}

func accountOf(f *experiments.Fold) account {
	a := account{Story: f.Story(), summary: f.Summary()}
	for i, block := range a.Plan.Assertions {
		a.asserts = append(a.asserts, a.assertClaim(block, a.summary.Assertions[i]))
	}
	for i, chain := range a.Plan.Chains {
		a.chains = append(a.chains, a.chainClaim(chain, a.summary.Chains[i]))
	}
	return a
}

func (a account) assertClaim(block experiments.Block, o experiments.AssertionOutcome) claim {
	c := claim{Block: block, label: "assert." + block.Name}
	c.Expect = o.Expect
	decided, found := a.Decision("", block.Name)
	if !found {
		decided = experiments.AssertionDecided{Name: block.Name, Verdict: o.Verdict, Reason: o.Reason}
	}
	c.answer = decided
	return c
}

func (a account) chainClaim(chain experiments.PlannedChain, o experiments.ChainOutcome) claim {
	c := claim{
		Block: experiments.Block{
			Name: chain.Name, Kind: string(chain.Kind), Where: chain.Where, Since: chain.Since, Within: chain.Within,
			Expect: experiments.Happens,
		},
		label: string(chain.Kind) + "." + chain.Name, chain: chain.Kind, steps: chain.Steps,
	}
	decided, found := a.Decision(chain.Kind, chain.Name)
	if !found {
		decided = experiments.AssertionDecided{Name: chain.Name, Chain: chain.Kind, Verdict: o.Verdict, Reason: o.Reason}
	}
	c.answer = decided
	return c
}

// claims are the assertions and then the chains.
func (a account) claims() []claim {
	return append(append([]claim{}, a.asserts...), a.chains...)
}

// took is how long the run took, as far as it is known.
func (a account) took() time.Duration {
	if a.summary.Finished != nil {
		return a.summary.Finished.Sub(a.Begun)
	}
	return a.Latest.Sub(a.Begun)
}

// since writes how long after the start of the run something happened.
func (a account) since(t time.Time) string { return elapsed(t.Sub(a.Begun)) }

// when writes a moment: +01:12, or where it is known less exactly +01:12–+01:17.
func (a account) when(m signals.Moment) string {
	if m.Earliest.IsZero() {
		return "by " + a.since(m.Latest)
	}
	if m.Latest.Sub(m.Earliest) < wide {
		return a.since(m.Latest)
	}
	return a.since(m.Earliest) + "–" + a.since(m.Latest)
}

// blindOn returns when the subjects of a block could not be seen.
func (a account) blindOn(b experiments.Block) []experiments.Blindness {
	var out []experiments.Blindness
	for _, blind := range a.Blind {
		for _, subject := range b.Subjects {
			if blind.Source.Subject == subject {
				out = append(out, blind)
			}
		}
	}
	return out
}

package experiments

import (
	"slices"
	"time"

	"gameday/assertions"
	"gameday/internal/signals"
)

// claim is one assert of a run.
type claim struct {
	Claim
	assertion assertions.Assertion
	question  question
	watches   []*watch
	timeline
	version  int // of its watches, when last judged
	decision *decision
	since    *signals.Moment
	counted  bool   // before is known
	before   int    // changes that were learned before since
	bound    string // the thing that an earlier step of its chain chose, such as an execution
	leader   *claim // that step
}

// timeline is a claim's truth, folded again only when there are new signals.
type timeline struct {
	changes []assertions.Change
	folded  int // signals
}

func (t *timeline) fold(assertion assertions.Assertion, watches []*watch) {
	total := 0
	for _, w := range watches {
		total += len(w.seen)
	}
	if total == t.folded {
		return
	}
	t.folded = total
	t.changes = assertion.Truth(merge(watches))
}

// merge returns the signals of all watches in the order in which they were learned.
func merge(watches []*watch) []signals.Signal {
	if len(watches) == 1 {
		return watches[0].seen
	}
	var all []signals.Signal
	next := make([]int, len(watches))
	for {
		first := -1
		for i, w := range watches {
			if next[i] < len(w.seen) && (first < 0 || w.seen[next[i]].Seen.Before(watches[first].seen[next[first]].Seen)) {
				first = i
			}
		}
		if first < 0 {
			return all
		}
		all = append(all, watches[first].seen[next[first]])
		next[first]++
	}
}

// chain is one playbook or escalation of a run.
type chain struct {
	Chain
	steps   []*claim
	decided bool
	verdict Verdict
}

// enlist makes what changes during the run of what was prepared.
func (r *run) enlist() {
	for _, f := range r.experiment.Faults {
		r.faults = append(r.faults, &fault{Fault: f, plan: r.plans[f.Name]})
	}
	for _, c := range r.experiment.Asserts {
		r.named[c.Name] = &claim{Claim: c, assertion: r.claims["assert."+c.Name], question: question{
			shape: c.Kind.Shape, expect: c.Expect, within: c.Within, notBefore: c.NotBefore, holdsFor: c.HoldsFor,
			patience: time.Duration(r.engine.patience(c)),
		}}
		r.asserts = append(r.asserts, r.named[c.Name])
	}
	for _, c := range r.experiment.Chains {
		chain := &chain{Chain: c}
		for _, name := range c.Steps {
			chain.steps = append(chain.steps, r.named[name])
		}
		chain.lead()
		r.chains = append(r.chains, chain)
	}
	for _, c := range r.experiment.Guards {
		r.guards = append(r.guards, &guard{Claim: c, assertion: r.claims["guard."+c.Name]})
	}
	for _, c := range r.experiment.Checks {
		r.checks = append(r.checks, &check{Claim: c, assertion: r.claims["check."+c.Name]})
	}
}

// lead makes steps of one chain on one source mean one thing: the one that the first of them chose.
func (c *chain) lead() {
	leaders := map[signals.Source]*claim{}
	for _, step := range c.steps {
		if step.Kind.Shape != assertions.Event {
			continue
		}
		for _, source := range step.assertion.Sources() {
			if leader := leaders[source]; leader == nil {
				leaders[source] = step
			} else if step.leader == nil && !leader.follows(step) {
				step.leader = leader
			}
		}
	}
}

// follows says whether c is the other claim, or waits for it, in whatever chains: two must not wait for each other.
func (c *claim) follows(other *claim) bool {
	for ; c != nil; c = c.leader {
		if c == other {
			return true
		}
	}
	return false
}

func (r *run) watchesOf(assertion assertions.Assertion) []*watch {
	var watches []*watch
	for _, source := range assertion.Sources() {
		watches = append(watches, r.watches[source])
	}
	return watches
}

// evaluate decides whatever can be decided now.
func (r *run) evaluate() {
	if len(r.watches) < len(r.sources) {
		return // not armed
	}
	r.notice()
	r.watchGuards()
	for again := true; again; {
		again = false
		for _, c := range r.asserts {
			if c.decision == nil && r.weigh(c) {
				again = true
			}
		}
	}
	for _, c := range r.chains {
		if !c.decided {
			r.weighChain(c)
		}
	}
}

// weigh judges one claim if anything about it is new, and says whether it is decided now.
func (r *run) weigh(c *claim) bool {
	if c.leader != nil && c.leader.decision == nil {
		return false // which thing is meant is not known yet
	}
	since, state := r.moment(c.Since)
	switch state {
	case never:
		if r.stopped != nil {
			return false // it may have come, had the run not been stopped
		}
		r.decide(c, decision{verdict: Inconclusive, reason: Skipped}, noMoment(c.Since))
		return true
	case notYet:
		return false
	}
	if c.watches == nil {
		c.watches = r.watchesOf(c.assertion)
	}
	version := 0
	for _, w := range c.watches {
		version += w.version
	}
	if version == c.version && c.since != nil && *c.since == since && !r.overdue(c, since) {
		return false
	}
	c.version, c.since = version, &since
	c.fold(c.assertion, c.watches)
	d, ok := judge(c.question, r.evidence(c, since))
	if !ok && r.overdue(c, since) {
		d, ok = decision{verdict: Inconclusive, reason: Blind}, true
	}
	if !ok || r.tooLate(c, d, since) {
		return false
	}
	r.decide(c, d, "")
	return true
}

// tooLate says whether a verdict rests on what came, or did not come, after the run was stopped and faults were taken back.
func (r *run) tooLate(c *claim, d decision, since signals.Moment) bool {
	if r.stopped == nil {
		return false
	}
	rests := since.Latest.Add(c.question.within + c.question.patience)
	if d.moment != nil {
		rests = d.moment.Latest
	}
	return rests.After(r.stoppedAt)
}

// evidence collects what a claim's verdict depends on.
func (r *run) evidence(c *claim, since signals.Moment) evidence {
	e := evidence{since: since, changes: r.chosen(c), beforehand: r.beforehand(c)}
	if c.Kind.Shape == assertions.Level {
		e.looked = r.lookedBefore(c.Since)
	}
	for i, w := range c.watches {
		if i == 0 || w.until.Before(e.seen) {
			e.seen = w.until
		}
		e.blind = append(e.blind, w.blind...)
	}
	return e
}

// beforehand is how many changes of a level were learned before gameday sent what began since.
func (r *run) beforehand(c *claim) int {
	sent := r.sent(c.Since)
	if c.Kind.Shape != assertions.Level || sent.IsZero() {
		return 0
	}
	if !c.counted {
		c.counted = true
		c.before = len(c.assertion.Truth(seenBefore(merge(c.watches), sent)))
	}
	return c.before
}

// seenBefore returns the signals that were learned before t.
func seenBefore(seen []signals.Signal, t time.Time) []signals.Signal {
	for i, signal := range seen {
		if !signal.Seen.Before(t) {
			return seen[:i]
		}
	}
	return seen
}

// chosen leaves out what cannot be meant: what began before the first fault, and other things than the one that the leading
// step of a chain chose.
func (r *run) chosen(c *claim) []assertions.Change {
	changes := r.meant(c.Kind.Shape, c.changes)
	if c.leader == nil || c.leader.bound == "" {
		return changes
	}
	return slices.DeleteFunc(slices.Clone(changes), func(change assertions.Change) bool {
		return change.Thing != "" && change.Thing != c.leader.bound
	})
}

// meant leaves out the events of things that began before the first fault, such as an execution that ends during it.
func (r *run) meant(shape assertions.Shape, changes []assertions.Change) []assertions.Change {
	first := r.firstSent()
	if shape != assertions.Event || first.IsZero() {
		return changes
	}
	return slices.DeleteFunc(slices.Clone(changes), func(change assertions.Change) bool {
		return change.Thing != "" && change.Began.Latest.Before(first)
	})
}

// overdueAfter is how long after its window a claim waits for watermarks that do not come.
const overdueAfter = 5 * time.Minute

// overdue says that a claim's window is long over and its sources still have not been seen so far.
func (r *run) overdue(c *claim, since signals.Moment) bool {
	end := since.Latest.Add(c.question.within + c.question.patience)
	for _, w := range c.watches {
		if w.failed != nil {
			return true
		}
	}
	now := r.engine.Clock.Now()
	return r.engine.toAWS(now, now).Earliest.Sub(end) > overdueAfter+c.question.holdsFor
}

func (r *run) decide(c *claim, d decision, detail string) {
	c.decision = &d
	if d.moment != nil {
		for _, change := range r.chosen(c) {
			if change.At == *d.moment && change.Holds {
				c.bound = change.Thing
				break
			}
		}
	}
	r.record(decided(c.Name, "", c.since, d, detail))
}

func decided(name string, chain ChainType, since *signals.Moment, d decision, detail string) AssertionDecided {
	return AssertionDecided{
		Name: name, Chain: chain, Verdict: d.verdict, Reason: d.reason, Since: since, Moment: d.moment, Latency: d.latency,
		Observed: d.observed, Detail: detail,
	}
}

// weighChain decides a chain once all its steps are.
func (r *run) weighChain(c *chain) {
	since, state := r.moment(c.Since)
	if state == notYet {
		return
	}
	var steps []step
	for _, s := range c.steps {
		if s.decision == nil {
			return
		}
		steps = append(steps, step{s.Name, s.Within, *s.decision})
	}
	if state == never && r.stopped == nil {
		r.decideChain(c, nil, decision{verdict: Inconclusive, reason: Skipped}, noMoment(c.Since))
		return
	}
	if state == never {
		return
	}
	d, detail := judgeChain(c.Within, since, steps)
	r.decideChain(c, &since, d, detail)
}

func (r *run) decideChain(c *chain, since *signals.Moment, d decision, detail string) {
	c.decided, c.verdict = true, d.verdict
	r.record(decided(c.Name, c.Type, since, d, detail))
}

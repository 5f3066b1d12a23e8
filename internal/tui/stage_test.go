package tui

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/assertions"
	"gameday/experiments"
	"gameday/injectors"
	"gameday/internal/chance"
	"gameday/internal/clock"
	"gameday/internal/cloud"
	"gameday/internal/sandbox"
	"gameday/internal/signals"
	"gameday/scenarios"
)

// kept is a reporter that keeps every record.
type kept struct{ records []experiments.Record }

func (k *kept) Report(r experiments.Record) { k.records = append(k.records, r) }

// rehearsals are those that were made already, by scenario.
var rehearsals sync.Map

// rehearsed returns the records of a rehearsal of a scenario of the library. They are not to be changed.
func rehearsed(t testing.TB, name string) []experiments.Record {
	t.Helper()
	if made, found := rehearsals.Load(name); found {
		return made.([]experiments.Record)
	}
	k := &kept{}
	rehearse(t, name, 0, k)
	rehearsals.Store(name, k.records)
	return k.records
}

// rehearse plays a scenario of the library at a speed.
func rehearse(t testing.TB, name string, speed float64, reporters ...experiments.Reporter) {
	t.Helper()
	loaded, err := scenarios.Load("library/"+name+".hcl", scenarios.Options{
		Catalogs: scenarios.Catalogs{Injectors: injectors.Standard(), Assertions: assertions.Standard()},
	})
	require.NoError(t, err)
	spec, err := scenarios.LoadSandbox(scenarios.SandboxFor("library/" + name + ".hcl"))
	require.NoError(t, err)
	c := clock.Virtual(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), speed)
	account, err := sandbox.New(spec, c, 1)
	require.NoError(t, err)
	c.Run(func() {
		living, end := context.WithCancel(t.Context())
		defer end()
		account.Start(living)
		engine := &experiments.Engine{
			Clock: c, Cloud: cloud.NewSession(account.Config(), c, chance.Seed(1), "20260105-090000-test"), Injectors: injectors.Standard(),
			Signals: signals.Standard(), Run: "20260105-090000-test", Mode: experiments.ModeRehearse, Seed: 1, Version: "test",
		}
		ready, err := engine.Plan(living, loaded.Experiment)
		if err == nil {
			ready.Do(living, experiments.Options{Reporters: reporters})
		}
	})
}

// shown is a model that was told records, up to a time of the run.
func shown(records []experiments.Record, after time.Duration, l look) *model {
	m := newModel(l, Actions{Stop: func() {}, Interrupt: func() {}, Hold: func(bool) {}})
	now := records[0].Time.Add(after)
	f := frame{wall: time.Unix(0, 0), now: now}
	for _, r := range records {
		if !r.Time.After(now) {
			f.records = append(f.records, r)
		}
	}
	f.over = len(f.records) == len(records)
	m.Update(f)
	return m
}

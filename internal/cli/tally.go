package cli

import (
	"cmp"
	"slices"

	"gameday/experiments"
)

// seeds is what many rehearsals of one scenario showed.
type seeds struct {
	Format     string               `json:"format"` // "gameday.rehearsals/1"
	Scenario   string               `json:"scenario"`
	File       string               `json:"file"`
	Runs       int                  `json:"runs"`
	ExitCode   experiments.ExitCode `json:"exit_code"`
	Verdicts   map[string]int       `json:"verdicts"`
	Worst      int64                `json:"worst_seed"`
	Folder     string               `json:"folder"` // of the worst
	Assertions []spread             `json:"assertions"`
	Chains     []spread             `json:"chains"`
}

// spread is how often one assertion or chain passed, and how long it took where it came.
type spread struct {
	Name         string              `json:"name"`
	Passed       int                 `json:"passed"`
	Failed       int                 `json:"failed"`
	Inconclusive int                 `json:"inconclusive"`
	Within       experiments.Millis  `json:"within_ms"`
	P50          *experiments.Millis `json:"p50_ms"` // null: it never came
	P90          *experiments.Millis `json:"p90_ms"`
	Max          *experiments.Millis `json:"max_ms"`
	latencies    []experiments.Millis
}

// tally counts what the summaries say. They are in the order of the seeds.
func tally(summaries []experiments.Summary) seeds {
	found := seeds{Format: "gameday.rehearsals/1", Runs: len(summaries), Verdicts: map[string]int{}, Assertions: []spread{}, Chains: []spread{}}
	worst := summaries[0]
	for _, s := range summaries {
		found.Verdicts[string(s.Verdict)]++
		found.ExitCode = experiments.WorstExit(found.ExitCode, s.ExitCode)
		if worse(s, worst) {
			worst = s
		}
		for i, one := range s.Assertions {
			found.Assertions = counted(found.Assertions, i, one.Name, one.Verdict, one.Within, one.Latency)
		}
		for i, one := range s.Chains {
			found.Chains = counted(found.Chains, i, one.Name, one.Verdict, one.Within, one.Latency)
		}
	}
	found.Worst = worst.Seed
	for i := range found.Assertions {
		found.Assertions[i].rank()
	}
	for i := range found.Chains {
		found.Chains[i].rank()
	}
	return found
}

func counted(all []spread, i int, name string, v experiments.Verdict, within experiments.Millis, l *experiments.Latency) []spread {
	if i == len(all) {
		all = append(all, spread{Name: name, Within: within})
	}
	switch v {
	case experiments.Passed:
		all[i].Passed++
	case experiments.Failed:
		all[i].Failed++
	default:
		all[i].Inconclusive++
	}
	if l != nil {
		all[i].latencies = append(all[i].latencies, l.Max)
	}
	return all
}

// rank fills in the percentiles: the nearest rank, so that each is a latency that was seen.
func (s *spread) rank() {
	if len(s.latencies) == 0 {
		return
	}
	slices.Sort(s.latencies)
	at := func(percent int) *experiments.Millis {
		return &s.latencies[max(0, (len(s.latencies)*percent+99)/100-1)]
	}
	s.P50, s.P90, s.Max = at(50), at(90), at(100)
}

// worse says whether one rehearsal went worse than another: by verdict, by how many assertions did not pass, or where all
// passed, by how close one came to its SLO.
func worse(a, b experiments.Summary) bool {
	if a.ExitCode != b.ExitCode {
		return experiments.WorstExit(a.ExitCode, b.ExitCode) == a.ExitCode
	}
	an, ac := closeness(a)
	bn, bc := closeness(b)
	return cmp.Or(cmp.Compare(an, bn), cmp.Compare(ac, bc)) > 0
}

func closeness(s experiments.Summary) (missed int, closest float64) {
	for _, one := range s.Assertions {
		if one.Verdict != experiments.Passed {
			missed++
		}
		if one.Latency != nil && one.Within > 0 {
			closest = max(closest, float64(one.Latency.Max)/float64(one.Within))
		}
	}
	return missed, closest
}

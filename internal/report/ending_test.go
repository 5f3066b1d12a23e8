package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"gameday/experiments"
)

func TestTheLastLineSaysWhatTheEndMeans(t *testing.T) {
	now := began
	kill := experiments.FaultOutcome{Name: "kill", Kind: "ec2_terminate", Reverted: experiments.RevertedIrrevocable}
	burn := experiments.FaultOutcome{Name: "burn", Kind: "ec2_terminate", Reverted: experiments.RevertedIrrevocable}
	flood := experiments.FaultOutcome{Name: "flood", Kind: "sqs_backlog", Reverted: experiments.RevertedYes}
	spared := experiments.FaultOutcome{Name: "kill", Kind: "ec2_terminate", Reverted: experiments.RevertedNotInjected}
	loud := experiments.CheckOutcome{Name: "calm", Verdict: experiments.Inconclusive, Reason: experiments.Missed}
	asked := []experiments.AssertionOutcome{{Name: "fires"}}
	for want, s := range map[string]experiments.Summary{
		"stopped by a guard or the timeout; everything is reverted":                                             {ExitCode: experiments.ExitStopped, Faults: []experiments.FaultOutcome{flood, spared}},
		"stopped by a guard or the timeout; everything that can be reverted is; kill (ec2_terminate) cannot":    {ExitCode: experiments.ExitStopped, Faults: []experiments.FaultOutcome{kill, flood}},
		"interrupted; everything that can be reverted is; kill (ec2_terminate) and burn (ec2_terminate) cannot": {ExitCode: experiments.ExitTerminated, Faults: []experiments.FaultOutcome{kill, burn}},
		"every SLO was met":                                {ExitCode: experiments.ExitPassed, Faults: []experiments.FaultOutcome{kill}, Assertions: asked},
		"a check did not hold, so nothing was touched":     {ExitCode: experiments.ExitInconclusive, Checks: []experiments.CheckOutcome{loud}, Faults: []experiments.FaultOutcome{spared}, Assertions: asked},
		"nothing was asserted, so nothing was proved":      {ExitCode: experiments.ExitInconclusive, Faults: []experiments.FaultOutcome{flood}},
		"it could not run, or could not see enough to say": {ExitCode: experiments.ExitInconclusive, Faults: []experiments.FaultOutcome{flood}, Assertions: asked},
		"every check and guard held":                       {ExitCode: experiments.ExitPassed},
	} {
		s.Finished = &now
		assert.Equal(t, want, account{summary: s}.ending())
	}
	broken := account{Story: experiments.Story{Error: "resolve target.fleet: denied"}, summary: experiments.Summary{ExitCode: experiments.ExitInconclusive, Finished: &now}}
	assert.Equal(t, "it could not run, or could not see enough to say", broken.ending())
}

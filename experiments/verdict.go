package experiments

// Verdict is the answer to an assertion, a chain or a run.
type Verdict string

// The verdicts, from the best to the worst. The last three are of runs only.
const (
	Passed       Verdict = "passed"
	Inconclusive Verdict = "inconclusive"
	Failed       Verdict = "failed"
	Interrupted  Verdict = "interrupted"
	Stopped      Verdict = "stopped"
	NotReverted  Verdict = "not_reverted"
)

func severity(v Verdict) int {
	for i, w := range []Verdict{Passed, Inconclusive, Failed, Interrupted, Stopped, NotReverted} {
		if v == w {
			return i
		}
	}
	return 1 // what is not known is not passed
}

// Worst returns the worse of two verdicts.
func Worst(a, b Verdict) Verdict {
	if severity(b) > severity(a) {
		return b
	}
	return a
}

// Reason is why a verdict is not passed.
type Reason string

// The reasons, in the words of the summary.
const (
	Late       Reason = "late"
	Missed     Reason = "missed"
	TooEarly   Reason = "too_early"
	Happened   Reason = "happened"
	DidNotStay Reason = "did_not_stay"
	OutOfOrder Reason = "out_of_order"
	Straddles  Reason = "straddles"
	Blind      Reason = "blind"
	Vacuous    Reason = "vacuous"
	Skipped    Reason = "skipped"
	Halted     Reason = "stopped" // the run was stopped before it was decided
)

// ExitCode is what the process returns.
type ExitCode int

// The exit codes.
const (
	ExitPassed       ExitCode = 0
	ExitFailed       ExitCode = 1
	ExitUsage        ExitCode = 2
	ExitInconclusive ExitCode = 3
	ExitStopped      ExitCode = 4
	ExitNotReverted  ExitCode = 5
	ExitInterrupted  ExitCode = 130
	ExitTerminated   ExitCode = 143
)

// WorstExit returns the worse of two exit codes of scenarios that ran one after another.
func WorstExit(a, b ExitCode) ExitCode {
	for _, code := range []ExitCode{ExitNotReverted, ExitStopped, ExitTerminated, ExitInterrupted, ExitUsage, ExitFailed, ExitInconclusive} {
		if a == code || b == code {
			return code
		}
	}
	return ExitPassed
}

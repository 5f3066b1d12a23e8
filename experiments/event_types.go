package experiments

import "encoding/json"

// Type returns "run.started".
func (RunStarted) Type() string { return "run.started" }

// Type returns "plan.made".
func (PlanMade) Type() string { return "plan.made" }

// Type returns "check.decided".
func (CheckDecided) Type() string { return "check.decided" }

// Type returns "tap.opening".
func (TapOpening) Type() string { return "tap.opening" }

// Type returns "tap.opened".
func (TapOpened) Type() string { return "tap.opened" }

// Type returns "tap.closed".
func (TapClosed) Type() string { return "tap.closed" }

// Type returns "signal.seen".
func (SignalSeen) Type() string { return "signal.seen" }

// Type returns "fault.planned".
func (FaultPlanned) Type() string { return "fault.planned" }

// Type returns "fault.injecting".
func (FaultInjecting) Type() string { return "fault.injecting" }

// Type returns "fault.injected".
func (FaultInjected) Type() string { return "fault.injected" }

// Type returns "fault.failed".
func (FaultFailed) Type() string { return "fault.failed" }

// Type returns "assertion.decided".
func (AssertionDecided) Type() string { return "assertion.decided" }

// Type returns "guard.broken".
func (GuardBroken) Type() string { return "guard.broken" }

// Type returns "run.stopping".
func (RunStopping) Type() string { return "run.stopping" }

// Type returns "fault.reverting".
func (FaultReverting) Type() string { return "fault.reverting" }

// Type returns "fault.reverted".
func (FaultReverted) Type() string { return "fault.reverted" }

// Type returns "fault.revert_failed".
func (FaultRevertFailed) Type() string { return "fault.revert_failed" }

// Type returns "seen.until".
func (SeenUntil) Type() string { return "seen.until" }

// Type returns "blind.began".
func (BlindBegan) Type() string { return "blind.began" }

// Type returns "blind.ended".
func (BlindEnded) Type() string { return "blind.ended" }

// Type returns "run.finished".
func (RunFinished) Type() string { return "run.finished" }

// readers is the sealed set: how each type is read from a journal.
func readers() map[string]func([]byte) (Event, error) {
	return map[string]func([]byte) (Event, error){
		RunStarted{}.Type():        read[RunStarted],
		PlanMade{}.Type():          read[PlanMade],
		CheckDecided{}.Type():      read[CheckDecided],
		TapOpening{}.Type():        read[TapOpening],
		TapOpened{}.Type():         read[TapOpened],
		TapClosed{}.Type():         read[TapClosed],
		SignalSeen{}.Type():        read[SignalSeen],
		FaultPlanned{}.Type():      read[FaultPlanned],
		FaultInjecting{}.Type():    read[FaultInjecting],
		FaultInjected{}.Type():     read[FaultInjected],
		FaultFailed{}.Type():       read[FaultFailed],
		AssertionDecided{}.Type():  read[AssertionDecided],
		GuardBroken{}.Type():       read[GuardBroken],
		RunStopping{}.Type():       read[RunStopping],
		FaultReverting{}.Type():    read[FaultReverting],
		FaultReverted{}.Type():     read[FaultReverted],
		FaultRevertFailed{}.Type(): read[FaultRevertFailed],
		SeenUntil{}.Type():         read[SeenUntil],
		BlindBegan{}.Type():        read[BlindBegan],
		BlindEnded{}.Type():        read[BlindEnded],
		RunFinished{}.Type():       read[RunFinished],
	}
}

func read[E Event](text []byte) (Event, error) {
	var event E
	err := json.Unmarshal(text, &event)
	return event, err
}

package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
)

// short writes a duration as people do: 350ms, 1.5s, 3m, 1m2s, 1h.
func short(d time.Duration) string { return format(d, grain(d)) }

func grain(d time.Duration) time.Duration {
	switch d = d.Abs(); {
	case d < time.Second:
		return time.Millisecond
	case d < time.Minute:
		return 100 * time.Millisecond
	}
	return time.Second
}

func format(d, grain time.Duration) string { return clock.Short(d.Round(grain)) }

// limited writes a limit that somebody set: what is compared with it may differ by a millisecond.
func limited(m experiments.Millis) string { return clock.Short(time.Duration(m)) }

// beside writes a duration that is compared with a limit: never rounded so far that it seems to be on the other side.
func beside(d, limit time.Duration) string {
	for _, g := range []time.Duration{grain(d), 100 * time.Millisecond, time.Millisecond} {
		if d.Round(g) > limit == (d > limit) && d.Round(g) < limit == (d < limit) {
			return format(d, g)
		}
	}
	return format(d, time.Millisecond)
}

// wide is from what width on an interval is shown as such.
const wide = time.Second

// span writes a latency: 1m2s, or where it is known less exactly 1m–1m5s.
func span(l experiments.Latency, limit time.Duration) string {
	least, most := time.Duration(l.Min), time.Duration(l.Max)
	from, to := beside(least, limit), beside(most, limit)
	astride := least <= limit && limit < most // then that is what matters
	if from == to || most-least < wide && !astride {
		if least > limit { // then the least says by how much
			return from
		}
		return to
	}
	return from + "–" + to
}

// against writes a latency beside its SLO: 1m2s / 3m.
func against(l *experiments.Latency, within experiments.Millis) string {
	if l == nil {
		return "– / " + limited(within)
	}
	return span(*l, time.Duration(within)) + " / " + limited(within)
}

// elapsed writes the time since the start of a run: +01:12, +1:02:03.
func elapsed(d time.Duration) string {
	sign := "+"
	if d < 0 {
		sign, d = "-", -d
	}
	seconds := int(d / time.Second)
	if seconds < 3600 {
		return fmt.Sprintf("%s%02d:%02d", sign, seconds/60, seconds%60)
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, seconds/3600, seconds/60%60, seconds%60)
}

// count writes a number of things: 1 target, 2 targets.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// clockTime writes a moment of the day, in UTC.
func clockTime(t time.Time) string { return t.UTC().Format("15:04:05") }

// sentence makes one of a phrase that comes from elsewhere. Names at its beginning keep their case.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	first, _, _ := strings.Cut(text, " ")
	if r, size := utf8.DecodeRuneInString(text); !strings.ContainsAny(first, "._-/") {
		text = string(unicode.ToUpper(r)) + text[size:]
	}
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}

// lastPart is the name in an ARN or a URL.
func lastPart(subject string) string {
	if i := strings.LastIndexAny(subject, ":/"); i >= 0 && i+1 < len(subject) {
		return subject[i+1:]
	}
	return subject
}

// modeWord is how people call a run of that mode.
func modeWord(m experiments.Mode) string {
	if m == experiments.ModeRehearse {
		return "rehearsal"
	}
	return "run"
}

// errorWords makes the text of an error fit to be read by people.
func errorWords(text string) string { return Plain(cloud.Brief(text)) }

// ending says what the end of a run means.
func (a account) ending() string {
	s := a.summary
	switch {
	case s.Finished == nil:
	case s.ExitCode == experiments.ExitPassed && len(s.Assertions)+len(s.Chains) == 0:
		return "every check and guard held"
	case s.ExitCode == experiments.ExitInconclusive && a.Error == "" && a.Stop == nil:
		if text := unproved(s); text != "" {
			return text
		}
	}
	for _, f := range s.Faults {
		if f.Reverted == experiments.RevertedIrrevocable {
			return strings.Replace(meaning(s.ExitCode), allReverted, "everything that can be reverted is; "+irrevocable(s)+" cannot", 1)
		}
	}
	return meaning(s.ExitCode)
}

// unproved says why a run proved nothing that went as it should.
func unproved(s experiments.Summary) string {
	for _, f := range s.Faults {
		if f.Reverted != experiments.RevertedNotInjected {
			return nothingAsserted(s)
		}
	}
	for _, c := range s.Checks {
		if c.Verdict != experiments.Passed {
			return "a check did not hold, so nothing was touched"
		}
	}
	return nothingAsserted(s)
}

func nothingAsserted(s experiments.Summary) string {
	if len(s.Assertions)+len(s.Chains) == 0 {
		return "nothing was asserted, so nothing was proved"
	}
	return ""
}

// irrevocable names the faults that were injected for good.
func irrevocable(s experiments.Summary) string {
	var names []string
	for _, f := range s.Faults {
		if f.Reverted == experiments.RevertedIrrevocable {
			names = append(names, fmt.Sprintf("%s (%s)", Plain(f.Name), Plain(f.Kind)))
		}
	}
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " and " + names[n]
	}
	return strings.Join(names, "")
}

const allReverted = "everything is reverted"

// meaning says what an exit code means.
func meaning(code experiments.ExitCode) string {
	switch code {
	case experiments.ExitPassed:
		return "every SLO was met"
	case experiments.ExitFailed:
		return "an SLO was missed"
	case experiments.ExitUsage:
		return "the scenario or the command is wrong; nothing was touched"
	case experiments.ExitInconclusive:
		return "it could not run, or could not see enough to say"
	case experiments.ExitStopped:
		return "stopped by a guard or the timeout; " + allReverted
	case experiments.ExitNotReverted:
		return "not fully reverted: a fault may still be live"
	case experiments.ExitInterrupted, experiments.ExitTerminated:
		return "interrupted; " + allReverted
	}
	return "unknown"
}

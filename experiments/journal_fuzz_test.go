package experiments_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/journal"
)

// wound is one way in which a journal is damaged: which, where, and how much.
type wound struct{ what, at, much uint16 }

// wounds reads damages off a fuzzer's bytes, a few at most.
func wounds(bits []byte) []wound {
	var all []wound
	for len(bits) >= 6 && len(all) < 6 {
		word := func(n int) uint16 { return uint16(bits[n])<<8 | uint16(bits[n+1]) }
		all = append(all, wound{word(0), word(2), word(4)})
		bits = bits[6:]
	}
	return all
}

// inflict damages a journal: it is cut short, loses, doubles or swaps lines, has bits flipped, bytes put in or taken out, or
// gets lines of another run's.
func (w wound) inflict(text, foreign []byte) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	i, j := int(w.at)%len(lines), int(w.much)%len(lines)
	at := min(int(w.at)*97%(len(text)+1), len(text))
	join := func() []byte { return bytes.Join(lines, nil) }
	switch w.what % 8 {
	case 0:
		return bytes.Clone(text[:at])
	case 1:
		lines[i] = nil
		return join()
	case 2:
		lines[i] = append(bytes.Clone(lines[i]), lines[i]...)
		return join()
	case 3:
		lines[i], lines[j] = lines[j], lines[i]
		return join()
	case 4:
		strange := bytes.SplitAfter(foreign, []byte("\n"))
		lines[i] = strange[j%len(strange)]
		return join()
	case 5:
		out := bytes.Clone(text)
		if at < len(out) {
			out[at] ^= 1 << (w.much % 8)
		}
		return out
	case 6:
		return append(append(bytes.Clone(text[:at]), byte(w.much), byte(w.much>>8)), text[at:]...)
	}
	return append(bytes.Clone(text[:at]), text[min(at+int(w.much%512), len(text)):]...)
}

// touches are the mutating calls of a process, each with what it names.
type touches []string

func (all *touches) between(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("touches", func(ctx context.Context, in middleware.InitializeInput,
		next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		if operation := awsmiddleware.GetOperationName(ctx); changes(operation) {
			named, err := json.Marshal(in.Parameters)
			if err != nil {
				return middleware.InitializeOutput{}, middleware.Metadata{}, err
			}
			*all = append(*all, operation+" "+string(named))
		}
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// announced are the words of which every mutating call of a revert must have one: what the journal says that was touched.
func announced(records []experiments.Record) []string {
	var words []string
	for _, r := range records {
		var plan experiments.FaultPlanned
		switch e := r.Event.(type) {
		case experiments.FaultPlanned:
			plan = e
		case experiments.TapOpening:
			plan.Plan = e.Plan
			words = append(words, e.Source.Subject)
		}
		for _, target := range plan.Plan.Targets {
			name := target[strings.LastIndexAny(target, ":/")+1:]
			words = append(words, name)
		}
	}
	return append(words, "orders-dlq") // the dead-letter queue of orders, in the plan's record
}

// dying is a sandbox in which a process has died, and the journal that it left.
type dying struct {
	*stage
	at    int
	lines []byte
	words []string
}

func (s *stage) dying(t testing.TB, at int) dying {
	d := dying{stage: s, at: at}
	s.perform(t, func(on troupe) {
		book := &diary{doomed: &doomed{at: at, after: true}}
		s.diesAs(on, book)
		d.lines, d.words = filed(t, book.records), announced(book.records)
	})
	return d
}

// diesAs plays the stage until its process dies.
func (s *stage) diesAs(on troupe, book *diary) {
	on.outlives(book.doomed, func() {
		if ready, err := s.process(on, book.doomed).Plan(on.ctx, s.experiment); err == nil {
			ready.Do(on.ctx, experiments.Options{Journal: book})
		}
	})
}

// filed returns records as the run folder keeps them.
func filed(t testing.TB, records []experiments.Record) []byte {
	t.Helper()
	dir := t.TempDir()
	folder, err := journal.Create(dir, ledgerRun)
	require.NoError(t, err)
	for _, r := range records {
		require.NoError(t, folder.Append(r))
	}
	require.NoError(t, folder.Close())
	text, err := os.ReadFile(filepath.Join(dir, ledgerRun, journal.EventsFile))
	require.NoError(t, err)
	return text
}

// FuzzRevertingFromADamagedJournal: whatever happens to a journal, reading it is an error, or what is reverted from it was
// announced by the journal that it was.
func FuzzRevertingFromADamagedJournal(f *testing.F) {
	s := build(f, story(everything), town)
	var all []dying
	for _, at := range []int{30, 70, 95, 140} {
		all = append(all, s.dying(f, at))
	}
	whole := &memory{}
	_, err := build(f, stopped(webIsDown), town).play(f, whole, nil)
	require.NoError(f, err)
	for what := range byte(8) {
		f.Add(what%4, []byte{0, what, 0, 7 * what, 1, what})
		f.Add(what%4, []byte{0, what, 1, 3 * what, 0, 5, 0, 5, 0, what, 1, 9})
	}
	f.Fuzz(func(t *testing.T, which byte, bits []byte) {
		d := all[int(which)%len(all)]
		text := bytes.Clone(d.lines)
		for _, w := range wounds(bits) {
			text = w.inflict(text, whole.lines(t))
		}
		dir := t.TempDir()
		require.NoError(t, os.MkdirAll(filepath.Join(dir, ledgerRun), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, ledgerRun, journal.EventsFile), text, 0o600))
		records, err := journal.Read(dir, ledgerRun)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		d.revertsNothingElse(t, records)
	})
}

// revertsNothingElse reverts what records say is left, and proves that it was announced.
func (d dying) revertsNothingElse(t *testing.T, records []experiments.Record) {
	for _, left := range experiments.Unfinished(records) {
		for _, one := range left.Left {
			require.Contains(t, string(d.lines), fmt.Sprintf("%q", one))
		}
	}
	d.perform(t, func(on troupe) {
		d.diesAs(on, &diary{doomed: &doomed{at: d.at, after: true}})
		var calls touches
		engine := d.process(on, &doomed{})
		config := on.account.Config()
		config.APIOptions = append(config.APIOptions, calls.between)
		engine.Cloud = cloud.NewSession(config, on.clock, d.seed, engine.Run)
		_, _ = engine.Revert(on.ctx, records, experiments.Options{})
		for _, call := range calls {
			named := false
			for _, word := range d.words {
				named = named || strings.Contains(call, word)
			}
			require.True(t, named, "nobody announced %s", call)
		}
	})
}

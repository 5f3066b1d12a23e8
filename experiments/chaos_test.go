package experiments_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/clock"
	"gameday/internal/cloud"
)

// thorough says that every crash point is to be tried, as `make chaos` does, and not a sample of them.
func thorough() bool { return os.Getenv("GAMEDAY_CHAOS") != "" }

// stride is the distance between two crash points of a sample of about so many of all.
func stride(all, sample int) int {
	if thorough() {
		return 1
	}
	if testing.Short() {
		sample /= 3
	}
	return max(all/sample, 1)
}

// chaosSeeds is how many seeds are tried: of GAMEDAY_CHAOS_SEEDS, or few.
func chaosSeeds(t testing.TB, few int) int {
	t.Helper()
	text, set := os.LookupEnv("GAMEDAY_CHAOS_SEEDS")
	if !set {
		return few
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "GAMEDAY_CHAOS_SEEDS is a number")
	return n
}

// doomed is what a process does until it dies: the steps after which it leaves something behind, one after the other.
type doomed struct {
	at    int  // it dies at this step; 0: never
	after bool // when the step is done, not before
	step  int
	calls int // of the steps, those that were mutating calls
	where string
	dead  bool
	death clock.Cond
	clock *clock.Clock
}

// reaches counts a step. It returns false when the process is dead before the step is done.
func (d *doomed) reaches(what string) bool {
	if d.dead {
		return false
	}
	d.step++
	if d.step == d.at {
		d.where = what
		if !d.after {
			d.die()
			return false
		}
	}
	return true
}

// done ends the process after its last step.
func (d *doomed) done(step int) {
	if step == d.at && d.after {
		d.die()
	}
}

func (d *doomed) die() {
	d.dead = true
	d.clock.Notify(&d.death)
}

// between counts the mutating calls of a process, each request for itself. Of a dead process none leaves any more; what is
// on its way arrives, but nobody hears of it.
func (d *doomed) between(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("doomed", func(ctx context.Context, in middleware.DeserializeInput,
		next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		gone := &smithy.GenericAPIError{Code: "Dead", Message: "no such process"}
		step := 0
		if operation := awsmiddleware.GetOperationName(ctx); changes(operation) {
			if !d.reaches(operation) {
				return middleware.DeserializeOutput{}, middleware.Metadata{}, gone
			}
			step = d.step
			d.calls++
		}
		if d.dead {
			return middleware.DeserializeOutput{}, middleware.Metadata{}, gone
		}
		out, metadata, err := next.HandleDeserialize(ctx, in)
		if step > 0 {
			d.done(step)
		}
		if d.dead {
			return middleware.DeserializeOutput{}, middleware.Metadata{}, gone
		}
		return out, metadata, err
	}), middleware.Before)
}

// changes says whether an operation changes anything. Receiving does: what is received is hidden for a while.
func changes(operation string) bool {
	return !slices.ContainsFunc([]string{"Get", "Describe", "List"}, func(verb string) bool { return strings.HasPrefix(operation, verb) })
}

// diary is the journal of a process that will die. What it holds then is what the next process finds.
type diary struct {
	*doomed
	records []experiments.Record
}

// Append keeps the record, unless the process is dead.
func (d *diary) Append(r experiments.Record) error {
	if !d.reaches(r.Event.Type()) {
		return errFull
	}
	step := d.step
	d.records = append(d.records, r)
	d.done(step)
	return nil
}

// process is gameday in a process of its own, which dies where d says.
func (s *stage) process(on troupe, d *doomed) *experiments.Engine {
	d.clock = on.clock
	engine := s.enter(on.ctx, on.clock, on.account, on.stop).engine
	config := on.account.Config()
	config.APIOptions = append(config.APIOptions, d.between)
	engine.Cloud = cloud.NewSession(config, on.clock, s.seed, engine.Run)
	return engine
}

// outlives runs f, the life of a process, and returns when f is over or the process dead. f then goes on as a ghost, which
// can touch nothing any more.
func (on troupe) outlives(d *doomed, f func()) {
	over := false
	on.clock.Go(func() {
		f()
		over = true
		on.clock.Notify(&d.death)
	})
	for !over && !d.dead {
		_ = on.clock.Wait(on.ctx, &d.death, on.clock.Now().Add(calm))
	}
}

// runs plays the experiment in a process that dies where d says, and returns the journal that it left.
func (s *stage) runs(t *testing.T, on troupe, d *doomed) []experiments.Record {
	t.Helper()
	book := &diary{doomed: d}
	on.outlives(d, func() {
		engine := s.process(on, d)
		ready, err := engine.Plan(on.ctx, s.experiment)
		if !d.dead {
			require.NoError(t, err)
			ready.Do(on.ctx, experiments.Options{Journal: book})
		}
	})
	return slices.Clone(book.records)
}

// reverts reverts a journal in a process that dies where d says, and returns the journal that it left.
func (s *stage) reverts(on troupe, d *doomed, records []experiments.Record) (after []experiments.Record, left []experiments.Leftover, err error) {
	book := &diary{doomed: d, records: slices.Clone(records)}
	on.outlives(d, func() {
		left, err = s.process(on, d).Revert(on.ctx, records, experiments.Options{Journal: book})
	})
	return slices.Clone(book.records), left, err
}

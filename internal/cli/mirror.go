package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/report"
	"gameday/internal/sandbox"
)

// registerJournal adds the flag of verbs that journal what they do.
func registerJournal(verb *cobra.Command, f *common) {
	verb.Flags().StringVar(&f.journal, "journal", "",
		"keep the journal in S3, too, below `S3-URL` (s3://bucket/prefix), so that any host can revert; wins over the journal block")
	_ = verb.RegisterFlagCompletionFunc("journal", cobra.NoFileCompletions)
}

// checkJournal finds out whether --journal names a place, before anything is touched.
func (f *common) checkJournal() error {
	if f.journal == "" {
		return nil
	}
	_, err := parsePlace("--journal", f.journal)
	return err
}

func parsePlace(what, text string) (cloud.S3URL, error) {
	url, err := cloud.ParseS3URL(text)
	if err != nil {
		return url, misuse("it looks like s3://bucket/prefix", "%s: %w", what, err)
	}
	return url, nil
}

// mirror is the journal of a play in S3, beside the one on the disk. A nil mirror is none.
type mirror struct {
	remote *journal.Remote
	err    error // of the end
}

// mirrorOf returns where the journal of a play is in S3, too; empty: nowhere. A rehearsal has one only where its sandbox has
// that bucket.
func (f *common) mirrorOf(p *play) string {
	text := cmp.Or(f.journal, p.Experiment.Journal)
	url, err := cloud.ParseS3URL(text)
	if err != nil { // none; what is wrong was refused when it was read
		return ""
	}
	its := func(b sandbox.BucketSpec) bool { return b.Name == url.Bucket }
	if p.account != nil && f.journal == "" && !slices.ContainsFunc(p.stage.spec.Buckets, its) {
		return ""
	}
	return url.Join(p.run).String()
}

// mirror returns the play's journal in S3. It must be called on a strand.
func (a *app) mirror(ctx context.Context, p *play, f *common) (*mirror, error) {
	text := f.mirrorOf(p)
	if text == "" {
		return nil, nil
	}
	above, run, err := parseRun(text)
	if err != nil {
		return nil, err
	}
	writer := rand.Text()
	if p.account != nil { // the same rehearsal writes the same bytes
		writer = run
	}
	place := journal.Place{URL: above, AWS: p.cloud.Config(), Clock: p.clock, Writer: writer}
	remote, err := journal.CreateRemote(ctx, place, run)
	if err != nil {
		return nil, err
	}
	return &mirror{remote: remote}, nil
}

// beside returns a journal that keeps all in the given one, too, first.
func (m *mirror) beside(first experiments.Journal) experiments.Journal {
	if m == nil {
		return first
	}
	return journal.Both(first, m.remote)
}

// end writes what could not be written before, and still can. It must be called on a strand.
func (m *mirror) end() {
	if m != nil {
		m.err = m.remote.Flush()
	}
}

// mirrored says at the end of a play where its journal is, too, or why it is not whole there.
func (a *app) mirrored(f *common, m *mirror, played outcome) outcome {
	switch {
	case m == nil:
	case m.err != nil:
		explain(a.Stderr, fmt.Errorf("the journal in %s is not whole: %w", m.remote.Run(), m.err))
		played.code = experiments.WorstExit(played.code, experiments.ExitInconclusive)
	case played.code == experiments.ExitNotReverted:
		fmt.Fprintf(a.Stderr, "From any host, revert it with: %s\n", revertCommand(m.remote.Run().String()))
	case !f.json && !f.silent && !f.quiet:
		fmt.Fprintf(a.Stdout, "The journal is in %s, too.\n", m.remote.Run())
	}
	return played
}

// remotely runs f on a strand, with a way to the runs in S3 for the credentials of the environment. In which region the
// bucket is, S3 says by itself.
func (a *app) remotely(ctx context.Context, url cloud.S3URL, giveUp func(), f func(context.Context, journal.Place) error) error {
	c := a.Clock()
	var err error
	a.stops.during(c, giveUp, func() {
		life, end := context.WithCancel(context.WithoutCancel(ctx))
		defer end()
		config, failed := a.connect(life, cloud.Settings{}, c)
		if errors.Is(failed, cloud.ErrNoRegion) {
			config, failed = a.connect(life, cloud.Settings{Region: anyRegion}, c)
		}
		if failed != nil {
			err = failed
			return
		}
		session := cloud.NewSession(config, c, 1, "journal")
		err = f(ctx, journal.Place{URL: url, AWS: session.Config(), Clock: c, Writer: rand.Text()})
	})
	return err
}

// anyRegion is where S3 is asked when nobody says where.
const anyRegion = "us-east-1"

// parseRun reads the URL of a run in S3: of where runs are kept, and the run's id.
func parseRun(text string) (above cloud.S3URL, run string, err error) {
	url, err := parsePlace(text, text)
	if err == nil {
		if above, run = url.Split(); run == "" {
			err = misuse("it looks like s3://bucket/prefix/20261122-021200-4f9a", "%s names a bucket, not a run in it", text)
		}
	}
	return above, run, err
}

// readRemote returns the records of a run in S3, and where it is.
func (a *app) readRemote(ctx context.Context, text string) (records []experiments.Record, path string, err error) {
	above, run, err := parseRun(text)
	if err != nil {
		return nil, "", err
	}
	err = a.remotely(ctx, above, a.leave, func(ctx context.Context, p journal.Place) error {
		records, err = journal.ReadRemote(ctx, p, run)
		return err
	})
	return records, above.Join(run).String(), missing(err)
}

// missing tells a run that is not there, which is the mistake of whoever typed it.
func missing(err error) error {
	if found := new(journal.NotFoundError); errors.As(err, &found) {
		return misuse(found.Hint(), "%w", err)
	}
	return err
}

// listed returns the runs that --journal or --dir keep, newest first.
func (a *app) listed(ctx context.Context, f *common, local func() ([]journal.Entry, error)) (entries []journal.Entry, err error) {
	if f.journal == "" {
		return local()
	}
	url, err := parsePlace("--journal", f.journal)
	if err != nil {
		return nil, err
	}
	err = a.remotely(ctx, url, a.leave, func(ctx context.Context, p journal.Place) error {
		entries, err = journal.ListRemote(ctx, p)
		return err
	})
	return entries, err
}

// revertRemote reverts a run from its journal in S3 alone.
func (a *app) revertRemote(ctx context.Context, f *common, text string) error {
	above, run, err := parseRun(text)
	if err != nil {
		return err
	}
	path := above.Join(run).String()
	var left []experiments.Leftover
	nothing := false
	err = a.remotely(ctx, above, a.abandonRemote(path), func(ctx context.Context, p journal.Place) error {
		remote, records, err := journal.OpenRemote(ctx, p, run)
		if err != nil {
			return missing(err)
		}
		started, err := revertible(records, path)
		if err != nil {
			return err
		}
		if nothing = len(experiments.Unfinished(records)) == 0; nothing {
			a.forget(ctx, p, started)
			return nil
		}
		if err := a.mayRevert(ctx, p, started); err != nil {
			return err
		}
		a.announce(f, started, experiments.Unfinished(records))
		_, _, reporters := a.reporters(f)
		left, err = a.undo(ctx, p.Clock, started, records, experiments.Options{Journal: remote, Reporters: reporters})
		if err = errors.Join(err, remote.Flush()); err == nil && len(left) == 0 {
			a.forget(ctx, p, started)
		}
		return err
	})
	if nothing {
		_, err := fmt.Fprintf(a.Stdout, "Nothing is left of %s.\n", run)
		return err
	}
	if going := new(goingOnError); errors.As(err, &going) {
		return &failure{experiments.ExitInconclusive, fmt.Errorf("%w; nothing was touched", err), going.hint()}
	}
	return a.reverted(f, run, path, left, err)
}

// mayRevert refuses a run that still goes on, and one whose journal is not trusted. Where it cannot be told whether it goes on,
// that is said: should it, then one of both stops, when it finds the other's object in the journal.
func (a *app) mayRevert(ctx context.Context, p journal.Place, started experiments.RunStarted) error {
	err := goesOn(ctx, p, started)
	if going := new(goingOnError); errors.As(err, &going) {
		return err
	}
	if err != nil {
		fmt.Fprintf(a.Stderr, "Note: %s\n", report.Plain(err.Error()))
	}
	return a.trusted(started)
}

// endpointVariable is where the SDK looks for AWS when nothing else says where it is.
const endpointVariable = "AWS_ENDPOINT_URL"

// trusted refuses to send credentials to an address that only a journal in S3 names: others may be able to write there.
func (a *app) trusted(started experiments.RunStarted) error {
	endpoint := strings.TrimSuffix(started.EndpointURL, "/")
	if endpoint == "" || endpoint == strings.TrimSuffix(a.env(endpointVariable), "/") {
		return nil
	}
	return &failure{
		experiments.ExitInconclusive,
		fmt.Errorf("the journal of %s says that AWS is at %s, which nothing on this host says; nothing was touched",
			report.Plain(started.Run), report.Plain(started.EndpointURL)),
		"if that is so, set " + endpointVariable + "=" + quoted(started.EndpointURL),
	}
}

// abandonRemote is what a second interrupt does to a revert from S3.
func (a *app) abandonRemote(path string) func() {
	return func() {
		fmt.Fprintf(a.Stderr, "\nGiven up. Go on with: %s\n", revertCommand(path))
		a.Exit(int(experiments.ExitNotReverted))
	}
}

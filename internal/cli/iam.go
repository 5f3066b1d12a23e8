package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/internal/cloud"
	"gameday/internal/journal"
	"gameday/internal/permissions"
	"gameday/scenarios"
)

// allowing are the flags of iam.
type allowing struct {
	common
	sandbox string
	aws     bool
	format  string
}

func (a *app) iamVerb() *cobra.Command {
	f := &allowing{}
	verb := &cobra.Command{
		Use:   "iam PATH",
		Short: "Print the least that AWS has to allow for a scenario, as an IAM policy",
		Long: `Plan the scenario, and print the IAM policy that allows what it needs and nothing else: narrowed to the queues, topics and
alarms of the scenario and to the instances with its tags. What AWS cannot narrow is said, with the reason.

The plan is made in the sandbox beside the scenario, where there is one: its names are those of the real account. Otherwise, or
with --aws, AWS is read, as by "gameday plan".`,
		Example: `  gameday iam library/checkout
  gameday iam game-days/checkout.hcl --format terraform
  gameday iam game-days/checkout.hcl --aws --format cloudformation`,
		Args:              exactlyOne("a scenario"),
		ValidArgsFunction: completeScenarios,
		RunE: func(verb *cobra.Command, paths []string) error {
			format, err := findFormat(f.format)
			if err != nil {
				return err
			}
			if err := f.checkJournal(); err != nil {
				return err
			}
			if f.aws && f.sandbox != "" {
				return misuse("leave one of them away", "--aws and --sandbox cannot go together")
			}
			p, err := a.loadOne(paths[0], f.vars, f.place())
			if err != nil {
				return err
			}
			return a.iam(verb.Context(), p, format, &f.common)
		},
	}
	f.registerVars(verb)
	registerJournal(verb, &f.common)
	registerSandbox(verb, &f.sandbox, "plan in the simulated account of `FILE`; default: the one beside the scenario")
	verb.Flags().BoolVar(&f.aws, "aws", false, "plan in AWS, though there is a sandbox")
	verb.Flags().StringVar(&f.format, "format", "json", strings.Join(formatNames(), ", "))
	_ = verb.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formatNames(), cobra.ShellCompDirectiveNoFileComp))
	a.registerPolicy(verb)
	return verb
}

// place is the sandbox that was named, or the one beside the scenario, or AWS.
func (f *allowing) place() place {
	return func(p *piece) error {
		if f.aws {
			return nil
		}
		beside := scenarios.SandboxFor(p.path)
		if _, err := os.Stat(beside); f.sandbox == "" && errors.Is(err, fs.ErrNotExist) && !strings.HasPrefix(beside, libraryPrefix) {
			return nil
		}
		return withSandbox(f.sandbox)(p)
	}
}

func formatNames() []string {
	var names []string
	for _, format := range permissions.Formats() {
		names = append(names, format.Name)
	}
	return names
}

func findFormat(name string) (permissions.Format, error) {
	for _, format := range permissions.Formats() {
		if format.Name == name {
			return format, nil
		}
	}
	hint := strings.Join(formatNames(), ", ") + " are known"
	if near := nearest(name, formatNames()); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return permissions.Format{}, misuse(hint, "there is no format %q", name)
}

func (a *app) iam(ctx context.Context, p *piece, format permissions.Format, f *common) error {
	play, err := a.placed(p, 1, defaultTick)
	if err != nil {
		return err
	}
	return a.on(ctx, play, a.leave, func(ctx context.Context) error {
		ready, err := a.engine(play, defaultTick).Plan(ctx, p.Experiment)
		if err != nil {
			return a.unprepared(err)
		}
		needs := ready.Needs()
		grants, err := grantsOf(play, needs, f)
		if err != nil {
			return a.unprepared(err)
		}
		policies, err := permissions.Policies(grants, permissions.Largest)
		if err != nil {
			return err
		}
		a.remark(p, grants, policies)
		return format.Write(a.Stdout, permissions.Sheet{
			Scenario: p.Experiment.Name, Account: needs.Account, Region: needs.Region, Policies: policies,
		})
	})
}

// grantsOf is what a play has to be allowed: its experiment, its journal where that is in S3, too, and its notices.
func grantsOf(p *play, needs experiments.Needs, f *common) ([]permissions.Grant, error) {
	grants := permissions.Grants(needs)
	if place, err := cloud.ParseS3URL(cmp.Or(f.journal, p.Experiment.Journal)); err == nil {
		grants = permissions.Join(grants, permissions.Below(needs, place, journal.S3Permissions()))
	}
	for _, notice := range p.Notices {
		if !notice.Kind.InAWS {
			continue
		}
		channel, err := notice.Build(experiments.Known{Run: experiments.RunFacts{ID: p.run, Seed: p.seed}})
		if err != nil {
			return nil, err
		}
		told := permissions.Further(needs, permissions.Notify, notice.Kind.Permissions, []string{channel.Address()})
		grants = permissions.Join(grants, told)
	}
	return grants, nil
}

// remark says on stderr, which is no part of the policy, what a reader of it should know.
func (a *app) remark(p *piece, grants []permissions.Grant, policies []permissions.Policy) {
	if p.stage != nil {
		fmt.Fprintf(a.Stderr, "Note: planned in the simulated account of %s.\n", p.stage.path)
	}
	for _, note := range permissions.Notes(grants) {
		fmt.Fprintf(a.Stderr, "Note: allowed on every resource: %s.\n", note)
	}
	if n := len(policies); n > 1 {
		fmt.Fprintf(a.Stderr, "Warning: a managed policy has at most %d characters, so these are %d policies; attach them all.\n",
			permissions.Largest, n)
	}
}

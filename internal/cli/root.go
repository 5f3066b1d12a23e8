package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gameday/experiments"
)

// app is one call of gameday: what it was given, and the stop that may come.
type app struct {
	Deps
	stops   *stops
	ci      *ci           // nil: none
	answers *bufio.Reader // what a person types

	mistakes []error // in scenarios, that were printed

	policyFile string // what --policy says
}

// Execute runs the command that the arguments name and returns the exit code. Errors are printed once, on stderr.
func Execute(ctx context.Context, d Deps, args []string) experiments.ExitCode {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if columns, err := strconv.Atoi(d.env("COLUMNS")); d.Width == 0 && err == nil && columns > 0 {
		d.Width = columns // of no terminal, as somebody wants it
	}
	a := &app{Deps: d, stops: newStops(d, cancel), answers: bufio.NewReader(d.Stdin)}
	defer a.stops.listen(d.Stops)()

	root := a.root()
	root.SetArgs(args)
	root.SetContext(ctx)
	verb, err := root.ExecuteC()
	err = heed(ctx, misspelt(root, args, err))
	if readerGone(err) && !errors.As(err, new(*failure)) {
		return experiments.ExitPassed // it has read enough
	}
	if err != nil && wantsJSON(verb, args) {
		a.complain("", err)
	}
	explain(a.Stderr, err)
	a.ci.end(err)
	return codeOf(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "gameday",
		Short: "Rehearse and run game days on AWS",
		Long: `gameday injects faults into an AWS account and judges whether the response came in time: the alarm that must fire, the
playbook that must run, the people who must be paged, in what order, within which SLO.

A scenario is rehearsed in a simulated account first, in seconds, without credentials or network; then the same scenario
is run against AWS. Whatever is injected is reverted, also after an interrupt, and also later, from the journal alone.`,
		Example: `  gameday init library/sqs-backlog game-days
  gameday rehearse game-days
  gameday plan game-days/sqs-backlog.hcl
  gameday run game-days/sqs-backlog.hcl`,
		Version:       a.release(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.RunE = func(root *cobra.Command, _ []string) error { return a.choose(root) }
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetIn(a.Stdin)
	root.SetFlagErrorFunc(flagError)
	root.AddGroup(
		&cobra.Group{ID: "play", Title: "Game days:"},
		&cobra.Group{ID: "write", Title: "Scenarios:"},
		&cobra.Group{ID: "past", Title: "What happened:"},
	)
	group(root, "play", a.rehearseVerb(), a.planVerb(), a.checkVerb(), a.runVerb())
	group(root, "write", a.initVerb(), a.validateVerb(), a.fmtVerb(), a.kindsVerb(), a.iamVerb())
	group(root, "past", a.runsVerb(), a.showVerb(), a.compareVerb(), a.revertVerb())
	root.AddCommand(a.versionVerb(), exitCodesTopic())
	root.SetHelpCommand(helpVerb())
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Args, completion.RunE = cobra.ArbitraryArgs, shells
	}
	return root
}

// shells refuses shells that completion is not made for.
func shells(completion *cobra.Command, args []string) error {
	if len(args) == 0 {
		return completion.Help()
	}
	return misuse("bash, zsh, fish and powershell are known", "there is no completion for %q", args[0])
}

func group(root *cobra.Command, id string, verbs ...*cobra.Command) {
	for _, verb := range verbs {
		verb.GroupID = id
		root.AddCommand(verb)
	}
}

func helpVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND | TOPIC]",
		Short:   "Help about a command or a topic",
		Long:    "Print what a command does, its flags and examples, or a topic such as exit-codes.",
		Example: "  gameday help rehearse\n  gameday help exit-codes",
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, verb := range c.Root().Commands() {
				if len(args) == 0 && (verb.IsAvailableCommand() || verb.IsAdditionalHelpTopicCommand()) {
					names = append(names, cobra.CompletionWithDesc(verb.Name(), verb.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return misuse(suggestion(c.Root(), args), "no help about %q", strings.Join(args, " "))
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// misspelt turns cobra's own errors about commands into ours.
func misspelt(root *cobra.Command, args []string, err error) error {
	if err == nil || !strings.HasPrefix(err.Error(), "unknown command ") {
		return err
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return misuse(suggestion(root, args), "%s", text)
}

func suggestion(root *cobra.Command, args []string) string {
	root.SuggestionsMinimumDistance = 2
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			continue
		}
		if near := root.SuggestionsFor(arg); len(near) > 0 {
			return fmt.Sprintf("did you mean %q?", near[0])
		}
		var topics []string
		for _, topic := range root.Commands() {
			if topic.IsAdditionalHelpTopicCommand() {
				topics = append(topics, topic.Name())
			}
		}
		if near := nearest(arg, topics); near != "" {
			return fmt.Sprintf("did you mean %q?", near)
		}
		break
	}
	return `"gameday help" lists the commands`
}

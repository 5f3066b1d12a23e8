package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"gameday/internal/notify"
	"gameday/internal/reference"
)

func (a *app) kindsVerb() *cobra.Command {
	var asJSON, asMarkdown bool
	verb := &cobra.Command{
		Use:   "kinds [KIND]",
		Short: "List what can be targeted, injected, asserted, simulated, and who can be told",
		Long: `List every kind of target, fault, assertion and notice, and the blocks of sandbox files; with a name, print its attributes
with their types and defaults, what others may refer to, the IAM permissions that it needs, and an example.`,
		Example:           "  gameday kinds\n  gameday kinds sqs_backlog\n  gameday kinds on_call\n  gameday kinds cloudwatch_alarm --json",
		Args:              atMost(1),
		ValidArgsFunction: a.completeKinds,
		RunE: func(_ *cobra.Command, names []string) error {
			if asJSON && asMarkdown {
				return misuse("leave one of them away", "--json and --markdown cannot go together")
			}
			entries := a.entries()
			if len(names) == 1 {
				found := reference.Find(entries, names[0])
				if len(found) == 0 {
					return a.unknownKind(names[0], entries)
				}
				entries = found
			}
			switch {
			case asMarkdown:
				return reference.Markdown(a.Stdout, entries)
			case asJSON:
				encoder := json.NewEncoder(a.Stdout)
				encoder.SetIndent("", "  ")
				return encoder.Encode(entries)
			case len(names) == 0:
				return reference.List(a.Stdout, entries)
			}
			return a.describeKinds(entries)
		},
	}
	verb.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	verb.Flags().BoolVar(&asMarkdown, "markdown", false, "print Markdown")
	return verb
}

func (a *app) entries() []reference.Entry {
	return reference.Entries(a.Injectors(), a.Assertions(), a.Signals(), notify.Standard())
}

func (a *app) describeKinds(entries []reference.Entry) error {
	for i, e := range entries {
		if i > 0 {
			fmt.Fprintln(a.Stdout)
		}
		if err := reference.Text(a.Stdout, e); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) unknownKind(name string, entries []reference.Entry) error {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	hint := `"gameday kinds" lists them all`
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return misuse(hint, "there is no kind %q", name)
}

func (a *app) completeKinds(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, e := range a.entries() {
		if len(args) == 0 {
			names = append(names, cobra.CompletionWithDesc(e.Name, e.Block+": "+e.Summary))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

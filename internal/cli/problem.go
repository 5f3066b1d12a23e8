package cli

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gameday/experiments"
	"gameday/scenarios"
)

// problem is what --json prints in place of what could not be done.
type problem struct {
	Format      string                 `json:"format"` // "gameday.error/1"
	File        string                 `json:"file,omitempty"`
	ExitCode    experiments.ExitCode   `json:"exit_code"`
	Error       string                 `json:"error"`
	Hint        string                 `json:"hint,omitempty"`
	Diagnostics []scenarios.Diagnostic `json:"diagnostics,omitempty"`
}

// complain prints an error as one line of JSON, unless all that it says is a verdict.
func (a *app) complain(file string, err error) {
	found := problem{"gameday.error/1", file, codeOf(err), strings.TrimSpace(err.Error()), hintOf(err), scenarios.Diagnose(errors.Join(a.mistakes...))}
	if f := new(failure); errors.As(err, &f) && f.err == nil {
		var all []string
		for _, one := range a.mistakes {
			all = append(all, strings.TrimSpace(one.Error()))
		}
		if found.Error = strings.Join(all, "\n"); len(all) == 0 {
			return
		}
		found.Hint = hintOf(errors.Join(a.mistakes...))
	}
	a.mistakes = nil
	_ = json.NewEncoder(a.Stdout).Encode(found) // stderr says it, too
}

// wantsJSON says whether a command line asks for JSON, whole or as far as it could be read.
func wantsJSON(verb *cobra.Command, args []string) bool {
	if flag := verb.Flags().Lookup("progress"); flag != nil && flag.Value.String() == showJSON {
		return true
	}
	flag := verb.Flags().Lookup("json")
	return flag != nil && (flag.Value.String() == "true" || !flag.Changed && slices.Contains(args, "--json"))
}

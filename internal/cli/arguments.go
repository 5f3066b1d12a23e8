package cli

import (
	"fmt"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"
)

func noArguments(verb *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return misuse(howToUse(verb), "%q takes no arguments, got %q", verb.CommandPath(), args[0])
}

func atMost(n int) cobra.PositionalArgs {
	return func(verb *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return misuse(howToUse(verb), "one argument too many: %q", args[n])
	}
}

func exactlyOne(what string) cobra.PositionalArgs {
	return func(verb *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return misuse(howToUse(verb), "%q needs %s", verb.CommandPath(), what)
		case 1:
			return nil
		}
		return misuse(howToUse(verb), "%q takes one argument, got %q as well", verb.CommandPath(), args[1])
	}
}

func atLeastOne(what string) cobra.PositionalArgs {
	return func(verb *cobra.Command, args []string) error {
		if len(args) == 0 {
			return misuse(howToUse(verb), "%q needs %s", verb.CommandPath(), what)
		}
		return nil
	}
}

func howToUse(verb *cobra.Command) string {
	return fmt.Sprintf("usage: %s", verb.UseLine())
}

// nearest returns the candidate that a misspelt name most likely means, or nothing.
func nearest(name string, candidates []string) string {
	best, found := len(name)/3+2, ""
	for _, c := range candidates {
		if d := levenshtein.Distance(name, c, nil); d < best {
			best, found = d, c
		}
	}
	return found
}

func exactlyTwo(first, second string) cobra.PositionalArgs {
	return func(verb *cobra.Command, args []string) error {
		switch len(args) {
		case 0, 1:
			return misuse(howToUse(verb), "%q needs %s", verb.CommandPath(), []string{first, second}[len(args)])
		case 2:
			return nil
		}
		return misuse(howToUse(verb), "one argument too many: %q", args[2])
	}
}

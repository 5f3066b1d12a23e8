package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError says in plain words what is wrong with a flag.
func flagError(verb *cobra.Command, err error) error {
	hint := fmt.Sprintf("%q shows the flags", verb.CommandPath()+" --help")
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		hint = flagHint(verb, unknown.GetSpecifiedName(), hint)
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		flag := invalid.GetFlag()
		return misuse(hint, "--%s %s, got %q", flag.Name, takes(flag, invalid), invalid.GetValue())
	}
	var lacking *pflag.ValueRequiredError
	if errors.As(err, &lacking) {
		return misuse(hint, "--%s needs a value", lacking.GetFlag().Name)
	}
	return misuse(hint, "%w", err)
}

// flagHint says which flag is meant, or whose it is.
func flagHint(verb *cobra.Command, name, otherwise string) string {
	for _, other := range verb.Root().Commands() {
		if other != verb && other.Flags().Lookup(name) != nil {
			return fmt.Sprintf("--%s is a flag of %q", name, other.CommandPath())
		}
	}
	var names []string
	verb.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean --%s?", near)
	}
	return otherwise
}

// takes says what values a flag takes.
func takes(flag *pflag.Flag, invalid *pflag.InvalidValueError) string {
	switch flag.Value.Type() {
	case "int", "int64":
		return "takes a whole number"
	case "float64":
		return "takes a number such as 60"
	case "duration":
		return "takes a duration such as 5s"
	case "bool":
		return "takes true or false, or nothing"
	}
	return errors.Unwrap(invalid).Error()
}

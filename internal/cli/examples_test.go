package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/scenarios"
)

// verbs are a command and all below it.
func verbs(command *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{command}
	for _, one := range command.Commands() {
		all = append(all, verbs(one)...)
	}
	return all
}

func TestEveryExampleInTheHelpCanBeTyped(t *testing.T) {
	a := &app{Deps: newDesk(t).deps}
	var library []string
	for _, e := range scenarios.Library() {
		library = append(library, libraryPrefix+e.Name)
	}
	tried := 0
	for _, verb := range verbs(a.root()) {
		for _, line := range strings.Split(verb.Example, "\n") {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " < ")
			if !strings.HasPrefix(line, "gameday") {
				continue
			}
			tried++
			args := strings.Fields(line)[1:]
			found, rest, err := a.root().Find(args) // of a root of its own: flags keep what they were given
			require.NoError(t, err, line)
			assert.NoError(t, found.ParseFlags(rest), line)
			if found.Args != nil {
				assert.NoError(t, found.Args(found, found.Flags().Args()), line)
			}
			for _, arg := range args {
				if strings.HasPrefix(arg, libraryPrefix) {
					assert.True(t, slices.Contains(library, arg), "%s: there is no %s", line, arg)
				}
			}
		}
	}
	assert.Greater(t, tried, 40)
}

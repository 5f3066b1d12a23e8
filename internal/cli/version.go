package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) versionVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Print gameday's version, the Go version that built it, and the platform.",
		Example: "  gameday version",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.Stdout, a.release())
			return err
		},
	}
}

// release is gameday with its version, and what it was built by and for.
func (d Deps) release() string {
	return fmt.Sprintf("gameday %s (%s %s/%s)", d.version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// version is the release, or what the build knows of itself.
func (d Deps) version() string {
	if d.Version != "" {
		return d.Version
	}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := build.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	revision, modified := "", ""
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = "-" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "-modified"
		}
	}
	return "devel" + revision + modified
}

package cli

import "github.com/spf13/cobra"

// exitCodesTopic is read with "gameday help exit-codes".
func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `What the exit codes mean

    0   passed
    1   failed: an SLO was missed
    2   usage or scenario error; nothing was touched
    3   inconclusive, or it could not run: checks, credentials, API errors
    4   stopped by a guard or the timeout; everything that can be is reverted
    5   NOT FULLY REVERTED: a fault may still be live; see "gameday revert"
  130   interrupted by SIGINT; everything that can be is reverted
  143   interrupted by SIGTERM; everything that can be is reverted

Of several scenarios the worst counts, in the order 5, 4, 143, 130, 2, 1, 3, 0. An interrupt and a 5 skip the scenarios
that are left. For "validate" and "fmt --check", 0 means that all is well and 2 that something is to be mended.`,
	}
}

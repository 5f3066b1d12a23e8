package history

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/journal"
)

// thousand keeps a thousand runs whose journals are as long as those of a real one.
func thousand(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for day := range 1000 {
		run := fmt.Sprintf("run-%04d", day)
		folder, err := journal.Rehearsal(filepath.Join(dir, RunsFolder), run)
		require.NoError(b, err)
		records := tell(run, experiments.ModeRun, day, time.Second)
		for range 150 {
			records = append(records[:3:3], append([]experiments.Record{{Time: began, Event: experiments.FaultReverting{Name: "flood"}}}, records[3:]...)...)
		}
		for i, r := range records {
			r.Seq = i + 1
			require.NoError(b, folder.Append(r))
		}
		require.NoError(b, folder.Commit())
		require.NoError(b, folder.Close())
	}
	return dir
}

func BenchmarkListAThousandRuns(b *testing.B) {
	dir := thousand(b)
	b.Run("journals", func(b *testing.B) {
		for b.Loop() {
			require.Len(b, truth(b, dir), 1000)
		}
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			_ = os.Remove(filepath.Join(dir, IndexFile))
			require.Len(b, list(b, dir), 1000)
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			require.Len(b, list(b, dir), 1000)
		}
	})
	b.Run("one new", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			age(b, filepath.Join(dir, "runs/run-0500"), n)
			require.Len(b, list(b, dir), 1000)
		}
	})
}

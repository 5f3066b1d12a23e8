package journal

import (
	"os"
	"path/filepath"
)

// Busy says whether another process writes to the journal in a run folder: the run still goes on, or is being reverted.
func Busy(place string) bool {
	file, err := os.OpenFile(filepath.Join(place, EventsFile), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	return lock(file) != nil
}

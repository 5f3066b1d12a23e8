package journal

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock makes this process the only writer of a file until it is closed. It does not wait. Locks of Windows keep others
// from reading, too, so a byte far behind the end is locked.
func lock(f *os.File) error {
	far := &windows.Overlapped{OffsetHigh: 1 << 30}
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	return windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, far)
}

// syncDir does nothing: on Windows folders cannot be synced, and need not be.
func syncDir(string) error { return nil }

func exchange(a, b string) error { return exchangeByRename(a, b) }

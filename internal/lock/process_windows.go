package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// shut makes this process the only one in the door until it is closed. It does not wait.
func shut(f *os.File) error {
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	return windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
}

// alive says whether there is a process of that number. One that may not be looked at is there.
func alive(process int) bool {
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(process))
	if err != nil {
		return errors.Is(err, windows.ERROR_ACCESS_DENIED)
	}
	defer func() { _ = windows.CloseHandle(handle) }()
	var code uint32
	const running = 259
	return windows.GetExitCodeProcess(handle, &code) != nil || code == running
}

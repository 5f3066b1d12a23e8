//go:build unix

package lock

import (
	"errors"
	"os"
	"syscall"
)

// shut makes this process the only one in the door until it is closed. It does not wait.
func shut(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// alive says whether there is a process of that number.
func alive(process int) bool {
	err := syscall.Kill(process, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

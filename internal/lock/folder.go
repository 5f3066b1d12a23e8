package lock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// Folder is a shelf on the disk: the file NAME.json in a folder, which is made where it is missing.
type Folder struct{ Dir, Name string }

// Read returns the file's text.
func (f Folder) Read(context.Context) ([]byte, string, error) {
	text, err := os.ReadFile(f.path(".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	return text, versionOf(text), err
}

func versionOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (f Folder) path(suffix string) string { return filepath.Join(f.Dir, f.Name+suffix) }

// Swap replaces the file by another, while it has the door for itself.
func (f Folder) Swap(ctx context.Context, text []byte, version string) (err error) {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	door, err := os.OpenFile(f.path(".door"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer door.Close()
	if err := shut(door); err != nil {
		return errors.Join(ErrMoved, err) // somebody else swaps
	}
	if _, now, err := f.Read(ctx); err != nil || now != version {
		return errors.Join(ErrMoved, err)
	}
	fresh, err := os.CreateTemp(f.Dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(fresh.Name()) }() // gone where it was renamed
	_, err = fresh.Write(text)
	if err = errors.Join(err, fresh.Sync(), fresh.Close()); err != nil {
		return err
	}
	return os.Rename(fresh.Name(), f.path(".json"))
}

// Mine returns a lease of this process.
func Mine(run string, resources []string) Lease {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	name := fmt.Sprintf("user %d", os.Getuid())
	if who, err := user.Current(); err == nil {
		name = who.Username
	}
	return Lease{Run: run, Owner: name + "@" + host, Host: processes(host), Process: os.Getpid(), Resources: resources}
}

// processes names the host as long as it is up, and on it the space in which numbers of processes mean something: containers
// have their own. The outermost space has the same number on every host, and hosts share names.
func processes(host string) string {
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return host
	}
	return host + " " + space + " " + boot()
}

// boot names the time since this host was started, like no other's; empty where that is not known.
func boot() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// Dead says whether a lease's process was one of this host and is no more.
func Dead(l Lease) bool {
	host, err := os.Hostname()
	return err == nil && l.Host == processes(host) && l.Process > 0 && !alive(l.Process)
}

// Gone is Dead for leases that other hosts see, too: only where this host cannot be mistaken for one of them.
func Gone(l Lease) bool { return boot() != "" && Dead(l) }

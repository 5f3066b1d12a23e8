package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// hiddenPrefix begins the names of folders that are being written or thrown away.
const hiddenPrefix = ".new-"

// makeDir makes dir and what is missing above it, durably.
func makeDir(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		return fmt.Errorf("create folder for runs: %s is not a folder", dir)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("create folder for runs: %w", err)
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("create folder for runs: %w", err)
	}
	return syncDir(parent)
}

// replaceFile writes a file beside its place and renames it there.
func replaceFile(dir, name string, content []byte, durable bool) (err error) {
	temp, err := os.CreateTemp(dir, ".tmp-"+name+"-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}()
	_, err = temp.Write(content)
	if err == nil && durable {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	if durable {
		return syncDir(dir)
	}
	return nil
}

// putInPlace makes the folder from appear as to, in place of what is there.
func putInPlace(from, to string) error {
	err := os.Rename(from, to)
	if err == nil {
		return syncDir(filepath.Dir(to))
	}
	if _, missing := os.Lstat(to); missing != nil {
		return err
	}
	if err := exchange(from, to); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(from), syncDir(filepath.Dir(to)))
}

// exchangeByRename does what exchange does where the system cannot do it at once: a crash in between leaves the old
// folder under its hidden name.
func exchangeByRename(a, b string) error {
	aside := a + ".old"
	if err := os.Rename(b, aside); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return errors.Join(err, os.Rename(aside, b))
	}
	return os.Rename(aside, a)
}

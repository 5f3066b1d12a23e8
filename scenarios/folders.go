package scenarios

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Folders remembers which variable files lie in which folders, so that a thousand scenarios of one folder list it once.
// The zero value is ready, and may be shared by goroutines.
type Folders struct {
	mu   sync.Mutex
	auto map[string][]string
}

// autoVars returns the *.auto.hclvars of a folder, sorted.
func (f *Folders) autoVars(folder string) []string {
	if f == nil {
		return listAutoVars(folder)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	paths, listed := f.auto[folder]
	if !listed {
		if f.auto == nil {
			f.auto = map[string][]string{}
		}
		paths = listAutoVars(folder)
		f.auto[folder] = paths
	}
	return paths
}

func listAutoVars(path string) []string {
	folder, err := os.Open(path)
	if err != nil {
		return nil // a scenario that can be read in a folder that cannot: there is nothing to find
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	var paths []string
	for _, name := range names {
		if strings.HasSuffix(name, ".auto.hclvars") {
			paths = append(paths, filepath.Join(path, name))
		}
	}
	slices.Sort(paths)
	return paths
}

package architecture

import (
	"go/ast"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// waits are the ways to tell time or to wait that belong to the clock alone.
func waits() map[string]bool {
	return map[string]bool{
		"time.Now": true, "time.Since": true, "time.Until": true, "time.Sleep": true, "time.After": true, "time.AfterFunc": true,
		"time.NewTimer": true, "time.NewTicker": true, "time.Tick": true, "context.WithTimeout": true, "context.WithDeadline": true,
		"context.WithTimeoutCause": true, "context.WithDeadlineCause": true,
	}
}

// outsiders are where goroutines and host time are right: the clock itself, the round trip of one HTTP request, what hears
// people and signals of the host, what redraws a terminal, and support for tests with real processes.
func outsiders() []string {
	return []string{
		"internal/clock/", "internal/wiretest/", "internal/cloud/http.go", "internal/cli/stops.go", "internal/cli/confirm.go",
		"internal/tui/bridge.go",
	}
}

func TestNobodyButTheClockWaitsOrTellsTime(t *testing.T) {
	for _, f := range sources(t) {
		if outside(f.path) {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				assert.Fail(t, "a goroutine that the clock does not know", f.at(n))
			case *ast.SelectorExpr:
				name, ok := n.X.(*ast.Ident)
				assert.False(t, ok && waits()[name.Name+"."+n.Sel.Name], "%s: %s is the clock's business", f.at(n), n.Sel.Name)
			}
			return true
		})
		assert.NotContains(t, f.text, "Waiter(", "%s: SDK waiters wait in real time", f.path)
	}
}

func outside(path string) bool {
	for _, prefix := range outsiders() {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

func TestContextsBeginInMain(t *testing.T) {
	for _, f := range sources(t) {
		if f.path == "cmd/gameday/main.go" || strings.Contains(f.path, "test/") {
			continue
		}
		assert.NotContains(t, f.text, "context.Background()", "%s: contexts are passed down from main", f.path)
		assert.NotContains(t, f.text, "context.TODO()", f.path)
	}
}

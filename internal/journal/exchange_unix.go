//go:build unix && !linux

package journal

func exchange(a, b string) error { return exchangeByRename(a, b) }

// Package architecture holds the tests that keep the layout, the budgets and the clock's monopoly from rotting. It has no
// code of its own.
package architecture

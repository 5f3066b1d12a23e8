// Package browsertest looks at the HTML report with a real browser: that it renders, that it asks nobody for anything, that
// hostile text stays text, and that it can be read on a phone and on a desktop, in the light and in the dark.
//
//	testdata/journals ──► report.HTML ──► chromium ──► screenshots in $GAMEDAY_ARTEFACTS
//
// The tests run with GAMEDAY_BROWSER=1 in the environment, and skip, saying why, where there is no chromium. With
// GAMEDAY_BROWSER=required they fail there.
package browsertest

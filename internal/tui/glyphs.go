package tui

// The glyphs that are drawn. Every one stands beside a word, so that nothing depends on being able to tell them apart.
const (
	glyphPassed    = "✓"
	glyphFailed    = "✗"
	glyphUnknown   = "?"
	glyphWaiting   = "·"
	glyphRunning   = "◌"
	glyphLive      = "●"
	glyphReverting = "↺"
	glyphWarning   = "!"

	barFull  = "━"
	barOpen  = "─"
	barStart = "├"
	barEnd   = "┤"
	barMark  = "◆"
	barRung  = "○"
	barDone  = "●"
	barEarly = "┄"
	nowLine  = "│"
	cursor   = "›"
	ellipsis = "…"
)

// plainGlyph is what an ASCII terminal shows instead.
func plainGlyph(cluster string, width int) string {
	switch cluster {
	case "✓":
		return "+"
	case "✗":
		return "X"
	case "·", "◌", "…":
		return "."
	case "●", "◆":
		return "*"
	case "○":
		return "o"
	case "↺":
		return "<"
	case "━":
		return "="
	case "─", "┄", "–", "—":
		return "-"
	case "├", "┤", "│", "┼", "┬", "┴", "└", "┌", "┐", "┘":
		return "|"
	case "›", "▶":
		return ">"
	case "▓", "█", "▇", "▆":
		return "#"
	case "▒", "▅", "▄":
		return "="
	case "░", "▃", "▂":
		return "-"
	case "▁":
		return "_"
	case "→":
		return ">"
	}
	if width == 2 {
		return "??"
	}
	return "?"
}

// sparks are the heights of a sparkline.
func sparks() []string { return []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"} }

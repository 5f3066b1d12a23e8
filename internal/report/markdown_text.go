package report

import (
	"regexp"
	"strings"
	"unicode"
)

// GitHub and its like make more of a text than Markdown does, even of escaped text: mentions, references to issues and
// commits, addresses, little pictures. They leave code alone. So in a sentence, words of that sort are written as code.
var alive = regexp.MustCompile(`(?i)[@#]|://|www\.|mailto:|xmpp:|\bgh-\d|\b[0-9a-f]{7,}\b|:[\w+-]*[a-z][\w+-]*:`)

// prose writes text from anywhere as Markdown that shows the same text, on one line, and does nothing else.
func prose(text string) string {
	words := strings.Split(strings.TrimSpace(Plain(text)), " ")
	for i, word := range words {
		if alive.MatchString(word) {
			words[i] = code(word)
			continue
		}
		words[i] = literal(word)
	}
	return strings.Join(words, " ")
}

// paragraph is prose at the beginning of a line, where numbers and dashes would begin a list.
func paragraph(text string) string {
	written := prose(text)
	for i, r := range written {
		switch {
		case i == 0 && strings.ContainsRune("-+=", r), i > 0 && strings.ContainsRune(".)", r):
			return written[:i] + `\` + written[i:]
		case !unicode.IsDigit(r):
			return written
		}
	}
	return written
}

// literal escapes what Markdown, or HTML in it, would act upon.
func literal(word string) string {
	var b strings.Builder
	runes := []rune(word)
	for i, r := range runes {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '|':
			b.WriteString("&#124;")
		case r == '_' && i > 0 && i+1 < len(runes) && wordy(runes[i-1]) && wordy(runes[i+1]):
			b.WriteRune(r)
		case strings.ContainsRune("\\`*_[]~$", r):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// code writes text from anywhere as code. Bars stand outside of it: there is no other way in a table that all readers of
// Markdown understand.
func code(text string) string {
	parts := strings.Split(Plain(text), "|")
	for i, part := range parts {
		if part != "" {
			parts[i] = fenced(part)
		}
	}
	return strings.Join(parts, "&#124;")
}

func fenced(text string) string {
	fence := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.HasPrefix(text, " ") && strings.HasSuffix(text, " ") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// longestRun is how many backticks stand side by side at most.
func longestRun(text string) int {
	most, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		most = max(most, run)
	}
	return most
}

// codes writes several texts as code.
func codes(texts []string) string {
	var all []string
	for _, text := range texts {
		all = append(all, code(text))
	}
	return strings.Join(all, ", ")
}

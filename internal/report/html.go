package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"

	"gameday/experiments"
)

// pages are the templates of report.html.
//
//go:embed html/*.tmpl
var pages embed.FS

// HTML writes the report of a run, whole or cut short, as one file that needs nothing else: no script, no request. Text from
// outside is text in it, whatever it contains.
func HTML(w io.Writer, records []experiments.Record) error {
	page, err := template.ParseFS(pages, "html/*.tmpl")
	if err != nil {
		return fmt.Errorf("read the templates of the HTML report: %w", err)
	}
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, "report.tmpl", paperOf(records)); err != nil {
		return fmt.Errorf("write the HTML report: %w", err)
	}
	if _, err := w.Write(tidied(out.Bytes())); err != nil {
		return fmt.Errorf("write the HTML report: %w", err)
	}
	return nil
}

// tidied leaves out empty lines, and is the last net: nothing that is not seen gets out.
func tidied(page []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(page) {
		if line = bytes.TrimRight(line, " \n"); len(line) > 0 {
			out.WriteString(Plain(string(line)) + "\n")
		}
	}
	return out.Bytes()
}

package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
)

// invalid says that what stands at a place cannot be.
func invalid(at hcl.Range, summary, detail string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(detail, args...), Subject: &at}
}

// duplicate says that a name stands at a second place.
func duplicate(at, first hcl.Range, what, name string) *hcl.Diagnostic {
	return invalid(at, "Duplicate "+what, "%s is there already, on line %d. There can be one only.", name, first.Start.Line)
}

// unknown says that nothing has that name, and which one may be meant.
func unknown(at hcl.Range, what, name string, known []string) *hcl.Diagnostic {
	detail := fmt.Sprintf("There is no %s %q.", what, name)
	if near := nearest(name, known); near != "" {
		detail += fmt.Sprintf(" Did you mean %q?", near)
	} else if list := shortList(known); list != "" {
		detail += " There is: " + list + "."
	}
	return invalid(at, "Unknown "+what, "%s", detail)
}

// warning makes a diagnostic one that stops nothing.
func warning(d *hcl.Diagnostic) *hcl.Diagnostic {
	d.Severity = hcl.DiagWarning
	return d
}

// unsupported says that a word of the language is not built in this version.
func unsupported(at hcl.Range, what string) *hcl.Diagnostic {
	return invalid(at, "Not supported yet", "%s is a part of the language that this version of gameday does not know yet.", what)
}

// nearest returns the known name that a misspelt one may stand for, or nothing. One letter in three may be wrong, and no
// more than three: db is not meant to be dr.
func nearest(name string, known []string) string {
	best, limit := "", 3
	for _, candidate := range known {
		distance := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil)
		if distance <= limit && 3*distance <= max(len(name), len(candidate)) {
			best, limit = candidate, distance-1
		}
	}
	return best
}

// shortList joins names for a sentence, unless they are too many to read.
func shortList(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// Diagnostics are the mistakes in the files of one scenario, in the order of the text. They are an error; print them with
// WriteDiagnostics.
type Diagnostics struct {
	list  hcl.Diagnostics
	files map[string]*hcl.File
}

// Error returns the first mistake and how many more there are.
func (d *Diagnostics) Error() string {
	if len(d.list) == 0 {
		return "no diagnostics"
	}
	text := d.list[0].Error()
	if more := len(d.list) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// Diagnostic is one mistake, for programs. Lines and columns count from 1; all are 0 where no line is to blame, as with a
// file that is missing and with a flag. File is then the path, or the flag.
type Diagnostic struct {
	Severity  string `json:"severity"` // error or warning
	Summary   string `json:"summary"`
	Detail    string `json:"detail"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

// Diagnose returns the mistakes that an error holds, joined errors included; none when it holds no diagnostics.
func Diagnose(err error) []Diagnostic {
	var all []Diagnostic
	for _, found := range holding(err) {
		for _, d := range found.list {
			all = append(all, plainDiagnostic(d))
		}
	}
	return all
}

func plainDiagnostic(d *hcl.Diagnostic) Diagnostic {
	severity := "error"
	if d.Severity == hcl.DiagWarning {
		severity = "warning"
	}
	at := *d.Subject
	return Diagnostic{
		Severity: severity, Summary: d.Summary, Detail: d.Detail, File: at.Filename,
		Line: at.Start.Line, Column: at.Start.Column, EndLine: at.End.Line, EndColumn: at.End.Column,
	}
}

// WriteDiagnostics prints the mistakes that an error holds with the lines that they blame, if they blame any, wrapped at
// width columns (0: not at all). It returns false, and prints nothing, when the error holds no diagnostics.
func WriteDiagnostics(w io.Writer, err error, width int, color bool) bool {
	all := holding(err)
	for _, found := range all {
		var text bytes.Buffer
		writer := hcl.NewDiagnosticTextWriter(&text, printable(found.files), uint(max(width, 0)), color)
		for _, d := range found.list {
			shown := *d
			shown.Summary, shown.Detail = printableText(d.Summary), printableText(d.Detail)
			place := ""
			if d.Subject.Start.Line == 0 {
				shown.Subject = nil
				if d.Subject.Filename != "" {
					place = "  on " + printableText(d.Subject.Filename) + "\n\n"
				}
			}
			text.Reset()
			_ = writer.WriteDiagnostic(&shown) // a buffer takes everything
			head, rest, _ := strings.Cut(text.String(), "\n\n")
			if _, err := io.WriteString(w, head+"\n\n"+place+rest); err != nil {
				return true // a terminal that is gone cannot be told
			}
		}
	}
	return len(all) > 0
}

// holding returns every Diagnostics in an error's tree.
func holding(err error) []*Diagnostics {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Diagnostics
		for _, one := range joined.Unwrap() {
			all = append(all, holding(one)...)
		}
		return all
	}
	if found, ok := err.(*Diagnostics); ok {
		return []*Diagnostics{found}
	}
	if inner := errors.Unwrap(err); inner != nil {
		return holding(inner)
	}
	return nil
}

// findings collects diagnostics while files are read.
type findings struct {
	list hcl.Diagnostics
}

func (f *findings) add(diags ...*hcl.Diagnostic) { f.list = append(f.list, diags...) }

// report returns what was found as an error: everything when there is a mistake, otherwise nothing. Warnings alone come
// separately.
func (f *findings) report(files map[string]*hcl.File) (failure, warnings error) {
	list := tidy(f.list)
	switch {
	case len(list) == 0:
		return nil, nil
	case list.HasErrors():
		return &Diagnostics{list, files}, nil
	default:
		return nil, &Diagnostics{list, files}
	}
}

// tidy sorts diagnostics by place, and keeps one of those that say the same.
func tidy(diags hcl.Diagnostics) hcl.Diagnostics {
	seen := map[string]bool{}
	var list hcl.Diagnostics
	for _, d := range diags {
		if d.Subject == nil {
			d.Subject = &hcl.Range{}
		}
		key := d.Subject.String() + d.Summary + d.Detail
		if !seen[key] {
			seen[key] = true
			list = append(list, d)
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Subject.Filename != b.Subject.Filename {
			return a.Subject.Filename < b.Subject.Filename
		}
		if a.Subject.Start.Byte != b.Subject.Start.Byte {
			return a.Subject.Start.Byte < b.Subject.Start.Byte
		}
		return a.Summary+a.Detail < b.Summary+b.Detail
	})
	return list
}

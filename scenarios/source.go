package scenarios

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
)

// largest is the size from which on a file is taken for something else than a scenario.
const largest = 1 << 20

// texts are the files read so far, to show their lines in diagnostics.
type texts map[string]*hcl.File

// parse reads a file and parses it. What it returns is nil when there is a mistake.
func (t texts) parse(path string, found *findings) *hcl.File {
	text, problem := read(path)
	if problem != nil {
		found.add(problem)
		return nil
	}
	return t.parseText(path, text, found)
}

func (t texts) parseText(path string, text []byte, found *findings) *hcl.File {
	if problem := unreadable(path, text); problem != nil {
		found.add(problem)
		t[path] = &hcl.File{Bytes: asText(text)}
		return nil
	}
	t[path] = &hcl.File{Bytes: text}
	if problem := tooDeep(path, text); problem != nil {
		found.add(problem)
		return nil
	}
	parser := hclsyntax.ParseConfig
	if strings.HasSuffix(path, ".json") {
		parser = func(src []byte, name string, _ hcl.Pos) (*hcl.File, hcl.Diagnostics) { return hcljson.Parse(src, name) }
	}
	file, diags := parser(text, path, hcl.InitialPos)
	found.add(diags...)
	if diags.HasErrors() {
		return nil
	}
	t[path] = file
	return file
}

// top is the beginning of a file, for mistakes that are the file's own.
func top(path string) hcl.Range {
	return hcl.Range{Filename: path, Start: hcl.InitialPos, End: hcl.InitialPos}
}

// nowhere is for mistakes that no line is to blame for: a file that is not there, a flag.
func nowhere(name string) hcl.Range { return hcl.Range{Filename: name} }

// read returns a file's text, from the library or the disk. It refuses what is too large before reading it.
func read(path string) ([]byte, *hcl.Diagnostic) {
	if name, ok := libraryFile(path); ok {
		text, err := library.ReadFile(name)
		if err != nil {
			return nil, unknown(nowhere(path), "scenario in the library", strings.TrimSuffix(strings.TrimPrefix(name, libraryPrefix), ".hcl"), libraryNames())
		}
		return text, nil
	}
	file, err := os.Stat(path)
	if err != nil {
		return nil, unreachable(path, err)
	}
	if !file.Mode().IsRegular() {
		return nil, invalid(nowhere(path), "Not a file", "%q is not a regular file.", path)
	}
	if file.Size() > largest {
		return nil, tooLarge(path)
	}
	return readSome(path)
}

func readSome(path string) ([]byte, *hcl.Diagnostic) {
	file, err := os.Open(path)
	if err != nil {
		return nil, unreachable(path, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err != nil {
		return nil, unreachable(path, err)
	}
	if len(text) > largest {
		return nil, tooLarge(path)
	}
	return text, nil
}

func tooLarge(path string) *hcl.Diagnostic {
	return invalid(nowhere(path), "File too large", "%q is larger than 1 MiB. No scenario is.", path)
}

// unreachable says why a path cannot be read.
func unreachable(path string, err error) *hcl.Diagnostic {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if leads, err := os.Readlink(path); err == nil {
			return invalid(nowhere(path), "Link that leads nowhere", "%q is a symbolic link to %q, which does not exist.", path, leads)
		}
		return invalid(nowhere(path), "File not found", "There is no %q.%s", path, neighbour(path))
	case errors.Is(err, fs.ErrPermission):
		return invalid(nowhere(path), "File not readable", "You are not allowed to read %q.", path)
	case errors.Is(err, syscall.ELOOP):
		return invalid(nowhere(path), "Links in a circle", "%q is a symbolic link that leads back to itself.", path)
	}
	var trouble *fs.PathError
	if errors.As(err, &trouble) {
		err = trouble.Err
	}
	return invalid(nowhere(path), "File not readable", "Cannot read %q: %v.", path, err)
}

// neighbour suggests a file beside the missing one.
func neighbour(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if near := nearest(filepath.Base(path), names); near != "" {
		return " Did you mean " + filepath.Join(filepath.Dir(path), near) + "?"
	}
	return ""
}

// unreadable says why a file's bytes are no text.
func unreadable(path string, text []byte) *hcl.Diagnostic {
	if bytes.IndexByte(text, 0) >= 0 {
		return invalid(nowhere(path), "Not a text file", "%q holds zero bytes: it is not text.", path)
	}
	if utf8.Valid(text) {
		return nil
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return invalid(position(path, text, at), "Not UTF-8", "%q is not UTF-8 text. Save it as UTF-8.", path)
}

// asText replaces the bytes that are not UTF-8, each by one of its own, so that their line can be shown.
func asText(text []byte) []byte {
	shown := bytes.Clone(text)
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			shown[at] = '?'
		}
		at += size
	}
	return shown
}

// position is the place of a byte in a text.
func position(path string, text []byte, at int) hcl.Range {
	before := text[:at]
	start := hcl.Pos{Line: 1 + bytes.Count(before, []byte("\n")), Column: at - bytes.LastIndexByte(before, '\n'), Byte: at}
	end := start
	end.Column, end.Byte = end.Column+1, end.Byte+1
	return hcl.Range{Filename: path, Start: start, End: end}
}

// printable replaces what a terminal would obey instead of show. Lengths stay as they are.
func printable(files map[string]*hcl.File) map[string]*hcl.File {
	safe := make(map[string]*hcl.File, len(files))
	for name, file := range files {
		safe[name] = &hcl.File{Body: file.Body, Bytes: []byte(printableText(string(file.Bytes))), Nav: file.Nav}
	}
	return safe
}

func printableText(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return r
		case r < ' ' || r == 0x7f:
			return '?'
		case r >= 0x80 && r < 0xa0:
			return 0xbf // ¿: two bytes, as what it stands for
		}
		return r
	}, text)
}

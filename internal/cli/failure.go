package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"gameday/experiments"
	"gameday/internal/cloud"
)

// failure is an error that knows the exit code and what a person can do about it. Other errors mean that the world around
// did not play along: exit code 3.
type failure struct {
	code experiments.ExitCode
	err  error // nil: everything was said already
	hint string
}

// Error says what went wrong.
func (f *failure) Error() string {
	if f.err == nil {
		return fmt.Sprintf("exit code %d", f.code)
	}
	return f.err.Error()
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.err }

// misuse is an error of the person who typed the command: exit code 2.
func misuse(hint, format string, args ...any) error {
	return &failure{experiments.ExitUsage, fmt.Errorf(format, args...), hint}
}

// ended returns nil for exit code 0, and else an error of that code that prints nothing more.
func ended(code experiments.ExitCode) error {
	if code == experiments.ExitPassed {
		return nil
	}
	return &failure{code: code}
}

// codeOf returns the exit code that an error means.
func codeOf(err error) experiments.ExitCode {
	var f *failure
	switch {
	case err == nil:
		return experiments.ExitPassed
	case errors.As(err, &f):
		return f.code
	default:
		return experiments.ExitInconclusive
	}
}

// explain prints an error once, with its hint.
func explain(w io.Writer, err error) {
	var f *failure
	if err == nil || readerGone(err) || errors.As(err, &f) && f.err == nil {
		return
	}
	fmt.Fprintf(w, "Error: %s\n", cloud.Brief(strings.TrimSpace(err.Error())))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(w, "Hint: %s\n", hint)
	}
}

// readerGone says whether an error is that whoever read the output went away, as head does: nobody wants to know more. The
// other end of a connection is somebody else.
func readerGone(err error) bool {
	var file *fs.PathError
	return errors.As(err, &file) && errors.Is(file, syscall.EPIPE)
}

// hintOf returns what a person can do about an error, as the one who knew best put it.
func hintOf(err error) string {
	var f *failure
	if errors.As(err, &f) && f.hint != "" {
		return f.hint
	}
	var hinting interface{ Hint() string }
	if errors.As(err, &hinting) && hinting.Hint() != "" {
		return hinting.Hint()
	}
	return cloud.Hint(err)
}

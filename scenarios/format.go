package scenarios

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format returns a file's text in the one layout: aligned, indented by two. Its error is a *Diagnostics when the text
// does not parse. Formatting what is formatted changes nothing. JSON stays as it is.
func Format(src []byte, filename string) ([]byte, error) {
	files, found := texts{}, &findings{}
	if len(src) > largest {
		found.add(tooLarge(filename))
	} else {
		files.parseText(filename, src, found)
	}
	if failure, _ := found.report(files); failure != nil {
		return nil, failure
	}
	if strings.HasSuffix(filename, ".json") {
		return src, nil
	}
	text := src
	// A pass may open the way for another one; what never settles is left as it is.
	for range 4 {
		next := hclwrite.Format(text)
		if bytes.Equal(next, text) {
			return next, nil
		}
		text = next
	}
	if !parses(text, filename) {
		return src, nil
	}
	return text, nil
}

func parses(text []byte, filename string) bool {
	found := &findings{}
	texts{}.parseText(filename, text, found)
	return !hcl.Diagnostics(found.list).HasErrors()
}

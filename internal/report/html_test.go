package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
)

// poisons are texts that somebody may send to a queue, a topic or an alarm.
func poisons() []string {
	return []string{
		`<script>window.pwned = 1</script>`, `"><img src=x onerror="window.pwned = 1">`, `'--></style></title></textarea><svg onload=alert(1)>`,
		`{{.}} ${7*7} <!-- ]]> <![CDATA[`, "\x1b]0;owned\x07\x1b[2J\u202e\u0085\u2066\r\n::error::x\x00", `&lt;b&gt; &#106;avascript:alert(1)`,
		"@everyone #1 https://evil.example ![x](https://evil.example/x.png) [a](javascript:1) | a | b |", "```\n# not code\n`` ` ~~~ $x$",
	}
}

func printed(t *testing.T, records []experiments.Record) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, HTML(&out, records))
	return out.String()
}

// element is a start tag as a strict parser sees it.
type element struct {
	name       string
	attributes map[string]string
}

// parsedPage reads a page as XML, which is stricter than any browser: what is well-formed here cannot be read otherwise there.
func parsedPage(t *testing.T, page string) (elements []element, text string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict = true
	var said strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return elements, said.String()
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			e := element{token.Name.Local, map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			elements = append(elements, e)
		case xml.CharData:
			said.Write(token)
		}
	}
}

func allowedElements() map[string]bool {
	allowed := map[string]bool{}
	for _, name := range strings.Fields(`html head meta link title style body main header footer nav section article h1 h2 h3 p span div a
		ul ol li dl dt dd strong b small code pre blockquote table caption thead tbody tr th td details summary time
		svg path circle rect line text desc`) {
		allowed[name] = true
	}
	return allowed
}

func checkPage(t *testing.T, name, page string) {
	t.Helper()
	elements, _ := parsedPage(t, page)
	ids := map[string]bool{}
	for _, e := range elements {
		if id := e.attributes["id"]; id != "" {
			assert.False(t, ids[id], "%s: two elements have the id %s", name, id)
			ids[id] = true
		}
	}
	policy := ""
	for _, e := range elements {
		require.True(t, allowedElements()[e.name], "%s: <%s>", name, e.name)
		if e.attributes["http-equiv"] == "Content-Security-Policy" {
			policy = e.attributes["content"]
		}
		for key, value := range e.attributes {
			checkAttribute(t, name, e, key, value, ids)
		}
	}
	assert.True(t, strings.HasPrefix(policy, "default-src 'none'; style-src 'unsafe-inline'; img-src data:"), policy)
	assert.NotContains(t, page, "url(")
	assert.NotContains(t, page, "@import")
	assert.NotContains(t, page, "ZgotmplZ", "%s: the template found something unsafe", name)
	for _, line := range strings.Split(page, "\n") {
		require.Equal(t, Plain(line), line, name)
	}
}

func checkAttribute(t *testing.T, name string, e element, key, value string, ids map[string]bool) {
	t.Helper()
	assert.False(t, strings.HasPrefix(key, "on") || key == "style" || key == "srcset" || key == "action", "%s: <%s %s>", name, e.name, key)
	switch key {
	case "src":
		assert.True(t, strings.HasPrefix(value, "data:"), value)
	case "href":
		switch {
		case strings.HasPrefix(value, "#"):
			assert.True(t, ids[value[1:]], "%s: %s leads nowhere", name, value)
		case e.name == "link":
			assert.Equal(t, "data:,", value)
		default:
			assert.Regexp(t, `^https?://`, value)
			assert.Equal(t, "noopener noreferrer", e.attributes["rel"])
		}
	case "aria-labelledby":
		for _, id := range strings.Fields(value) {
			assert.True(t, ids[id], "%s: %s labels nothing", name, id)
		}
	}
	if e.name == "svg" && key == "role" {
		assert.NotEmpty(t, e.attributes["aria-labelledby"], "%s: a drawing without a title", name)
	}
}

// styled takes the style out of a page: it would drown its goldens.
func styled(page string) string {
	return regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAllString(page, "<style>…</style>")
}

func TestHTMLReport(t *testing.T) {
	for name, records := range papers(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, "html_"+name, []byte(styled(printed(t, records))))
		})
	}
}

func TestAPageIsWellFormedAndNeedsNothingElse(t *testing.T) {
	for name, records := range papers(t) {
		checkPage(t, name, printed(t, records))
	}
}

func TestNothingFromOutsideIsMoreThanTextInAPage(t *testing.T) {
	for name, records := range papers(t) {
		want, _ := parsedPage(t, printed(t, records))
		for _, evil := range poisons() {
			page := printed(t, poisoned(t, records, evil))
			checkPage(t, name, page)
			got, text := parsedPage(t, page)
			if len(records) > 0 && !strings.Contains(evil, "\x00") {
				assert.Contains(t, text, Plain(evil), "%s: it is to be seen as it is", name)
			}
			assert.Zero(t, links(got), name)
			assert.InDelta(t, unlined(want), unlined(got), 12, "%s: %s made elements", name, evil)
		}
	}
}

// unlined counts elements other than the lines of the scenario, of which a line break in it makes more.
func unlined(elements []element) int {
	n := 0
	for _, e := range elements {
		if e.name != "span" {
			n++
		}
	}
	return n
}

// links counts links that lead out of a page.
func links(elements []element) int {
	n := 0
	for _, e := range elements {
		if e.name == "a" && !strings.HasPrefix(e.attributes["href"], "#") {
			n++
		}
	}
	return n
}

func TestThePlaybookIsLinkedTo(t *testing.T) {
	elements, _ := parsedPage(t, printed(t, rehearsed(t)["slow-playbook"]))
	require.Equal(t, 1, links(elements))
}

func TestEveryLaneIsDescribed(t *testing.T) {
	for name, records := range papers(t) {
		for _, g := range paperOf(records).Picture.Groups {
			for _, l := range g.Lanes {
				assert.NotEmpty(t, l.Title, name)
				assert.Greater(t, len(l.Desc), 2, "%s: %s", name, l.Name)
				assert.NotEmpty(t, l.Shapes, "%s: %s", name, l.Name)
			}
		}
	}
}

func TestAThousandAssertionsStayReadable(t *testing.T) {
	page := printed(t, crowd(1000))
	require.Less(t, len(page), 2<<20)
	checkPage(t, "crowd", page)
	p := paperOf(crowd(1000))
	require.Len(t, p.Claims, 100, "those that did not pass are shown at once")
	require.Len(t, p.More, 900)
	lanes := 0
	for _, g := range p.Picture.Groups {
		lanes += len(g.Lanes)
	}
	require.Less(t, lanes, 110)
	require.NotEmpty(t, p.Picture.Left)
	require.Less(t, len(p.Next), 30)
}

func TestAPageOfAJournalIsThatOfTheRun(t *testing.T) {
	for name, records := range runs() {
		var read []experiments.Record
		for _, r := range records {
			text, err := json.Marshal(r)
			require.NoError(t, err)
			var again experiments.Record
			require.NoError(t, json.Unmarshal(text, &again))
			read = append(read, again)
		}
		require.Equal(t, printed(t, records), printed(t, read), name)
	}
}

func TestAPageThatCannotBeWrittenIsAnError(t *testing.T) {
	require.ErrorContains(t, HTML(&fullPipe{}, passedRun()), "write the HTML report: broken pipe")
	require.ErrorContains(t, Markdown(&fullPipe{}, passedRun()), "write the Markdown report: broken pipe")
}

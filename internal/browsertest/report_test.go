package browsertest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/internal/report"
)

// journals are those of real rehearsals, which the goldens of the reports are made of, too.
const journals = "../report/testdata/journals"

// record reads a journal, with every word changed as in words.
func record(t testing.TB, name string, words ...string) []experiments.Record {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(journals, name+".jsonl"))
	require.NoError(t, err)
	var records []experiments.Record
	for line := range strings.Lines(strings.NewReplacer(words...).Replace(string(text))) {
		var r experiments.Record
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		records = append(records, r)
	}
	return records
}

// write makes the report of a run and returns its file.
func write(t testing.TB, records []experiments.Record) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, report.HTML(&out, records))
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
	return path
}

// overflowing lists what stands outside of a page's width, but for what scrolls.
const overflowing = `(() => {
  const wide = document.scrollingElement.clientWidth, out = [];
  if (document.scrollingElement.scrollWidth > wide) out.push('page: ' + document.scrollingElement.scrollWidth);
  for (const e of document.querySelectorAll('main *')) {
    if (e.closest('.scroll, .source, .vh, thead, .picture svg')) continue;
    const b = e.getBoundingClientRect();
    if (b.width > 0 && (b.right > wide + 1 || b.left < -1)) out.push(e.tagName + ' ' + e.textContent.trim().slice(0, 40) + ' ' + b.left + '-' + b.right);
  }
  return out;
})()`

// clipped lists text of the picture that is not wholly to be seen.
const clipped = `[...document.querySelectorAll('.picture svg text')].filter(e => {
  const b = e.getBoundingClientRect(), p = document.querySelector('.picture').getBoundingClientRect();
  return b.left < p.left || b.right > p.right;
}).map(e => e.textContent)`

// pale lists text whose contrast with what is behind it is below 4.5, as WCAG 2 asks for at AA.
const pale = `(() => {
  const rgb = c => (c.match(/[\d.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = rgb(c).slice(0, 3).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor, p = rgb(c); if (p.length === 3 || p[3] > 0) return c; } return 'rgb(255,255,255)'; };
  const out = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest('svg, title, .mark.fault')) continue;
    const a = light(getComputedStyle(e).color), b = light(behind(e));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) out.push(contrast.toFixed(2) + ' ' + e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30));
  }
  return [...new Set(out)];
})()`

func TestTheReportIsReadableEverywhereAndAsksNobodyForAnything(t *testing.T) {
	browser := browse(t)
	folder := artefacts(t)
	for _, name := range []string{"checkout", "slow-playbook", "broken-playbook", "no-effect", "stopped"} {
		file := write(t, record(t, name))
		for _, l := range looks() {
			t.Run(name+"-"+l.String(), func(t *testing.T) {
				v := open(t, browser, file, l)
				assert.Empty(t, ask[[]string](t, v, overflowing), "nothing stands outside of the page")
				assert.Empty(t, ask[[]string](t, v, clipped), "the picture is whole")
				assert.Empty(t, ask[[]string](t, v, pale), "text has contrast")
				assert.Zero(t, ask[int](t, v, "document.scripts.length"))
				v.shoot(t, filepath.Join(folder, name+"-"+l.String()+".png"), 0)
				v.quiet(t)
			})
		}
	}
}

func TestTheTopOfAFailedRunSaysWhatAManagerWantsToKnow(t *testing.T) {
	browser := browse(t)
	folder := artefacts(t)
	file := write(t, record(t, "slow-playbook"))
	for name, l := range map[string]look{"report-desktop.png": {"desktop", 1280, "light"}, "report-phone.png": {"phone", 390, "light"}} {
		v := open(t, browser, file, l)
		top := ask[string](t, v, "document.querySelector('#verdict').innerText")
		assert.Contains(t, top, "Failed")
		assert.Contains(t, top, "The response was not good enough: 2 of 10 expectations were not met.")
		assert.Contains(t, top, "nothing happened in AWS")
		assert.Less(t, ask[float64](t, v, "document.querySelector('#verdict').getBoundingClientRect().bottom"), 1000.0, "it needs no scrolling")
		v.shoot(t, filepath.Join(folder, name), map[string]int64{"desktop": 1420, "phone": 1600}[l.device])
	}
}

func TestHostileTextIsTextInABrowser(t *testing.T) {
	browser := browse(t)
	const script = `<script>window.pwned=1</script>`
	hostile := []string{
		script, `\"><img src=x onerror=window.pwned=1>`, `'--></style></title></desc></svg><svg onload=window.pwned=1>`,
		`<a href=javascript:window.pwned=1>x</a><iframe src=https://evil.example></iframe>`, `\u001b[31m\u202e\u2066<meta http-equiv=refresh content=0;url=https://evil.example>`,
	}
	evil := strings.Join(hostile, " ")
	file := write(t, record(t, "slow-playbook",
		"orders pile up", evil, "OK", "OK"+evil, "InProgress", evil, "worked_off", "worked_off"+evil, "checkout-with", evil,
		"payments-sre", evil, "page-primary", evil, "https://wiki.example.com/", "javascript:window.pwned=1//", "found none", evil))
	for _, l := range looks() {
		v := open(t, browser, file, l)
		require.False(t, ask[bool](t, v, "'pwned' in window"), "no script ran")
		require.Zero(t, ask[int](t, v, "document.querySelectorAll('script, img, iframe, object, embed, form, base, [onerror], [onload]').length"))
		require.Zero(t, ask[int](t, v, "[...document.links].filter(a => !a.getAttribute('href').startsWith('#')).length"))
		text := ask[string](t, v, "document.body.innerText")
		require.Contains(t, text, script, "it is seen as it was sent")
		require.Contains(t, text, `\x1b[31m\u202e\u2066`)
		require.Empty(t, ask[[]string](t, v, overflowing))
		v.quiet(t)
	}
}

func TestPrintedItIsWholeAndLight(t *testing.T) {
	browser := browse(t)
	v := open(t, browser, write(t, record(t, "slow-playbook")), look{"desktop", 1280, "dark"})
	require.NoError(t, printed(v))
	require.Equal(t, "rgb(255, 255, 255)", ask[string](t, v, "getComputedStyle(document.body).backgroundColor"))
	require.Equal(t, "none", ask[string](t, v, "getComputedStyle(document.querySelector('nav')).display"))
	require.Greater(t, ask[float64](t, v, "document.querySelector('.source').getBoundingClientRect().height"), 500.0, "what is folded is printed")
	v.quiet(t)
}

package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chromium returns where the browser is, or ends the test: as skipped, unless it is required.
func chromium(t testing.TB) string {
	t.Helper()
	if os.Getenv("GAMEDAY_BROWSER") == "" {
		t.Skip("tests in a browser run with GAMEDAY_BROWSER=1, or GAMEDAY_BROWSER=required to fail where there is no chromium")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "there is no chromium: apt-get install chromium"
	if os.Getenv("GAMEDAY_BROWSER") == "required" {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// browse starts a browser for the test.
func browse(t testing.TB) context.Context {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
	}
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "hide-scrollbars", "disable-dev-shm-usage",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	launched, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, end := chromedp.NewContext(launched)
	t.Cleanup(end)
	require.NoError(t, chromedp.Do(browser), "the browser starts")
	return browser
}

// visit is a tab and everything that it did.
type visit struct {
	ctx      context.Context
	mutex    sync.Mutex // events come from the browser's own goroutine
	requests []string
	said     []string // by the console, or by a script that should not be there
}

// look is how somebody looks at a page.
type look struct {
	device string
	width  int64
	scheme string
}

func looks() []look {
	return []look{{"phone", 390, "light"}, {"phone", 390, "dark"}, {"desktop", 1280, "light"}, {"desktop", 1280, "dark"}}
}

func (l look) String() string { return l.device + "-" + l.scheme }

// open shows a page from a file in a tab of its own.
func open(t testing.TB, browser context.Context, file string, l look) *visit {
	t.Helper()
	v := &visit{}
	tab, shut := chromedp.NewContext(browser, chromedp.WithListener(v.hear))
	t.Cleanup(shut)
	require.NoError(t, chromedp.Do(tab))
	ctx, cancel := context.WithTimeout(tab, time.Minute)
	t.Cleanup(cancel)
	v.ctx = ctx
	require.NoError(t, chromedp.Do(ctx,
		send(network.Enable, network.EnableParams{}), send(runtime.Enable, cdp.Empty{}), send(cdplog.Enable, cdp.Empty{}),
		sized(l.width, 1000, l.device == "phone"),
		send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}},
		}),
		chromedp.Navigate("file://"+file),
		chromedp.WaitVisible(chromedp.CSS("#verdict")),
	))
	return v
}

// send is a command to the browser.
func send[P, R any](command cdp.Command[P, R], parameters P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, parameters)
		return err
	})
}

func sized(width, height int64, mobile bool) chromedp.Action[chromedp.Void] {
	return send(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: mobile,
	})
}

// hear keeps what the tab does.
func (v *visit) hear(event any) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		v.requests = append(v.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		v.said = append(v.said, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		v.said = append(v.said, "exception: "+e.ExceptionDetails.Text)
	case *cdplog.EventEntryAdded:
		v.said = append(v.said, "log: "+e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		v.said = append(v.said, "dialog: "+e.Message)
	}
}

// ask evaluates an expression in the page. The page's policy does not bind the test.
func ask[T any](t testing.TB, v *visit, expression string) T {
	t.Helper()
	answer, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](expression))
	require.NoError(t, err, expression)
	return answer
}

// quiet requires that the page asked nobody for anything, and that nothing in it ran or complained.
func (v *visit) quiet(t testing.TB) {
	t.Helper()
	v.mutex.Lock()
	defer v.mutex.Unlock()
	require.Empty(t, v.said)
	require.NotEmpty(t, v.requests, "the page itself is a request: it is seen")
	for _, address := range v.requests {
		require.True(t, strings.HasPrefix(address, "file:") || strings.HasPrefix(address, "data:"), address)
	}
}

// artefacts is where screenshots go.
func artefacts(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("GAMEDAY_ARTEFACTS")
	if folder == "" {
		return t.TempDir()
	}
	require.NoError(t, os.MkdirAll(folder, 0o755))
	return folder
}

// shoot takes a picture: of so many pixels from the top, or of everything for 0.
func (v *visit) shoot(t testing.TB, path string, height int64) {
	t.Helper()
	action := chromedp.FullScreenshot(100)
	if height > 0 {
		require.NoError(t, chromedp.Do(v.ctx, sized(ask[int64](t, v, "window.innerWidth"), height, false)))
		action = chromedp.CaptureScreenshot()
	}
	picture, err := chromedp.Run(v.ctx, action)
	require.NoError(t, err)
	require.Greater(t, len(picture), 10_000, "%s: an empty page", path)
	require.NoError(t, os.WriteFile(filepath.Clean(path), picture, 0o644))
}

// printed shows the page as on paper.
func printed(v *visit) error {
	return chromedp.Do(v.ctx, send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
}

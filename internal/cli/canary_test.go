package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gameday/experiments"
	"gameday/injectors"
)

const valueCanary = "caNary value/\"with\" <everything> & more"

// blabber is a fault that tells what it was given in every way there is.
type blabber struct {
	Secret string `hcl:"secret" doc:"what it tells"`
	When   string `hcl:"when" doc:"when it tells"`
}

func (b *blabber) tell(when string) error {
	switch b.When {
	case when:
		return fmt.Errorf("AWS does not like %q", b.Secret)
	case when + " panics":
		panic(fmt.Sprintf("%+v", *b))
	}
	return nil
}

// Plan plans something.
func (b *blabber) Plan(context.Context) (injectors.Plan, error) {
	return injectors.Plan{Targets: []string{"arn:aws:sqs:eu-west-1:111122223333:orders"}, Before: []byte("{}"), Outputs: struct{}{}}, b.tell("plan")
}

// Inject does nothing.
func (b *blabber) Inject(context.Context, injectors.Plan) error { return b.tell("inject") }

// Revert does nothing.
func (b *blabber) Revert(context.Context, injectors.Plan) (string, error) {
	err := b.tell("revert")
	return "took back " + b.Secret, errors.Join(err)
}

const blabbing = `
variable "token" {
  type      = string
  sensitive = true
}

inject "blabber" "blab" {
  secret = "${var.token} ${env("TOKEN")}"
  when   = "WHEN"
  after  = [inject.flood]
}
`

// secretDesk has a scenario whose sensitive values go wherever they can go.
func secretDesk(t *testing.T, when string) *desk {
	d := newDesk(t)
	scenario := replaceAll(smallScenario, `messages  = 2000`, "messages  = 2000\n  body = var.token\n  attributes = { token = env(\"TOKEN\") }",
		`within     = "5m"`, "within     = \"5m\"\n  since = inject.flood")
	d.write(".gameday/README", "runs\n")
	d.write("small.hcl", scenario+replaceAll(blabbing, "WHEN", when))
	d.deps.Env = func(name string) (string, bool) {
		value, set := map[string]string{"GAMEDAY_VAR_token": valueCanary, "TOKEN": "caNary-of-the-environment"}[name]
		return value, set
	}
	d.deps.Injectors = func() injectors.Catalog {
		c := injectors.Standard()
		c.Kinds = append(c.Kinds, injectors.Kind{
			Name: "blabber", Summary: "tells", Outputs: struct{}{}, New: func(injectors.Env) injectors.Injector { return &blabber{} },
		})
		return c
	}
	return d
}

func TestWhatIsSensitiveReachesNoOutputAndNoFileWhateverHappens(t *testing.T) {
	for _, when := range []string{"never", "plan", "inject", "inject panics", "revert", "revert panics"} {
		for _, words := range [][]string{
			{"rehearse", "small.hcl"},
			{"rehearse", "small.hcl", "--json", "--junit", ".gameday/junit.xml"},
			{"run", "small.hcl", "--yes", "--no-preflight"},
			{"run", "small.hcl", "--yes", "--no-preflight", "--json"},
			{"plan", "small.hcl"},
			{"check", "small.hcl"},
			{"validate", "small.hcl"},
			{"iam", "small.hcl"},
		} {
			t.Run(when+" "+filepath.Join(words...), func(t *testing.T) {
				d := secretDesk(t, when)
				code := d.types(words...)
				assertNoCanary(t, d.artefacts())
				if when == "never" {
					assert.Equal(t, experiments.ExitPassed, code, d.err)
				}
				for _, folder := range d.runs() {
					d.types("show", filepath.Base(folder))
					d.types("runs")
				}
				assertNoCanary(t, d.artefacts())
			})
		}
	}
}

func TestWhatIsSensitiveReachesNoOutputAndNoFileAfterACrashEither(t *testing.T) {
	d := secretDesk(t, "never")
	require.Equal(t, experiments.ExitPassed, d.types("run", "small.hcl", "--yes", "--no-preflight"), d.err)
	cut(t, d.runs()[0], experiments.FaultInjected{})
	d.types("revert")
	assert.Equal(t, experiments.ExitPassed, d.types("revert", "--all"), d.err)
	d.types("show", filepath.Base(d.runs()[0]))
	assertNoCanary(t, d.artefacts())
}

// replaceAll replaces pairs of texts.
func replaceAll(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}

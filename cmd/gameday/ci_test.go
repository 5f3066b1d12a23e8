package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// githubStep is a step of a job of GitHub Actions.
type githubStep struct {
	Name, Uses, Run, If, ID string
	With, Env               map[string]string
}

// githubJob is a job of GitHub Actions.
type githubJob struct {
	If, Environment string
	TimeoutMinutes  int `yaml:"timeout-minutes"`
	Permissions     map[string]string
	Concurrency     struct {
		Group  string
		Cancel bool `yaml:"cancel-in-progress"`
	}
	Steps []githubStep
}

// gitlabJob is a job of GitLab CI.
type gitlabJob struct {
	Script        []string
	AfterScript   []string `yaml:"after_script"`
	Interruptible *bool
	ResourceGroup string `yaml:"resource_group"`
	Artifacts     struct {
		When    string
		Reports map[string]string
	}
}

func sample(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../../docs/ci/" + name)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into))
}

// project is a repository with game days in it, for a person or a machine without credentials.
type project struct {
	t      *testing.T
	folder string
	env    []string
}

func newProject(t *testing.T, env ...string) project {
	path, err := exec.LookPath("gameday") // testscript.Main put it there
	require.NoError(t, err)
	p := project{t: t, folder: t.TempDir()}
	p.env = append([]string{
		"PATH=" + filepath.Dir(path) + ":" + os.Getenv("PATH"), "HOME=" + p.folder, "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=eu-west-1",
	}, env...)
	for _, name := range []string{"sqs-backlog", "checkout"} {
		out, code := p.bash("gameday init library/" + name + " game-days")
		require.Zero(t, code, out)
	}
	return p
}

// bash runs a script as the CI systems do, and returns what it printed and its exit code.
func (p project) bash(script string) (string, int) {
	command := exec.Command("bash", "-eo", "pipefail", "-c", script)
	command.Dir, command.Env = p.folder, p.env
	out, err := command.CombinedOutput()
	return string(out), code(p.t, err)
}

// plays tries a script of a sample: what needs an account says so, and everything else succeeds.
func (p project) plays(script string) {
	p.t.Helper()
	out, code := p.bash(script)
	if strings.Contains(script, "gameday run ") {
		assert.Equal(p.t, 3, code, "%s\n%s", script, out)
		assert.Contains(p.t, out, "Hint: Give AWS credentials", script)
		return
	}
	assert.Zero(p.t, code, "%s\n%s", script, out)
}

func TestTheSampleForGitHubActionsRuns(t *testing.T) {
	var workflow struct {
		On          map[string]any
		Permissions map[string]string
		Jobs        map[string]githubJob
	}
	sample(t, "github-actions.yml", &workflow)
	assert.Equal(t, map[string]string{"contents": "read"}, workflow.Permissions)
	assert.Contains(t, workflow.On, "schedule")
	assert.NotContains(t, workflow.On, "pull_request_target", "scenarios of strangers must not meet secrets")
	require.Len(t, workflow.Jobs, 2)

	staging := workflow.Jobs["staging"]
	assert.Equal(t, "staging", staging.Environment)
	assert.Equal(t, "write", staging.Permissions["id-token"])
	assert.NotEmpty(t, staging.Concurrency.Group)
	assert.False(t, staging.Concurrency.Cancel, "a run that is cancelled may leave a fault behind")
	assert.Nil(t, workflow.Jobs["rehearse"].Permissions)

	for name, job := range workflow.Jobs {
		files := t.TempDir()
		p := newProject(t, "GITHUB_ACTIONS=true", "GITHUB_OUTPUT="+files+"/outputs", "GITHUB_STEP_SUMMARY="+files+"/summary")
		require.NoError(t, os.WriteFile(files+"/outputs", nil, 0o600))
		require.NoError(t, os.WriteFile(files+"/summary", nil, 0o600))
		assert.Positive(t, job.TimeoutMinutes, name)
		tried, kept := 0, false
		for _, step := range job.Steps {
			assert.NotContains(t, step.Run, "${{", "%s: expressions become a part of the script", step.Name)
			if strings.HasPrefix(step.Uses, "actions/upload-artifact@") {
				kept = step.If == "always()" && step.With["include-hidden-files"] == "true" && strings.Contains(step.With["path"], ".gameday/runs")
			}
			if strings.Contains(step.Run, "gameday ") && !strings.Contains(step.Run, "go build") {
				tried++
				p.plays(step.Run)
			}
		}
		assert.True(t, kept, "%s keeps the run folder, whatever happened", name)
		assert.GreaterOrEqual(t, tried, 2, name)
		outputs, err := os.ReadFile(files + "/outputs")
		require.NoError(t, err)
		assert.Contains(t, string(outputs), "verdict<<", name)
	}
}

func TestTheSampleForGitLabRuns(t *testing.T) {
	var all map[string]yaml.Node
	sample(t, "gitlab-ci.yml", &all)
	for _, name := range []string{"rehearse", "game-day"} {
		node := all[name]
		var job gitlabJob
		require.NoError(t, node.Decode(&job))
		if name == "game-day" {
			assert.NotEmpty(t, job.ResourceGroup)
			require.NotNil(t, job.Interruptible)
			assert.False(t, *job.Interruptible)
			assert.Equal(t, "always", job.Artifacts.When)
			assert.Equal(t, "junit.xml", job.Artifacts.Reports["junit"])
		}
		p := newProject(t, "GITLAB_CI=true", "GAMEDAY_ID_TOKEN=x")
		require.NotEmpty(t, job.Script)
		for _, script := range append(job.Script, job.AfterScript...) {
			if strings.Contains(script, "gameday ") {
				p.plays(script)
			}
		}
		_, err := os.Stat(p.folder + "/junit.xml")
		assert.NoError(t, err, name)
	}
}

func TestTheStepThatRevertsWhatAKilledRunLeftEndsLikeTheRevert(t *testing.T) {
	var workflow struct{ Jobs map[string]githubJob }
	sample(t, "github-actions.yml", &workflow)
	for _, step := range workflow.Jobs["staging"].Steps {
		if !strings.Contains(step.Run, "gameday revert \"$run\"") {
			continue
		}
		assert.Equal(t, "always()", step.If)
		p := newProject(t)
		out, code := p.bash("gameday rehearse game-days/sqs-backlog.hcl -q >/dev/null; mkdir -p .gameday/runs/empty; " + step.Run)
		assert.Equal(t, 2, code, out) // a rehearsal is refused
		return
	}
	t.Fatal("no step reverts")
}

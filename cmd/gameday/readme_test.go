package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fenced returns the README's code blocks of one language.
func fenced(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	var blocks []string
	for _, found := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, found[1])
	}
	require.NotEmpty(t, blocks)
	return blocks
}

// expected says how the README's commands end where there are no credentials: those that need an account say so.
func expected(command string) int {
	for _, verb := range []string{"gameday plan game-days", "gameday check game-days", "gameday run game-days"} {
		if strings.HasPrefix(command, verb) {
			return 3
		}
	}
	return 0
}

func TestEveryCommandOfTheREADMERuns(t *testing.T) {
	folder := t.TempDir()
	tried := 0
	for _, block := range fenced(t, "sh") {
		for line := range strings.Lines(block) {
			line = strings.Replace(strings.TrimSpace(line), "go run ./cmd/gameday", "gameday", 1)
			if !strings.HasPrefix(line, "gameday ") {
				assert.Contains(t, []string{"go test ./...", "go build -o gameday ./cmd/gameday"}, line)
				continue
			}
			tried++
			command := exec.Command("gameday", strings.Fields(line)[1:]...)
			command.Dir = folder
			command.Env = []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true"}
			out, _ := command.CombinedOutput()
			assert.Equal(t, expected(line), command.ProcessState.ExitCode(), "%s\n%s", line, out)
		}
	}
	assert.Greater(t, tried, 8)
}

func TestTheScenarioOfTheREADMEPassesInItsSandbox(t *testing.T) {
	folder := t.TempDir()
	blocks := fenced(t, "hcl")
	require.Len(t, blocks, 2)
	path := filepath.Join(folder, "pile-up.hcl")
	require.NoError(t, os.WriteFile(path, []byte(blocks[0]), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "pile-up.sandbox.hcl"), []byte(blocks[1]), 0o600))
	for _, arguments := range [][]string{{"fmt", "--check", folder}, {"validate", path}, {"rehearse", path}} {
		command := exec.Command("gameday", arguments...)
		command.Dir = folder
		out, err := command.CombinedOutput()
		assert.NoError(t, err, "%s\n%s", arguments, out)
	}
}

#!/usr/bin/env bash
# Measures the figures of docs/benchmarks-wire.md: over real HTTP, against an emulator on the same host. It needs node, and
# `npm ci` in internal/wiretest.
set -euo pipefail
cd "$(dirname "$0")/.."
export GAMEDAY_WIRE=required
go test ./internal/wiretest -run '^$' -bench BacklogOverTheWire -benchtime 21x
go test ./internal/wiretest -run '^$' -bench JournalOverTheWire -benchtime 11x
go test ./internal/wiretest -count=1 -v -run 'TestARun|TestWhat|TestAnEndpoint|TestStopped' |
	grep -E '(messages|published|told after|the run took)'

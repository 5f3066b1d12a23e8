#!/usr/bin/env bash
# Measures the figures of docs/benchmarks.md. It needs Go and bash; the wire figures are in docs/benchmarks-wire.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -trimpath -ldflags "-s -w" -o "$work/gameday" ./cmd/gameday
root=$PWD
cd "$work"

# median MILLISECONDS of so many runs of a command
median() {
	local n=$1
	shift
	for _ in $(seq "$n"); do
		local from
		from=$(date +%s%N)
		"$@" >/dev/null 2>&1 || true
		echo $((($(date +%s%N) - from) / 100000))
	done | sort -n | awk '{ v[NR] = $1 } END { printf "%.1f ms (median of %d)\n", v[int((NR + 1) / 2)] / 10, NR }'
}

measured() { printf '%-44s %s\n' "$1" "$2"; }

measured "rehearse library/checkout" "$(median 21 ./gameday rehearse library/checkout --quiet)"
measured "version" "$(median 21 ./gameday version)"

mkdir thousand
for i in $(seq 1000); do cp "$root/scenarios/library/checkout.hcl" "thousand/s$i.hcl"; done
measured "validate 1,000 scenarios" "$(median 5 ./gameday validate thousand)"

from=$(date +%s%N)
./gameday rehearse library/checkout --runs 1000 >/dev/null &
pid=$!
peak=0
while kill -0 "$pid" 2>/dev/null; do
	now=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null || echo 0)
	peak=$((now > peak ? now : peak))
	sleep 0.2
done
wait "$pid" || true
measured "rehearse library/checkout --runs 1000" "$((($(date +%s%N) - from) / 1000000)) ms, peak $((peak / 1024)) MiB"
measured "stripped binary" "$(($(stat -c %s gameday) / 1048576)) MiB"

cd "$root"
go test ./experiments -run '^$' -bench 'Judge|RehearseCheckout|JournalInS3' -benchtime 10x | grep '^Benchmark'
go test ./injectors -run '^$' -bench Backlog -benchtime 1x | grep '^Benchmark'
go test ./assertions ./scenarios -run '^$' -bench . -benchtime 3x | grep '^Benchmark'
go test ./internal/clock ./internal/sandbox ./internal/tui -run '^$' -bench . -benchtime 20x 2>/dev/null | grep '^Benchmark'
go test ./internal/signals -count=1 -v -run FiveHundredAlarms | grep -E '^(---|ok)'

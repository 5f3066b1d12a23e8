# What people type; .ci/run calls the same.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

FUZZTIME ?= 30s
FUZZERS  := scenarios:FuzzLoad$$ scenarios:FuzzLoadPolicy internal/journal:FuzzReading experiments:FuzzReverting internal/report:FuzzPlain internal/report:FuzzProse

.PHONY: build test race lint fmt golden fuzz chaos bench docs wire

build: ## a stripped binary in dist/
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o dist/gameday ./cmd/gameday

test: ## the whole suite, under a minute once built
	$(GO) test ./...

race: ## the same with the race detector, in some minutes
	$(GO) test -race ./...

lint: ## gofumpt, vet, staticcheck
	@test -z "$$($(GO) tool gofumpt -l .)" || { $(GO) tool gofumpt -d .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

fmt: ## Go and HCL sources
	$(GO) tool gofumpt -w .
	$(GO) run ./cmd/gameday fmt scenarios/library

golden: ## rewrite the expected outputs, to be read before they are committed
	$(GO) test ./internal/report ./internal/tui ./internal/permissions -update

fuzz: ## each fuzz test for half a minute
	for at in $(FUZZERS); do $(GO) test ./$${at%:*} -run '^$$' -fuzz "$${at#*:}" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x || exit 1; done

SEEDS ?= 10000

chaos: ## the long versions: every crash point, thousands of weathers, ten minutes of each fuzz test; hours
	GAMEDAY_CHAOS=1 $(GO) test ./experiments -count=1 -v -timeout 6h -run 'WriteOrCall|AtAnyJournalWrite|AtAnyMoment|RunsFull'
	GAMEDAY_CHAOS=1 GAMEDAY_CHAOS_SEEDS=$(SEEDS) $(GO) test ./experiments -count=1 -v -timeout 24h -run 'WhateverTheWeather|Clocks|ClockIsWrong|Blindness'
	$(MAKE) fuzz FUZZTIME=10m

bench: ## the figures of docs/benchmarks.md
	bash docs/benchmarks.sh

docs: ## the reference of kinds, from the tables
	$(GO) generate ./...

wire: ## over real HTTP, against emulators that are not ours
	cd internal/wiretest && npm ci --no-audit --no-fund
	GAMEDAY_WIRE=required $(GO) test -count=1 ./internal/wiretest/...

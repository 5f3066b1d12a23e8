# What people type; .ci/run calls the same.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.PHONY: build test race lint fmt golden fuzz bench docs wire

build: ## a stripped binary in dist/
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o dist/gameday ./cmd/gameday

test: ## the whole suite, under a minute once built
	$(GO) test ./...

race: ## the same with the race detector
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
	$(GO) test ./scenarios -run '^$$' -fuzz FuzzLoad -fuzztime 30s

bench: ## the figures of docs/benchmarks.md
	bash docs/benchmarks.sh

docs: ## the reference of kinds, from the tables
	$(GO) generate ./...

wire: ## over real HTTP, against emulators that are not ours
	cd internal/wiretest && npm ci --no-audit --no-fund
	GAMEDAY_WIRE=required $(GO) test -count=1 ./internal/wiretest/...

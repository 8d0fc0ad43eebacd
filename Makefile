# `make` lists what there is to do.

.DEFAULT_GOAL := help
.PHONY: help run test schedules soak fuzz lint docs docs-photos bench simulate demo

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 16

run: ## Build and start everything on the embedded defaults: API, relay, SQLite, photos in a folder, the province simulator
	@scripts/setup run
	@cargo run --locked --package api -- serve

test: ## Run every test a change must pass, on SQLite and on PostgreSQL
	@scripts/setup test
	@scripts/test

schedules: ## Play a thousand schedules of faults on each database; N=200 for fewer, SEED=7 to begin elsewhere
	@scripts/setup test
	@GXB_TEST_SCHEDULES=$(or $(N),1000) GXB_TEST_SEED=$(or $(SEED),1) cargo test --locked --workspace --test it -- schedules:: --nocapture

soak: ## Play schedules nobody saw before on both databases; MINUTES=60 for longer
	@scripts/setup test
	@GXB_TEST_MINUTES=$(or $(MINUTES),10) cargo test --locked --workspace --test it -- schedules::soak --ignored --nocapture

fuzz: ## Throw a million hostile files of every kind at the photo engine; RUNS=10000 for fewer
	@scripts/setup fuzz
	@scripts/fuzz $(or $(RUNS),1000000)

lint: ## Check formatting, lints and the documentation's links
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --document-private-items

docs: ## Regenerate openapi/*.yaml, docs/config.md, docs/codes.md and docs/exchange.md
	@scripts/docs

docs-photos: ## Draw docs/photos.md and its pictures again, after a change to what a photo becomes
	@cargo run --locked --release --quiet --package photo --example tour -- docs

bench: ## Measure beside peers in the same run; see docs/OPERATIONS.md, "Sizing"
	@scripts/setup test
	@cargo build --locked --release --package api --bin gaoxingban --package tests --bins
	@cargo run --locked --release --quiet --package tests --bin bench

simulate: ## Play a county's Monday in two minutes and reckon what a province takes; ARGS="cases=10000000 from=9 to=9.02"
	@scripts/setup test
	@cargo build --locked --release --package tests --bins
	@cargo run --locked --release --quiet --package tests --bin simulate -- $(ARGS)

demo: ## Play one shop owner through the server that `make run` started
	@cargo run --locked --package api -- demo

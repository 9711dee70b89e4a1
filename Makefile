# Two commands do everything on a fresh machine: `make run` and `make test`. The rest is for those who work on Loopdesk.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export CI ?=

.PHONY: help run test test-long test-simulation check types ui dev bench bench-suggest train package setup

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s'|'

run: setup ui ## Start Loopdesk on its practice workspace (on a virtual display where there is none)
	@.make/run.sh

test: check ## Everything that must hold: checks, stories, the real window with a real customer
	@.make/test.sh

test-long: setup ui ## Nothing is lost, at length: 1,000 disconnects and 100 kills of each program (SEED=7: in another order), a shift of 25 minutes, every write of a disk
	@.make/long.sh

test-simulation: setup ui ## Nothing is lost, over 100,000 seeded schedules (SCHEDULES=500: so many, SEED=7: only that one)
	@.make/say.sh "Playing schedules (building first; the first time takes some minutes)"
	@SCHEDULES=$${SCHEDULES:-100000} cargo test --quiet --release --package loopdesk-tests --test simulation -- --nocapture

check: setup ui ## Formatting, lints as errors, types of the screen
	@.make/say.sh "Checking the Rust side (formatting, lints)"
	@cargo fmt --all --check
	@cargo clippy --quiet --workspace --all-targets -- --deny warnings
	@.make/say.sh "Checking the screen and the chat page (types, lints)"
	@cd ui && npm run --silent check && npm run --silent lint

types: setup ui ## Write the TypeScript side of the contracts anew
	@UPDATE=1 cargo test --quiet --package loopdesk-tests --test types

ui: setup ## Build the screen and the chat page
	@.make/say.sh "Building the screen and the chat page"
	@cd ui && npm run --silent build

dev: setup ui ## The app with a screen that reloads while you edit it
	@.make/headless.sh .make/tauri.sh dev -- --no-default-features --features embedded

bench: setup ui ## What an advisor waits for, measured in the real window (PARTS="typing searching": only these parts)
	@.make/bench.sh $(PARTS)

DATA ?= ../shared/data

train: ## Learn the committed models of reading anew (DATA=folder: from there); the same data gives the same bytes
	@cargo run --quiet --release --package loopdesk-suggest --example train -- $(DATA)

bench-suggest: ## What is suggested and read, against baselines, published figures and goals (DATA=folder: measured there)
	@cargo run --quiet --release --package loopdesk-suggest --example bench -- $(DATA)

package: setup ui ## A .deb that installs and starts
	@.make/package.sh

setup:
	@.make/setup.sh

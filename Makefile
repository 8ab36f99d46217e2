# The front door. `make` alone lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

# A Node that tools/setup installed goes before the system's.
export PATH := $(CURDIR)/.tools/node_modules/.bin:$(PATH)
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

LISTEN ?= 127.0.0.1:7700
DATA ?= data
# What the first workspace is made from: this very repository.
DEMO ?= $(if $(wildcard .git),file://$(CURDIR),template:cpp)
# Extra arguments of `coditect serve`, for example: make run SERVE="--log-level debug"
SERVE ?=
# How long `make torture` goes on, and more of what it is told: make torture TORTURE="--seed 7"
MINUTES ?= 60
TORTURE ?=
SCHEDULES ?= 10000
SCHEDULE_SEED ?= 1

.PHONY: help setup run build build-server build-web test test-unit test-recorded test-peers \
  test-web test-blackbox test-sdk test-browser torture schedules tsan check bench format clean

help: ## list the targets
	@echo "CODITECT Development Studio. Start with: make run"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: ## install what is missing (Debian packages, Node, npm packages)
	@tools/setup

run: build ## build a release and start the studio on http://127.0.0.1:7700
	@mkdir -p "$(DATA)"
	@exec build/release/coditect serve --listen "$(LISTEN)" --data "$(DATA)" --demo "$(DEMO)" $(SERVE)

build: build-server build-web ## build build/release/coditect and web/dist

build-server: setup
	@cmake --preset release >build/release.cmake.log 2>&1 \
	  || { tail -n 30 build/release.cmake.log; exit 1; }
	@cmake --build --preset release --target coditect

build-web: setup
	@npm --prefix web run build

test: setup ## run everything: checks, unit, recorded, web, black-box and browser tests
	@tools/test

test-unit: setup ## the unit, property and short fuzz tests, under ASan and UBSan
	@tools/test build-debug unit

test-recorded: setup ## the provider adapters against recorded traffic
	@tools/test build-debug recorded

test-peers: setup ## the object stores against servers of other people, alone and among faults
	@tools/test build-debug peers

test-web: setup ## the studio's unit tests
	@tools/test web

test-blackbox: setup ## the release binary through its public interface
	@tools/test build-release blackbox

test-sdk: setup ## the simulated model APIs, driven by the vendors' own SDKs
	@tools/test build-release sdk

test-browser: setup ## the studio in a browser against the real server
	@tools/test build-release build-web browser

torture: setup ## random faults for MINUTES (60), after the black-box suite with 50 kills, not 10
	@SPINE_KILLS=50 tools/test build-release blackbox
	@node tests/torture/main.mjs --minutes "$(MINUTES)" $(TORTURE)

schedules: setup ## SCHEDULES (10000) random days of agents, people and crashes, from SCHEDULE_SEED
	@tools/test build-debug
	@SCHEDULES="$(SCHEDULES)" SCHEDULE_SEED="$(SCHEDULE_SEED)" \
	  build/debug/server/workspace_test --gtest_filter='ScheduleTest.*'

tsan: setup ## the concurrent layers' unit tests under ThreadSanitizer
	@tools/test tsan

check: setup ## format, layers, sizes, banned words, clang-tidy
	@tools/test checker style build-debug tidy

bench: setup ## build the benchmarks and print their tables
	@tools/bench

format: setup ## format every C++ file and script in place
	@git ls-files -co --exclude-standard 'server/*.h' 'server/*.cpp' \
	  | xargs -r -d '\n' clang-format-19 -i
	@tests/node_modules/.bin/prettier --log-level warn --write 'tools/**/*.mjs' 'tests/**/*.mjs' \
	  'web/{src,tests}/**/*.{ts,tsx}'

clean: ## remove what was built; data/ and installed packages stay
	@rm -rf build web/dist

# `make help` says what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python
T ?= tests
# Playwright and PostgreSQL use the second core; more workers only make the tests wait for each other.
JOBS ?= 2

.PHONY: help setup demo test check fix bench screenshots train-healer clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## .venv, node_modules and a browser (the other goals do that themselves)
	@scripts/setup tests

demo: ## run the example's Playwright suite on three workers, let a page outgrow it, and repair it
	@scripts/demo

test: ## run the tests, or some: make test T=tests/database
	@scripts/setup tests
	@$(PYTHON) -m pytest $(T) -n $(JOBS) --dist worksteal -p no:schemathesis --color=no

check: ## types, lint and import rules; what continuous integration asks
	@scripts/setup tests
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 .venv/bin/basedpyright
	@.venv/bin/lint-imports
	@npm run --silent types
	@npm run --silent lint
	@echo "check: all is well"

fix: ## format, and repair what can be repaired
	@scripts/setup tests
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@npm run --silent lint -- --fix

screenshots: ## pictures of every page, light and dark, wide and narrow, into build/screenshots
	@scripts/setup tests
	@$(PYTHON) scripts/screenshots.py

bench: ## measure; writes build/bench/*.json
	@scripts/setup tests
	@scripts/bench

train-healer: ## train the healer's ranker and calibrator anew from the data beside the repository
	@scripts/setup tests
	@$(PYTHON) scripts/train_healer.py

clean: ## remove what setup, tests and benchmarks have made
	rm -rf .venv node_modules build dist .pytest_cache .ruff_cache .hypothesis
	rm -rf examples/shop/node_modules examples/shop/test-results tests/suites/*/node_modules

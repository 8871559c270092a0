# `make demo` and `make test` do all of their own set-up; `make help` lists the rest.
SHELL := /bin/bash
ARGS ?=
PY := .venv/bin/python

.PHONY: help install demo test check lint types unit lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

install: .venv/runtime ## the virtual environment with the service's pinned packages

demo: .venv/runtime ## a private Asterisk, callers, agents and the real service; ARGS="--calls 30 --exit --json"
	@$(PY) -m ivr demo $(ARGS)

test: .venv/development ## every check and every test, those on a real Asterisk, PostgreSQL and browser included
	@deploy/prepare system 1>&2
	@$(MAKE) --no-print-directory lint types
	@$(PY) -m ivr prompts build
	@$(PY) -m pytest $(ARGS)

check: lint types unit ## the fast part: lint, types, and the tests that need no other program

lint: .venv/development ## ruff, rules and format
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check .

types: .venv/development ## mypy, strict
	@.venv/bin/mypy --no-error-summary

unit: .venv/development ## the tests of the pure core and the rooms' own
	@$(PY) -m pytest -q tests/domain tests/usecases tests/telephony tests/house

lock: ## choose the newest versions anew; wants `uv` on PATH
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
	    --extra install pyproject.toml -o requirements.lock
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
	    --extra install --extra dev pyproject.toml -o requirements-dev.lock

clean: ## remove what was made here, the demo's data too
	rm -rf .venv var build prompts/sounds .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info

.venv/runtime: requirements.lock pyproject.toml deploy/prepare
	@deploy/prepare runtime 1>&2

.venv/development: requirements-dev.lock pyproject.toml deploy/prepare
	@deploy/prepare development 1>&2

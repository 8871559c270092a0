# `make demo` and `make test` do all of their own set-up; `make help` lists the rest.
SHELL := /bin/bash
ARGS ?=
FUZZ_SECONDS ?= 300
FUZZED := sys_platform == 'linux' and platform_machine == 'x86_64' and python_version < '3.14'
PY := .venv/bin/python

.PHONY: help install demo test check lint types unit faults fuzz bench translations lock clean
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
	@$(if $(ARGS),$(PY) -m pytest $(ARGS),tests/run $(PY))

check: lint types unit ## the fast part: lint, types, and the tests that need no other program

lint: .venv/development ## ruff, rules and format
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check .

types: .venv/development ## mypy, strict
	@.venv/bin/mypy --no-error-summary

unit: .venv/development ## the tests of the pure core and the rooms' own
	@$(PY) -m pytest -q tests/domain tests/usecases tests/telephony tests/house

faults: .venv/development ## the fault drills on a real Asterisk (7 minutes); writes the table of docs/reliability.md
	@deploy/prepare system 1>&2
	@$(PY) -m ivr prompts build
	@$(PY) -m pytest tests/pbx/faults --fault-records build/faults.jsonl $(ARGS)
	@$(PY) docs/faults.py build/faults.jsonl

fuzz: .venv/development ## fuzz the AGI framing, guided by coverage, for 5 minutes; FUZZ_SECONDS=3600 for longer
	@mkdir -p var/fuzz/framing
	@$(PY) -m tests.telephony.agi.fuzz_framing -max_total_time=$(FUZZ_SECONDS) -max_len=400 -timeout=20 \
	    -rss_limit_mb=512 -print_final_stats=1 -dict=tests/telephony/agi/agi.dict \
	    -artifact_prefix=tests/telephony/agi/hostile/ var/fuzz/framing tests/telephony/agi/hostile

bench: .venv/bench ## FastAGI servers beside each other (benchmarks/README.md); ARGS="--quick"
	@$(PY) -m benchmarks.agi $(ARGS)

translations: .venv/development ## bring ivr/web/translations/*.po up to the pages' sentences; then translate what is empty
	@mkdir -p build
	@.venv/bin/pybabel --quiet extract --no-location --sort-output --omit-header -F ivr/web/translations/babel.cfg \
	    -o build/messages.pot ivr/web
	@for language in zh_Hans lt; do \
	    file=ivr/web/translations/$$language.po; \
	    [ -f $$file ] || .venv/bin/pybabel --quiet init -i build/messages.pot -o $$file -l $$language; \
	    .venv/bin/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 110 \
	        -i build/messages.pot -o $$file -l $$language; \
	done

lock: ## choose the newest versions anew; wants `uv` on PATH
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
	    --extra install pyproject.toml -o requirements.lock
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
	    --extra install --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
	    --extra install --extra bench pyproject.toml -o requirements-bench.lock
	@# uv writes no markers for one platform; the fuzzer needs its own, its wheels are few (see pyproject.toml).
	sed -i "s/^atheris==[^ ;]*/& ; $(FUZZED)/" requirements-dev.lock

clean: ## remove what was made here, the demo's data too
	rm -rf .venv var build prompts/sounds .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info

.venv/runtime: requirements.lock pyproject.toml deploy/prepare
	@deploy/prepare runtime 1>&2

.venv/development: requirements-dev.lock pyproject.toml deploy/prepare
	@deploy/prepare development 1>&2

# The benchmarks' peers come beside the service's packages; neither the service nor its tests need them.
.venv/bench: .venv/runtime requirements-bench.lock
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

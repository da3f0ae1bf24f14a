# `make demo` and `make check` need nothing but Python 3.11 or newer: both make .venv themselves,
# from locks with hashes, and make it again only when a lock or pyproject.toml changes.
# `make conformance` also needs npm. What else `make check` can use (npm, Go's libraries, a browser:
# see .ci/packages) is used where it is there; its tests say what they miss where it is not.

PYTHON ?= python3
OUT ?= demo-out
DIST ?= dist
SAMPLE ?= 100
SECONDS ?= 60
MINUTES ?= 10
# The tests of a file stay together, so that what they share is started once.
WORKERS ?= auto
# The order of the tests is shuffled, and the same each time: a check that passed says the same of the
# same tree elsewhere. `make check SEED=$$RANDOM` looks for tests that lean on one another.
SEED ?= 7
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-stamp
DEV_STAMP := $(VENV)/.dev-stamp
OTHERS_STAMP := $(VENV)/.others-stamp
TRESTLE := .venv-trestle
TRESTLE_STAMP := $(TRESTLE)/.stamp
NPM := tests/conformance/npm
BUILD_LOCK := pyproject.toml requirements/build.in
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"
# They ask for Python 3.12, but run on 3.11; what they need is in the other locks.
COMPILE_OTHERS := $(subst --python-version 3.11,--python-version 3.12,$(COMPILE)) --no-deps \
	requirements/others.in
BESIDE := src:examples/refund-desk:scripts:tests/servers

# Every process that a test starts would compile all that it loads, every time.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo demo-check check check-slow style types test fix verifier bench faults faults-sample fuzz soak \
	conformance console-shots others trestle vectors lock lock-upgrade clean
.DELETE_ON_ERROR:

help: ## say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

demo: $(RUN_STAMP) ## the main job on the built-in refund desk, into demo-out/
	$(BIN)/watchkeeper demo --out $(OUT)

check-slow: $(DEV_STAMP) $(OTHERS_STAMP) ## what `make check` leaves out: broken promises in the demo and under faults, long tests
	$(BIN)/pytest -m slow

demo-check: $(DEV_STAMP) $(OTHERS_STAMP) ## does the demo fail when a promise is broken (several runs of it)
	$(BIN)/pytest tests/whole/test_broken_promises.py -m slow

check: $(DEV_STAMP) $(OTHERS_STAMP) $(TRESTLE_STAMP) ## everything that must hold: style, types, layers, tests
	$(MAKE) --no-print-directory --jobs 3 --output-sync=target style types faults-sample
	$(BIN)/pytest -n $(WORKERS) --dist loadscope --randomly-seed=$(SEED)

style: $(DEV_STAMP) ## style and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(DEV_STAMP) ## types
	$(BIN)/mypy
	MYPYPATH=$(BESIDE) $(BIN)/mypy examples/refund-desk scripts bench faults fuzz tests/servers

test: $(DEV_STAMP) $(OTHERS_STAMP) $(TRESTLE_STAMP) ## the tests alone; `make test ARGS=tests/unit` for a part
	$(BIN)/pytest $(ARGS)

fix: $(DEV_STAMP) ## mend what a program can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

verifier: $(RUN_STAMP) ## the verifier alone, as a wheel, into dist/
	cd verifier && $(abspath $(BIN))/python -m hatchling build -t wheel -d $(abspath $(DIST))

bench: $(RUN_STAMP) ## speed, each figure beside its floor of the same run, into bench-out/
	$(BIN)/python -m bench --out bench-out

faults: $(DEV_STAMP) ## a fault at every system call on the home, every loss of power (needs strace, cc)
	$(BIN)/python -m faults.power
	$(BIN)/python -m faults

faults-sample: $(DEV_STAMP) ## a sample of the same, which `make check` runs; left out without strace
	@if command -v strace cc >/dev/null; then $(BIN)/python -m faults --sample $(SAMPLE) --seed 7 \
		--served 4; elif [ -n "$$WATCHKEEPER_NO_SKIP" ]; then echo "faults: needs strace and cc"; \
		exit 2; else echo "faults: left out, needs strace and cc"; fi

fuzz: $(DEV_STAMP) ## atheris at every parser of foreign bytes; SECONDS= for each, into fuzz-out/
	$(BIN)/python -m fuzz --seconds $(SECONDS) --corpus fuzz-out

soak: $(DEV_STAMP) ## 64 callers, kills and restarts for MINUTES=; fails if anything was lost
	$(BIN)/python -m faults.soak --minutes $(MINUTES)

conformance: $(DEV_STAMP) ## the official MCP suite, directly and through the gateway (needs npm)
	$(BIN)/python scripts/conformance.py

others: $(OTHERS_STAMP) ## verifiers made by others, for the tests; those from npm where npm is there

trestle: $(TRESTLE_STAMP) ## compliance-trestle for the tests, in a venv of its own

console-shots: $(DEV_STAMP) $(OTHERS_STAMP) ## pictures of every page of the console, to be looked at, into console-out/
	$(BIN)/python -m tests.worlds.shots console-out

vectors: $(RUN_STAMP) ## write tests/conformance/vectors again: the same bytes each time
	$(BIN)/python scripts/vectors.py

lock: $(DEV_STAMP) ## write the locks again from pyproject.toml; keeps the versions that still fit
	$(COMPILE) $(BUILD_LOCK) --output-file requirements/run.txt
	$(COMPILE) $(BUILD_LOCK) --group dev --constraint requirements/run.txt \
		--output-file requirements/dev.txt
	$(COMPILE_OTHERS) --output-file requirements/others.txt
	$(COMPILE) requirements/trestle.in --output-file requirements/trestle.txt

lock-upgrade: $(DEV_STAMP) ## the same, with the newest versions
	$(COMPILE) $(BUILD_LOCK) --upgrade --output-file requirements/run.txt
	$(COMPILE) $(BUILD_LOCK) --upgrade --group dev --constraint requirements/run.txt \
		--output-file requirements/dev.txt
	$(COMPILE_OTHERS) --upgrade --output-file requirements/others.txt
	$(COMPILE) requirements/trestle.in --upgrade --output-file requirements/trestle.txt

clean: ## remove what this Makefile made
	rm -rf $(VENV) $(TRESTLE) $(NPM)/node_modules build dist demo-out bench-out fuzz-out console-out .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache .grimp_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Watchkeeper needs Python 3.11 or newer; \`$(PYTHON)\` is not. Say which one to take:" >&2; \
		echo "  make PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -qq --disable-pip-version-check \
		--require-hashes --requirement requirements/run.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	$(BIN)/python -m pip install -qq --disable-pip-version-check \
		--require-hashes --requirement requirements/dev.txt
	@touch $@

$(OTHERS_STAMP): requirements/others.txt $(NPM)/package-lock.json $(DEV_STAMP)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps \
		--ignore-requires-python --require-hashes --requirement requirements/others.txt
	@if command -v npm >/dev/null; then \
		npm ci --prefix $(NPM) --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error; \
	else echo "npm is not there: the tests of its verifier will be skipped" >&2; fi
	@touch $@

$(TRESTLE_STAMP): requirements/trestle.txt | $(BIN)/python
	$(BIN)/python -m venv $(TRESTLE)
	$(TRESTLE)/bin/python -m pip install -qq --disable-pip-version-check \
		--require-hashes --requirement requirements/trestle.txt
	@touch $@

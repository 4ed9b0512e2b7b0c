# What a person and CI run; `make` lists it. Works with GNU make 3.81 (macOS) and later.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq install

# The environment is made again when what it was made from has changed: the checksum is in the stamp's name.
RUNTIME := $(VENV)/.runtime-$(shell cat requirements.lock pyproject.toml setup.py | cksum | cut -d ' ' -f 1)
DEV := $(VENV)/.dev-$(shell cat requirements.lock requirements-dev.lock pyproject.toml setup.py | cksum | cut -d ' ' -f 1)

.NOTPARALLEL:
.PHONY: help run test check style types layers content bench format lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME) ## start the assistant (more arguments: make run ARGS="...")
	@$(BIN)/alliances run $(ARGS)

test: $(DEV) ## run all tests (some of them: make test ARGS="tests/knowledge -k choice")
	@$(BIN)/pytest $(or $(ARGS),--numprocesses auto --dist loadfile)

check: style types layers content test ## everything that CI asks for: format, lint, types, layers, content, tests

style: $(DEV)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: $(DEV)
	$(BIN)/mypy --strict --no-error-summary bot tests

layers: $(DEV)
	$(BIN)/lint-imports --no-logo

content: $(RUNTIME) ## check flows and knowledge, and measure the knowledge base against its recorded figures
	$(BIN)/alliances check
	$(BIN)/alliances evaluate

bench: $(DEV) ## measure
	@$(BIN)/python -m bench $(ARGS)

format: $(DEV) ## format the code and mend what can be mended
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

# For Linux (x86-64, arm64) and macOS, Python 3.11 and later. No index address, no path: the files are the same anywhere.
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

lock: $(DEV) ## write the lock files from pyproject.toml (newer versions: make lock UPGRADE=1)
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) --extra semantic --constraint requirements.lock --output-file requirements-semantic.lock

clean: ## remove the environment and what tools left; keeps data/ and .env
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find bot tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo >&2 \
	  "Python 3.11 or later is needed, and '$(PYTHON)' is not that. If it is here by another name: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo >&2 \
	  "'$(PYTHON)' cannot make an environment. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(RUNTIME): | $(BIN)/pip
	@echo >&2 "Preparing the environment in $(VENV) (only when something changed)..."
	@rm -f $(VENV)/.runtime-* $(VENV)/.dev-*
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# The lock for development holds the same versions of all that runs, so an environment for tests runs the assistant too.
$(DEV): $(RUNTIME)
	@echo >&2 "Adding what the tests need..."
	@rm -f $(VENV)/.dev-*
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# Everything runs from .venv, which needs Python 3.11 or newer and the package index, nothing else.
# Another interpreter: make PYTHON=/path/to/python3.13 …

PYTHON ?= python3
BIN := .venv/bin
# Most of a slow test's time is waiting for others: two at a time take half as long.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist worksteal
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help run test lint check conformance maturity bench screenshots lock clean .venv

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: $(INSTALLED) ## open the dashboard on a small built-in rehearsal
	@$(BIN)/launchpad rehearse

test: $(INSTALLED) ## run all tests; what this machine lacks is skipped and named
	@$(BIN)/pytest $(SIDE_BY_SIDE)

lint: $(INSTALLED) ## format, lint, types and import order
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint ## all that, and the fast tests
	@$(BIN)/pytest -q -m "not slow" $(SIDE_BY_SIDE)

# Prism, netlify-cli and Azurite come from npm, Google's client from the package index, each into a folder of its own;
# docs/adapters.md says what SPECS holds.
JUDGES = LAUNCHPAD_SPECS="$(if $(SPECS),$(abspath $(SPECS)))" \
  LAUNCHPAD_PRISM="$(CURDIR)/.prism/node_modules/.bin/prism" \
  LAUNCHPAD_NETLIFY_CLI="$(CURDIR)/.netlify-cli/node_modules/.bin/netlify" \
  LAUNCHPAD_AZURITE="$(CURDIR)/.azurite/node_modules/.bin/azurite-blob" \
  LAUNCHPAD_GOOGLE_CLIENT="$(if $(wildcard .google/googleapiclient),$(CURDIR)/.google)"
NPM_INSTALL := npm install --silent --no-fund --no-audit --prefix

conformance: $(INSTALLED) ## judge adapters by the vendors' specifications and clients: SPECS=DIR
	@test -d "$(SPECS)" || { echo "Say where the specifications lie: make conformance SPECS=DIR" >&2; exit 1; }
	@test -x .prism/node_modules/.bin/prism || $(NPM_INSTALL) .prism @stoplight/prism-cli@5
	@test -x .netlify-cli/node_modules/.bin/netlify || $(NPM_INSTALL) .netlify-cli netlify-cli@27
	@test -x .azurite/node_modules/.bin/azurite-blob || $(NPM_INSTALL) .azurite azurite@3
	@test -d .google/googleapiclient || $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --target .google google-api-python-client==2.202.0
	@$(JUDGES) LAUNCHPAD_GOOGLE_CLIENT="$(CURDIR)/.google" $(BIN)/pytest -q tests/conformance

maturity: $(INSTALLED) ## write down what is proven of which adapter (docs/adapters.md)
	@$(JUDGES) $(BIN)/python -m tools.maturity

bench: $(INSTALLED) ## measure, as ratios within one run
	@$(BIN)/python -m benchmarks

screenshots: $(INSTALLED) ## draw the pictures of the README anew
	@$(BIN)/python -m tools.screenshots

# uv comes from the index into a folder of its own; "make lock UPGRADE=1" takes the newest versions.
lock: ## remake requirements.lock from pyproject.toml
	@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp" && "$$tmp/bin/pip" install --quiet uv && \
	"$$tmp/bin/uv" pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header $(if $(UPGRADE),--upgrade) \
	  --quiet --output-file requirements.lock >/dev/null
	@echo "requirements.lock is up to date"

clean: ## remove what builds and tests left behind; .venv stays
	@rm -rf .prism .netlify-cli .azurite .google dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis snapshot_report.html
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

.venv: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "No $(PYTHON) here: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$("$(PYTHON)" --version) is too old, 3.11 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing the locked packages into .venv" >&2
	@"$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

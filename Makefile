# Everything one does with this project. `make` alone lists it.
PYTHON ?= python3
PORT ?= 8501
SANDBOX_PORT ?= 8100
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help install install-dev run demo test check fix bench lock screenshots clean

help: ## List what can be done
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(VENV)/installed ## Make .venv with what the app needs, and the posterframe command

install-dev: $(VENV)/installed-dev ## Make .venv with what the tests, checks and benchmarks need as well

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Posterframe needs Python 3.11 or newer; point PYTHON at one: make run PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the app needs…"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock tests/install_browser.py
	@echo "Installing what the tests need…"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(BIN)/python tests/install_browser.py
	@touch $@

run: install ## Start the app and print its address (PORT=8501)
	@$(BIN)/posterframe run --port $(PORT)

demo: install ## Show the whole job without any key: the app on stand-ins of both services (PORT=8501)
	@POSTERFRAME_HOME=.demo POSTERFRAME_DATABASE_URL= POSTERFRAME_MEDIA_URL= \
		POSTERFRAME_PUBLIC_URL=http://localhost:$(PORT) \
		$(BIN)/posterframe sandbox --port $(SANDBOX_PORT) $(BIN)/posterframe run --port $(PORT)

test: check ## Check, then run every test, the fast ones first
	@$(BIN)/pytest tests/unit tests/store tests/gemini tests/ittybit -n 4
	@$(BIN)/pytest tests/app tests/engine -n 3
	@$(BIN)/pytest tests/browser -n auto

check: install-dev ## Lint, formatting, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: install-dev ## Mend what lint and formatting can mend by themselves
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install-dev ## Measure speed and quality, beside peers in the same run
	@$(BIN)/python -m benchmarks

lock: install-dev ## Renew both lock files from pyproject.toml
	@$(BIN)/python -m tests.lock

screenshots: install-dev ## Take the pictures that the README shows
	@$(BIN)/python -m docs.take_screenshots

clean: ## Remove the environment and everything that was made
	@rm -rf $(VENV) artifacts dist .demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

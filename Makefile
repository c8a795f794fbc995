# Two commands do all the set-up: `make demo` and `make test`. Both build .venv with plain venv and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint format docs fuzz bench constraints clean

demo: $(VENV)/demo.done  ## scan a small estate on this machine: no account needed
	$(BIN)/houvast demo

test: $(VENV)/dev.done packages  ## the whole suite, in parallel
	$(BIN)/pytest

lint: $(VENV)/dev.done  ## style, types, layers, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/dev.done  ## generate docs/checks, docs/coverage.md and the command line's page
	$(BIN)/python .ci/docs.py

fuzz: $(VENV)/dev.done  ## parsers of what comes from the network, coverage-guided; skips with its reason where atheris cannot be installed
	@$(PIP) install -c constraints.txt -e '.[fuzz]' || echo "atheris cannot be installed here"
	$(BIN)/python .ci/fuzz.py

bench: $(VENV)/dev.done
	$(BIN)/python bench/startup.py

packages:  ## servers and a browser that some tests talk to; those tests skip with their reason where this cannot install them
	@.ci/debian-packages
	@.ci/node-packages

constraints: $(VENV)/dev.done  ## write the exact versions that are installed now
	.ci/constraints > constraints.txt.new && mv constraints.txt.new constraints.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Houvast needs Python 3.11 or newer: set PYTHON=python3.11"; exit 1; }
	@echo "Building $(VENV) (once) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/demo.done: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Houvast and the demo's servers …"
	@$(PIP) install -c constraints.txt -e '.[demo]'
	@touch $@

$(VENV)/dev.done: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Houvast and what its tests need …"
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/demo.done

clean:
	rm -rf $(VENV) demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

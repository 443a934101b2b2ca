# make test     the environment and the tests (minutes)
# make demo     the whole job on the embedded default
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install lint types test test-all check lock clean

.venv/installed: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[dev]'
	touch $@

install: .venv/installed

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed
	$(BIN)/mypy

test: .venv/installed
	$(BIN)/python -m pytest -m 'not slow'

test-all: .venv/installed
	$(BIN)/python -m pytest

check: lint types test

# Pins what pyproject.toml allows: name==version lines only, so that any index serves them.
lock: .venv/installed
	$(BIN)/pip-compile --quiet --upgrade --extra dev --strip-extras --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv runs .pytest_cache .mypy_cache .ruff_cache .hypothesis

# make test     the environment and the tests (minutes)
# make grocery  the whole job on photographs: sandbox up, pipeline, sandbox down
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install lint types test test-all check grocery lock clean

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

# GROCERY_ROOT is the data set's folder. The sandbox is ended however the pipeline ends.
grocery: .venv/installed
	@test -d "$(GROCERY_ROOT)" || { echo "say where the data set lies: make grocery GROCERY_ROOT=/path/to/grocery"; exit 2; }
	@ready=$$(mktemp -u); \
	$(BIN)/python -m sandbox --corpus photographs --root "$(GROCERY_ROOT)" --ready-file $$ready & web=$$!; \
	trap 'kill $$web; wait $$web; rm -f $$ready' EXIT; trap 'exit 130' INT TERM; \
	while ! test -e $$ready; do kill -0 $$web || exit 1; sleep 0.2; done; \
	GROCERY_ROOT="$(GROCERY_ROOT)" $(BIN)/python -m flows.pipeline recipes/grocery.yaml

# Pins what pyproject.toml allows: name==version lines only, so that any index serves them.
lock: .venv/installed
	$(BIN)/pip-compile --quiet --upgrade --all-extras --strip-extras --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --output-file requirements.lock pyproject.toml
	sed -i '/^$$/,$$d' requirements.lock

clean:
	rm -rf .venv runs .pytest_cache .mypy_cache .ruff_cache .hypothesis

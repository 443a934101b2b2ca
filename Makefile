# make demo     the whole job, with nothing but the clone (minutes)
# make test     the environment and the tests (minutes)
# make grocery  the whole job on photographs: sandbox up, pipeline, sandbox down
# make up       a Prefect server with everything that the deployments need, until Ctrl-C
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install lint types test test-all dry-runs end-to-end beyond check demo grocery up lock clean

.venv/installed: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[dev,ray,s3]'
	touch $@

install: .venv/installed

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed
	$(BIN)/mypy

# Four at once on two cores: much of their time is waiting for servers.
test: .venv/installed
	$(BIN)/python -m pytest -n 4 -m 'not slow'

test-all: .venv/installed
	$(BIN)/python -m pytest

# Two steps of every recipe at true shapes: what make test leaves out of them for its time.
dry-runs: .venv/installed
	$(BIN)/python -m pytest -m slow tests/training/test_dry_run.py

# What is deployed, in real processes, and what befalls it: slow, so left out of make test. The other slow tests are run
# by make test-all.
DEPLOYED := end_to_end disk_full growth kill lost_runs outages server_restart up
end-to-end: .venv/installed
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow -rs tests/browser $(DEPLOYED:%=tests/flows/test_%.py)

# What needs more than one process or another store: Ray and S3, both on loopback. The laws of storage that make test holds
# on a disk are held on S3 by make test-all.
beyond: .venv/installed
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow -rs tests/flows/test_ray.py tests/flows/test_s3.py tests/storage/test_filesystem.py

check: lint types test

# The sandbox serves while the command behind `--` runs; what it started ends with it, also on Ctrl-C.
demo: .venv/installed
	@$(BIN)/python -m sandbox --corpus herbarium --root runs/herbarium -- \
	  $(BIN)/python -m flows.pipeline recipes/demo.yaml

# GROCERY_ROOT is the data set's folder.
grocery: .venv/installed
	@test -d "$(GROCERY_ROOT)" || { echo "say where the data set lies: make grocery GROCERY_ROOT=/path/to/grocery"; exit 2; }
	@GROCERY_ROOT="$(GROCERY_ROOT)" $(BIN)/python -m sandbox --corpus photographs --root "$(GROCERY_ROOT)" -- \
	  $(BIN)/python -m flows.pipeline recipes/grocery.yaml

# Another recipe: make up RECIPE=recipes/NAME.yaml. The demo's web is the sandbox's, which then serves beside it.
# setpriv lets each end with its starter, so that a make which is killed leaves nothing running.
RECIPE ?= recipes/demo.yaml
UP := setpriv --pdeathsig TERM $(BIN)/python -m flows.up $(RECIPE)
ifeq ($(RECIPE),recipes/demo.yaml)
UP := setpriv --pdeathsig TERM $(BIN)/python -m sandbox --corpus herbarium --root runs/herbarium -- $(UP)
endif

up: .venv/installed
	@$(UP)

# Pins what pyproject.toml allows: name==version lines only, so that any index serves them.
lock: .venv/installed
	$(BIN)/pip-compile --quiet --upgrade --all-extras --strip-extras --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --output-file requirements.lock pyproject.toml
	sed -i '/^$$/,$$d' requirements.lock

clean:
	rm -rf .venv runs .pytest_cache .mypy_cache .ruff_cache .hypothesis

"""The DAG, and nothing but: order, fan-out, caching, artifacts, the command line."""

import logging
import os

from flows.memory import bound_arenas
from training.lifeline import STARTER, end_with_starter

OURS = ("flows", "tasks", "training", "vision")
"""Our loggers: Prefect hands their lines on to its UI, but leaves it to us to let them through."""

bound_arenas()

for name in OURS:
    logging.getLogger(name).setLevel(logging.INFO)

if os.environ.get(STARTER) == str(os.getppid()):  # the process of a flow run, under a worker of `make up`
    end_with_starter()
    del os.environ[STARTER]  # what it starts may outlive the thread that does so

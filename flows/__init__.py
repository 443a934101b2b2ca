"""The DAG, and nothing but: order, fan-out, caching, artifacts, the command line."""

import logging

OURS = ("flows", "tasks", "training")
"""Our loggers: Prefect hands their lines on to its UI, but leaves it to us to let them through."""

for name in OURS:
    logging.getLogger(name).setLevel(logging.INFO)

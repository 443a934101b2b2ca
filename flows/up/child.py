"""Prefect's command line in a process that ends with whoever started it: `python -m flows.up.child server start`.

It does so since it has imported `flows`; the process of a flow run imports it too, and so ends with its worker.
"""

import os
import runpy
import sys

from training.lifeline import as_starter

if __name__ == "__main__":
    os.environ.update(as_starter())
    sys.argv[0] = "prefect"
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)

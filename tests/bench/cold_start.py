"""python -m tests.bench.cold_start: how long the first iteration takes to come, without and with compiled kernels."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

FIRST_ITERATION = """
import time
start = time.perf_counter()
from bnsim.session import Session
from bnsim.spec.defaults import default_experiment

session = Session(default_experiment())
session.step("iteration")
print(f"{time.perf_counter() - start:5.1f} s, {time.process_time():5.1f} s of them computing")
session.close()
"""


def main() -> None:
    """The experiment a new window opens with, in processes of their own."""
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("cold", "warm"):
                print(name, end="", flush=True)
                environment = os.environ | {"BNSIM_CACHE_DIR": folder}
                subprocess.run([sys.executable, "-c", FIRST_ITERATION], env=environment, check=True)
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

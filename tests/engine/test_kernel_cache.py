"""Processes that compile at the same time cannot mix up what they keep."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMPILE = """
import bnsim.engine.kernels
from bnsim.engine.kernels.compile import compile_operations
from bnsim.engine.operation import OPERATIONS
used = [OPERATIONS[key] for key in ("relu", "leaky relu", "copy")]
for precision in ("float32", "float64"):
    compile_operations(used, precision)
"""


def test_an_index_of_numbas_cache_has_one_entry(tmp_path: Path) -> None:
    environment = os.environ | {"BNSIM_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", COMPILE], check=True, env=environment)
    indices, kept = ({path.relative_to(tmp_path) for path in tmp_path.rglob(f"*.{kind}")} for kind in ("nbi", "nbc"))
    assert len(indices) == 2 * 4  # three kernels and the loop
    assert {path.with_suffix("").with_suffix("") for path in kept} == {path.with_suffix("") for path in indices}
    assert len(kept) == len(indices)

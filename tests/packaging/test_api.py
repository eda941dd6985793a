from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import bnsim as bn

pytest.importorskip("pdoc")

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_has_every_public_name(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", ROOT / "packaging" / "api.py", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "bnsim.html").read_text(encoding="utf-8")
    assert [name for name in bn.__all__ if f'id="{name}"' not in page and f"bnsim/{name}.html" not in page] == []

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))


def run(script: Path, folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", script]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_example_runs_and_says_something(script: Path, tmp_path: Path) -> None:
    assert run(script, tmp_path).strip()


def test_the_page_lists_every_example() -> None:
    page = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert [script.name for script in SCRIPTS if f"({script.name})" not in page] == []


def test_without_batchnorm_less_of_the_gradient_arrives(tmp_path: Path) -> None:
    plain, normalized = run(ROOT / "examples" / "vanishing_gradient.py", tmp_path).splitlines()
    assert float(plain.rsplit(maxsplit=1)[1]) < 1e-3 * float(normalized.rsplit(maxsplit=1)[1])


def test_going_back_restores_every_bit(tmp_path: Path) -> None:
    assert run(ROOT / "examples" / "step_and_rewind.py", tmp_path).rstrip().endswith("to the bit: True")

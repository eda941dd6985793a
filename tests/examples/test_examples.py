from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import bnsim as bn

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


def test_the_loss_has_a_cliff_and_with_batchnorm_none(tmp_path: Path) -> None:
    """A wall beside which most of the line is flat, from a gradient 64 times the limit; not so with BatchNorm."""
    plain, normalized, clipped = run(ROOT / "examples" / "clipping_cliff.py", tmp_path).splitlines()
    steep, flat = (float(line.split(" is ")[1].split(" times")[0]) for line in (plain, normalized))
    assert steep > 20
    assert flat < 2
    assert clipped.startswith("plain 100 % of steps clipped")
    assert "with BatchNorm 0 % of steps clipped" in clipped


def test_the_document_of_the_cliff_is_what_the_script_builds() -> None:
    built = runpy.run_path(str(ROOT / "examples" / "clipping_cliff.py"))["cliff"]
    kept = bn.load(ROOT / "examples" / "clipping_cliff.bnsim")
    assert (kept.data, kept.training) == (built.data, built.training)
    assert [repr(stack.layers).replace(" ", "") for stack in kept.stacks] == [
        repr(stack.layers).replace(" ", "") for stack in built.stacks
    ]

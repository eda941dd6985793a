"""The sweeps that ship as examples: what they claim holds, on a part of each grid, and on all of it (marker `long`)."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.sweeps import Processes, Results, run_sweep
from bnsim.sweeps.results import FAILED

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "examples" / "sweeps").glob("*.py"))


def script(name: str) -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "examples" / "sweeps" / f"{name}.py"))


def part_of(name: str, *values: float) -> Results:
    """Some values of the grid, with one seed."""
    sweep = script(name)["SWEEP"]
    (axis,) = sweep.axes
    assert set(values) <= set(axis.values)
    with ThreadPoolExecutor(1) as executor:
        return run_sweep(replace(sweep, axes=(replace(axis, values=values),), seeds=sweep.seeds[:1]), executor)


def medians(results: Results) -> dict[str, dict[float, float]]:
    """By lane and value, the median over seeds; a run that diverged has learned nothing."""
    sweep = results.sweep
    assert not (results.states == FAILED).any()
    values = np.nan_to_num(results.values, nan=0.0)
    return {
        stack.name: dict(zip(sweep.axes[0].values, np.median(values[lane], axis=-1).tolist(), strict=True))
        for lane, stack in enumerate(sweep.experiment.stacks)
    }


def check_gradient_factor(results: Results) -> None:
    activations = script("gradient_factor")["ACTIVATIONS"]
    for name, measured in medians(results).items():
        for size, value in measured.items():
            wanted = bn.theory.gradient_factor(activations[name], norm="batch", batch=int(size)).value
            assert value == pytest.approx(wanted, rel=0.05 if size >= 16 else 0.1 if size >= 8 else 0.3)


def check_largest_rate(results: Results) -> None:
    found = medians(results)
    assert found["plain"][0.1] > 0.9
    assert found["with BN"][0.1] > 0.9
    assert found["plain"][1.0] < 0.3
    assert found["with BN"][1.0] > 0.95
    for rate, accuracy in found["plain"].items():
        assert accuracy < 0.3 or rate < 1


def check_gain(results: Results) -> None:
    found = medians(results)
    assert all(accuracy > 0.7 for accuracy in found["with BN"].values())
    for gain, accuracy in found["plain"].items():
        assert (accuracy > 0.9) == (0.5 < gain < 5)


def check_batch_size(results: Results) -> None:
    found = medians(results)
    for other in ("GroupNorm", "LayerNorm"):
        assert found["BatchNorm"][2] < found[other][2] - 0.2
        for size, accuracy in found["BatchNorm"].items():
            assert size == 2 or accuracy > found[other][size] - 0.06
        assert found[other][2] < found[other][32] - 0.05  # what is not reproduced


def check_sigmoid_depth(results: Results) -> None:
    found = medians(results)
    for depth, accuracy in found["plain"].items():
        assert accuracy > 0.9 if depth <= 2 else accuracy < 0.3
    assert all(accuracy > 0.7 for accuracy in found["with BN"].values())


PARTS: dict[str, tuple[Callable[[Results], None], tuple[float, ...]]] = {
    "gradient_factor": (check_gradient_factor, (16, 64)),
    "largest_rate": (check_largest_rate, (0.1, 1.0)),
    "gain": (check_gain, (0.1, 1.0, 10.0)),
    "batch_size": (check_batch_size, (2, 32)),
    "sigmoid_depth": (check_sigmoid_depth, (2, 4)),
}


@pytest.mark.parametrize("name", PARTS)
def test_what_a_sweep_claims_holds_on_a_part_of_it(name: str) -> None:
    check, values = PARTS[name]
    check(part_of(name, *values))


@pytest.mark.long
@pytest.mark.parametrize("name", PARTS)
def test_what_a_sweep_claims_holds_on_all_of_it(name: str, tmp_path: Path) -> None:
    check, _ = PARTS[name]
    check(run_sweep(script(name)["SWEEP"], Processes()))


def test_every_sweep_is_checked_and_listed_and_has_a_caption() -> None:
    assert sorted(PARTS) == [path.stem for path in SCRIPTS]
    page = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    for path in SCRIPTS:
        assert f"(sweeps/{path.name})" in page
        assert len(script(path.stem)["CAPTION"]) > 100


def test_the_figure_of_the_factor_has_the_closed_form_beside_it() -> None:
    made = script("gradient_factor")
    line = made["theory"]("BN, linear")
    assert line.y == pytest.approx((line.x - 2) / (line.x - 3))


@pytest.mark.long
def test_a_script_writes_its_files_with_processes(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / "sweeps" / "largest_rate.py"), "out"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"runs.jsonl", "sweep.csv", "sweep_curves.svg"}

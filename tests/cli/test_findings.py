"""`bnsim run --findings`: a line each, and an exit code for continuous integration."""

from __future__ import annotations

from pathlib import Path

import pytest

import bnsim as bn
from bnsim.cli import main

Capture = pytest.CaptureFixture[str]


def file_of(*layers: object, at: Path, lr: float = 0.01) -> str:
    experiment = bn.Experiment(
        data=bn.Blobs(samples=128, classes=3),
        training=bn.Training(batch_size=32, optimizer=bn.SGD(lr=lr)),
        stacks=(bn.Stack(name="a", layers=layers),),
    )
    bn.save(experiment, at / "a.bnsim")
    return str(at / "a.bnsim")


def test_a_finding_is_a_line_and_code_1_and_no_figure_is_written(tmp_path: Path, capsys: Capture) -> None:
    file = file_of(bn.Linear(8), bn.BatchNorm(), bn.Tanh(), bn.Linear(3), at=tmp_path)
    assert main(["run", file, "--iterations", "20", "--findings", "--out", str(tmp_path / "out")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("a: loss ")
    [line] = lines[1:]
    assert line.startswith("a: Redundant bias: The bias of Linear 1 does nothing")
    assert line.endswith("Try: switch the Linear's bias off.")
    assert list((tmp_path / "out").iterdir()) == []


def test_no_finding_is_code_0(tmp_path: Path, capsys: Capture) -> None:
    file = file_of(bn.Linear(8, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Linear(3), at=tmp_path)
    assert main(["run", file, "--iterations", "20", "--findings", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "no findings"


def test_a_rule_can_be_ignored_and_figures_that_are_named_are_written(tmp_path: Path) -> None:
    file = file_of(bn.Linear(8), bn.BatchNorm(), bn.Tanh(), bn.Linear(3), at=tmp_path)
    wanted = ["--figure", "loss", "--format", "csv", "--out", str(tmp_path)]
    assert main(["run", file, "--iterations", "20", "--findings", "--ignore", "redundant-bias", *wanted]) == 0
    assert (tmp_path / "loss.csv").exists()


def test_a_rule_that_is_none_is_one_sentence_and_code_2(tmp_path: Path, capsys: Capture) -> None:
    file = file_of(bn.Linear(3), at=tmp_path)
    assert main(["run", file, "--findings", "--ignore", "vanish"]) == 2
    assert "There is no rule 'vanish' to ignore; choose from exploding, vanishing," in capsys.readouterr().err


def test_a_run_that_breaks_is_code_3_and_says_where(tmp_path: Path, capsys: Capture) -> None:
    file = file_of(bn.Linear(64), bn.Linear(64), bn.Linear(3), at=tmp_path, lr=1e6)
    assert main(["run", file, "--iterations", "40", "--findings", "--out", str(tmp_path)]) == 3
    assert "a: Exploding gradient: The loss is NaN" in capsys.readouterr().out

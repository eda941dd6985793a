from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.cli import main

Capture = pytest.CaptureFixture[str]


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "sweep.csv").open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def test_it_writes_one_csv_and_the_figures_and_goes_on_where_it_was(
    file: str, small: bn.Experiment, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "made" / "here"
    arguments = ["sweep", file, "--over", "training.optimizer.lr=0.1:1:log:3", "--seeds", "2", "--iterations", "5"]
    arguments += ["--measure", "loss", "--workers", "1", "--format", "csv,svg", "--out", str(out)]
    assert main(arguments) == 0
    wanted = [out / "sweep.csv", out / "sweep_curves.csv", out / "sweep_curves.svg"]
    assert capsys.readouterr().out.splitlines() == list(map(str, wanted))
    assert len(rows(out)) == 3 * 2 * 2
    session = bn.Session(replace(small, training=replace(small.training, optimizer=bn.SGD(lr=1.0), seed=2)))
    session.run(5)
    assert float(rows(out)[-1]["loss"]) == session.lanes[1].evaluate("train").loss
    assert rows(out)[-1] == {
        "training.optimizer.lr": "1.0",
        "seed": "2",
        "lane": "with BN",
        "loss": repr(session.lanes[1].evaluate("train").loss),
        "problem": "",
        "note": "",
    }
    kept = (out / "runs.jsonl").read_bytes()
    assert main(arguments) == 0
    assert (out / "runs.jsonl").read_bytes() == kept


def test_runs_that_fail_are_told_and_are_code_3(file: str, tmp_path: Path, capsys: Capture) -> None:
    arguments = ["sweep", file, "--over", "training.batch_size=1,8", "--iterations", "2", "--workers", "1"]
    assert main([*arguments, "--format", "csv", "--out", str(tmp_path)]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("bnsim: 1 of 4 runs could not be run, such as: BatchNorm")
    assert [row["problem"] for row in rows(tmp_path)] == ["", "failed", "", ""]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--over", "foo=1"], "there is no 'foo'"),
        (["--over", "depth=1:3", "--over", "width=1:3", "--over", "gain=1,2"], "one or two parameters"),
        (["--over", "depth=1:3", "--measure", "speed"], "There is no measure 'speed'"),
        (["--over", "depth=1:3", "--seeds", "0"], "cannot run 0 seeds"),
        (["--over", "depth=1:3", "--workers", "0"], "Cannot run 0 workers"),
        (["--over", "depth=1:3", "--workers", "2", "--dask", "tcp://x:1"], "not allowed with"),
        (["--over", "depth=1:3", "--iterations", "10000000"], "Cannot run 10,000,000 iterations"),
        (["--over", "training.optimizer.lr=0.1:1:lin:900", "--seeds", "1000"], "runs are too many"),
        ([], "required: --over"),
    ],
)
def test_a_mistake_is_one_sentence_and_code_2(
    file: str, tmp_path: Path, capsys: Capture, arguments: list[str], said: str
) -> None:
    assert main(["sweep", file, *arguments, "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / "out").exists()


def test_as_a_program_it_starts_processes_and_leaves_none(file: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bnsim", "sweep", file, "--over", "width=2,4", "--iterations", "2"]
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [*command, "--workers", "2", "--format", "csv", "--out", str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(rows(tmp_path / "out")) == 4


def test_without_dask_its_option_says_what_to_install(
    file: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    arguments = ["sweep", file, "--over", "width=2,4", "--dask", "tcp://127.0.0.1:1"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    assert "install bnsim[dask]" in capsys.readouterr().err


def take_interrupts() -> None:
    """What runs in the background of a shell ignores Ctrl+C, and whatever it starts, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is another thing there")
def test_stopped_it_writes_what_is_done(file: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "bnsim", "sweep", file, "--over", "training.optimizer.lr=0.001:1:log:900"]
    command += ["--iterations", "2", "--workers", "1", "--format", "csv", "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    running = subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=take_interrupts if os.name == "posix" else None,
    )
    kept = out / "runs.jsonl"
    while running.poll() is None and not (kept.exists() and kept.read_bytes().count(b"\n") > 2):
        with suppress(subprocess.TimeoutExpired):
            running.wait(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate()
    assert (running.returncode, said) == (130, "bnsim: stopped.\n")
    assert 2 < len(rows(out)) < 1800


def test_on_a_terminal_it_says_how_far_it_is(
    file: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["sweep", file, "--over", "width=2,4", "--iterations", "2", "--workers", "1", "--format", "csv"]
    arguments += ["--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    capsys.readouterr()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(arguments) == 0
    assert capsys.readouterr().err.endswith(" 4 of 4 runs (4 done before)\n")

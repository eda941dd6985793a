"""What the commands say while they work, and the table they write: progress, silence, seeds, history, completion."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import bnsim as bn
from bnsim.cli import main
from bnsim.cli.command_line import COMMANDS
from bnsim.cli.progress import bar

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("quiet", [False, True])
def test_a_bar_is_drawn_on_a_terminal_unless_it_is_to_be_quiet(
    file: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, quiet: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    arguments = ["run", file, "--iterations", "6", "--figure", "loss", "--format", "csv", "--out", str(tmp_path)]
    assert main([*arguments, *["--quiet"] * quiet]) == 0
    said = capsys.readouterr()
    assert (tmp_path / "loss.csv").exists()
    if quiet:
        assert said == ("", "")
    else:
        assert said.err.endswith(f"\r{'█' * 30} 6 of 6 iterations\n")
        assert "loss.csv" in said.out


def test_a_bar_fills_and_gives_way() -> None:
    assert bar(1, 4, 8) == "██░░░░░░"
    assert bar(9, 4, 8) == "████████"
    assert bar(1, 4, 4) == ""


def test_another_seed_is_another_run_and_the_same_one_is_the_same(file: str, tmp_path: Path) -> None:
    def losses(*arguments: str) -> list[float]:
        table = tmp_path / "table.csv"
        assert main(["run", file, "--iterations", "4", "--history", str(table), *arguments]) == 0
        with table.open(encoding="utf-8") as lines:
            return [float(row["loss"]) for row in csv.DictReader(lines)]

    own = str(bn.load(file).training.seed)
    assert losses() == losses("--seed", own)
    assert losses() != losses("--seed", "7")


def test_the_history_reads_back_to_the_bit(file: str, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    assert main(["run", file, "--iterations", "5", "--history", str(table), "--out", str(tmp_path), "--quiet"]) == 0
    assert [path.name for path in tmp_path.glob("*.svg")] == []
    session = bn.Session(bn.load(file))
    session.run(5)
    with table.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for lane in session.lanes:
        own = [row for row in rows if row["lane"] == lane.stack.name]
        assert [int(row["iteration"]) for row in own] == list(range(5))
        norms = session.history["gradient_norm"][lane.stack.name]
        for depth in range(norms.shape[1]):
            read = np.array([float(row[f"gradient_norm.{depth + 1}"]) for row in own])
            assert read.tobytes() == norms[:, depth].astype(np.float64).tobytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--history", "table.txt"], "it is written as .csv"),
        (["--seed", "-1"], "-1 is no seed"),
        (["--style", "poster"], "There is no style 'poster'; choose from figure"),
    ],
)
def test_what_is_wrong_is_said_before_the_run(
    file: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", file, "--iterations", "1", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err


def test_a_missing_file_is_named_before_a_missing_display(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([str(tmp_path / "missing.bnsim")]) == 2
    assert capsys.readouterr().err.startswith(f"bnsim: Cannot open {tmp_path / 'missing.bnsim'}: no such file")


def test_the_help_lists_every_command(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert f"bnsim {name}" in said
        assert command.HELP in said


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_and_options(capsys: Capture, tmp_path: Path) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "bnsim"
    script.write_text(capsys.readouterr().out)
    ask = f"source {script}; COMP_WORDS=(bnsim run --hi); COMP_CWORD=2; _shtab_bnsim; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", ask], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "--history"


@pytest.mark.skipif(os.name != "posix", reason="as POSIX has it")
@pytest.mark.parametrize("arguments", [["--help"], ["figures"], ["completion", "bash"]])
def test_a_pipe_that_is_closed_is_met_with_silence(arguments: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(bn.__file__).parents[1])}
    command = [sys.executable, "-m", "bnsim", *arguments]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert done.stderr == b""

"""What a user does wrong ends with one line and exit code 2; nothing is written, and there is no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bnsim as bn
from bnsim.cli import main
from bnsim.cli.command_line import COMMANDS
from bnsim.spec.errors import InputError
from bnsim.ui import open_window

WRONG = {
    "a file and more": (["a.bnsim", "b.bnsim"], "Unrecognized arguments: b.bnsim; see 'bnsim --help'"),
    "an option nobody knows": (["figures", "--all"], "Unrecognized arguments: --all; see 'bnsim figures --help'"),
    "no file": (["run"], "FILE"),
    "a missing file": (["run", "missing.bnsim"], "missing.bnsim"),
    "a folder": (["run", "."], "directory"),
    "a file that is none": (["run", "broken.bnsim"], "broken.bnsim"),
    "a run that is none": (["run", "broken.bnrun"], "broken.bnrun: it is not a run that bnsim saved"),
    "a run that is not there": (["run", "missing.bnrun"], "missing.bnrun"),
    "a stack that cannot run": (["run", "empty.bnsim"], "no Linear"),
    "words for a number": (["run", "default", "--iterations", "many"], "cannot run many iterations"),
    "fewer than no iterations": (["snapshot", "--iterations", "-1"], "cannot run -1 iterations"),
    "a figure nobody knows": (["run", "default", "--figure", "gradient"], "choose from gradient_by_depth"),
    "a format nobody knows": (["run", "default", "--format", "svg,bmp"], "'bmp'; choose from png"),
    "no format": (["run", "default", "--format", ","], "choose from png"),
    "a theme nobody knows": (["run", "default", "--theme", "sepia"], "light, dark"),
    "a file in place of a folder": (["run", "default", "--out", "broken.bnsim"], "make the folder broken.bnsim"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_one_line_says_what_is_wrong(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.bnsim").write_text("{")
    Path("broken.bnrun").write_text("PK")
    bn.save(bn.Experiment(stacks=(bn.Stack(name="a"),)), "empty.bnsim")
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("bnsim: ")
    assert captured.err.count("\n") == 1
    assert said in captured.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.bnrun", "broken.bnsim", "empty.bnsim"]


def bnsim(*arguments: str, stdout: int = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bnsim", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(bn.__file__).parents[1]), **environment}
    return subprocess.run(command, env=environment, stdout=stdout, stderr=subprocess.PIPE, check=False)


@pytest.mark.skipif(os.name != "posix", reason="as POSIX has it")
@pytest.mark.parametrize("path", ["pipe.csv", "/dev/zero", "~nobody-here/x.csv", "a\0b.csv", "n" * 5000 + ".csv"])
def test_what_is_no_file_is_one_line_as_document_and_as_data(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.csv")
    for name, data in (("data.bnsim", bn.FileData(path)), ("labels.bnsim", bn.FileData("x-idx3-ubyte", labels=path))):
        bn.save(bn.Experiment(data=data, stacks=(bn.Stack(layers=(bn.Linear(2),)),)), name)
    Path("x-idx3-ubyte").write_bytes(b"")
    for arguments in (["run", path], ["run", "data.bnsim"], ["run", "labels.bnsim"], [path]):
        assert main(arguments) == 2
        captured = capsys.readouterr()
        assert captured.err.startswith("bnsim: Cannot ")
        assert captured.err.count("\n") == 1
        assert captured.err[:-1].isprintable()
        assert len(captured.err) < 700


@pytest.mark.skipif(os.name != "posix", reason="as POSIX has it")
def test_home_is_expanded_in_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    bn.save(bn.default_experiment(), "~/it.bnsim")
    assert main(["run", "~/it.bnsim", "--iterations=0", "--figure=gamma_beta", "--format=csv", "--out=~/made"]) == 0
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["gamma_beta.csv"]
    for out in ("~nobody-here/\0", "a\0b"):
        assert main(["run", "default", "--iterations=0", f"--out={out}"]) == 2
        assert capsys.readouterr().err.startswith("bnsim: Cannot make the folder ")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name of a file has letters")
def test_a_window_does_not_open_a_file_whose_name_it_cannot_say(tmp_path: Path) -> None:
    for name in (b"Gr\xfc\xdfe.bnsim", b"Gr\xfc\xdfe.csv"):
        bn.save(bn.default_experiment(), tmp_path / os.fsdecode(name))
        with pytest.raises(InputError, match="its name is not in UTF-8; give it another name"):
            open_window(tmp_path / os.fsdecode(name))


def test_a_long_error_is_cut_to_what_a_person_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "default", "--figure", "\x1b[31m" + "long" * 30_000]) == 2
    said = capsys.readouterr().err
    assert len(said) < 700
    assert said.startswith("bnsim: There is no figure '")
    assert " … " in said
    assert "\x1b" not in said
    assert bn.InputError(str(bn.InputError(said))).args == bn.InputError(said).args


def test_a_process_ends_with_that_code() -> None:
    done = bnsim("run", "missing.bnsim")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


def test_a_reader_who_has_enough_is_no_error() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = bnsim("figures", stdout=write_end)
    finally:
        os.close(write_end)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_terminal_without_greek_shows_the_rest() -> None:
    done = bnsim("figures", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"gamma_beta: Gamma and beta" in done.stdout


def test_ctrl_c_is_no_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS["figures"], "execute", stop)
    assert main(["figures"]) == 130
    assert capsys.readouterr().err == "bnsim: stopped.\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: bnsim {name}" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--help"])
    assert f"bnsim {name} " in capsys.readouterr().out


@pytest.mark.parametrize(("given", "left"), [("", None), (" ", None), ("1700000000", "1700000000")])
def test_a_date_that_is_none_is_as_if_it_were_not_given(
    given: str, left: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    assert main(["figures"]) == 0
    assert os.environ.get("SOURCE_DATE_EPOCH") == left


def test_a_date_that_is_no_number_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert main(["figures"]) == 2
    assert "SOURCE_DATE_EPOCH is 'yesterday'" in capsys.readouterr().err

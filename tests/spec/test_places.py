"""What a path may be, and what is written there: links, modes, names, and what no file is."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

import bnsim as bn
from bnsim import data
from bnsim.data import loading
from bnsim.plot.figure import Axis, Figure
from bnsim.spec import whole_file
from bnsim.spec.whole_file import written_whole

posix = pytest.mark.skipif(os.name != "posix", reason="as POSIX has it")


FIGURE = Figure("it", "It", "", Axis("x"), Axis("y"))


def write(path: Path, content: bytes = b"new") -> None:
    with written_whole(path) as file:
        file.write(content)


def interrupt(file: BinaryIO) -> None:
    file.write(b"half")
    raise KeyboardInterrupt


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path, there: bool) -> None:
    (tmp_path / "store").mkdir()
    target, link, second = tmp_path / "store" / "a", tmp_path / "a", tmp_path / "b"
    if there:
        target.write_bytes(b"old")
    link.symlink_to("store/a")
    second.symlink_to("a")
    write(second)
    assert second.is_symlink()
    assert link.is_symlink()
    assert not target.is_symlink()
    assert target.read_bytes() == b"new"
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["a", "a", "b", "store"]


@posix
@pytest.mark.parametrize("bits", [0o600, 0o640, 0o664, 0o755])
def test_the_mode_of_what_is_there_is_kept(tmp_path: Path, bits: int, umask: Callable[[int], int]) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(bits)
    write(path)
    assert (path.read_bytes(), mode(path)) == (b"new", bits)


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path, mask: int, umask: Callable[[int], int]) -> None:
    umask(mask)
    write(tmp_path / "a")
    assert mode(tmp_path / "a") == 0o666 & ~mask


@pytest.mark.parametrize("name", ["a" * 255, "é" * 127, "a" * 249 + ".bnsim"])
def test_names_as_long_as_the_system_has_them(tmp_path: Path, name: str) -> None:
    for _ in range(2):
        bn.save(bn.default_experiment(), tmp_path / name)
    assert bn.load(tmp_path / name) == bn.default_experiment()
    assert os.listdir(tmp_path) == [name]
    with pytest.raises(bn.InputError, match="too long"):
        bn.save(bn.default_experiment(), tmp_path / f"{name}12")


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left = [".a.bnsim.0123abcd.part", ".a.bnsim.x_yz12ab.part"]
    other = [".a.0123abcd.part", ".a.bnsim.part", ".b.bnsim.0123abcd.part", "a.bnsim.0123abcd.part"]
    for name in left + other:
        (tmp_path / name).write_bytes(b"half")
    write(tmp_path / "a.bnsim")
    assert sorted(os.listdir(tmp_path)) == sorted([*other, "a.bnsim"])


@posix
def test_what_is_being_written_is_no_leftover(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with written_whole(path) as file:
        file.write(b"slow")
        write(path, b"quick")
        assert path.read_bytes() == b"quick"
    assert path.read_bytes() == b"slow"
    assert os.listdir(tmp_path) == ["a"]


def test_an_exception_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), written_whole(path) as file:
        interrupt(file)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


@posix
def test_file_and_folder_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(whole_file.os, "fsync", lambda handle: synced.append(stat.S_IFMT(os.fstat(handle).st_mode)))
    write(tmp_path / "a")
    assert synced == [stat.S_IFREG, stat.S_IFDIR]


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.csv")
    return folder / "pipe.csv"


NO_FILES = {
    "a pipe": pipe,
    "a device": lambda folder: Path("/dev/null"),
    "an endless device": lambda folder: Path("/dev/zero"),
    "a full device": lambda folder: Path("/dev/full"),
    "a folder": lambda folder: folder,
    "a NUL": lambda folder: folder / "a\0b.csv",
    "too long a name": lambda folder: folder / ("a" * 300 + ".csv"),
    "a file as a folder": lambda folder: Path(__file__) / "a.csv",
    "somebody's home": lambda folder: Path("~nobody-here/a.csv"),
    "a circle of links": lambda folder: circle(folder),
}


def circle(folder: Path) -> Path:
    (folder / "round.csv").symlink_to("round.csv")
    return folder / "round.csv"


@posix
@pytest.mark.parametrize("made", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_is_one_sentence_wherever_it_is_named(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    path = made(tmp_path)
    before = path.lstat() if "\0" not in str(path) and os.path.lexists(path) else None
    labels = tmp_path / "labels-idx1-ubyte"
    asked: list[Callable[[], object]] = [
        lambda: bn.load(path),
        lambda: bn.save(bn.default_experiment(), path),
        lambda: FIGURE.save(path if path.suffix else path / "a.csv"),
        lambda: data.load(bn.FileData(str(path))),
        lambda: data.load(bn.FileData(str(labels), labels=str(path))),
        lambda: bn.Session(bn.Experiment(data=bn.FileData(str(path)), stacks=(bn.Stack(layers=(bn.Linear(2),)),))),
    ]
    labels.write_bytes(b"")
    for ask in asked:
        if ask is asked[2] and path == tmp_path:
            continue
        with pytest.raises(bn.InputError) as caught:
            ask()
        said = str(caught.value)
        assert said.endswith(".")
        assert "\0" not in said
        assert len(said) < 1000
    for ending in ("csv", "npz"):
        named = bn.FileData(str(path.with_suffix(f".{ending}")))
        if ending == "npz" and path.name == "pipe.csv":
            os.mkfifo(named.path)
        assert loading.arrays_of(named) == loading.columns_of(named) == ()
        assert loading.suggested(named) == named
    if before is not None:
        assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)


@posix
def test_home_is_expanded_wherever_a_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    bn.save(bn.default_experiment(), "~/it.bnsim")
    assert bn.load("~/it.bnsim") == bn.load(tmp_path / "it.bnsim") == bn.default_experiment()
    FIGURE.save("~/it.csv")
    assert (tmp_path / "it.csv").is_file()
    np.savetxt(tmp_path / "rows.csv", np.column_stack((np.arange(20.0), np.arange(20) % 2)), delimiter=",")
    assert data.describe(bn.FileData("~/rows.csv")) == data.describe(bn.FileData(str(tmp_path / "rows.csv")))


@posix
def test_data_beside_a_linked_document_or_beside_the_link_is_found(tmp_path: Path) -> None:
    store, desk = tmp_path / "store", tmp_path / "desk"
    store.mkdir()
    desk.mkdir()
    for name in (store / "far.csv", desk / "near.csv"):
        name.write_text("1,0\n2,1\n")
    (desk / "it.bnsim").symlink_to(store / "it.bnsim")
    bn.save(bn.Experiment(data=bn.FileData(str(store / "far.csv"))), desk / "it.bnsim")
    assert '"far.csv"' in (store / "it.bnsim").read_text()
    for folder in (store, desk):
        assert bn.load(folder / "it.bnsim").data == bn.FileData(str(store / "far.csv"))
    bn.save(bn.Experiment(data=bn.FileData("near.csv")), desk / "it.bnsim")
    assert bn.load(desk / "it.bnsim").data == bn.FileData(str(desk / "near.csv"))

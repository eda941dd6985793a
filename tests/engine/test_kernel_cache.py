"""What is kept of compiled kernels: not mixed up, and, where it is damaged or cannot be kept, made anew."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from bnsim.engine import kernel_cache
from bnsim.engine.kernel_cache import KernelCache

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


def twice(x: float) -> float:
    """The kernel of these tests."""
    return 2 * x


class Cached:
    """A cache in a folder, as a process of its own would see it."""

    def __init__(self, folder: Path, source: str = __file__) -> None:
        self.cache = KernelCache(lambda: folder, Path(source))
        self.compiled: Any = None

    def answer(self, number: float) -> float:
        """What the compiled kernel says."""
        before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(self.cache.open() or "")
        try:
            self.compiled = self.cache.build(lambda cached: numba.cfunc("float64(float64)", cache=cached)(twice))
        finally:
            numba.config.CACHE_DIR = before
        return float(self.compiled.ctypes(number))

    @property
    def loaded(self) -> bool:
        """Whether it came from the cache."""
        return bool(self.compiled.cache_hits)


@pytest.fixture(autouse=True)
def remarks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said of the cache, at first nothing."""
    said: list[str] = []
    monkeypatch.setattr(kernel_cache, "_remarks", said)
    return said


def test_what_is_loaded_has_no_file_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Cached(tmp_path).answer(3.0)
    again = Cached(tmp_path)
    again.cache.open()
    monkeypatch.setattr(kernel_cache, "_files", lambda _folder: pytest.fail("all files were looked at"))
    assert again.answer(3.0) == 6.0
    assert again.loaded


def test_what_is_whole_is_loaded_and_nothing_is_said(tmp_path: Path, remarks: list[str]) -> None:
    for loaded in (False, True, True):
        process = Cached(tmp_path / "kernels")
        assert process.answer(3) == 6
        assert process.loaded is loaded
    assert remarks == []


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda content: content[: len(content) // 2],
    "one bit": flip,
    "zeros": lambda content: bytes(len(content)),
    "text": lambda _: b"hello\n",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("ending", [".nbi", ".nbc", ".nbi.sum", ".nbc.sum"])
def test_damaged_kernels_are_dropped_made_anew_and_it_is_said_once(
    tmp_path: Path, remarks: list[str], ending: str, damage: str
) -> None:
    assert Cached(tmp_path).answer(3) == 6
    (path,) = (each for each in tmp_path.rglob("*") if each.name.endswith(ending))
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    for loaded in (False, True):
        process = Cached(tmp_path)
        assert process.answer(3) == 6
        assert process.loaded is loaded
    assert remarks == [f"Compiled kernels in {tmp_path} were damaged; they are compiled anew."]


@pytest.mark.parametrize("ending", [".nbi", ".nbc", ".nbi.sum", ".nbc.sum"])
def test_what_a_killed_process_did_not_finish_is_made_anew(tmp_path: Path, ending: str) -> None:
    assert Cached(tmp_path).answer(3) == 6
    for path in tmp_path.rglob("*"):
        if path.name.endswith(ending):
            path.unlink()
    for loaded in (False, True):
        process = Cached(tmp_path)
        assert process.answer(3) == 6
        assert process.loaded is loaded


def test_what_the_checksums_cannot_tell_is_dropped_too(tmp_path: Path, remarks: list[str]) -> None:
    assert Cached(tmp_path).answer(3) == 6
    (index,) = tmp_path.rglob("*.nbi")
    index.write_bytes(b"no index")
    index.with_name(index.name + kernel_cache.SUM).write_text(hashlib.sha256(b"no index").hexdigest())
    for loaded in (False, False, True):  # the first one only found that it is wrong
        process = Cached(tmp_path)
        assert process.answer(3) == 6
        assert process.loaded is loaded
    assert remarks == [f"Compiled kernels in {tmp_path} were damaged; they are compiled anew."]


def test_where_nothing_can_be_written_kernels_are_compiled_for_the_process(tmp_path: Path, remarks: list[str]) -> None:
    (tmp_path / "file").touch()
    for _ in range(2):
        process = Cached(tmp_path / "file" / "kernels")
        assert process.answer(3) == 6
        assert not process.loaded
    (said,) = remarks
    assert said.startswith(f"Compiled kernels cannot be kept in {tmp_path / 'file' / 'kernels'} (not a directory")
    assert said.endswith("): each start compiles them anew.")


def test_a_full_disk_is_said_and_kernels_are_compiled(
    tmp_path: Path, remarks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(numba.core.caching.IndexDataCacheFile, "_save_data", full)
    process = Cached(tmp_path)
    assert [process.answer(3) for _ in range(2)] == [6, 6]
    assert remarks == [
        f"Compiled kernels cannot be kept in {tmp_path} (no space left on device): each start compiles them anew."
    ]


def test_without_a_home_or_sources_kernels_are_compiled(
    tmp_path: Path, remarks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BNSIM_CACHE_DIR", raising=False)
    monkeypatch.setattr(kernel_cache, "user_cache_path", lambda *_, **__: Path("~/.cache/bnsim"))
    cache = KernelCache(kernel_cache.base_folder, Path(__file__))
    assert cache.open() is None
    assert cache.build(lambda cached: cached) is False
    assert (
        remarks.pop()
        == "Compiled kernels cannot be kept (this user has no home folder): each start compiles them anew."
    )
    process = Cached(tmp_path, source=str(tmp_path / "gone.py"))
    assert process.answer(3) == 6
    assert remarks == [
        "Compiled kernels cannot be kept in "
        f"{tmp_path} (bnsim was installed without gone.py): each start compiles them anew."
    ]


def test_a_kernel_that_cannot_be_compiled_is_no_fault_of_the_cache(tmp_path: Path, remarks: list[str]) -> None:
    process = Cached(tmp_path)
    process.answer(3)
    before = sorted(tmp_path.rglob("*"))

    def fail(cached: bool) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        process.cache.build(fail)
    assert sorted(tmp_path.rglob("*")) == before
    assert remarks == []


def test_one_process_at_a_time_is_at_the_kernels_of_a_folder(tmp_path: Path) -> None:
    """While a kernel is compiled and its checksum written, another process waits, and then loads it."""
    fcntl = pytest.importorskip("fcntl")
    cache = KernelCache(lambda: tmp_path, Path(__file__))
    assert cache.open() == tmp_path

    def locked() -> bool:
        with (tmp_path / kernel_cache.LOCK).open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    assert cache.build(lambda cached: locked())
    assert not locked()

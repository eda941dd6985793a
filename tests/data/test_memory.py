"""Nobody's data takes more memory than it may: it is asked for first."""

from __future__ import annotations

import gc
import gzip
import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import bnsim as bn
from bnsim.data import draws, load
from bnsim.data.dataset import Dataset, make_dataset
from bnsim.data.kept import Kept
from bnsim.spec import budget
from bnsim.spec.errors import InputError


def most_memory(call: Callable[[], object]) -> tuple[int, str]:
    """Bytes that were held at most, and what was refused."""
    tracemalloc.start()
    try:
        call()
        said = ""
    except InputError as error:
        said = str(error)
    finally:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most, said


@pytest.mark.parametrize("test_fraction", [0.0, 0.5])
def test_generated_data_is_asked_for_first(test_fraction: float) -> None:
    data = bn.GaussianNoise(samples=1_000_000, features=4096, test_fraction=test_fraction)
    most, said = most_memory(lambda: load(data))
    assert "the data would take 30.5 GiB" in said
    assert most < 2**20


def test_a_header_that_claims_gigabytes_is_not_read(tmp_path: Path) -> None:
    claimed = 2**26
    header = b"\x93NUMPY\x02\x00" + struct.pack("<I", claimed) + b" " * claimed
    values = io.BytesIO()
    np.save(values, np.arange(4))
    with zipfile.ZipFile(tmp_path / "it.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", header)
        archive.writestr("y.npy", values.getvalue())
    most, said = most_memory(lambda: load(bn.FileData(str(tmp_path / "it.npz"))))
    assert "its header claims 67,108,864 bytes" in said
    assert most < claimed / 8


def test_images_that_a_header_claims_take_no_memory_before_they_come(tmp_path: Path) -> None:
    claimed = 2**26
    header = struct.pack(">BBBBII", 0, 0, 8, 2, 2, claimed // 2)
    (tmp_path / "t-labels").write_bytes(struct.pack(">BBBBI", 0, 0, 8, 1, 2) + b"\0\1")
    for content in (header + b"\0" * 50, gzip.compress(header + b"\0" * 50)):
        (tmp_path / "t-images-idx3-ubyte").write_bytes(content)
        data = bn.FileData(str(tmp_path / "t-images-idx3-ubyte"), labels=str(tmp_path / "t-labels"))
        most, said = most_memory(lambda data=data: load(data))
        assert "67,108,864 bytes, but holds 50" in said
        assert most < claimed / 4


def test_an_array_is_asked_for_by_its_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "DATA", budget.Share("the data", 2**20, mend="take fewer rows"))
    np.savez_compressed(tmp_path / "it.npz", x=np.zeros((2**12, 2**7)), y=np.arange(2**12) % 2)
    most, said = most_memory(lambda: load(bn.FileData(str(tmp_path / "it.npz"))))
    assert "would take 4 MiB, more than the 1 MiB it may have" in said
    assert most < 2**20


def test_what_is_kept_has_room_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "DATA", budget.Share("the data", 100_000))
    made: list[int] = []

    def make(rows: int) -> Dataset | InputError:
        made.append(rows)
        return load(bn.GaussianNoise(samples=rows, features=8))

    kept = Kept(make)
    for rows in (800, 700, 800, 600, 700):
        kept(rows)
    assert made == [800, 700, 800, 600, 700]
    for rows in (20, 30, 20, 30):
        kept(rows)
    assert made == [800, 700, 800, 600, 700, 20, 30]


def test_data_is_held_as_long_as_anybody_has_it() -> None:
    gc.collect()
    before = budget.held()
    dataset = make_dataset(np.zeros((1000, 131)), np.arange(1000) % 2, test_fraction=0.25)
    assert budget.held() - before == dataset.nbytes == 8 * 1000 * 132
    del dataset
    gc.collect()
    assert budget.held() == before


def test_numbers_drawn_in_parts_are_those_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draws.normals(3, (50, 7))
    monkeypatch.setattr(draws, "PART", 11)
    assert np.array_equal(draws.normals(3, (50, 7)), whole)
    assert np.array_equal(np.random.Generator(np.random.Philox(key=3)).standard_normal((50, 7)), whole)

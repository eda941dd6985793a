"""The user's own files: a target by name, headers, MNIST's format; what is refused, in one sentence."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bnsim as bn
from bnsim.data import Dataset, load
from bnsim.data.content import MAX_NUMBERS

CODES = {"u1": 8, "i1": 9, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
IMAGES = np.arange(5 * 3 * 4).reshape(5, 3, 4)
LABELS = np.array([0, 1, 2, 1, 0])


def idx(values: Any, kind: str = "u1") -> bytes:
    array = np.asarray(values)
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, CODES[kind], array.ndim, *array.shape)
    return header + array.astype(f">{kind}").tobytes()


def mnist(folder: Path, images: bytes, labels: bytes | None = None, ending: str = "") -> bn.FileData:
    path = folder / f"train-images-idx3-ubyte{ending}"
    packed = gzip.compress if ending == ".gz" else bytes
    path.write_bytes(packed(images))
    if labels is not None:
        (folder / f"train-labels-idx1-ubyte{ending}").write_bytes(packed(labels))
    return bn.FileData(str(path), standardize=False)


def csv(folder: Path, text: str, **fields: Any) -> Dataset:
    (folder / "it.csv").write_text(text)
    return load(bn.FileData(str(folder / "it.csv"), standardize=False, **fields))


def refused(data: bn.FileData) -> str:
    with pytest.raises(bn.InputError) as caught:
        load(data)
    message = str(caught.value)
    assert message.startswith("Cannot read ")
    assert "; " in message
    assert message.endswith(".")
    assert "\n" not in message
    return message


def outcome(data: bn.FileData) -> str:
    """What loading says, which may be nothing."""
    try:
        load(data)
    except bn.InputError as error:
        return str(error)
    return ""


# CSV and npz: which column, which array


def test_the_target_is_the_column_of_that_name(tmp_path: Path) -> None:
    found = csv(tmp_path, "kind,width,height\n1,2.5,3\n0,4,5\n", target="kind")
    assert found.names == ("width", "height")
    assert np.array_equal(found.x, [[2.5, 3], [4, 5]])
    assert list(found.y) == [1, 0]
    assert (found.preview.names, found.preview.target) == (("width", "height"), "kind")


def test_a_column_may_be_called_by_a_number(tmp_path: Path) -> None:
    assert list(csv(tmp_path, "0,1,2\n1,5,6\n0,7,8\n", target="0").y) == [1, 0]


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("a,b\n1,0\n2,1\n")
    message = refused(bn.FileData(str(tmp_path / "it.csv"), target="kind"))
    assert "no column called 'kind'; choose one of a, b." in message


def test_a_header_that_looks_like_numbers_and_one_that_is_denied(tmp_path: Path) -> None:
    assert csv(tmp_path, "1,2\n3,0\n4,1\n", header="yes").shape.rows == 2
    assert csv(tmp_path, "1,2\n3,0\n4,1\n", header="no").shape.rows == 3
    (tmp_path / "it.csv").write_text("a,b\n1,0\n2,1\n")
    assert "'a' is not a number at line 1" in refused(bn.FileData(str(tmp_path / "it.csv"), header="no"))
    assert "no line names a column 'a'" in refused(bn.FileData(str(tmp_path / "it.csv"), header="no", target="a"))


def test_whole_numbers_of_the_named_column_are_classes(tmp_path: Path) -> None:
    assert csv(tmp_path, "k,x\n0,0.5\n1,1\n", target="k").shape.classification
    assert not csv(tmp_path, "k,x\n0.5,0\n1,1\n", target="k").shape.classification


def test_another_array_of_an_npz(tmp_path: Path) -> None:
    path = tmp_path / "it.npz"
    np.savez(path, x=np.eye(3), y=np.array([0, 1, 1]), other=np.array([2, 1, 0]))
    assert list(load(bn.FileData(str(path), target="other")).y) == [2, 1, 0]
    assert "no array called none" in refused(bn.FileData(str(path), target="none"))


def test_part_of_a_file_is_kept_back(tmp_path: Path) -> None:
    text = "".join(f"{i},{i % 2}\n" for i in range(20))
    found = csv(tmp_path, text, test_fraction=0.25)
    assert (found.shape.rows, found.shape.test_rows) == (15, 5)
    assert sorted([*found.x[:, 0], *found.test_x[:, 0]]) == list(range(20))


# IDX


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_mnist(tmp_path: Path, ending: str) -> None:
    found = load(mnist(tmp_path, idx(IMAGES), idx(LABELS), ending))
    assert np.array_equal(found.x, IMAGES.reshape(5, 12))
    assert np.array_equal(found.y, LABELS)
    assert found.feature_shape == (3, 4)
    assert found.preview.target == "label"


@pytest.mark.parametrize("kind", CODES)
def test_idx_of_any_type(tmp_path: Path, kind: str) -> None:
    assert np.array_equal(load(mnist(tmp_path, idx(IMAGES, kind), idx(LABELS))).x, IMAGES.reshape(5, 12))


def test_labels_may_be_packed_or_elsewhere(tmp_path: Path) -> None:
    data = mnist(tmp_path, idx(IMAGES))
    assert "its labels are in another file" in refused(data)
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS)))
    assert np.array_equal(load(data).y, LABELS)
    (tmp_path / "mine").write_bytes(idx(LABELS[::-1]))
    given_labels = bn.FileData(data.path, standardize=False, labels=str(tmp_path / "mine"))
    assert np.array_equal(load(given_labels).y, LABELS[::-1])


def test_labels_that_changed_are_read_again(tmp_path: Path) -> None:
    assert load(mnist(tmp_path, idx(IMAGES), idx(LABELS))).y[0] == 0
    assert load(mnist(tmp_path, idx(IMAGES), idx(LABELS + 1, "i4"))).y[0] == 1


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (b"", idx(LABELS), "begins with nothing"),
        (b"\x89PNG\r\n", idx(LABELS), "begins with 0x89504e47"),
        (b"\0\0\x07\3" + bytes(20), idx(LABELS), "not an IDX file"),
        (b"\0\0\x08\0", idx(LABELS), "not an IDX file"),
        (idx(IMAGES)[:9], idx(LABELS), "in the middle of its header"),
        (idx(IMAGES)[:-1], idx(LABELS), "60 bytes, but holds 59"),
        (idx(IMAGES) + b"\0", idx(LABELS), "60 bytes, but holds more"),
        (idx(IMAGES[:0]), idx(LABELS), "it is empty"),
        (struct.pack(">BBBB3I", 0, 0, 8, 3, 2**31, 2**20, 2**20), idx(LABELS), f"more than {MAX_NUMBERS:,}"),
        (idx(np.where(IMAGES == 7, np.nan, IMAGES), "f4"), idx(LABELS), "NaN in row 1, column 8"),
        (idx(IMAGES), idx(LABELS[:4]), "it has 4 labels and there are 5 rows"),
        (idx(IMAGES), idx(IMAGES), "not one label for each row"),
        (idx(IMAGES), idx(np.ones(5)), "all its rows are of one class, 1"),
    ],
)
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx_refused(tmp_path: Path, images: bytes, labels: bytes, said: str, ending: str) -> None:
    assert said in refused(mnist(tmp_path, images, labels, ending))


def test_packed_files_that_are_cut_off_or_unpack_without_end(tmp_path: Path) -> None:
    data = mnist(tmp_path, idx(IMAGES), idx(LABELS))
    Path(data.path).write_bytes(gzip.compress(idx(np.arange(6000).reshape(5, 30, 40)))[:-300])
    assert "broken or cut off" in refused(data)
    Path(data.path).write_bytes(gzip.compress(idx(IMAGES) + bytes(50_000_000)))
    assert "but holds more" in refused(data)


def test_labels_that_are_missing_are_named(tmp_path: Path) -> None:
    data = mnist(tmp_path, idx(IMAGES))
    message = refused(bn.FileData(data.path, labels=str(tmp_path / "none")))
    assert str(tmp_path / "none") in message


@given(st.data())
def test_idx_damaged_anywhere(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("idx")
    packed = data.draw(st.booleans())
    it = mnist(folder, idx(IMAGES), idx(LABELS), ".gz" if packed else "")
    content = bytearray(Path(it.path).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    Path(it.path).write_bytes(content[: data.draw(st.integers(0, len(content)))])
    assert "\n" not in outcome(it)


# Beside the .bnsim file


def test_images_and_labels_beside_the_file_are_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    (home / "a-idx3").write_bytes(idx(IMAGES))
    (home / "b").write_bytes(idx(LABELS))
    bn.save(bn.Experiment(data=bn.FileData("a-idx3", labels="b")), home / "it.bnsim")
    monkeypatch.chdir(elsewhere)
    data = bn.load(home / "it.bnsim").data
    assert np.array_equal(load(data).y, LABELS)

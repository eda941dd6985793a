from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bnsim as bn
from bnsim.data import Dataset, load
from bnsim.data.tables import MAX_BYTES
from bnsim.spec.datasets import DataShape

X = np.arange(12.0).reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def csv(folder: Path, text: str | bytes) -> Dataset:
    (folder / "it.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return load(bn.FileData("it.csv", standardize=False))


def npz(folder: Path, **arrays: Any) -> Dataset:
    np.savez(folder / "it.npz", **arrays)
    return load(bn.FileData("it.npz", standardize=False))


def header(shape: tuple[int, ...], descr: str = "<f8") -> bytes:
    """An .npy header with any shape, and no numbers after it."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
    return file.getvalue()


def archive(folder: Path, members: dict[str, bytes]) -> Dataset:
    with zipfile.ZipFile(folder / "it.npz", "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return load(bn.FileData("it.npz", standardize=False))


# What is read


def test_npz_with_classes(folder: Path) -> None:
    found = npz(folder, x=X, y=Y)
    assert found.shape == DataShape(rows=6, features=2, outputs=3, classification=True)
    assert np.array_equal(found.x, X)
    assert np.array_equal(found.y, Y)


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "u1", "?", "<i8", "<f2"])
def test_npz_of_any_plain_number(folder: Path, dtype: str) -> None:
    found = npz(folder, x=X.astype(dtype), y=(Y > 0).astype(dtype))
    assert np.array_equal(found.x, X.astype(dtype).astype(float))
    assert found.shape.outputs == 2


def test_npz_in_fortran_order_and_compressed(folder: Path) -> None:
    np.savez_compressed(folder / "it.npz", x=np.asfortranarray(X), y=Y)
    assert np.array_equal(load(bn.FileData("it.npz", standardize=False)).x, X)


def test_images_keep_their_shape(folder: Path) -> None:
    found = npz(folder, x=np.arange(48.0).reshape(6, 4, 2), y=Y)
    assert found.feature_shape == (4, 2)
    assert found.x.shape == (6, 8)


def test_npz_for_regression(folder: Path) -> None:
    assert npz(folder, x=X, y=Y + 0.5).y.shape == (6, 1)
    assert npz(folder, x=X, y=X * 2).shape == DataShape(rows=6, features=2, outputs=2, classification=False)


def test_one_column_of_whole_numbers_is_classes(folder: Path) -> None:
    assert npz(folder, x=X, y=Y[:, None]).y.shape == (6,)


@pytest.mark.parametrize(
    ("targets", "classification"),
    [([0.0, 1.0, 2.0], True), ([0.0, 1.0, 1000.0], False), ([-1.0, 0.0, 1.0], False), ([0.0, 0.5, 1.0], False)],
)
def test_floats_are_classes_if_they_look_like_it(folder: Path, targets: list[float], classification: bool) -> None:
    assert npz(folder, x=X[:3], y=np.array(targets)).shape.classification is classification


def test_csv_without_header(folder: Path) -> None:
    found = csv(folder, "1,2,0\n3,4,1\n")
    assert np.array_equal(found.x, [[1, 2], [3, 4]])
    assert list(found.y) == [0, 1]
    assert found.names == ()


@pytest.mark.parametrize("first", ["width,height,kind", '"width", "height","the ""kind"""', "width,height,kind\r"])
def test_csv_with_header(folder: Path, first: str) -> None:
    found = csv(folder, f"\ufeff{first}\n1,2,0\n\n3, 4 ,1")
    assert found.names == ("width", "height")
    assert np.array_equal(found.x, [[1, 2], [3, 4]])


def test_csv_header_with_numbers_for_names(folder: Path) -> None:
    assert csv(folder, "0,1,target\n1,2,0\n3,4,1\n").names == ("0", "1")


def test_csv_for_regression(folder: Path) -> None:
    found = csv(folder, "1,1.5\n2,2\n")
    assert found.shape == DataShape(rows=2, features=1, outputs=1, classification=False)


@given(st.lists(st.tuples(st.floats(-1e300, 1e300), st.floats(0.1, 0.9)), min_size=1, max_size=20))
def test_csv_numbers_are_read_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, float]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "it.csv"
    path.write_text("".join(f"{first!r},{second!r}\n" for first, second in rows))
    found = load(bn.FileData(str(path), standardize=False))
    assert np.array_equal(np.hstack((found.x, found.y)), np.array(rows))


def test_standardize(folder: Path) -> None:
    np.savez(folder / "it.npz", x=np.column_stack((X[:, 0], np.full(6, 0.1), X[:, 1] * 1e300)), y=Y)
    x = load(bn.FileData("it.npz")).x
    assert np.allclose(x.mean(axis=0), 0.0, atol=1e-15)
    assert np.allclose(x.var(axis=0), [1.0, 0.0, 1.0])
    assert np.all(x[:, 1] == 0.0)


def test_a_file_that_changed_is_read_again(folder: Path) -> None:
    assert csv(folder, "1,0\n2,1\n").shape.rows == 2
    assert csv(folder, "1,0\n2,1\n3,1\n").shape.rows == 3
    assert csv(folder, "1,0\n2,1\n3,2\n4,2\n").shape.rows == 4


def test_a_relative_path_follows_the_working_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    csv(folder, "1,0\n2,1\n")
    other = folder / "other"
    other.mkdir()
    csv(other, "7,0\n8,1\n")
    monkeypatch.chdir(other)
    assert load(bn.FileData("it.csv", standardize=False)).x[0, 0] == 7


# What is refused, in one sentence


def refused(path: str) -> str:
    with pytest.raises(bn.InputError) as caught:
        load(bn.FileData(path))
    message = str(caught.value)
    # Control characters in a name are spelled.
    assert message.startswith(str(bn.InputError(f"Cannot read {path}: ")))
    assert message.endswith(".")
    assert "; " in message
    assert "\n" not in message
    return message


def test_missing_file_folder_and_wrong_ending(folder: Path) -> None:
    assert "no such file or directory" in refused("none.csv")
    (folder / "it.csv").mkdir()
    assert "not a file" in refused("it.csv")
    (folder / "it.doc").write_text("1,2")
    assert "the ending .doc" in refused("it.doc")
    (folder / "it").write_text("1,2")
    assert "no ending" in refused("it")
    refused("a\0b.csv")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(folder: Path) -> None:
    (folder / "it.csv").write_text("1,0\n")
    (folder / "it.csv").chmod(0)
    assert "permission denied" in refused("it.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rows"),
        ("a,b\n", "no rows"),
        ("1\n2\n", "one column"),
        ("1:2:0\n", "one column"),
        ("1,2,0\n3,1\n", "line 2 has 2 values and the first line has 3"),
        ("a,b,c\n1,2,0\n\n3,4,1,5\n", "line 4 has 4 values and the first line has 3"),
        ("1,0\nblue,1\n", "'blue' is not a number at line 2, column 1"),
        ("1,oops,0\n2,3,1\n", "'oops' is not a number at line 1, column 2"),
        ("1,2,0\n3,,1\n", "there is no value at line 2, column 2"),
        ("1_0,0\n1,1\n", "'1_0' is not a number at line 1, column 1"),
        ("1,0\nnan,1\n", "there is NaN at line 2, column 1"),
        ("1,0\n2,1\n-inf,1\n", "there is an infinity at line 3, column 1"),
        ("1e999,0\n2,1\n", "there is an infinity at line 1, column 1"),
        ("1,0\n2,0\n", "all its rows are of one class, 0"),
        ("1,0\n2,-3\n", "the class in row 2 is -3"),
        ("1,0\n2,250000\n", "the class in row 2 is 250000"),
        (b"\x89PNG\xff\xfe,1\n", "not UTF-8 text"),
        ('1,"0\n', "line"),
        ("1,2\n" + "9" * 200_000 + ",1\n", "line 2"),
    ],
)
def test_csv_refused(folder: Path, text: str | bytes, said: str) -> None:
    (folder / "it.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    assert said in refused("it.csv")


def test_csv_too_large_is_not_read(folder: Path) -> None:
    with (folder / "it.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "bytes, more than" in refused("it.csv")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": X}, "no array called y"),
        ({"y": Y}, "no array called x"),
        ({"x": X, "y": Y[:4]}, "x has 6 rows and y has 4"),
        ({"x": X[:0], "y": Y[:0]}, "array x is empty"),
        ({"x": X[:, :0], "y": Y}, "array x is empty"),
        ({"x": np.float64(3), "y": Y}, "array x is empty"),
        ({"x": np.array(["a"] * 6), "y": Y}, "array x holds values of type"),
        ({"x": X, "y": np.array(["a"] * 6)}, "all its rows are of one class, 'a'"),
        ({"x": X, "y": Y * 1j}, "array y holds values of type"),
        ({"x": X * 1j, "y": Y}, "array x holds values of type"),
        ({"x": X, "y": np.zeros((6, 2, 2))}, "y has 3 dimensions"),
        ({"x": X, "y": np.zeros(6, int)}, "all its rows are of one class, 0"),
        ({"x": X, "y": Y - 1}, "the class in row 1 is -1"),
        ({"x": X, "y": Y.astype("u8") + 2**63}, "the class in row 3 is 9223372036854775810"),
        ({"x": np.where(X == 5, np.nan, X), "y": Y}, "x has NaN in row 3, column 2"),
        ({"x": X, "y": np.where(Y == 2, -np.inf, Y)}, "y has an infinity in row 3, column 1"),
    ],
)
def test_npz_refused(folder: Path, arrays: dict[str, Any], said: str) -> None:
    np.savez(folder / "it.npz", **arrays)
    assert said in refused("it.npz")


class Trap:
    """Writes a file when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("sprung"),)


def test_objects_are_never_unpickled(folder: Path) -> None:
    np.savez(folder / "it.npz", x=np.array([Trap()] * 6, dtype=object), y=Y)
    assert "array x holds Python objects" in refused("it.npz")
    assert not (folder / "sprung").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"\x93NUMPY"])
def test_npz_that_is_no_archive(folder: Path, content: bytes) -> None:
    (folder / "it.npz").write_bytes(content)
    assert "not an .npz archive" in refused("it.npz")


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (header((2**40, 64)), "more than"),
        (header((10**4000,)), ""),
        (header((-1, 2)), "impossible shape"),
        (header((6, 2)), "holds 0 bytes"),
        (header((6, 2)) + bytes(10**6), "holds 1,000,000 bytes"),
        (header((6, 2), "|O") + bytes(96), "Python objects"),
        (b"\x93NUMPY\x01\x00\x10\x00" + b"[" * 16, "cannot be read"),
        (b"\x93NUMPY\x09\x00\x10\x00" + b"{}" * 8, "cannot be read"),
        (b"no array at all", "cannot be read"),
        (b"", "cannot be read"),
    ],
)
def test_npz_with_a_lying_header(folder: Path, x: bytes, said: str) -> None:
    y = io.BytesIO()
    np.save(y, Y)
    with pytest.raises(bn.InputError, match="Cannot read"):
        archive(folder, {"x.npy": x, "y.npy": y.getvalue()})
    assert said in refused("it.npz")


@given(st.data())
def test_npz_damaged_anywhere(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("npz") / "it.npz"
    np.savez_compressed(path, x=X, y=Y)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        load(bn.FileData(str(path)))
    except bn.InputError as error:
        assert "\n" not in str(error)

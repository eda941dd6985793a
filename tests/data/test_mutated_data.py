"""Whatever becomes of a file of data, it is read, or refused in one sentence, within bounds."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.data import load
from bnsim.data.loading import arrays_of, columns_of, suggested
from tests.mutations import Mutations, refused

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(30, 3))
CLASSES = np.arange(30) % 3
WORDS = np.array(["setosa", "versicolor", "virginica"])[CLASSES]
MOST_MEMORY = 100 * 2**20
"""Of a file of some kilobytes; what believes a header asks for gigabytes."""


def table(delimiter: str, header: str = "", *, comma: bool = False, words: bool = False, index: bool = False) -> bytes:
    lines = [header] if header else []
    for number, (row, target) in enumerate(zip(X, WORDS if words else CLASSES, strict=True)):
        cells = [f"{value:.4f}".replace(".", "," if comma else ".") for value in row]
        lines.append(delimiter.join([*([str(number)] if index else []), *cells, str(target)]))
    return "\n".join(lines).encode() + b"\n"


def archive(save: Callable[..., None] = np.savez, **arrays: Any) -> bytes:
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def idx(values: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


IMAGES, LABELS = idx(RANDOM.integers(0, 255, (30, 4, 4))), idx(CLASSES)
FILES: dict[str, list[bytes]] = {
    "csv": [
        table(","),
        table(",", "a,b,c,kind", words=True),
        table(",", ",a,b,c,y", index=True),
        table(";", "a;b;c;y", comma=True),
        table(",", "sep=,"),
        table(",", "# a,b,c,y"),
        b"\xef\xbb\xbf" + table("|", '"a"|"b|b"|c|y', words=True),
        table(";").decode().encode("utf-16"),
    ],
    "tsv": [table("\t", "a\tb\tc\ty"), table("\t", words=True)],
    "txt": [table(" "), table("   ", words=True)],
    "npz": [
        archive(x=X, y=CLASSES),
        archive(np.savez_compressed, x=X.astype(np.float32), y=WORDS),
        archive(x_train=X.reshape(30, 3, 1), y_train=X[:, :2], other=np.array("one")),
        archive(x=X.astype(">f8"), y=np.asfortranarray(X)),
    ],
    "idx": [IMAGES],
}
PACKED = {f"{ending}.gz": [gzip.compress(one, mtime=0) for one in FILES[ending]] for ending in ("csv", "tsv", "idx")}
KINDS = FILES | PACKED
OPTIONS = {
    "task": ("auto", "classification", "regression"),
    "header": ("auto", "yes", "no"),
    "delimiter": ("auto", "comma", "semicolon", "tab", "pipe", "space"),
    "decimal": ("auto", "point", "comma"),
    "target": ("", "a", "y", "x", "none\x1b"),
    "x_name": ("", "x", "x_train", "other"),
}


def record(mutations: Mutations, path: Path) -> bn.FileData:
    """A record of that file, as it is mostly: its options seldom say something else than "auto"."""
    one = mutations.random
    chosen = {name: one.choice(words) for name, words in OPTIONS.items() if one.random() < 0.1}
    return bn.FileData(str(path), standardize=one.random() < 0.5, test_fraction=0.2, **chosen)


def mutated(mutations: Mutations, ending: str) -> bytes:
    """Of a packed file often what is in it, as packed bytes that are changed are mostly refused at once."""
    one, other = mutations.random.choice(KINDS[ending]), mutations.random.choice(KINDS[ending])
    if ending.endswith(".gz") and mutations.random.random() < 0.7:
        return gzip.compress(mutations.bytes(gzip.decompress(one), gzip.decompress(other)), 1)
    return mutations.bytes(one, other)


def files_of(mutations: Mutations, folder: Path) -> bn.FileData:
    ending = mutations.random.choice(list(KINDS))
    if ending.startswith("idx"):
        path, labels = folder / "t-images-idx3-ubyte", folder / "t-labels-idx1-ubyte"
        labels.write_bytes(mutations.bytes(LABELS) if mutations.random.random() < 0.3 else LABELS)
    else:
        path = folder / f"it.{ending}"
    path.write_bytes(mutated(mutations, ending))
    return record(mutations, path)


def use(data: bn.FileData) -> None:
    """As the import dialog and a session do; what is read can be computed with."""
    arrays_of(data)
    columns_of(data)
    found = load(suggested(data))
    for array in (found.x, found.y, found.test_x, found.test_y):
        assert np.isfinite(array).all()
    assert len(found.x) == len(found.y) == found.shape.rows > 0
    assert found.x.shape[1] == found.shape.features == np.prod(found.feature_shape)
    if found.shape.classification:
        assert 0 <= found.y.min() <= found.y.max() < found.shape.outputs


def use_mutated(seed: int, count: int, folder: Path) -> None:
    mutations = Mutations(seed)
    for number in range(count):
        data = files_of(mutations, folder)
        try:
            refused(lambda data=data: use(data))
        except BaseException as error:
            content = Path(data.path).read_bytes()
            error.add_note(f"seed {seed}, file {number}: {data} of {content[:3000]!r}")
            raise


def test_valid_files_are_read(tmp_path: Path) -> None:
    for ending, contents in FILES.items():
        for content in contents:
            path = tmp_path / ("t-images-idx3-ubyte" if ending == "idx" else f"it.{ending}")
            path.write_bytes(content)
            (tmp_path / "t-labels-idx1-ubyte").write_bytes(LABELS)
            use(bn.FileData(str(path)))


def test_some_mutated_files(tmp_path: Path) -> None:
    use_mutated(0, 300, tmp_path)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 21))
def test_many_mutated_files(tmp_path: Path, seed: int) -> None:
    use_mutated(seed, 1000, tmp_path)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(21, 25))
def test_mutated_files_take_little_memory(tmp_path: Path, seed: int) -> None:
    use_mutated(seed, 20, tmp_path)  # what is imported and cached is there
    tracemalloc.start()
    try:
        use_mutated(seed, 500, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()

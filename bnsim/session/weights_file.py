"""A lane's weights alone, in files that others read: NumPy's .npz and safetensors, keys as `torch.nn.Sequential`'s.

Nothing is unpickled. Of a file only what fits the lane is read, so that it takes no more memory than the lane has.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bnsim.data.arrays_in_zip import BROKEN_ARCHIVE, read_header, reason
from bnsim.engine.operation import Array
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.places import place, regular
from bnsim.spec.whole_file import written_whole

NPZ, SAFETENSORS = ".npz", ".safetensors"
MOST_SAID = 4
"""Of what does not fit so much is said; the rest is counted."""
MOST_ARRAYS = 100_000

Shapes = Mapping[str, tuple[int, ...]]


def write_weights(arrays: Mapping[str, Array], path: str | os.PathLike[str]) -> None:
    """Write arrays by key to a .npz or .safetensors file, whole or not at all. InputError if that cannot be done."""
    target = place(path)
    kind = _kind(target, "save")
    try:
        with written_whole(target) as file:
            if kind == NPZ:
                np.savez(file, **{str(key): value for key, value in arrays.items()})  # type: ignore[arg-type]
            else:
                from safetensors.numpy import save

                file.write(save({key: np.asarray(value, order="C") for key, value in arrays.items()}))
    except OSError as error:
        raise InputError(cannot("save", target, error)) from error


def read_weights(path: str | os.PathLike[str], wanted: Shapes, lane: str) -> dict[str, Array]:
    """The arrays of a file for a lane of that name, which has those keys and shapes.

    InputError, in one sentence that lists what does not fit, if it is not exactly these.
    """
    source = place(path)
    kind = _kind(source, "load")
    try:
        if regular(source) is None:
            raise FileNotFoundError(2, "there is no such file", str(source))
        read = _read_npz if kind == NPZ else _read_safetensors
        return read(source, wanted, lane)
    except InputError:
        raise
    except OSError as error:
        raise InputError(cannot("load", source, error)) from error
    except BROKEN_ARCHIVE as error:
        raise _damaged(source, error) from error


def _kind(path: Path, verb: str) -> str:
    ending = path.suffix.lower()
    if ending not in (NPZ, SAFETENSORS):
        raise InputError(
            f"Cannot {verb} weights as {path.name}: its name ends in neither {NPZ} nor {SAFETENSORS}; choose one."
        )
    return ending


def _read_npz(source: Path, wanted: Shapes, lane: str) -> dict[str, Array]:
    with zipfile.ZipFile(source) as archive:
        names = [name for name in archive.namelist() if name.endswith(".npy")][:MOST_ARRAYS]
        there: dict[str, tuple[tuple[int, ...], str]] = {}
        for name in names:
            with archive.open(name) as member:
                shape, dtype, _ = read_header(member)
            there[name.removesuffix(".npy")] = shape, "" if dtype.kind in "iuf" else str(dtype)
        _refuse_misfits(source, there, wanted, lane)
        found: dict[str, Array] = {}
        for key in wanted:
            with archive.open(f"{key}.npy") as member:
                found[key] = np.lib.format.read_array(member, allow_pickle=False)
        return found


def _read_safetensors(source: Path, wanted: Shapes, lane: str) -> dict[str, Array]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(source, framework="np") as file:
            there: dict[str, tuple[tuple[int, ...], str]] = {}
            for key in file.keys():  # noqa: SIM118 (it is no mapping)
                part = file.get_slice(key)
                kind = part.get_dtype()
                there[key] = tuple(part.get_shape()), "" if kind in _READABLE else kind
            _refuse_misfits(source, there, wanted, lane)
            return {key: file.get_tensor(key) for key in wanted}
    except SafetensorError as error:
        raise _damaged(source, error) from error


_READABLE = frozenset(("F16", "F32", "F64", "I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64"))
"""What safetensors calls the numbers that NumPy has, too."""


def _refuse_misfits(source: Path, there: Mapping[str, tuple[tuple[int, ...], str]], wanted: Shapes, lane: str) -> None:
    """InputError, which lists them, for keys and shapes that are not those wanted; else memory is asked for."""
    said = []
    for key, shape in wanted.items():
        if key not in there:
            said.append(f"{key} is missing")
        elif there[key][0] != shape:
            said.append(f"{key} is {_shape(there[key][0])}, not {_shape(shape)}")
        elif there[key][1]:
            said.append(f"{key} holds {there[key][1]}, not numbers that can be read")
    said += [f"{key[:80]} is not in the lane" for key in there if key not in wanted]
    if said:
        told = ", ".join(said[:MOST_SAID])
        if len(said) > MOST_SAID:
            told = f"{told}, and {len(said) - MOST_SAID} more"
        raise InputError(f"Cannot load {source.name} into lane “{lane}”: {told}; choose weights of the same layers.")
    budget.request(8 * sum(int(np.prod(shape)) for shape in wanted.values()), budget.LANE)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape[:4])) if shape else "a single number"


def _damaged(source: Path, error: Exception) -> InputError:
    return InputError(f"Cannot load {source.name}: it is damaged ({reason(error)}); choose another file.")

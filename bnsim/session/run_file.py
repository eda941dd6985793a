"""The .bnrun file: a zip of JSON and of arrays in NumPy's format, none of them packed. Data only; nothing is unpickled.

docs/format.md describes the format. What a file claims is checked before memory is taken for it: nothing in it can be
larger than the file itself, since members that are packed are refused.
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import BinaryIO

import msgspec
import numpy as np

from bnsim.data.arrays_in_zip import BROKEN_ARCHIVE, read_header, reason
from bnsim.engine.operation import Array
from bnsim.session.saved_run import SavedFacts, SavedRun, expected_arrays, frozen
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.files import (
    MAX_BYTES,
    NewerFileError,
    cannot,
    decode_document,
    encode_document,
    found_beside,
    named_from,
)
from bnsim.spec.numerals import count
from bnsim.spec.places import place, regular
from bnsim.spec.whole_file import written_whole
from bnsim.version import __version__

VERSION = 1
"""The version of the format that is written today."""
RUN, DOCUMENT = "run.json", "document.bnsim"
LARGEST_FILE = 2**32 - 2**20
"""A zip archive of the old kind, which all programs read, has no more than 4 GiB."""
MOST_MEMBERS = 4096
PART = 2**22
"""Bytes that are written or read at a time."""
_END = struct.Struct("<4s4H2LH")
_FIRST = (1980, 1, 1, 0, 0, 0)
"""The time of all members, the earliest that zip has: the same run gives the same file."""

GoOn = Callable[[float], object]


class _Head(msgspec.Struct, frozen=True):
    """What is read of the JSON first: whether the rest can be understood."""

    version: int
    saved_by: str = ""


class _Whole(SavedFacts, frozen=True, kw_only=True):
    """The JSON: the facts, and what the head says."""

    version: int
    saved_by: str = ""


def write_run(run: SavedRun, path: str | os.PathLike[str], progress: GoOn = lambda share: None) -> None:
    """Write a run to `path`, whole or not at all; `progress` is told the fraction that is written.

    InputError if the place cannot be written or the run is too large.
    """
    target = place(path)
    if run.nbytes > LARGEST_FILE:
        raise InputError(
            f"Cannot save {target.name}: the run has {budget.in_words(run.nbytes)}, more than a file of runs can have "
            f"({budget.in_words(LARGEST_FILE)}); record less, or save the weights alone."
        )
    if len(run.arrays) > MOST_MEMBERS - 2:
        raise InputError(
            f"Cannot save {target.name}: too many states were loaded by hand in this run ({count(len(run.arrays))} "
            "arrays); save the weights alone."
        )
    try:
        document = encode_document(named_from(run.document, target))
        head = {"version": VERSION, "saved_by": __version__}
        facts = msgspec.json.encode(head | msgspec.to_builtins(run.facts))
        with written_whole(target) as file, zipfile.ZipFile(file, "w", allowZip64=False) as archive:
            archive.writestr(_member(RUN), facts)
            archive.writestr(_member(DOCUMENT), document)
            _write_arrays(archive, run.arrays, run.nbytes, progress)
    except OSError as error:
        raise InputError(cannot("save", target, error)) from error


def _write_arrays(archive: zipfile.ZipFile, arrays: Mapping[str, Array], total: int, progress: GoOn) -> None:
    done = 0
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array)
        with archive.open(_member(f"{name}.npy"), "w") as member:
            np.lib.format.write_array_header_1_0(member, np.lib.format.header_data_from_array_1_0(flat))
            view = _bytes_of(flat)
            for start in range(0, len(view), PART):
                member.write(view[start : start + PART])
                done += min(PART, len(view) - start)
                progress(done / max(total, 1))


def read_run(path: str | os.PathLike[str]) -> SavedRun:
    """The run in the file at `path`; InputError, in one sentence, says what is wrong with it."""
    source = place(path)
    try:
        there = regular(source)
        with source.open("rb") as file:
            _refuse_strange(file, 0 if there is None else there.st_size, source.name)
            with zipfile.ZipFile(file) as archive:
                run = _read(archive, source.name)
        return msgspec.structs.replace(run, document=found_beside(run.document, source))
    except OSError as error:
        raise InputError(cannot("open", source, error)) from error
    except InputError:
        raise
    except BROKEN_ARCHIVE as error:
        raise InputError(f"Cannot open {source.name}: it is damaged ({reason(error)}); {_CHOOSE}.") from error


_CHOOSE = "choose another file that bnsim saved"


def _refuse_strange(file: BinaryIO, size: int, name: str) -> None:
    """InputError for what is no archive of bnsim's, before Python's reader builds its list of members."""
    file.seek(max(size - _END.size, 0))
    tail = file.read(_END.size)
    begins = tail[:4] if len(tail) == _END.size else b""
    if begins != b"PK\5\6":
        raise InputError(f"Cannot open {name}: it is not a run that bnsim saved, or not all of it; {_CHOOSE}.")
    members, directory = _END.unpack(tail)[4:6]
    if size > LARGEST_FILE + 2**21 or members > MOST_MEMBERS or directory > 1000 * MOST_MEMBERS:
        raise InputError(f"Cannot open {name}: it has {count(members)} parts, which no run has; {_CHOOSE}.")
    file.seek(max(size - _END.size - 20, 0))
    if file.read(4) == b"PK\6\7":  # it would say other numbers
        raise InputError(f"Cannot open {name}: it is an archive of more than 4 GiB, which no run is; {_CHOOSE}.")
    file.seek(0)


def _read(archive: zipfile.ZipFile, name: str) -> SavedRun:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise InputError(f"Cannot open {name}: {info.filename} in it is packed, as no run is; {_CHOOSE}.")
        if info.filename in members:
            raise InputError(f"Cannot open {name}: {info.filename} is twice in it; {_CHOOSE}.")
        members[info.filename] = info
    facts = _facts(_text(archive, members, RUN, name), name)
    document = decode_document(_text(archive, members, DOCUMENT, name), f"{name} ({DOCUMENT})")
    wanted = expected_arrays(facts, document.experiment.training.precision)
    total = 0
    for array, (shape, dtype) in wanted.items():
        size = _bytes(shape, dtype)
        if size > _info(members, f"{array}.npy", name).file_size:
            raise _other_shape(array, shape, name)
        total += size
    budget.request(total, budget.RUN)
    arrays = {array: _array(archive, members, array, *wanted[array], name) for array in wanted}
    return SavedRun(document, facts, frozen(arrays), name)


def _facts(text: bytes, name: str) -> SavedFacts:
    """What stands in the JSON; its version is looked at first."""
    try:
        head = msgspec.json.decode(text, type=_Head)
        if head.version > VERSION:
            raise NewerFileError(
                f"Cannot open {name}: it was saved by a newer bnsim (version {head.version} at $.version of {RUN}, "
                f"this one reads up to {VERSION}); {_update(head.saved_by)}."
            )
        if head.version < 1:
            raise InputError(f"Cannot open {name}: {head.version} at $.version of {RUN} is not a number from 1 on.")
        whole = msgspec.json.decode(text, type=_Whole)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = str(error)[:1].lower() + str(error)[1:]
        raise InputError(f"Cannot open {name}: {RUN} in it cannot be read ({what}); {_CHOOSE}.") from error
    return SavedFacts(**{field: getattr(whole, field) for field in SavedFacts.__struct_fields__})


def _update(saved_by: str) -> str:
    known = 0 < len(saved_by) < 30 and saved_by.isascii()
    return f"update bnsim to {saved_by} or newer" if known else "update bnsim"


def _text(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], part: str, name: str) -> bytes:
    info = _info(members, part, name)
    if info.file_size > MAX_BYTES:
        raise InputError(f"Cannot open {name}: {part} in it has {count(info.file_size)} bytes, too many; {_CHOOSE}.")
    return archive.read(info)


def _info(members: Mapping[str, zipfile.ZipInfo], part: str, name: str) -> zipfile.ZipInfo:
    if part not in members:
        raise InputError(f"Cannot open {name}: {part} is missing in it; {_CHOOSE}.")
    return members[part]


def _array(
    archive: zipfile.ZipFile,
    members: Mapping[str, zipfile.ZipInfo],
    part: str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    name: str,
) -> Array:
    """One array, of the shape and type that it has to have; its memory has been asked for."""
    info = _info(members, f"{part}.npy", name)
    with archive.open(info) as member:
        own, kind, begins = read_header(member)
    if own != shape or kind != dtype or info.file_size != begins + _bytes(shape, dtype):
        raise _other_shape(part, shape, name)
    found = np.empty(shape, dtype)
    with archive.open(info) as member:
        member.read(begins)
        into = _bytes_of(found)
        done = 0
        while done < len(into):
            read = member.read(min(PART, len(into) - done))
            if not read:
                raise EOFError(f"{part} ends too early")
            into[done : done + len(read)] = read
            done += len(read)
        member.read(1)  # what is checked at the end is checked once the end is read
    return found


def _bytes_of(array: Array) -> memoryview:
    """The bytes of an array, which is in C order."""
    return memoryview(array.reshape(-1).view(np.uint8).data)


def _other_shape(part: str, shape: tuple[int, ...], name: str) -> InputError:
    length = " × ".join(count(each) for each in shape)
    return InputError(f"Cannot open {name}: {part}.npy in it is not the {length} numbers that belong there; {_CHOOSE}.")


def _bytes(shape: tuple[int, ...], dtype: np.dtype) -> int:
    size = dtype.itemsize
    for length in shape:
        size *= length
    return size


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _FIRST)

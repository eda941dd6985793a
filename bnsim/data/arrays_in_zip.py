"""Arrays in a zip archive, each a member in NumPy's format, read without trusting what they claim.

No pickle is ever loaded.
"""

from __future__ import annotations

import io
import lzma
import struct
import tokenize
import warnings
import zipfile
import zlib
from typing import IO, Any

import numpy as np

from bnsim.spec.numerals import count

MAX_HEADER = 10_000
"""Bytes of an array's header, as NumPy has it; longer ones are not read: they may claim any length."""

BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OverflowError,
    MemoryError,
    EOFError,
    ValueError,
    TypeError,
    SyntaxError,
    tokenize.TokenError,
    NotImplementedError,
    RuntimeError,
    KeyError,
)
"""What an archive, or a header, that is no good makes Python and NumPy raise."""


def read_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Shape, type and offset of the numbers; ValueError if there is no header, or one of invalid length."""
    start = file.read(12)
    version = np.lib.format.read_magic(io.BytesIO(start))
    old = version[0] == 1
    size = struct.unpack_from("<H" if old else "<I", start, 8)[0]
    if size > MAX_HEADER:
        raise ValueError(f"its header claims {count(size)} bytes")
    begins = (10 if old else 12) + size
    head = io.BytesIO(start + file.read(begins - len(start)))
    np.lib.format.read_magic(head)
    read = np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a Python long ago wrote it
        shape, _, dtype = read(head)
    return tuple(shape), dtype, begins


def reason(error: Exception) -> str:
    """The first line of what an archive that is broken made Python say, without its period."""
    said = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    return said[:120]

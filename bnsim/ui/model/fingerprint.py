"""Whether the file of a document is still what it was when it was last read or written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from bnsim.spec.files import MAX_BYTES
from bnsim.spec.places import regular


class Fingerprint(NamedTuple):
    """`stamp` changes with every write; `digest`, of the content, says whether anything is different."""

    stamp: tuple[int, int, int]
    digest: bytes


def fingerprint(path: Path) -> Fingerprint | None:
    """That of the file at `path`; None if there is none, or none that can be read."""
    try:
        found = regular(path)
        if found is None or found.st_size > MAX_BYTES:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    return Fingerprint(_stamp(found), hashlib.sha256(content).digest())


def same_content(path: Path, before: Fingerprint) -> bool:
    """Whether the file at `path` holds what it held. It is read only if it was written to since."""
    try:
        found = regular(path)
    except OSError:
        return False
    if found is not None and _stamp(found) == before.stamp:
        return True
    now = fingerprint(path)
    return now is not None and now.digest == before.digest


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mtime_ns, found.st_size, found.st_ino

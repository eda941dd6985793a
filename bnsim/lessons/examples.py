"""Experiments that come with bnsim and are opened with one click: each a document, and two sentences about it.

They are files in `resources/examples`; `examples.json` has their records, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.files import load_document
from bnsim.spec.resources import resource

FOLDER, RECORDS = "examples", "examples.json"


class Example(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`title` in a few words; `what` says what it is, `look` what to do with it; its run begins at `iterations`."""

    name: str
    title: str
    what: str
    look: str
    iterations: Annotated[int, Meta(ge=0, le=1000)] = 0

    @property
    def told(self) -> str:
        """Both sentences."""
        return f"{self.what} {self.look}"


def folder() -> Path:
    """Where the examples are."""
    return resource(FOLDER)


@cache
def examples() -> Mapping[str, Example]:
    """All of them by name, in order. InputError, with the path of what is wrong, if the records cannot be read."""
    try:
        found = msgspec.json.decode((folder() / RECORDS).read_bytes(), type=tuple[Example, ...])
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"Cannot read {FOLDER}/{RECORDS}: {error}; reinstall bnsim.") from error
    return MappingProxyType({each.name: each for each in found})


def document_of(name: str) -> Document:
    """The document of the example of that name. InputError if there is none."""
    if name not in examples():
        raise InputError(f"There is no example {name!r}; choose from {', '.join(examples())}.")
    return load_document(folder() / f"{name}.bnsim")

"""What a form needs to know of a record: read from the record's own types, so a new layer kind needs no form."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.inspect import (
    BoolType,
    FloatType,
    IntType,
    LiteralType,
    Metadata,
    StrType,
    StructType,
    Type,
    UnionType,
    type_info,
)

HIDDEN = ("id", "next_id")

Kind = Literal["int", "float", "bool", "text", "choice", "record"]


class Field(Struct, frozen=True):
    """`low`, `high` with `low_open`: the range. `choices` of a literal; `records`, the types a union may hold.

    `default` is None where the field has none.
    """

    name: str
    title: str
    kind: Kind
    description: str = ""
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    choices: tuple[str, ...] = ()
    records: tuple[type[Struct], ...] = ()
    default: Any = None

    def range_words(self) -> str:
        """Such as "a whole number from 1 to 65,536"."""
        number = "a whole number" if self.kind == "int" else "a number"
        above = "more than " if self.low_open else ""
        if math.isinf(self.low):
            return number if math.isinf(self.high) else f"{number}, at most {self.high:,g}"
        if math.isinf(self.high):
            return f"{number}, {above or 'at least '}{_figure(self.low)}"
        if self.low_open:
            return f"{number}, {above}{_figure(self.low)} and at most {_figure(self.high)}"
        return f"{number} from {_figure(self.low)} to {_figure(self.high)}"

    def allows(self, value: float) -> bool:
        return (self.low < value if self.low_open else self.low <= value) and value <= self.high


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) < 1e15 and value == int(value) else f"{value:g}"


@cache
def fields(record: type[Struct]) -> tuple[Field, ...]:
    """The editable fields of a record type, in order."""
    info = type_info(record)
    assert isinstance(info, StructType)
    made = []
    for entry in info.fields:
        if entry.name in HIDDEN:
            continue
        default = None if entry.default is msgspec.NODEFAULT else entry.default
        field = _field(entry.name, entry.type, default)
        if field is not None:
            made.append(field)
    return tuple(made)


def _field(name: str, kind: Type, default: Any) -> Field | None:
    words: dict[str, Any] = {}
    while isinstance(kind, Metadata):
        words = {**(kind.extra_json_schema or {}), **words}
        kind = kind.type
    title = words.get("title", name.replace("_", " ").capitalize())
    common = {"name": name, "title": title, "description": words.get("description", ""), "default": default}
    if isinstance(kind, BoolType):
        return Field(kind="bool", **common)
    if isinstance(kind, IntType | FloatType):
        low, high = kind.ge, kind.le
        low_open = low is None and kind.gt is not None
        low = kind.gt if low_open else low
        return Field(
            kind="int" if isinstance(kind, IntType) else "float",
            low=-math.inf if low is None else float(low),
            high=math.inf if high is None else float(high),
            low_open=low_open,
            **common,
        )
    if isinstance(kind, LiteralType):
        return Field(kind="choice", choices=tuple(str(value) for value in kind.values), **common)
    if isinstance(kind, StrType):
        return Field(kind="text", **common)
    records = kind.types if isinstance(kind, UnionType) else (kind,)
    kinds = tuple(entry.cls for entry in records if isinstance(entry, StructType))
    return Field(kind="record", records=kinds, **common) if len(kinds) == len(records) else None


def record_title(record: type[Struct]) -> str:
    """The name of a record type, as a person reads it."""
    return {"TwoSpirals": "Two spirals", "FileData": "Own file", "PyTorchDefault": "PyTorch default"}.get(
        record.__name__, record.__name__
    )


def first_sentence(record: type[Struct]) -> str:
    """The first line of the record's own words."""
    return (record.__doc__ or "").strip().partition("\n")[0]

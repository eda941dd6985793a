"""The editable fields of a record, read from the record's own types, so that a new kind of layer needs no form."""

from __future__ import annotations

import math
import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.inspect import (
    BoolType,
    FloatType,
    IntType,
    LiteralType,
    Metadata,
    NoneType,
    StrType,
    Type,
    UnionType,
    type_info,
)
from msgspec.structs import fields as struct_fields

from bnsim.spec.data_files import kind_of
from bnsim.spec.datasets import FileData
from bnsim.spec.numerals import count, read_count, typed

HIDDEN = ("id", "next_id", "follows_data")

FieldKind = Literal["int", "float", "bool", "text", "choice", "record"]


class Field(Struct, frozen=True):
    """`low`, `high` with `low_open`: the range. `choices` of a literal; `records`, the types a union may hold.

    `default` is None where the field has none. `none_words`: what leaving it out means, empty if it cannot be.
    """

    name: str
    title: str
    kind: FieldKind
    description: str = ""
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    none_words: str = ""
    empty: bool = False
    choices: tuple[str, ...] = ()
    records: tuple[type[Struct], ...] = ()
    default: Any = None

    def range_words(self) -> str:
        """The allowed range in words, such as "a whole number from 1 to 65,536"."""
        number = "a whole number" if self.kind == "int" else "a number"
        low, high = _figure(self.low), _figure(self.high)
        if math.isinf(self.low):
            return number if math.isinf(self.high) else f"{number}, at most {high}"
        if math.isinf(self.high):
            return f"{number}, more than {low}" if self.low_open else f"{number}, at least {low}"
        if self.low_open and self.high_open:
            return f"{number}, more than {low} and less than {high}"
        if self.low_open:
            return f"{number}, more than {low} and at most {high}"
        if self.high_open:
            return f"{number}, at least {low} and less than {high}"
        return f"{number} from {low} to {high}"

    def allows(self, value: float) -> bool:
        above = self.low < value if self.low_open else self.low <= value
        return above and (value < self.high if self.high_open else value <= self.high)


def read_number(field: Field, text: str) -> tuple[Any, str]:
    """(the number typed for a field, "") or (None, words why it cannot be that)."""
    text = text.strip().replace("−", "-")
    if field.none_words and text.casefold() in ("", "none"):
        return None, ""
    try:
        value = read_count(text) if field.kind == "int" else float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if math.isfinite(value) and field.allows(value):
        return value, ""
    if field.none_words:
        return None, f"{field.title} must be {field.range_words()}, or none: {field.none_words.lower()}."
    return None, f"{field.title} must be {field.range_words()}."


def _figure(value: float) -> str:
    return count(int(value)) if abs(value) < 1e15 and value == int(value) else typed(value)


@cache
def fields(record: type[Struct]) -> tuple[Field, ...]:
    """The editable fields of a record type, in order."""
    made = []
    for entry in struct_fields(record):
        default = None if entry.default is msgspec.NODEFAULT else entry.default
        field = None if entry.name in HIDDEN else _field(entry.name, entry.type, default)
        if field is not None:
            made.append(field)
    return tuple(made)


def shared(kinds: Iterable[type[Struct]]) -> tuple[str, ...]:
    """The names of the fields that all of these kinds have, alike in title, meaning, range and default."""
    first, *others = (fields(kind) for kind in kinds)
    return tuple(field.name for field in first if all(field in theirs for theirs in others))


def _field(name: str, annotation: Any, default: Any) -> Field | None:
    # What the types of other records say is not looked into: that of a whole layer or stack takes long.
    plain, words = annotation, {}
    if get_origin(annotation) is Annotated:
        plain, *metas = get_args(annotation)
        words = {key: said for meta in metas for key in ("title", "description") if (said := getattr(meta, key, None))}
    if get_origin(plain) is tuple:
        return None
    records, optional = _records(plain)
    if not records:
        return _field_of_type(name, type_info(annotation), default)
    title = words.get("title", _title(name))
    description = words.get("description", "")
    none_words = _none_words(description) if optional else ""
    return Field(
        kind="record",
        name=name,
        title=title,
        description=description,
        default=default,
        records=records,
        none_words=none_words,
    )


def _records(annotation: Any) -> tuple[tuple[type[Struct], ...], bool]:
    """The record types that an annotation allows, where it allows nothing else, and whether it allows None, too."""
    kinds = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    records = tuple(kind for kind in kinds if kind is not types.NoneType)
    there = all(isinstance(kind, type) and issubclass(kind, Struct) for kind in records)
    return records if there else (), len(records) < len(kinds)


def _none_words(description: str) -> str:
    """What leaving a field out means, as its description says it."""
    return description.partition("none: ")[2].rstrip(".") or "none"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def main_field(record: type[Struct]) -> Field | None:
    """The one number that is edited on a layer's card; None if there is none."""
    name = getattr(record, "main", "")
    return next((field for field in fields(record) if field.name == name), None) if name else None


def set_words(field: Field, value: Any) -> str:
    """The text of an undo step, such as "set units to 64"."""
    return f"set {field.title if len(field.title) < 3 else field.title.lower()} to {typed(value)}"


def _field_of_type(name: str, kind: Type, default: Any) -> Field | None:
    words: dict[str, Any] = {}
    while isinstance(kind, Metadata):
        words = {**(kind.extra_json_schema or {}), **words}
        kind = kind.type
    none_words = ""
    if isinstance(kind, UnionType) and any(isinstance(entry, NoneType) for entry in kind.types):
        rest = tuple(entry for entry in kind.types if not isinstance(entry, NoneType))
        if len(rest) == 1:
            kind = rest[0]
            none_words = _none_words(words.get("description", ""))
            while isinstance(kind, Metadata):
                kind = kind.type
    title = words.get("title", _title(name))
    common = {"name": name, "title": title, "description": words.get("description", ""), "default": default}
    if isinstance(kind, BoolType):
        return Field(kind="bool", none_words=none_words, **common)
    if isinstance(kind, IntType | FloatType):
        low, high = kind.ge, kind.le
        low_open = low is None and kind.gt is not None
        low = kind.gt if low_open else low
        high_open = high is None and kind.lt is not None
        high = kind.lt if high_open else high
        return Field(
            kind="int" if isinstance(kind, IntType) else "float",
            low=-math.inf if low is None else float(low),
            high=math.inf if high is None else float(high),
            low_open=low_open,
            high_open=high_open,
            none_words=none_words,
            **common,
        )
    if isinstance(kind, LiteralType):
        return Field(kind="choice", choices=tuple(str(value) for value in kind.values), **common)
    if isinstance(kind, StrType):
        return Field(kind="text", empty=not kind.min_length, **common)
    return None


def relevant(record: Struct, name: str) -> bool:
    """Whether a field has an effect in this record: a CSV has no labels' file, an IDX file no header."""
    if not isinstance(record, FileData) or name in ("path", "standardize", "task", "test_fraction"):
        return True
    kind = kind_of(record.path)
    if kind == "table":
        return name not in ("labels", "x_name")
    return name in (("target", "x_name") if kind == "npz" else ("labels",))

"""What is wrong with a value in a lesson's files, for somebody who does not know Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

import msgspec.inspect

_TYPES = MappingProxyType(
    {
        "int": "a whole number",
        "float": "a number",
        "str": "a text in quotation marks",
        "bool": "true or false",
        "array": "a list in square brackets",
        "object": "a table",
        "null": "",
    }
)


def in_words(said: str, kind: type[msgspec.Struct], keys: Sequence[str]) -> str:
    """What msgspec has `said` of the value of a record's key, as it goes on behind "'kind' of a `predict`".

    `keys` lead there, through the tables it is in.
    """
    if "matching regex" in said:
        return ": a name has letters of English, digits, spaces and _ . - in it, no folder, and no ending"
    if wrong := re.fullmatch(r"Invalid enum value (.+)", said):
        right = _choices(kind, keys)
        return f" is {wrong[1]}; it has to be one of {', '.join(map(repr, right))}" if right else f" is {wrong[1]}"
    types = re.sub(r"\b(int|float|str|bool|array|object|null)\b", lambda found: _TYPES[found[1]], said.replace("`", ""))
    types = re.sub(r"( \| )+(?=,|$)|(?<= ) \| ", "", types).replace(" | ", " or ")
    return f": {types[:1].lower()}{types[1:]}"


def _choices(kind: type[msgspec.Struct], keys: Sequence[str]) -> tuple[str, ...]:
    """What the value of a key can be, where that is one of some words, or a list of them; keys lead into tables."""
    keys = list(keys)
    left: list[msgspec.inspect.Type] = [msgspec.inspect.type_info(kind)]
    while left:
        each = left.pop()
        if isinstance(each, msgspec.inspect.LiteralType):
            return tuple(map(str, each.values))
        if isinstance(each, msgspec.inspect.StructType) and keys:
            key = keys.pop(0)
            left = [field.type for field in each.fields if field.encode_name == key]
        elif isinstance(each, msgspec.inspect.UnionType):
            left += each.types
        elif isinstance(each, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
            left.append(each.item_type)
    return ()

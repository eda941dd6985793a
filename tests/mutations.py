"""Files as they must not be: valid ones with bytes or parts of their structure changed, decided by a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from time import process_time
from typing import Any

import bnsim as bn

BYTES = (0, 9, 10, 13, 32, 34, 44, 46, 45, 48, 57, 59, 92, 127, 128, 0xC0, 0xED, 0xEF, 0xFE, 0xFF)
"""Those that mean something to a reader: quotes, delimiters, signs, beginnings of UTF-8 that are wrong."""
TEXTS = (
    "", " ", "\0", "\x1b[31m", "\u202eabc", "~nobody/x", "/", "nan", "-inf", "1e999", "1_0", "0x10", "٣", "²", "1,5",
    "x" * 5000, "9" * 5000, "\ud800", "a\nb", "<b>", "$x^$", "..", "//host/share/x.csv",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 3, 7, 255, 256, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63), 10**30,
    0.0, -0.0, 0.5, 1.5, -1.5, 1e-320, 1e-30, 1e30, 1e308, -1e308,
)  # fmt: skip
SLOWEST = 20.0
"""Seconds of the processor that one file may take, on a slow machine; what hangs takes longer."""


class Mutations:
    """Random changes of bytes and of decoded JSON."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def few(self) -> int:
        """How many changes: mostly one, so that what comes behind it is reached."""
        return self.random.choice((1, 1, 1, 2, 3, 8))

    def bytes(self, content: bytes, other: bytes = b"") -> bytes:
        """`content` with some of it changed, left out, doubled, moved, cut off or taken from `other`."""
        one, changed = self.random, bytearray(content)
        for _ in range(self.few()):
            at = one.randrange(len(changed) + 1)
            length = min(one.choice((1, 1, 2, 4, 8, 40, 400)), max(len(changed) - at, 0))
            part = bytes(changed[at : at + length])
            match one.randrange(9):
                case 0:
                    changed[at : at + length] = bytes(one.randrange(256) for _ in part)
                case 1:
                    changed[at : at + 1] = bytes((one.choice(BYTES),))
                case 2:
                    changed[at:at] = bytes((one.choice(BYTES),)) * one.choice((1, 1, 3, 300))
                case 3:
                    del changed[at : at + length]
                case 4:
                    changed[at:at] = part * one.choice((1, 2, 200))
                case 5:
                    del changed[at:]
                case 6:
                    changed[at:at] = one.choice(TEXTS).encode("utf-8", "surrogatepass")
                case 7 if other:
                    begin = one.randrange(len(other))
                    changed[at : at + length] = other[begin : begin + length]
                case _ if part:
                    changed[at] ^= 1 << one.randrange(8)
        return bytes(changed)

    def json(self, content: bytes, other: Any = None) -> bytes:
        """The JSON text with values changed, left out, doubled, moved, nested or taken from `other`."""
        tree = json.loads(content)
        for _ in range(self.few()):
            places = list(_places(tree))
            holder, key = self.random.choice(places)
            if isinstance(holder, list) and key >= len(holder):
                continue  # what was there is gone by now
            if isinstance(holder, dict) and key not in holder:
                continue
            self._change(holder, key, places, other)
        return json.dumps(tree).encode()

    def _change(self, holder: Any, key: Any, places: list[tuple[Any, Any]], other: Any) -> None:
        one = self.random
        match one.randrange(8):
            case 0:
                del holder[key]
            case 1:
                holder[key] = one.choice(TEXTS)
            case 2 | 3:
                holder[key] = one.choice(NUMBERS)
            case 4:
                holder[key] = one.choice((None, True, False, [], {}, [[]], [holder[key]], {"kind": holder[key]}))
            case 5:
                from_holder, from_key = one.choice(list(_places(other)) if other and one.random() < 0.5 else places)
                found = from_holder[from_key] if not isinstance(from_holder, dict) else from_holder.get(from_key)
                holder[key] = json.loads(json.dumps(found))
            case 6 if isinstance(holder, list):
                holder[key:key] = json.loads(json.dumps([holder[key]] * one.choice((1, 2, 30))))
            case 6:
                holder[one.choice(TEXTS)] = holder[key]
            case _:
                for _ in range(one.choice((1, 3, 80))):
                    holder[key] = {"kind": one.choice(("Residual", "Repeat")), "layers": [holder[key]]}


def _places(tree: Any) -> Any:
    """(dict or list, key) of everything in decoded JSON."""
    inside = [tree]
    while inside:
        holder = inside.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            yield holder, key
            inside.append(holder[key])


def refused(read: Callable[[], object]) -> str:
    """What a reader says of a file it refuses, "" if it reads it; fails if that is no sentence, or took very long."""
    before, said = process_time(), ""
    try:
        read()
    except bn.InputError as error:
        said = str(error)
        assert said.strip() == said, said
        assert said.endswith((".", ".)")), said
        assert len(said) <= 600, said
        assert "\n" not in said, said
        assert not said.endswith(".."), said
    assert process_time() - before < SLOWEST
    return said

"""Layers as readable text, to be pasted into another window or mailed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_DEPTH, MAX_LAYERS
from bnsim.spec.layers import Layer
from bnsim.spec.numerals import count
from bnsim.spec.tree import depth_of, walk

MAX_CHARACTERS = 4 * 1024 * 1024
"""Checked before the text is read: `MAX_LAYERS` layers have far fewer."""
COPY_SOME = "copy layers on the canvas first"


class _Text(Struct, forbid_unknown_fields=True):
    bnsim: str
    layers: tuple[Layer, ...]


def layers_to_text(layers: Sequence[Layer]) -> str:
    """JSON with a header that says what it is; without ids, which mean nothing elsewhere."""
    content = {"bnsim": "layers", "layers": [_without_ids(msgspec.to_builtins(layer)) for layer in layers]}
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()


def layers_from_text(text: str) -> tuple[Layer, ...]:
    """The layers in such a text. InputError if it is anything else."""
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"The clipboard's text is too long to be layers; {COPY_SOME}.")
    try:
        raw = msgspec.json.decode(text)
        if not isinstance(raw, dict) or raw.get("bnsim") != "layers":
            raise InputError(f"The clipboard holds no layers; {COPY_SOME}.")
        layers = msgspec.convert(raw, _Text).layers
        depth, number = depth_of(layers), sum(1 for _ in walk(layers))
    except msgspec.ValidationError as error:
        raise InputError(f"The layers in the clipboard cannot be used: {error}; {COPY_SOME}.") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError(f"The clipboard holds no layers; {COPY_SOME}.") from error
    if not 0 < number <= MAX_LAYERS:
        raise InputError(f"The clipboard holds {count(number)} layers; from 1 to {count(MAX_LAYERS)} can be pasted.")
    if depth > MAX_DEPTH:
        raise InputError(f"The clipboard holds blocks nested {depth} deep; at most {MAX_DEPTH} can be pasted.")
    return layers


def _without_ids(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {key: _without_ids(value) for key, value in raw.items() if key != "id"}
    return [_without_ids(value) for value in raw] if isinstance(raw, list | tuple) else raw

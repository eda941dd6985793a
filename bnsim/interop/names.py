"""What lanes and modules are called in code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain, count

from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Block, Layer, Repeat
from bnsim.spec.tree import Path


def code_names(stacks: Sequence[Stack]) -> tuple[str, ...]:
    """What follows "train_" in the name of each lane's function, from its own: "with BN" is with_bn; each another."""
    names: list[str] = []
    for name in (_code_name(stack.name) for stack in stacks):
        numbered = (f"{name}_{number}" for number in count(2))
        names.append(next(free for free in chain([name], numbered) if free not in names))
    return tuple(names)


def _code_name(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "lane"


def module_name(layers: Sequence[Layer], path: Path) -> str:
    """The name of the module that a layer is: its path, without the copy where copies share their weights."""
    name, rest = str(path[0]), path[1:]
    layer = layers[path[0]]
    if not rest or not isinstance(layer, Block):
        return name
    if isinstance(layer, Repeat):
        name, rest = name if layer.tied else f"{name}.{rest[0]}", rest[1:]
    return f"{name}.{module_name(layer.layers, rest)}"

"""What theory expects of a lane's layers at random weights: how they change the gradient, and the signal's mean square.

Where it has no formula for a lane, the reason is said in words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from msgspec.structs import replace

from bnsim.figures.lanes import Shown
from bnsim.figures.options import Choice
from bnsim.figures.present import Link, key_of, links
from bnsim.plot.marks import Array, Series
from bnsim.spec.activations import GELU, Activation, Identity, Mish, ReLU, SiLU, Softplus
from bnsim.spec.errors import InputError
from bnsim.spec.layers import BatchNorm, GroupNorm, Layer, Linear, Repeat, Residual
from bnsim.spec.naming import kind_name
from bnsim.spec.normalizations import Normalization
from bnsim.spec.numerals import count
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import is_weight_layer, layer_at

THEORY = Choice("theory", "Theory", (("off", "none"), ("on", "of wide random networks")))

WIDE = 64.0
"""Divided by a width, about by how many percent theory's factor of the norm is off: so it was measured in nets of 40
layers, widths from 32 to 128, batches of 64. With a BatchNorm whose large-batch form is taken it is too small, and by
as much again for the batch."""
_LEAST_GROUP = 16
"""Features of a group from which on GroupNorm does as LayerNorm, within the few percent of such a width."""
_TOO_FEW = 3
"""Rows of a mini-batch up to which the mean of a BatchNorm's factor is infinite."""
_UNSTEADY = (GELU, SiLU, Mish, Softplus)
"""Behind a BatchNorm, in deep nets, a few samples come to have most of the norm."""


class Expected(NamedTuple):
    """`factor` is on the gradient's norm, from a weight layer to the one before; `by_link` what each layer of a block
    multiplies it by: Linear, normalization, activation; () for a Residual.

    `activation`, `norm`, `weight_var` and `bias_var` are what the layers were taken for. `off`: how far off one expects
    theory to be, such as "width 64: about +2 %", "" where that is not worth saying.
    """

    factor: float
    by_link: tuple[float, ...]
    activation: Activation
    norm: Layer | None
    weight_var: float
    bias_var: float
    off: str


def theory_line(of: str, x: Array, y: Array, weight: Literal["normal", "bold"] = "normal") -> Series:
    """What theory expects of the line of that name: gray, over it, so that it is told from any lane's own."""
    return Series(phrase("{line}, theory", line=of), x, y, "muted", line="dashed", weight=weight, theory=True)


def named_once(lines: Iterable[Series]) -> Iterator[Series]:
    """The lines of theory, the first of them with its name beside it."""
    for number, line in enumerate(lines):
        yield line if number else replace(line, label=phrase("theory"))


def expected(shown: Shown, first: int, last: int, batch: int) -> Expected | str:
    """What theory says of the weight layers numbered first to last; or what it has no factor for.

    It is of a wide random network (`bnsim.theory.gradient_factor`) whose weights and biases have the mean squares
    that these layers have now, each followed by the same: a normalization or nothing, then an activation or nothing, or
    in a Residual, the activation first. `batch` is the number of rows of a mini-batch.
    """
    from bnsim.theory import gradient_factor  # the engine comes with it

    block = _block(shown, first, last)
    if isinstance(block, str):
        return block
    rows = batch // block.norm.virtual_devices if isinstance(block.norm, BatchNorm) else 0
    reason = _why_not(block, rows)
    if reason:
        return reason
    weight_var, bias_var = _mean_squares(shown, block.weights)
    activation, exact = _as_activation(block.activation), isinstance(block.activation, Identity | ReLU)
    try:
        found = gradient_factor(
            activation,
            norm=None if block.norm is None else "batch" if isinstance(block.norm, BatchNorm) else "layer",
            batch=rows if rows and exact else None,
            weight_var=weight_var,
            bias_var=bias_var if block.norm is None else 0.0,
            residual=block.residual,
        )
    except InputError:
        if block.residual:
            return phrase("{layer} in a Residual", layer=kind_name(block.activation))
        return phrase("weights that are zero")
    if not 0 < found.value < math.inf:
        return phrase("what does not pass a gradient at all")
    each = found.links
    by_link = () if each is None else tuple(map(math.sqrt, (each.linear, each.norm, each.activation)))
    off = _off(block.width, 0 if exact else rows, block.norm)
    return Expected(math.sqrt(found.value), by_link, activation, block.norm, weight_var, bias_var, off)


class _Block(NamedTuple):
    """What follows each of some weight layers, which have one width: `norm` or None, `activation`, and the `rest`.

    `weights` are these layers but the first, `residual` whether each has a way around it.
    """

    weights: list[Link]
    width: int
    norm: Layer | None
    activation: Layer
    rest: list[Layer]
    residual: bool


def _block(shown: Shown, first: int, last: int) -> _Block | str:
    """What the weight layers numbered first to last have in common; or what keeps them from being alike."""
    layers = shown.lane.stack.layers
    chain = links(layers)
    starts = [k for k, link in enumerate(chain) if is_weight_layer(link.layer)][first - 1 : last]
    if len(starts) < 2:
        return phrase("so few layers")
    followed = {_what_follows(chain, start) for start in starts[:-1]}
    if len(followed) != 1:
        return phrase("stacks of unlike layers")
    widths = {layer.units for start in starts if isinstance(layer := chain[start].layer, Linear)}
    if len(widths) != 1:
        return phrase("widths that differ")
    weights = [chain[start] for start in starts[1:]]
    if any(_is_tied(layers, link) for link in weights):
        return phrase("copies that share their weights")
    rest = list(followed.pop())
    residual = _is_residual(rest)
    rest = rest[1:] if residual else rest
    norm = rest.pop(0) if rest and isinstance(rest[0], Normalization) else None
    activation = rest.pop(0) if rest else Identity()
    return _Block(weights, widths.pop(), norm, activation, rest, residual)


def mean_squares(known: Expected, first: float, layers: int) -> Array:
    """The mean square of the outputs of so many weight layers in a row, shape (layers,): `first`, and what it makes of
    those after it. Behind a normalization they do not depend on it.
    """
    from bnsim.theory import next_mean_square

    found = [first]
    for _ in range(layers - 1):
        given = 1.0 if known.norm is not None else found[-1]
        q = next_mean_square(known.activation, given, weight_var=known.weight_var, bias_var=known.bias_var)
        found.append(q)
    return np.array(found)


def in_words(reasons: Iterable[tuple[str, object]], *, squares: bool = False) -> str:
    """Why there is no theory for lanes, pairs of a name and what `expected` says of it; "" if there is for all.

    `squares`: mean squares are what theory does not have, in place of factors. The only lane is not named.
    """
    reasons = list(reasons)
    whose: dict[str, list[str]] = {}
    for name, reason in reasons:
        if isinstance(reason, str):
            whose.setdefault(reason, []).append(name)
    several = len(reasons) > 1
    told = []
    for reason, names in whose.items():
        lacking = phrase(
            "Theory has no mean square for {reason}" if squares else "Theory has no factor for {reason}", reason=reason
        )
        told.append(joined(" ", (lacking, f"({', '.join(names)})" if several else "")))
    return joined(". ", told)


def _why_not(block: _Block, rows: int) -> str:
    """What in a block theory does not cover; "" for nothing. `rows` share a BatchNorm's statistics."""
    norm, activation = block.norm, block.activation
    if activation.group != "activation" or block.rest:
        other = activation if activation.group != "activation" else block.rest[0]
        if isinstance(other, Normalization):
            return phrase("a {layer} after the activation", layer=kind_name(other))
        if isinstance(other, Residual):
            return phrase("a Residual of other layers than an activation and a Linear")
        return phrase("{layer} between layers", layer=kind_name(other))
    if isinstance(norm, BatchNorm):
        if norm.mode == "eval":
            return phrase("running statistics in place of the mini-batch's")
        if norm.affine and (norm.gamma, norm.beta) != (1.0, 0.0):
            return phrase("γ and β that do not start at 1 and 0")
        if isinstance(activation, _UNSTEADY):
            return phrase(
                "{layer} behind a BatchNorm, which gives a few samples most of the norm", layer=kind_name(activation)
            )
        if rows <= _TOO_FEW:
            return phrase("mini-batches of {rows} rows", rows=str(rows))
    if isinstance(norm, GroupNorm) and block.width // norm.num_groups < _LEAST_GROUP:
        return phrase("groups of {number} features", number=count(block.width // norm.num_groups))
    return ""


def _is_residual(parts: list[Layer]) -> bool:
    """Whether a block is x + φ(x) W: the sum, then the activation that the next Linear is given."""
    return (
        len(parts) == 2
        and isinstance(parts[0], Residual)
        and len(parts[0].layers) == 2
        and parts[0].layers[0].group == "activation"
        and isinstance(parts[0].layers[1], Linear)
    )


def _is_tied(layers: Sequence[Layer], link: Link) -> bool:
    """Whether a layer stands in a Repeat whose copies are one."""
    inside = [layer_at(layers, link.path[:depth]) for depth in range(1, len(link.path))]
    return any(isinstance(layer, Repeat) and layer.tied and layer.times > 1 for layer in inside)


def _off(width: int, rows: int, norm: Layer | None) -> str:
    """How far off theory may be at that width; `rows` of a mini-batch whose large-batch form is taken, else 0.

    A group is as if the network were only as wide.
    """
    words = phrase("width {number}", number=count(width))
    if isinstance(norm, GroupNorm) and norm.num_groups > 1:
        width //= norm.num_groups
        words = phrase("groups of {number}", number=count(width))
    percents = WIDE / width + (WIDE / rows if rows else 0.0)
    if percents < 0.5:
        return ""
    where = joined(", ", (words, phrase("batch {number}", number=count(rows)) if rows else ""))
    share = f"{'+' if rows else '±'}{percents:.1g} %"
    return phrase("{where}: about {share} expected", where=where, share=share)


def _what_follows(chain: Sequence[Link], start: int) -> tuple[Layer, ...]:
    """The layers from a weight layer to the next one, without their ids."""
    stop = next((k for k in range(start + 1, len(chain)) if is_weight_layer(chain[k].layer)), len(chain))
    return tuple(_without_ids(link.layer) for link in chain[start + 1 : stop])


def _without_ids(layer: Layer) -> Layer:
    if isinstance(layer, Residual):
        return replace(layer, id=0, layers=tuple(map(_without_ids, layer.layers)))
    return replace(layer, id=0)


def _as_activation(layer: Layer) -> Activation:
    return layer  # type: ignore[return-value]


def _mean_squares(shown: Shown, weights: Sequence[Link]) -> tuple[float, float]:
    """Of the weights, times the inputs of their layer, and of the biases; zero where there are none."""
    state, layers = shown.lane.state_dict(), shown.lane.stack.layers
    matrices: list[Array] = [np.asarray(state[f"{key_of(layers, link.path)}weight"], np.float64) for link in weights]
    biases = [state.get(f"{key_of(layers, link.path)}bias") for link in weights]
    squares = [float(np.mean(each**2)) * each.shape[1] for each in matrices]
    shifts = [0.0 if each is None else float(np.mean(np.asarray(each, np.float64) ** 2)) for each in biases]
    return float(np.mean(squares)), float(np.mean(shifts))

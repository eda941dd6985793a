"""How the sizes of single gradients spread at every depth, back-propagated and of weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes, where
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.options import Choice
from bnsim.figures.present import Link, key_of, links
from bnsim.figures.ridges import BINS, HEIGHT, beyond, drawn_rows, row_axis, sampled, shares
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Mark, Ridge, frozen
from bnsim.spec.numerals import MINUS, power_of_ten, whole_percent
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import is_weight_layer

_SMALLEST, _LARGEST = -24.0, 4.0
"""Powers of ten that the axis holds at most."""
_APART, _APART_WITH_NOTES = 0.12, 0.75
"""How far apart ridges stand, as a share of their own width: notes of zeros are between them."""
_LOW_PERCENT = 0.5
"""Sizes below this percentile of a layer do not widen the axis: a few are close to zero anywhere."""
_KINDS = ("∂L/∂z", "∂L/∂W")
_OF = Choice("of", "Gradients", (("both", "both"), ("output", "back-propagated ∂L/∂z"), ("weight", "of weights ∂L/∂W")))


class _Sizes(NamedTuple):
    """One array of gradients: powers of ten of the sizes that are neither zero nor without a number, (numbers,).

    `logs` is left empty if the layer is not drawn.
    `zero`: how many of `all` are exactly zero; `wrong`: some are NaN or infinite.
    """

    logs: Array
    zero: int
    all: int
    wrong: bool


class _Group(NamedTuple):
    """One lane's gradients of one kind by weight layer, None where not computed yet."""

    shown: Shown
    kind: str
    layers: list[_Sizes | None]

    @property
    def computed(self) -> list[_Sizes]:
        """Those that are computed."""
        return [each for each in self.layers if each is not None]


@figure(
    title="Gradients by depth, element by element",
    shows="histogram of sizes of single gradients at every weight layer, back-propagated and of the weights",
    section="By depth",
    source="Glorot and Bengio 2010, fig. 7; makemore",
    options=(_OF,),
    unwatched="shares of a histogram",
)
def gradients_hist_by_depth(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    of: str = "both",
) -> Figure:
    """Histograms of log10 of the sizes of dLoss/d(output) and dLoss/d(weight) of every weight layer, side by side.

    All elements of the present mini-batch count; exact zeros, which have no logarithm, are counted apart and written at
    the right of their row. The verdict compares the median size in the first layer with that in the last. Of more than
    12 weight layers some are drawn. `of` "output" or "weight" draws one of the two. `layer_id`, `max_points` and
    `known` have no effect here.
    """
    kinds = {"both": _KINDS, "output": _KINDS[:1], "weight": _KINDS[1:]}[of]
    chains = [(shown, _weights(shown)) for shown in shown_lanes(session)]
    rows = drawn_rows(max((len(chain) for _, chain in chains), default=0))
    read = [group for shown, chain in chains if chain for group in _read(shown, chain, rows)]
    groups = [group for group in read if group.kind in kinds]
    low, high = _window(groups)
    edges = frozen(np.linspace(low, high, BINS + 1))
    noted = any(each.zero or each.wrong for group in groups for each in group.computed)
    between = (_APART_WITH_NOTES if noted else _APART) * (high - low)
    apart = high - low + between
    marks: list[Mark] = []
    ticks: list[tuple[float, str]] = []
    lanes = len({group.shown.place for group in groups})
    pairs = lanes > 2 and of == "both"
    sizes = phrase(
        "size of a single gradient: of each lane ∂L/∂z, then ∂L/∂W" if pairs else "size of a single gradient"
    )
    for number, group in enumerate(groups):
        shift = number * apart
        ridge = _ridge(group, rows, edges, notes_at=high + 0.9 * between, label="", shift=shift)
        if pairs:  # the axis says which is which
            first = number % 2 == 0
            label, end = (group.shown.name, high + apart + 0.9 * between) if first else ("", None)
        else:
            label, end = f"{group.shown.name} {group.kind}" if lanes > 1 else group.kind, None
        marks.append(replace(ridge, label=label, label_end=end))
        powers = _powers(low, high, {1: 4, 2: 3}.get(len(groups), 2))
        chosen = powers if len(groups) <= 4 else [powers[-(number % 2)]]
        ticks += [(power + shift, power_of_ten(power)) for power in chosen]
    some = any(group.computed for group in groups)
    return Figure(
        name=gradients_hist_by_depth.name,
        title=gradients_hist_by_depth.title,
        verdict=_verdict(groups),
        x=Axis(sizes, limits=(low, low + max(len(groups), 1) * apart), ticks=tuple(ticks)),
        y=row_axis(phrase("weight layer, counted from the input"), rows, named=True),
        marks=tuple(marks) if some else (),
        caption=_caption(groups, rows, edges) if some else "",
    )


def _weights(shown: Shown) -> list[Link]:
    return [link for link in links(shown.lane.stack.layers) if is_weight_layer(link.layer)]


def _read(shown: Shown, weights: list[Link], rows: NDArray[np.intp]) -> list[_Group]:
    layers = shown.lane.stack.layers
    seen = {*rows.tolist(), 0, len(weights) - 1}  # the verdict has the median of the first and the last
    gradients = shown.lane.gradients()
    back = [_sizes(shown.lane.gradient(link.path), at in seen) for at, link in enumerate(weights)]
    keys = [f"{key_of(layers, link.path)}weight" for link in weights]
    own = [_sizes(gradients.get(key), at in seen) for at, key in enumerate(keys)]
    return [_Group(shown, kind, sizes) for kind, sizes in zip(_KINDS, (back, own), strict=True)]


def _sizes(gradients: NDArray[np.floating] | None, seen: bool) -> _Sizes | None:
    if gradients is None:
        return None
    zero, wrong = gradients.size - int(np.count_nonzero(gradients)), not bool(np.isfinite(gradients).all())
    if not seen:
        return _Sizes(np.empty(0), zero, gradients.size, wrong)
    sizes = np.abs(np.ravel(gradients).astype(np.float64))
    return _Sizes(np.log10(sizes[np.isfinite(sizes) & (sizes > 0)]), zero, gradients.size, wrong)


def _window(groups: list[_Group]) -> tuple[float, float]:
    """Whole powers of ten around nearly all sizes, of those between the smallest and the largest that are held."""
    layers = [sampled(each.logs) for group in groups for each in group.computed if each.logs.size]
    lows = np.array([np.percentile(layer, _LOW_PERCENT) for layer in layers])
    highs = np.array([layer.max() for layer in layers])
    inside = (highs > _SMALLEST) & (lows < _LARGEST)
    if not inside.any():
        inside[:] = True
    if not inside.size:
        return -1.0, 0.0
    low, high = float(np.floor(lows[inside].min())), float(np.ceil(highs[inside].max()))
    if high > _SMALLEST and low < _LARGEST:
        low, high = max(low, _SMALLEST), min(high, _LARGEST)
    return low, max(high, low + 1.0)


def _powers(low: float, high: float, most: int) -> list[int]:
    """At most so many powers of ten within the axis, evenly spaced; two of them towards its ends."""
    first, last = int(low), int(high)
    if most == 2 and last - first > 4:
        inset = max(round(0.2 * (last - first)), 1)
        return [first + inset, last - inset]
    step = 1
    while len(found := [k for k in range(first, last + 1) if k % step == 0]) > most:
        step += 1
    return found


def _ridge(group: _Group, rows: NDArray[np.intp], edges: Array, *, notes_at: float, label: str, shift: float) -> Ridge:
    own = [(at, int(row)) for at, row in enumerate(rows) if row < len(group.layers)]
    layers = [group.layers[row] for _, row in own]
    counted = [np.zeros(len(edges) - 1) if each is None else shares(each.logs, edges) for each in layers]
    return Ridge(
        joined(", ", (group.shown.name, group.kind)),
        edges,
        frozen(np.array(counted, np.float64).reshape(len(own), len(edges) - 1)),
        frozen(np.array([row + 1.0 for _, row in own])),
        frozen(np.array([at + 1.0 for at, _ in own])),
        HEIGHT,
        group.shown.role,
        notes=tuple(_note(each) for each in layers),
        notes_at=notes_at,
        label=label,
        shift=shift,
    )


def _note(sizes: _Sizes | None) -> str:
    if sizes is None:
        return ""
    if sizes.wrong:
        return "NaN"
    share = sizes.zero / sizes.all if sizes.all else 0.0
    return f"0: {whole_percent(share) if share >= 0.005 else '<1 %'}" if sizes.zero else ""


def _verdict(groups: list[_Group]) -> str:
    if not groups:
        return phrase("Add a Linear layer to see its gradients")
    if not any(group.computed for group in groups):
        return phrase("No gradient yet: step into the backward pass")
    return joined(
        " · ", (joined(": ", (each.shown.name, _judged(each))) for each in groups if each.kind == groups[0].kind)
    )


def _judged(group: _Group) -> str:
    computed = {number: each for number, each in enumerate(group.layers, 1) if each is not None}
    if not computed:
        return phrase("on its way")
    depth = len(group.layers)
    wrong = [number for number, each in computed.items() if each.wrong]
    if wrong:
        return phrase("not a number {where}", where=where(wrong, depth))
    zero = [number for number, each in computed.items() if each.zero == each.all]
    if zero:
        return phrase("all zero {where}", where=where(zero, depth))
    first, last = (10 ** float(np.median(computed[number].logs)) for number in (min(computed), max(computed)))
    if len(computed) == 1:
        return phrase("median {size}", size=_size(first))
    return phrase(
        "median {start} in layer {first}, {end} in layer {last}",
        start=_size(first),
        first=str(min(computed)),
        end=_size(last),
        last=str(max(computed)),
    )


def _size(value: float) -> str:
    return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("-", MINUS)


def _caption(groups: list[_Group], rows: NDArray[np.intp], edges: Array) -> str:
    said = [
        phrase(
            "Sizes of single gradients of the loss with respect to each weight layer's output and weight, on a "
            "logarithmic axis, each histogram scaled to its highest bin (Glorot and Bengio 2010, fig. 7)."
        )
    ]
    if any(each.zero for group in groups for each in group.computed):
        said.append(phrase("At the right: how many are exactly zero."))
    if len(rows) < max(len(group.layers) for group in groups):
        said.append(phrase("{number} layers are drawn, evenly spread.", number=str(len(rows))))
    if beyond((each.logs for group in groups for each in group.computed), edges):
        said.append(phrase("What is beyond the axis is in the outermost bins."))
    return joined(" ", said)

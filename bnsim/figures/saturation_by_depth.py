"""Where activations pass next to no gradient: shares saturated and dead at every activation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes, where
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.options import AN_EPOCH, Choice
from bnsim.figures.present import Link, input_of, links
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Series, frozen
from bnsim.spec.numerals import percent
from bnsim.spec.phrases import joined, phrase

_MANY = 60
"""Activations above which markers would run into one another."""


ROWS = Choice("rows", "Rows", (("batch", "mini-batch"), ("all", "all of an epoch")), costs=(("all", AN_EPOCH),))


class _Shares(NamedTuple):
    """One lane's shares in percent by activation, NaN where not computed; `dead` NaN too where it cannot be.

    `bad`: 1 where the values are NaN or infinite, else 0. `for_good`: dead on all rows, NaN where that is not measured.
    `silent`: where they are flat all of its activations give 0, as a ReLU does. `watches`, `dead_watches`: the
    expressions of the shares, "" where there is none.
    """

    shown: Shown
    layers: Array
    saturated: Array
    dead: Array
    bad: Array
    for_good: Array
    silent: bool = False
    watches: tuple[str, ...] = ()
    dead_watches: tuple[str, ...] = ()


@figure(
    title="Saturation by depth",
    options=(ROWS,),
    shows="share of each activation where its derivative is small, and share of its units that are dead",
    section="By depth",
    source="Glorot and Bengio 2010; makemore",
)
def saturation_by_depth(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    rows: str = "batch",
) -> Figure:
    """Percent of (sample, unit) that are saturated at every activation, and dashed of units that are dead.

    Saturated: the derivative is below 10 % of its largest size, on the outermost stretches; for a ReLU where its
    output is zero. Dead: the derivative is 0 on every row of the mini-batch. Both are of the present mini-batch;
    what is not computed yet is a gap. With `rows` "all" the share saturated is that of all mini-batches of the present
    epoch, run in train mode at the present parameters, and dotted are units that are dead on each of their rows, dead
    for good. `layer_id`, `max_points` and `known` have no effect here.
    """
    whole = rows == "all"
    found = [_over_epoch(session, shown) if whole else _shares(shown) for shown in shown_lanes(session)]
    drawn = [each for each in found if each.layers.size]
    deepest = max((float(each.layers[-1]) for each in drawn), default=2.0)
    some = any(np.isfinite(each.saturated).any() for each in drawn)
    dead = any(np.isfinite(each.dead).any() for each in drawn)
    silent = bool(drawn) and all(each.silent for each in drawn)
    caption = [
        phrase(
            "Share of (sample, unit) of an epoch where an activation's derivative is below 10 % of its largest."
            if whole
            else "Share of (sample, unit) of the mini-batch where an activation's derivative is below 10 % of its "
            "largest."
        )
    ]
    if dead:
        caption.append(
            phrase(
                "Dashed: share of units whose derivative is 0 on every row of one mini-batch."
                if whole
                else "Dashed: share of units whose derivative is 0 on every row."
            )
        )
    if any(np.isfinite(each.for_good).any() for each in drawn):
        caption.append(phrase("Dotted: on every row of the epoch."))
    label = phrase("output 0, %" if silent else "saturated, %")
    if dead:
        label = phrase("output 0, dashed dead, %" if silent else "saturated, dashed dead, %")
    return Figure(
        name=saturation_by_depth.name,
        title=saturation_by_depth.title,
        verdict=_verdict(drawn),
        x=Axis(phrase("weight layer before the activation"), limits=(1.0, max(deepest, 2.0)), integer=True),
        y=Axis(label, limits=(-2.0, 103.0)),
        marks=tuple(line for each in drawn for line in _lines(each)),
        caption=joined(" ", caption) if some else "",
    )


def _shares(shown: Shown) -> _Shares:
    measured = [
        (link.ordinal, *_measured(shown, link), math.nan) for link in links(shown.lane.stack.layers) if _is_one(link)
    ]
    return _of_rows(shown, measured)


def _of_rows(shown: Shown, measured: Sequence[tuple[float, ...]]) -> _Shares:
    columns = np.array(measured, np.float64).reshape(-1, 5)
    layers, saturated, dead, bad, for_good = (frozen(np.ascontiguousarray(columns[:, k])) for k in range(5))
    here = [link for link in links(shown.lane.stack.layers) if _is_one(link)]
    watches, dead_watches = zip(*[_watches(shown, link) for link in here], strict=True) if here else ((), ())
    return _Shares(shown, layers, saturated, dead, bad, for_good, _silent(shown), watches, dead_watches)


def _watches(shown: Shown, link: Link) -> tuple[str, str]:
    """The expressions of the percent saturated and of the percent dead, "" where that is not recorded."""
    from bnsim.engine.flat import flat_of

    flat = flat_of(link.layer)
    assert flat is not None
    spelled = shown.spelling.recorded("saturated" if flat.saturates else "zero", link.path)
    dead = shown.spelling.recorded("dead", link.path) if flat.is_dead else ""
    return f"100 * {spelled}" if spelled else "", f"100 * {dead}" if dead else ""


def _silent(shown: Shown) -> bool:
    from bnsim.engine.flat import flat_of

    flats = [flat_of(link.layer) for link in links(shown.lane.stack.layers) if _is_one(link)]
    return bool(flats) and all(flat is not None and flat.silent for flat in flats)


def _over_epoch(session: Session, shown: Shown) -> _Shares:
    """The shares over all mini-batches of the present epoch; without a mini-batch, as `_shares` has them."""
    from bnsim.engine.flat import flat_of

    now, probe = _shares(shown), session.probe(shown.lane)
    if probe is None or not now.layers.size:
        return now
    chosen = [link for link in links(shown.lane.stack.layers) if _is_one(link)]
    sums = np.zeros((len(chosen), 2))
    alive: list[NDArray[np.bool_] | None] = [None] * len(chosen)
    bad = np.zeros(len(chosen))
    for read in probe.mini_batches():
        for number, link in enumerate(chosen):
            flat = flat_of(link.layer)
            assert flat is not None
            values = read(link.path if flat.reads == "y" else link.before)
            bad[number] = max(bad[number], not np.isfinite(values).all())
            sums[number] += np.count_nonzero(flat.flat(values)), values.size
            if flat.is_dead:
                there = np.asarray(~flat.dead(values).all(axis=0), np.bool_)
                before = alive[number]
                alive[number] = there if before is None else before | there
    with np.errstate(invalid="ignore"):
        saturated = np.where(bad > 0, np.nan, 100 * sums[:, 0] / sums[:, 1])
    dead = [math.nan if each is None else 100 * float((~each).mean()) for each in alive]
    return now._replace(
        saturated=frozen(saturated), bad=frozen(bad), for_good=frozen(np.where(bad > 0, np.nan, np.array(dead)))
    )


def _is_one(link: Link) -> bool:
    from bnsim.engine.flat import flat_of  # the engine comes with it

    flat = flat_of(link.layer) if link.layer.group == "activation" else None
    return flat is not None and flat.is_flat


def _measured(shown: Shown, link: Link) -> tuple[float, float, bool]:
    """Percent saturated, percent of units dead, and whether values are no numbers; see `_Shares`."""
    from bnsim.engine.flat import flat_of

    flat = flat_of(link.layer)
    assert flat is not None
    lane = shown.lane
    output = lane.value(link.path)
    read = output if output is None or flat.reads == "y" else input_of(lane, link)
    if read is None or not np.isfinite(read).all():
        return math.nan, math.nan, read is not None
    dead = 100 * float(flat.dead(read).all(axis=0).mean()) if flat.is_dead else math.nan
    return 100 * float(flat.flat(read).mean()), dead, False


def _lines(each: _Shares) -> Iterator[Series]:
    name, role = each.shown.name, each.shown.role
    marker = each.shown.marker if each.layers.size <= _MANY else "none"
    if np.isfinite(each.dead).any():
        own = each.dead_watches
        named = phrase("{line}, dead", line=name)
        yield Series(named, each.layers, each.dead, role, line="dashed", marker=marker, watches=own)
    if np.isfinite(each.for_good).any():
        named = phrase("{line}, dead on all rows", line=name)
        yield Series(named, each.layers, each.for_good, role, line="dotted", marker=marker)
    over_epoch = np.isfinite(each.for_good).any()
    own = () if over_epoch else each.watches
    yield Series(name, each.layers, each.saturated, role, label=name, marker=marker, watches=own)


def _verdict(drawn: list[_Shares]) -> str:
    if not drawn:
        return phrase("Add an activation that can saturate, such as a Sigmoid, to see its share")
    if not any(np.isfinite(each.saturated).any() or each.bad.any() for each in drawn):
        return phrase("Nothing computed yet: step into the forward pass")
    return joined(" · ", (_judged(each) for each in drawn))


def _judged(each: _Shares) -> str:
    name, there = each.shown.name, np.isfinite(each.saturated)
    bad = where(each.layers[each.bad > 0], each.bad.size) if each.bad.any() else ""
    if not there.any():
        none = phrase("has no number {where}", where=bad) if bad else phrase("is not computed yet")
        return joined(" ", (name, none))
    shares, layers = each.saturated[there], each.layers[there]
    most = int(np.argmax(shares))
    share = percent(float(shares.mean()) / 100)
    words = [joined(" ", (name, phrase("{share} of outputs 0" if each.silent else "{share} saturated", share=share)))]
    if shares[most] > shares.min():
        at, share = f"{layers[most]:.0f}", percent(float(shares[most]) / 100)
        words.append(phrase("most in layer {number}: {share}", number=at, share=share))
    for_good = each.for_good[np.isfinite(each.for_good)]
    dead = for_good if for_good.size else each.dead[np.isfinite(each.dead)]
    if dead.size:
        words.append(_dead(float(dead.mean()) / 100, for_good=bool(for_good.size)))
    return joined(", ", (*words, phrase("no number {where}", where=bad) if bad else ""))


def _dead(share: float, *, for_good: bool) -> str:
    """How many units are dead, in words; `for_good`: on all rows."""
    if share:
        return phrase(
            "{share} of units dead on all rows" if for_good else "{share} of units dead", share=percent(share)
        )
    return phrase("no unit dead on all rows" if for_good else "no unit dead")

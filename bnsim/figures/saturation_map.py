"""Which samples saturate which units of one activation: the derivative of every one as a shade, black where flat."""

from __future__ import annotations

import numpy as np

from bnsim.figures.cells import one_above_the_other
from bnsim.figures.chosen import Found, in_each_lane
from bnsim.figures.kind import figure
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.responses import Present, is_activation, present, top_slope
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, ColorScale, Image, frozen
from bnsim.spec.numerals import count, share_of, whole_percent
from bnsim.spec.phrases import joined, phrase

_FLAT = 0.1
"""What is below this share of the largest derivative is black."""
_CAPTION = phrase(
    "Size of the derivative at every sample and unit of the mini-batch, as a share of its largest: black below a tenth."
)


@figure(
    title="Saturation map",
    shows="derivative of one activation at every sample and unit of the mini-batch, black where flat",
    section="At one layer",
    about="activation",
    source="makemore",
    unwatched="slopes, which no array of the run holds",
)
def saturation_map(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """Size of the derivative, as a share of its largest, at every sample (rows) and unit (columns) of the mini-batch.

    Below a tenth it is black. Lanes stand one above the other, each with the activation at the same depth. The verdict
    has the share on the outermost flat stretches, and how many units are flat at every sample. `layer_id` is the
    activation; for another layer the nearest one is taken, for None the first. `max_points` and `known` have no effect.
    """
    found = in_each_lane(session, layer_id, is_activation)
    read = [(each, present(each.shown.lane, each.link)) for each in found]
    drawn = [(each, now) for each, now in read if now is not None]
    scale = ColorScale("|f′| / max |f′|", (_FLAT, 1.0), "gray")
    places = one_above_the_other(len(drawn))
    marks, ticks = [], []
    for (each, now), (low, high) in zip(drawn, places.ups, strict=True):
        samples, units = now.x.shape
        values = np.abs(now.slopes) / top_slope(each.link.layer)
        values = np.where(np.isnan(values), np.inf, values)
        marks.append(
            Image(
                each.shown.name,
                frozen(values[::-1].copy()),
                frozen(np.arange(1.0, units + 1)),
                frozen(np.arange(float(samples), 0.0, -1.0)),
                across=(0.5, units + 0.5),
                up=(low, high),
                scale=scale,
                label=each.title if len(found) > 1 else "",
            )
        )
        ticks += [(low + (high - low) * 0.5 / samples, count(samples)), (high - (high - low) * 0.5 / samples, "1")]
    widest = max((mark.across[1] for mark in marks), default=1.5)
    bad = any(np.isposinf(mark.values).any() for mark in marks)
    return Figure(
        name=saturation_map.name,
        title=saturation_map.title,
        verdict=_verdict(read),
        x=Axis(phrase("unit"), limits=(0.5, widest), integer=True),
        y=Axis(phrase("sample of the mini-batch"), limits=places.limits, ticks=tuple(sorted(ticks))),
        marks=tuple(marks),
        caption=joined(" ", (_CAPTION, phrase("Red: not a number.") if bad else "")) if marks else "",
    )


def _verdict(read: list[tuple[Found, Present | None]]) -> str:
    if not read:
        return phrase("Add an activation to see where it saturates")
    if all(now is None for _, now in read):
        return phrase("Nothing computed yet: step into the forward pass")
    return joined(" · ", (joined(": ", (each.title, _judged(now))) for each, now in read))


def _judged(now: Present | None) -> str:
    if now is None:
        return phrase("on its way")
    if not np.isfinite(now.x).all():
        share = share_of(int(np.count_nonzero(~np.isfinite(now.x))), now.x.size)
        return phrase("not a number at {share}", share=share)
    always = int(np.count_nonzero(now.flat.all(axis=0)))
    return phrase(
        "{share} flat, {number} of {of} units at every sample" if always else "{share} flat",
        share=_percent(now.flat),
        number=count(always),
        of=count(now.x.shape[1]),
    )


def _percent(mask: Array | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    share = float(np.mean(mask))
    return phrase("less than 1 %") if 0 < share < 0.005 else whole_percent(share)

"""How smooth the loss is along the gradient: its range, how far the gradient changes, and the effective β."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.figures.effective_learning_rate import learning_rate
from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, decades, drawable, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.lenses.norm import norm
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Series, frozen
from bnsim.spec.numerals import factor, significant
from bnsim.spec.phrases import joined, phrase

STEPS = 2.0 ** np.arange(-4.0, 4.25, 0.5)
"""Steps that are tried, in learning rates."""
_CUT = 1e4
"""What is this many times the present loss or gradient is cut off."""
_FEW = 2


class _Along(NamedTuple):
    """One lane: losses and gradient distances by step η, each of shape (steps,), and the present loss and norm."""

    shown: Shown
    eta: Array
    losses: Array
    distances: Array
    loss: float
    size: float

    @property
    def beta(self) -> float:
        """The largest ‖g(θ − ηg) − g‖ / (η ‖g‖) of those that are numbers; NaN if none is."""
        with np.errstate(all="ignore"):
            ratios = self.distances / (self.eta * self.size)
        ratios = ratios[np.isfinite(ratios)]
        return float(ratios.max()) if ratios.size else float("nan")


@figure(
    title="Smoothness along the gradient",
    shows="how loss and gradient change along the gradient's direction over a range of steps, effective β",
    section="Of the task",
    source="Santurkar et al. 2018, fig. 4; Bjorck et al. 2018, fig. 3",
    cost=f"{len(STEPS)} forward and backward passes of each lane",
    unwatched="losses elsewhere, of passes beside the run",
)
def smoothness(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """At θ − ηg, η from 1/16 to 16 learning rates: ‖g(θ − ηg) − g‖ / ‖g‖ solid, L(θ − ηg) / L(θ) dashed, by lane.

    g is the gradient of the present mini-batch's loss by all trained parameters in train mode, before clipping and
    decay. The verdict has the effective β, the maximum of ‖g(θ − ηg) − g‖ / (η ‖g‖) over the steps, and of up to two
    lanes the ranges of gradient distance and loss (Santurkar et al. 2018, fig. 4, here at one moment over steps). With
    a learning rate of 0 the steps are from 1/16 to 16. What is over 10,000 times the present is cut off at the top.
    `layer_id`, `max_points` and `known` have no effect here.
    """
    drawn = []
    for shown in shown_lanes(session):
        rate = learning_rate(shown.lane.training, shown.lane.history.iterations)
        found = _along(session, shown, STEPS * (rate or 1.0))
        if found is not None:
            drawn.append(found)
    lines = tuple(line for each in drawn for line in _lines(each))
    inside = [line.y[line.y <= _CUT] for line in lines]
    steps = np.concatenate([each.eta for each in drawn]) if drawn else np.ones(1)
    return Figure(
        name=smoothness.name,
        title=smoothness.title,
        verdict=_verdict(session, drawn),
        x=Axis(phrase("step η along −g"), scale="log", limits=(float(steps.min()), float(steps.max()))),
        y=Axis(phrase("change, relative to now"), scale="log", limits=decades(inside)),
        marks=lines,
        caption=_CAPTION if lines else "",
    )


_CAPTION = phrase(
    "Along the gradient of one mini-batch, η from 1/16 to 16 learning rates. Solid: ‖g(θ − ηg) − g‖ / ‖g‖, how far "
    "the gradient changes; dashed: the loss L(θ − ηg) / L(θ). Effective β: the largest ‖g(θ − ηg) − g‖ / (η‖g‖). As in "
    "Santurkar et al. 2018, fig. 4, BatchNorm makes it smoother where weights start large; on small networks with "
    "PyTorch's default start it often does the opposite."
)


def _along(session: Session, shown: Shown, eta: Array) -> _Along | None:
    probe = session.probe(shown.lane)
    if probe is None:
        return None
    theta = np.asarray(probe.theta, np.float64)
    loss, gradient = probe.gradient(theta)
    losses, distances = np.full(eta.size, np.nan), np.full(eta.size, np.nan)
    size = norm(gradient)
    if 0 < size < np.inf:
        with np.errstate(all="ignore"):
            for k, step in enumerate(eta):
                losses[k], there = probe.gradient(theta - step * gradient)
                distances[k] = norm(there - gradient)
    return _Along(shown, frozen(eta), frozen(losses), frozen(distances), loss, size)


def _lines(each: _Along) -> tuple[Series, ...]:
    with np.errstate(all="ignore"):
        distances, losses = each.distances / each.size, each.losses / each.loss
    if not (np.isfinite(distances).any() or np.isfinite(losses).any()):
        return ()
    name, role = each.shown.name, each.shown.role
    return (
        Series(
            phrase("{line}, gradient", line=name),
            each.eta,
            frozen(drawable(distances)),
            role,
            label=name,
            marker=each.shown.marker,
        ),
        Series(phrase("{line}, loss", line=name), each.eta, frozen(drawable(losses)), role, line="dashed"),
    )


def _verdict(session: Session, drawn: list[_Along]) -> str:
    if not session.lanes:
        return phrase("Add a stack to see how smooth its loss is")
    if not drawn:
        return phrase("No mini-batch yet: step or play")
    lanes = joined(" · ", (_judged(each, len(drawn) <= _FEW) for each in drawn))
    return phrase("Effective β: {lanes}", lanes=lanes)


def _judged(each: _Along, few: bool) -> str:
    name = each.shown.name
    if not np.isfinite(each.size):
        return phrase("{lane}'s gradient is not a number", lane=name)
    if not each.size:
        return phrase("{lane}'s gradient is zero", lane=name)
    good = np.isfinite(each.losses) & np.isfinite(each.distances)
    bad = ""
    if not good.all():
        bad = phrase("not a number from η = {eta}", eta=significant(float(each.eta[~good].min()), 2))
    if not good.any():
        return joined(", ", (name, bad))
    words = [f"{name} {significant(each.beta, 3)}"]
    losses, most = each.losses[good], float((each.distances[good] / each.size).max())
    if few:
        low, high = (significant(float(end), 3) for end in (losses.min(), losses.max()))
        words.append(
            phrase("gradient changes by up to {factor}, loss {low} to {high}", factor=factor(most), low=low, high=high)
        )
    elif most > _CUT or losses.max() > _CUT * each.loss:
        words.append(phrase("cut off at the top"))
    return joined(", ", (*words, bad))

"""Why a loss does not move: how far the last update moved each weight, link by link from its gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from bnsim.engine.operation import Array
from bnsim.engine.program import Parameter
from bnsim.lenses.norm import norm
from bnsim.lenses.why.causes import Cause, number
from bnsim.lenses.why.links import Where, link_of
from bnsim.lenses.why.parameter import parameter_gradient
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Moves, Stuck
from bnsim.spec.naming import layer_name
from bnsim.spec.numerals import count, counted, short, significant
from bnsim.spec.numerals import loss as loss_text
from bnsim.spec.training import SGD
from bnsim.spec.tree import layer_at

USUAL = 1e-3
"""A usual ratio of update to weight; a rule of thumb of the CS231n notes."""
SLOW, FAST = USUAL / 10, USUAL * 10
BACK = 100
"""How many iterations the loss is followed over, where there are so many."""
SHARE = 4
"""The mean of the first of so many parts of them is compared with that of the last: single mini-batches are noisy."""


def why_stuck(reading: Reading) -> Stuck:
    """The answer for one lane; while its update is under way, `due` says so."""
    lane = reading.lane
    losses = _losses(reading)
    some = max(len(losses) // SHARE, 1)
    stuck = Stuck(
        lane=reading.stack.name,
        stack=reading.stack.id,
        loss=float(np.mean(losses[-some:])) if len(losses) else None,
        before=float(np.mean(losses[:some])) if len(losses) > 1 else None,
        iterations=len(losses),
        rate=_rate(reading),
    )
    if lane.position < len(reading.program.instructions):
        due = "The update of this iteration is not done: finish the iteration to see how far it moves the weights."
        return replace(stuck, summary=(due,), due=due)
    found = (_moves(reading, parameter, stuck.rate) for parameter in reading.program.parameters if parameter.is_weight)
    moves = tuple(move for move in found if move is not None)
    return replace(stuck, weights=moves, summary=_summary(stuck, moves))


def _losses(reading: Reading) -> Array:
    """The mini-batches' losses of the last iterations, as far as they are kept."""
    history = reading.lane.history
    kept = len(history.kept)
    return history.rows("loss", np.arange(max(kept - BACK, 0), kept)).astype(np.float64)


def _rate(reading: Reading) -> float:
    """The rate of this iteration, as the schedule has it."""
    program = reading.program
    for step in program.instructions[program.first_update :]:
        place = step.places[0]
        if place.name == "η" and step.operation.writes == ("η",) and reading.lane.peek(place) is not None:
            return float(reading.array(place))
    return reading.lane.training.optimizer.lr


def _moves(reading: Reading, parameter: Parameter, rate: float) -> Moves | None:
    """The links from a weight's gradient to its update ratio; None where the weight before is not known."""
    before = reading.used(parameter.value)
    layer = layer_at(reading.stack.layers, parameter.path)
    asked = parameter_gradient(reading, parameter.path, f"d{parameter.value.name}")
    if before is None or layer is None or asked is None or parameter.gradient is None:
        return None
    old = before.astype(np.float64)
    weight, moved = norm(old), norm(reading.array(parameter.value) - old)
    gradient = reading.norm(parameter.gradient) or 0.0
    links = [link for link in asked.after() if link is not None]
    last = links[-1].norm_after if links else gradient
    sgd = isinstance(reading.lane.training.optimizer, SGD)
    name = reading.lane.training.optimizer.name

    def by_optimizer(factor: float) -> Cause:
        words = f"The rate is {number(rate)}"
        if sgd and abs(factor / rate - 1) < 1e-3:
            return Cause((), f"{words}, and nothing else.")
        return Cause((), f"{words}; {name} makes ×{number(factor / rate)} of the gradient.")

    def by_weight(factor: float) -> Cause:
        return Cause((), f"The update has norm {number(moved)}, the weight {number(weight)}.")

    def of(title: str, kind: str) -> Where:
        return Where(layer, parameter.path, title, kind, layer.group)

    position = reading.program.written_by[parameter.value]
    ratio = moved / weight if weight else math.nan
    links.append(link_of(reading, of(name, "rate"), (last, moved), position, by_optimizer))
    links.append(link_of(reading, of("over ‖W‖", "size of W"), (moved, ratio), position, by_weight))
    return Moves(layer_name(reading.stack, parameter.path), parameter.path, gradient, tuple(links), ratio)


def _summary(stuck: Stuck, moves: Sequence[Moves]) -> tuple[str, ...]:
    told = []
    if stuck.loss is not None and stuck.before is not None:
        some = max(stuck.iterations // SHARE, 1)
        span = f"from {loss_text(stuck.before)} to {loss_text(stuck.loss)}"
        went = f"The loss went {span} over the last {counted(stuck.iterations, 'iteration')}"
        told.append(f"{went}, each the mean of {count(some)}." if some > 1 else f"{went}.")
    slow = [move for move in moves if move.ratio < SLOW]
    fast = [move for move in moves if move.ratio > FAST]
    if slow:
        least = min(slow, key=lambda move: move.ratio)
        told.append(
            f"{count(len(slow))} of {counted(len(moves), 'weight')} moved by less than {short(SLOW)} of their norm in "
            f"the last update ({short(USUAL)} is usual). Least did {least.name}: {short(least.ratio)}, as its gradient "
            f"has norm {short(least.gradient)} and the rate is {significant(stuck.rate, 3)}."
        )
    if fast:
        most = max(fast, key=lambda move: move.ratio)
        told.append(
            f"{count(len(fast))} of {counted(len(moves), 'weight')} moved by more than {short(FAST)} of their norm, "
            f"{most.name} by {short(most.ratio)}: steps may be too large for the loss to settle."
        )
    if moves and not slow and not fast:
        low, high = min(move.ratio for move in moves), max(move.ratio for move in moves)
        span = f"{short(low)} to {short(high)}"
        told.append(f"Weights moved by {span} of their norm, as is usual: it is not the updates’ size.")
    return tuple(told)

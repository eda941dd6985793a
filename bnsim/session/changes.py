"""Changes of a run: what was done to its weights on the way. They are part of its past, and a replay makes them again.

A change acts as an iteration begins. It is an operation, not its result: on other kernels it acts on other numbers, and
a list of changes is small enough to be kept with whatever else is kept of a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec import Struct

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Stack
from bnsim.spec.naming import kind_name, quoted, whose_weights
from bnsim.spec.numerals import count, times
from bnsim.spec.tree import Path, layer_at, weight_layers


class WeightScaling(Struct, frozen=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """The weights of some layers are multiplied: W of each Linear; biases, γ and β stay, and so do an optimizer's sums.

    `layers` are ids. `factors` holds (iteration, factor), iterations ascending: as that iteration begins, the weights
    that the one before it left are multiplied by the factor, which is positive and finite.
    """

    layers: tuple[int, ...]
    factors: tuple[tuple[int, float], ...]

    @property
    def total(self) -> float:
        """What the weights have been multiplied by in all."""
        return math.prod(factor for _, factor in self.factors)

    @property
    def iteration(self) -> int:
        """The iteration as which it first acts."""
        return self.factors[0][0]


Changes = tuple[WeightScaling, ...]
"""Changes in the order in which they were made."""


def scaled(changes: Changes, layers: Sequence[int], factor: float, iteration: int) -> Changes:
    """The changes, and the weights of `layers` multiplied by `factor` as `iteration` begins; later ones are dropped."""
    return (*until(changes, iteration), WeightScaling(tuple(layers), ((iteration, factor),)))


def scaled_to(
    before: Changes, last: WeightScaling | None, layers: Sequence[int], total: float, iteration: int
) -> Changes:
    """The changes `before`, and after them one of the weights of `layers`, by `total` in all.

    It is `last`, if that was begun already: what that has done before `iteration` stays, and what it was to do then is
    replaced.
    """
    done = () if last is None else tuple(part for part in last.factors if part[0] < iteration)
    factor = total / math.prod(part[1] for part in done)
    parts = done if factor == 1 else (*done, (iteration, factor))
    return (*before, WeightScaling(tuple(layers), parts)) if parts else before


def total_of(changes: Changes, layers: Collection[int], iteration: int) -> float:
    """What changes of just these layers have multiplied their weights by, as `iteration` begins."""
    same = (each for each in until(changes, iteration) if set(each.layers) == set(layers))
    return math.prod(each.total for each in same)


def factors_at(changes: Changes, iteration: int) -> dict[int, float]:
    """What the weights of each layer have been multiplied by in all, as `iteration` begins, by the layer's id."""
    found: dict[int, float] = {}
    for each in until(changes, iteration):
        for layer in each.layers:
            found[layer] = found.get(layer, 1.0) * each.total
    return found


def until(changes: Changes, iteration: int) -> Changes:
    """What of the changes acts as `iteration` begins or before."""
    cut = (WeightScaling(each.layers, tuple(part for part in each.factors if part[0] <= iteration)) for each in changes)
    return tuple(each for each in cut if each.factors)


def without(changes: Changes, layers: Collection[int], iteration: int) -> Changes:
    """The changes up to `iteration`, of which those of `layers` do not act any more as it begins."""
    found = []
    for each in until(changes, iteration):
        done = tuple(part for part in each.factors if part[0] < iteration)
        others = tuple(layer for layer in each.layers if layer not in layers)
        if others == each.layers or done == each.factors:
            found.append(each)
        else:
            found += [WeightScaling(each.layers, done)] if done else []
            found += [WeightScaling(others, each.factors[len(done) :])] if others else []
    return tuple(found)


def named_layers(stacks: Iterable[Stack], layers: Collection[int | Path] | None) -> tuple[int, ...]:
    """The ids of the weight layers at these indices or paths, in these stacks; None: all of them.

    InputError where a stack has no layer there, or one without weights.
    """
    found: list[int] = []
    for stack in stacks:
        if layers is None:
            found += weight_layers(stack.layers)
            continue
        for path in ((each,) if isinstance(each, int) else each for each in layers):
            layer = layer_at(stack.layers, path)
            ids = () if layer is None else weight_layers((layer,))
            if not ids:
                there = "is no layer" if layer is None else f"is {kind_name(layer)}, which has no weights"
                where = f"At {path[0] if len(path) == 1 else path} of “{stack.name}”"
                raise InputError(f"{where} {there}; name a Linear layer, or a block that holds one.")
            found += ids
    if not found:
        raise InputError("There are no weights to scale; add a Linear layer.")
    return tuple(dict.fromkeys(found))


def title(change: WeightScaling, stacks: Sequence[Stack], lane_name: Callable[[Stack], str] = quoted) -> str:
    """What is changed and how: "weights of Linear 2 of “plain” ×10"."""
    return f"{whose_weights(stacks, change.layers, lane_name)} {times(change.total)}"


def words(change: WeightScaling, stacks: Sequence[Stack]) -> str:
    """The change with its time, such as "weights of Linear 2 of “plain” ×10 from iteration 40 on".

    What a hand did by and by ends later: "… ×10 by and by from iteration 40 to 60".
    """
    last, since = change.factors[-1][0], count(change.iteration)
    if last == change.iteration:
        return f"{title(change, stacks)} from iteration {since} on"
    return f"{title(change, stacks)} by and by from iteration {since} to {count(last)}"

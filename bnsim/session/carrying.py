"""Carrying a lane's state over a fork: from what its source left to what the fork begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from bnsim.engine.initial import initial
from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Parameter, Place, Program
from bnsim.session.lane import Form, Lane
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Fork
from bnsim.spec.fork_changes import MultiplyWeights, SetNumber
from bnsim.spec.forks import key_of
from bnsim.spec.layers import BatchNorm
from bnsim.spec.tree import leaves

Name = tuple[object, ...]
"""What names a parameter in both forms: the layer and what it is there."""


class Carrier:
    """`make(program)` gives a machine beside the run, on what the lanes run on; `seed` is the experiment's.

    Layers of both forms go on with their numbers, optimizer's sums included where the optimizer is of the same kind.
    What is new begins as it is drawn, a BatchNorm, unless the fork says otherwise, as the identity on the first
    mini-batch: γ is the root of the batch's
    variance + ε and β its mean, so that the lane computes what it did before, up to rounding, and its running
    statistics are those of this mini-batch. That needs its γ and β; one with virtual devices, of which each has
    statistics of its own, comes as near as it can.
    """

    def __init__(self, make: Callable[[Program], Machine], seed: int) -> None:
        self._make = make
        self._seed = seed

    def carried(self, lane: Lane, state: Array, iteration: int) -> Array:
        """The state with which a lane begins an iteration as which it is forked; `state` is left as it is."""
        before = lane.form_before(iteration)
        for form in lane.forms[lane.forms.index(before) + 1 :]:
            if form.start == iteration:
                state = self._over(before, form, state, iteration)
                before = form
        return state

    def _over(self, before: Form, after: Form, state: Array, iteration: int) -> Array:
        fork = after.fork
        assert fork is not None
        state = _changed(before, fork, state)
        there = {name: each.value for name, each in names_of(before)}
        same_optimizer = type(before.training.optimizer) is type(after.training.optimizer)
        carried = np.zeros(after.program.state_size, state.dtype)
        for name, parameter in names_of(after):
            old = there.get(name)
            kept = old is not None and old.shape == parameter.value.shape and (bool(parameter.key) or same_optimizer)
            place = after.program.view(carried, parameter.value)
            place[...] = before.program.view(state, old) if kept and old is not None else initial(parameter, self._seed)
        known = {layer.layer.id for layer in leaves(before.stack.layers)}
        new = [
            leaf.path
            for leaf in leaves(after.stack.layers)
            if isinstance(leaf.layer, BatchNorm) and leaf.layer.id not in known and not fork.as_drawn
        ]
        return self._as_identity(after, carried, new, iteration) if new else carried

    def _as_identity(self, form: Form, state: Array, new: list[tuple[int, ...]], iteration: int) -> Array:
        """The state with the BatchNorms at these paths as the identity on the iteration's first mini-batch."""
        machine, program = self._make(form.program), form.program
        machine.state, done = state, 0
        by_path: dict[tuple[int, ...], dict[str, Place]] = {}
        for parameter in program.parameters:
            if parameter.key:
                by_path.setdefault(parameter.path, {})[parameter.value.name] = parameter.value
        for path in new:
            places, layer = by_path.get(path, {}), _layer(form, path)
            first = next(
                k
                for k, each in enumerate(program.instructions)
                if each.path == path and each.phase == "forward" and not each.hidden
            )
            machine.execute(iteration, done, first)
            done = first
            x = program.view(machine.memory, program.instructions[first].places[0]).astype(np.float64)
            with np.errstate(all="ignore"):
                mean, var = x.mean(0), x.var(0)
                numbers = {
                    "weight": np.sqrt(var + layer.eps),
                    "bias": mean,
                    "running_mean": mean,
                    "running_var": var * len(x) / max(len(x) - 1, 1),
                    "num_batches_tracked": np.array(1.0),
                }
                for name, place in places.items():
                    program.view(machine.memory, place)[...] = numbers[name]
        found = machine.state
        machine.release()
        return found


def names_of(form: Form) -> Iterator[tuple[Name, Parameter]]:
    """Every parameter of a form and what names it in others: of an optimizer's arrays also their number there."""
    seen: dict[Name, int] = {}
    for parameter in form.program.parameters:
        if parameter.key:
            yield (*key_of(form.stack.layers, parameter.path), parameter.value.name), parameter
        elif not parameter.value.shape:
            yield ("of all", parameter.value.name), parameter
        else:
            name: Name = ("sum", *key_of(form.stack.layers, parameter.path), parameter.value.name)
            seen[name] = seen.get(name, -1) + 1
            yield (*name, seen[name]), parameter


def _changed(form: Form, fork: Fork, state: Array) -> Array:
    """The state with the fork's changes of numbers made, on a copy; they name what the source has."""
    if not fork.changes:
        return state
    state, keys = state.copy(), {each.key: each for each in form.program.parameters if each.key}
    for change in fork.changes:
        if isinstance(change, MultiplyWeights):
            for parameter in keys.values():
                layer_id = key_of(form.stack.layers, parameter.path)[0]
                if parameter.is_weight and (not change.layers or layer_id in change.layers):
                    with np.errstate(all="ignore"):
                        form.program.view(state, parameter.value)[...] *= change.factor
        elif isinstance(change, SetNumber):
            found = keys[change.key]
            form.program.view(state, found.value)[change.index] = change.value
    return state


def check_changes(lane: Lane) -> None:
    """InputError if a change of a fork's numbers is of none that its source has."""
    for form, after in pairwise(lane.forms):
        if after.fork is not None:
            _check(form, after.fork)


def _check(form: Form, fork: Fork) -> None:
    shapes: Mapping[str, tuple[int, ...]] = {each.key: each.value.shape for each in form.program.parameters if each.key}
    for change in fork.changes:
        if not isinstance(change, SetNumber):
            continue
        shape = shapes.get(change.key)
        if shape is None:
            raise InputError(f"There is no {change.key!r} in {fork.source.name}; use a key of its state_dict.")
        if len(change.index) != len(shape) or any(at >= size for at, size in zip(change.index, shape, strict=True)):
            raise InputError(f"There is no number at {change.index} of {change.key}, whose shape is {shape}.")


def _layer(form: Form, path: tuple[int, ...]) -> BatchNorm:
    (found,) = (leaf.layer for leaf in leaves(form.stack.layers) if leaf.path == path)
    assert isinstance(found, BatchNorm)
    return found

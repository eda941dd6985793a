"""What a gradient would be in another stack: forward and backward again, on the same mini-batch, beside the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim import data
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Parameter, Program
from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.lenses.norm import norm
from bnsim.lenses.why.lens import counterpart, like
from bnsim.lenses.why.records import Remedy
from bnsim.session.arrays import Tensor, lane_of
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec import budget
from bnsim.spec.activations import ACTIVATIONS, Identity, Sigmoid, Tanh
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.fork_edits import changed
from bnsim.spec.forks import key_of, numbers_of
from bnsim.spec.layers import BatchNorm, Layer, Linear, ReLU, Residual
from bnsim.spec.naming import kind_name
from bnsim.spec.numerals import counted, times
from bnsim.spec.problems import find_problems
from bnsim.spec.stack_actions import (
    change_activations,
    insert_batchnorm_before_activations,
    remove_batchnorm,
    set_hidden_depth,
)
from bnsim.spec.tree import Path, layer_at, walk, weight_count
from bnsim.spec.tries import Try, What, fork_changes

AGAIN = "forward and backward again on the same mini-batch, other weights as they are"
SCALES = (2.0, 4.0)
"""What weights are multiplied by where the gradient is small; divided by where it is large."""

Edit = Callable[[Experiment], Experiment]


class LaneRemedies(Struct, frozen=True):
    """What would change the gradient of one lane; `now` is its norm, at `iteration`."""

    stack: int
    lane: str
    now: float
    remedies: tuple[Remedy, ...]
    iteration: int = 0


class WhatIf(Inquiry, frozen=True):
    """The gradient at a layer if the lane had a BatchNorm before each activation, or none, or ReLUs or Identities in
    place of activations, or Residuals without skip or branch, or larger weights, or half the layers. Layers that are in
    both stacks have the same weights; new ones are as they begin.
    """

    tensor: Tensor

    def inquire(self, session: Session, go_on: GoOn) -> tuple[LaneRemedies, ...] | None:
        """The answers of all lanes that have such a layer, with its gradient computed; None if `go_on` says stop."""
        asked = lane_of(session, self.tensor.stack)
        if asked is None or self.tensor.path not in asked.program.gradients:
            return ()
        found: list[LaneRemedies] = []
        for number, lane in enumerate(session.lanes):
            path = counterpart(lane, asked, self.tensor.path)
            gradient = None if path is None else lane.gradient(path)
            if path is None or gradient is None:
                continue
            now, told = norm(gradient), []
            candidates = list(_candidates(session.experiment, lane, small=now <= _start(lane)))
            for done, (words, tried, edit) in enumerate(candidates):
                if not go_on((number + done / len(candidates)) / len(session.lanes)):
                    return None
                would_be = _norm_in(session, lane, path, edit, tried)
                if would_be is not None:
                    more = would_be / now if now else np.inf
                    told.append(Remedy(words, would_be, more, AGAIN, tried, exists=True))
            found.append(LaneRemedies(lane.stack.id, lane.stack.name, now, tuple(told), lane.iteration))
        return tuple(found)


def _start(lane: Lane) -> float:
    gradient = lane.gradient(len(lane.stack.layers) - 1)
    return 0.0 if gradient is None else norm(gradient)


def _candidates(experiment: Experiment, lane: Lane, *, small: bool) -> Iterator[tuple[str, Try, Edit]]:
    stacks, layers = (lane.stack.id,), list(walk(lane.stack.layers))
    activations = [layer for layer in layers if isinstance(layer, ACTIVATIONS)]
    saturating = [layer for layer in activations if isinstance(layer, Sigmoid | Tanh)]
    norms = [layer for layer in layers if isinstance(layer, BatchNorm)]
    weights = [layer for layer in layers if isinstance(layer, Linear)]
    if norms:
        yield "no BatchNorm", _try("without", norms), partial(remove_batchnorm, stacks=stacks)
    elif activations:
        kinds = {kind_name(layer) for layer in activations}
        each = kinds.pop() if len(kinds) == 1 else "activation"
        edit = partial(insert_batchnorm_before_activations, stacks=stacks)
        yield f"BatchNorm before each {each}", _try("batchnorm", activations), edit
    if saturating:
        edit = partial(change_activations, activation=ReLU(), stacks=stacks)
        yield "ReLU in place of every activation", _try("relu", activations), edit
    for words, tried in _as_networks(layers, activations):
        yield words, tried, partial(_forked, lane=lane, tried=tried)
    for scale in SCALES:
        amount = scale if small else 1 / scale
        yield f"all weights {times(amount)}", _try("times", weights, amount), lambda experiment: experiment
    deep = [layer for layer in lane.stack.layers if weight_count((layer,))]
    fewer = (len(deep) - 1) // 2
    if fewer and all(isinstance(layer, Linear) for layer in deep):
        words = f"{counted(fewer, 'hidden layer')} fewer"
        edit = partial(set_hidden_depth, depth=len(deep) - 1 - fewer, stacks=stacks)
        yield words, _try("fewer", deep[-1 - fewer : -1]), edit


def _as_networks(layers: Sequence[Layer], activations: Sequence[Layer]) -> Iterator[tuple[str, Try]]:
    """What comes nearest to slope 1 and to a gradient by the skip or the branch alone, as networks that exist."""
    curved = [layer for layer in activations if not isinstance(layer, Identity)]
    residuals = [layer for layer in layers if isinstance(layer, Residual)]
    if curved:
        yield "Identity in place of every activation", _try("identity", curved)
    if residuals:
        every = "every Residual" if len(residuals) > 1 else "the Residual"
        yield f"{every} without its skip", _try("no skip", residuals)
        yield f"{every} without its branch", _try("skip alone", residuals)


def _forked(experiment: Experiment, lane: Lane, tried: Try) -> Experiment:
    """The experiment with what a fork changes made in the lane itself."""
    stack = experiment.stack(lane.stack.id)
    made = stack
    for change in fork_changes(tried, experiment, stack, lane.iteration):
        made = changed(made, change)
    return replace(experiment, stacks=tuple(made if each is stack else each for each in experiment.stacks))


def _try(what: What, layers: Sequence[Layer], amount: float = 1.0) -> Try:
    return Try(what, tuple(layer.id for layer in layers), amount)


def _norm_in(session: Session, lane: Lane, path: Path, edit: Edit, tried: Try) -> float | None:
    """The norm of the gradient at the same layer in the edited stack; None where it is not there, or cannot run."""
    try:
        edited = edit(_as_it_runs(session.experiment, lane))
    except InputError:
        return None
    stack = next(each for each in edited.stacks if each.id == lane.stack.id)
    shape = data.load(session.experiment.data).shape
    alone = replace(edited, stacks=(stack,))
    if find_problems(alone, shape):
        return None
    program = lower(stack, lane.training, shape, recording="none", draws=_draws(lane, stack), mates=lane.program.mates)
    there = like(program, stack.layers, lane.stack.layers, path)
    if there is None or _id_at(stack, there) != _id_at(lane.stack, path):
        return None
    budget.request(session.data.itemsize * program.memory_size, budget.AGAIN)
    machine = Machine(program, session.data, session.experiment.training.seed)
    _hand_over(lane, session.state_before(lane), stack, machine, tried.amount)
    with np.errstate(all="ignore"):
        machine.execute(lane.iteration, 0, program.first_update)
        return norm(program.view(machine.memory, program.gradients[there]))


def _as_it_runs(experiment: Experiment, lane: Lane) -> Experiment:
    """The experiment in which the lane is what it runs now: before its fork a fork is its source."""
    stacks = tuple(lane.stack if stack.id == lane.stack.id else stack for stack in experiment.stacks)
    return replace(experiment, stacks=stacks)


def _draws(lane: Lane, stack: Stack) -> Mapping[Path, int] | None:
    """The numbers of masks and noise in the edited stack; None where they are those of any stack."""
    if lane.draws is None:
        return None
    return numbers_of(stack.layers, {key_of(lane.stack.layers, path): number for path, number in lane.draws.items()})


def _id_at(stack: Stack, path: Path) -> int:
    layer = layer_at(stack.layers, path)
    return 0 if layer is None else layer.id


def _hand_over(lane: Lane, state: Array, stack: Stack, machine: Machine, scale: float) -> None:
    """Give layers that are in both stacks, by id, the parameters they have in the lane, weights `scale` times."""
    old, new = _by_layer(lane.program, lane.stack.layers), _by_layer(machine.program, stack.layers)
    for key, parameters in new.items():
        # Copies of a Repeat stand in the same order in both.
        for parameter, known in zip(parameters, old.get(key, ()), strict=False):
            if parameter.value.shape == known.value.shape:
                there = machine.program.view(machine.memory, parameter.value)
                there[...] = lane.program.view(state, known.value)
    if scale != 1:
        for parameter in machine.program.parameters:
            if parameter.is_weight:
                machine.program.view(machine.memory, parameter.value)[...] *= scale


def _by_layer(program: Program, layers: Sequence[Layer]) -> dict[tuple[int, str], list[Parameter]]:
    found: dict[tuple[int, str], list[Parameter]] = {}
    for parameter in program.parameters:
        layer = layer_at(layers, parameter.path)
        if parameter.key and layer is not None:
            found.setdefault((layer.id, parameter.value.name), []).append(parameter)
    return found

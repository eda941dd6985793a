"""The fast form of a program gives the numbers of the full one, to the bit, in less memory."""

from __future__ import annotations

import pytest

import bnsim as bn
from bnsim.engine.fusing import fast
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, flat_data
from bnsim.engine.readiness import Readiness
from tests.golden import cases

BLOCK = (bn.Linear(9, bias=False), bn.BatchNorm(), bn.Sigmoid())
STACKS = {
    "batchnorm and sigmoid": BLOCK * 4,
    "sigmoid alone": (bn.Linear(9), bn.Sigmoid()) * 3,
    "batchnorm and others": (bn.Linear(9), bn.BatchNorm(), bn.Tanh(), bn.Linear(7), bn.BatchNorm(), bn.ReLU()),
    "batchnorm twice": (bn.Linear(9), bn.BatchNorm(), bn.BatchNorm(), bn.Sigmoid()),
    "batchnorm first": (bn.BatchNorm(), bn.Sigmoid()),
    "groups, erf, scaled noise": (bn.Linear(8), bn.GroupNorm(4), bn.Erf(), bn.Noise(scale=1.5)) * 2,
}


TRAININGS = {
    "sgd": {},
    "momentum, clipped": {"optimizer": bn.SGD(lr=0.1, momentum=0.9, weight_decay=0.01), "clip": bn.ClipNorm(0.5)},
    "adagrad, decaying": {"optimizer": bn.Adagrad(lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.1)},
    "rmsprop, centered": {"optimizer": bn.RMSprop(momentum=0.5, centered=True)},
    "adamw, scheduled": {"optimizer": bn.AdamW(lr=0.01, weight_decay=0.1), "schedule": bn.StepDecay(every=3)},
}


def machine(name: str, precision: str, trained: str = "sgd", recording: str = "norms") -> Machine:
    x, y = cases.data(40)
    stack = bn.Experiment(stacks=(bn.Stack(layers=(*STACKS[name], bn.Linear(cases.CLASSES))),)).stacks[0]
    training = bn.Training(batch_size=8, precision=precision, **TRAININGS[trained])
    program = lower(stack, training, cases.shape_of(x), recording=recording)
    readiness = Readiness([program], precision)
    readiness.wait_for_fast()
    return Machine(program, flat_data(x, y, precision), 1, readiness.executor)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("name", STACKS)
def test_a_fast_run_leaves_what_stepping_leaves(name: str, precision: str) -> None:
    agrees(machine(name, precision), machine(name, precision))


@pytest.mark.parametrize("recording", ["none", "norms", "all"])
@pytest.mark.parametrize("trained", TRAININGS)
def test_early_updates_leave_what_stepping_leaves(trained: str, recording: str) -> None:
    name = "batchnorm and sigmoid"
    agrees(machine(name, "float32", trained, recording), machine(name, "float32", trained, recording))


def agrees(ran: Machine, stepped: Machine) -> None:
    rows = ran.run(0, 12)
    count = len(stepped.program.instructions)
    for iteration in range(12):
        for position in range(count):
            stepped.execute(iteration, position, position + 1)
        assert rows[iteration].tobytes() == stepped.record.tobytes()
    # Places that nothing writes, and scratch, keep what the memory held before; all others must agree.
    for one, other in zip(ran.program.written_by, stepped.program.written_by, strict=True):
        left = ran.program.view(ran.memory, one)
        assert left.tobytes() == stepped.program.view(stepped.memory, other).tobytes(), one.name
    assert ran.state.tobytes() == stepped.state.tobytes()


def test_groups_are_fused_and_memory_is_reused() -> None:
    program = machine("batchnorm and sigmoid", "float64").program
    short = fast(program)
    keys = [instruction.operation.key for instruction in short.instructions]
    assert sum(key.startswith("bn normalize +") for key in keys) == 4
    assert "sigmoid" not in keys
    assert len(keys) <= len(program.instructions) - 4 * 7
    assert short.memory_size < program.memory_size


def test_places_in_use_at_the_same_time_never_overlap() -> None:
    program = fast(machine("batchnorm and others", "float64").program)
    owner: dict[int, object] = {}
    for instruction in program.instructions:
        operation = instruction.operation
        for name, place in zip(operation.operands(), instruction.places, strict=True):
            span = range(program.offsets[place], program.offsets[place] + place.size)
            if name in operation.reads and program.offsets[place] >= program.state_size:
                assert all(owner.get(address) is place for address in span), (operation.key, place.name)
        for name, place in zip(operation.operands(), instruction.places, strict=True):
            if name in operation.writes or name in operation.scratch:
                for address in range(program.offsets[place], program.offsets[place] + place.size):
                    owner[address] = place


def test_weights_are_updated_before_the_backward_pass_ends() -> None:
    short = fast(machine("batchnorm and sigmoid", "float64").program)
    keys = [instruction.operation.key for instruction in short.instructions]
    last = len(keys) - 1 - keys[::-1].index("linear dW")
    assert min(place for place, key in enumerate(keys) if "sgd" in key) < last
    assert short.first_update < len(keys)

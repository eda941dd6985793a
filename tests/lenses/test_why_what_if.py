from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.lenses.why.lens import WhyLens
from bnsim.lenses.why.what_if import LaneRemedies, WhatIf
from bnsim.session.arrays import Tensor
from bnsim.spec.stack_actions import (
    change_activations,
    insert_batchnorm_before_activations,
    remove_batchnorm,
    set_hidden_depth,
)
from tests.lenses.test_why import experiment, size

DEEP = (bn.Linear(6), bn.Sigmoid()) * 4


def asked(session: bn.Session, layer: int = 0) -> dict[str, float]:
    return {remedy.words: remedy.norm for remedy in answer(session, layer).remedies}


def answer(session: bn.Session, layer: int = 0) -> LaneRemedies:
    found = WhatIf(Tensor(session.lanes[0].stack.id, (layer,), "gradient")).inquire(session, lambda share: True)
    assert found is not None
    return found[0]


def gradient_in(changed: bn.Experiment, layer: int = 0) -> float:
    session = bn.Session(changed)
    session.step("iteration")
    return size(session.lanes[0].gradient(layer))


def test_what_it_says_is_what_such_a_stack_does() -> None:
    given = experiment(*DEEP, bn.Linear(4))
    session = bn.Session(given)
    session.step("iteration")
    found = asked(session)
    assert found["BatchNorm before each Sigmoid"] == pytest.approx(
        gradient_in(insert_batchnorm_before_activations(given)), rel=1e-9
    )
    assert found["ReLU in place of every activation"] == pytest.approx(
        gradient_in(change_activations(given, bn.ReLU())), rel=1e-9
    )
    assert set(found) >= {"all weights ×2", "all weights ×4", "2 hidden layers fewer"}


def test_before_the_backward_pass_there_is_nothing_to_compare_with() -> None:
    session = bn.Session(experiment(*DEEP, bn.Linear(4)))
    question = WhatIf(Tensor(session.lanes[0].stack.id, (0,), "gradient"))
    assert question.inquire(session, lambda share: True) == ()


def test_without_batchnorm() -> None:
    given = experiment(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(4))
    session = bn.Session(given)
    session.step("iteration")
    assert asked(session)["no BatchNorm"] == pytest.approx(gradient_in(remove_batchnorm(given)), rel=1e-9)


def test_larger_weights() -> None:
    given = experiment(*DEEP, bn.Linear(4))
    session = bn.Session(given)
    session.step("iteration")
    other = bn.Session(given)
    other.scale_weights(4)
    other.step("iteration")
    assert asked(session)["all weights ×4"] == pytest.approx(size(other.lanes[0].gradient(0)), rel=1e-9)


def test_fewer_layers_keep_the_weights_of_those_that_stay() -> None:
    given = experiment(*DEEP, bn.Linear(4))
    session = bn.Session(given)
    session.run(3)
    shallow = set_hidden_depth(given, 2)
    other = bn.Session(shallow)
    state, before = other.lanes[0].state_dict(), session.state_before(session.lanes[0])
    program = session.lanes[0].program
    kept = {each.key: program.view(before, each.value) for each in program.parameters if each.key}
    for old, new in (("0", "0"), ("2", "2"), ("8", "4")):
        for name in ("weight", "bias"):
            state[f"{new}.{name}"] = kept[f"{old}.{name}"]
    other.run(2)
    other.lanes[0].load_state_dict(state)
    other.step("iteration")
    assert asked(session)["2 hidden layers fewer"] == pytest.approx(size(other.lanes[0].gradient(0)), rel=1e-9)


def test_the_session_is_only_read_and_the_measuring_can_be_given_up() -> None:
    session = bn.Session(experiment(*DEEP, bn.Linear(4)))
    session.run(2)
    memory = session.lanes[0].machine.memory.copy()
    asked(session)
    question = Tensor(session.lanes[0].stack.id, (0,), "gradient")
    WhyLens(question).answer(session)
    assert np.array_equal(memory, session.lanes[0].machine.memory, equal_nan=True)
    assert WhatIf(question).inquire(session, lambda share: share < 0.3) is None


def test_the_largest_singular_value_on_request() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Linear(5), bn.Linear(4)))
    weight = session.lanes[0].state_dict()["1.weight"]
    session.step("iteration")
    words = f"none could get more than {np.linalg.norm(weight, 2):.3g}, the largest singular value."
    assert words not in bn.why(session.lanes[0]).links[1].cause
    link = bn.why(session.lanes[0], spectrum=True).links[1]
    assert words in link.cause
    assert link.factor <= np.linalg.norm(weight, 2)


def test_a_stack_without_the_layer_says_nothing_of_it() -> None:
    session = bn.Session(experiment(*DEEP, bn.Linear(4)))
    session.step("iteration")
    assert "2 hidden layers fewer" in asked(session, 2)
    assert "2 hidden layers fewer" not in asked(session, 4)


def test_blocks_are_not_made_fewer() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Repeat((bn.Linear(6), bn.Tanh()), times=3), bn.Linear(4)))
    session.step("iteration")
    assert not any(words.endswith("fewer") for words in asked(session))
    assert asked(session)["BatchNorm before each Tanh"] > 0

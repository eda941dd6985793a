"""What the program measures for a watch is to the bit what is read in a replay beside the run, and changes nothing."""

from __future__ import annotations

import random
from typing import Literal

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.operation import Array
from bnsim.session import OnWatch
from bnsim.session.sampling import Sampler
from bnsim.spec import edits
from bnsim.spec.layers import Layer
from bnsim.spec.symbols import SYMBOLS

Precision = Literal["float32", "float64"]
REDUCTIONS = ("norm", "mean", "std", "var", "min", "max", "sum", "rms")
OPERATORS = ("+", "-", "*", "/", "**")
LAYERS: tuple[Layer, ...] = (
    bn.Linear(6),
    bn.Linear(70),
    bn.BatchNorm(),
    bn.LayerNorm(),
    bn.Sigmoid(),
    bn.ReLU(),
    bn.Tanh(),
    bn.Dropout(0.3),
)


def experiment(layers: tuple[Layer, ...], precision: Precision = "float32") -> bn.Experiment:
    return bn.Experiment(
        data=bn.TwoSpirals(samples=128, noise=0.05),
        training=bn.Training(batch_size=16, precision=precision, optimizer=bn.SGD(lr=0.1, momentum=0.5)),
        stacks=(bn.Stack(name="net", layers=layers),),
    )


DEEP = experiment((*(bn.Linear(8), bn.BatchNorm(), bn.Sigmoid()) * 3, bn.Linear(2)))
WATCHED = 'norm(x̂["BatchNorm 2"])'


def random_term(rng: random.Random, depth: int, layers: int) -> str:
    """Part of an expression, often one that cannot be."""
    kind = rng.randrange(8) if depth else 0
    if kind < 3:
        symbol = rng.choice(SYMBOLS)
        layer = f"[{rng.randrange(layers)}]" if symbol.of_layer else ""
        return symbol.shown + layer + rng.choice(("", "", "", "[0]", "[:, 1]", "[1:3]", "[2, 0]", "[:, 0:2]"))
    if kind == 3:
        return f"{rng.choice(REDUCTIONS)}({random_term(rng, depth - 1, layers)})"
    if kind == 4:
        return f"{rng.choice(('abs', 'sqrt', 'log', '-'))}({random_term(rng, depth - 1, layers)})"
    if kind == 5:
        return f"({random_term(rng, depth - 1, layers)}) ** 2"
    left, right = random_term(rng, depth - 1, layers), random_term(rng, depth - 1, layers)
    return f"({left} {rng.choice(OPERATORS)} {rng.choice((right, '0.5'))})"


def watchable(session: bn.Session, rng: random.Random, count: int) -> list[str]:
    """Random expressions that can be watched; all others say why in one sentence."""
    found: list[str] = []
    layers = len(session.lanes[0].stack.layers)
    while len(found) < count:
        expression = f"{rng.choice(REDUCTIONS)}({random_term(rng, 3, layers)})"
        if len(expression) > 200:
            continue
        try:
            session.watches.bind(expression)
        except bn.InputError as error:
            assert str(error).startswith("Column ")
        else:
            found.append(expression)
    return found


@pytest.fixture
def no_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    def sample(*_: object) -> bool:
        raise AssertionError("something was replayed")

    monkeypatch.setattr(Sampler, "sample", sample)


def replayed(session: bn.Session, expression: str) -> Array:
    """The values as a replay beside the run has them."""
    watching = session.watches
    (bound,) = watching.watch(expression).bound.values()
    return watching.values(bound, np.arange(session.iteration))


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(4))
def test_compiled_values_are_those_of_a_replay_to_the_bit(precision: Precision, seed: int) -> None:
    rng = random.Random(f"{precision} {seed}")
    layers = (bn.Linear(5), *(rng.choice(LAYERS) for _ in range(rng.randrange(1, 7))), bn.Linear(2))
    session = bn.Session(experiment(layers, precision), recording=rng.choice(("none", "norms", "all")))
    expressions = watchable(session, rng, 25)
    session.watches.follow(expressions)
    session.run(7)
    session.step("iteration")
    session.step("layer")
    session.run(3)
    hows = [session.watch(expression).how for expression in expressions]
    assert "compiled" in hows
    for expression, how in zip(expressions, hows, strict=True):
        if how == "compiled":
            kept = session.history[expression]["net"]
            np.testing.assert_array_equal(kept, replayed(session, expression), err_msg=expression)


def test_a_compiled_watch_needs_no_replay(no_replay: None) -> None:
    session = bn.Session(DEEP)
    watch = session.watch(WATCHED)
    session.breakpoints = (OnWatch(expression=WATCHED, when="<", limit=-1.0),)
    assert watch.how == "compiled"
    session.run(20)
    assert watch.history["net"].shape == (20,)
    assert len(session.watches.seen(WATCHED).series[0].past) == 20
    assert not session.watches.lacks
    session.run_back(10)
    session.step("op")
    session.run(3)


def test_breakpoints_on_it_stop_where_those_on_the_replayed_one_do() -> None:
    session = bn.Session(DEEP)
    session.watch(WATCHED)
    session.run(60)
    values = session.history[WATCHED]["net"]
    limit = float(np.median(values))
    crossings = np.flatnonzero((values[1:] >= limit) != (values[:-1] >= limit)) + 1
    session.breakpoints = (OnWatch(expression=WATCHED, when="crosses", limit=limit),)
    session.reset()
    for expected in crossings[:5]:
        assert session.run_to_breakpoint()
        assert session.stopped is not None
        assert (session.moment.iteration, session.stopped.value) == (expected, values[expected])
    for expected in reversed(crossings[:4]):
        assert session.run_to_breakpoint(reverse=True)
        assert session.moment.iteration == expected


@pytest.mark.parametrize("size", ["op", "iteration", "phase"])
def test_watches_come_and_go_in_the_middle_of_a_run(size: Literal["op", "iteration", "phase"]) -> None:
    session, alone = bn.Session(DEEP), bn.Session(DEEP)

    def both(move: str, *arguments: object) -> None:
        for each in (session, alone):
            getattr(each, move)(*arguments)
        assert session.moment == alone.moment
        for key, value in alone.lanes[0].state_dict().items():
            np.testing.assert_array_equal(session.lanes[0].state_dict()[key], value)
        np.testing.assert_array_equal(session.history["gradient_norm"]["net"], alone.history["gradient_norm"]["net"])

    both("run", 9)
    for position in range(4):
        both("step", size)
        session.watches.follow([WATCHED, f"mean(dx[{position + 1}])"] if position % 2 else [])
        both("step_back", "layer")
    session.watch(WATCHED)
    both("run", 5)
    both("seek", 6)
    both("run", 12)
    np.testing.assert_array_equal(session.history[WATCHED]["net"], replayed(session, WATCHED))
    session.watches.follow([])
    assert not session.lanes[0].program.watched
    both("run", 2)


def test_a_fork_goes_on_with_compiled_watches() -> None:
    session = bn.Session(DEEP)
    session.watch(WATCHED)
    session.run(12)
    past = session.history[WATCHED]["net"]
    twin = session.fork("net", "twin")
    session.run(6)
    assert session.watch(WATCHED).how == "compiled"
    both = session.history[WATCHED]
    np.testing.assert_array_equal(both["net"][:12], past)
    np.testing.assert_array_equal(both["net"][12:], both[twin.stack.name][12:])
    session.seek(8)
    session.run(10)
    np.testing.assert_array_equal(session.history[WATCHED]["net"], both["net"])


def test_programs_are_the_same_again_without_watches() -> None:
    session = bn.Session(DEEP)
    plain = session.lanes[0].program
    session.watch(WATCHED)
    watched = session.lanes[0].program
    assert len(watched.instructions) > len(plain.instructions)
    assert watched.offsets.items() >= plain.offsets.items()
    session.watches.follow([])
    assert session.lanes[0].program is plain


def test_what_cannot_be_compiled_says_so() -> None:
    session = bn.Session(DEEP)
    for expression in ("mean(log(abs(x̂[1])))", "norm(abs(x̂[1]) ** 0.3)"):
        assert session.watch(expression).how == "sampled"
    session.run(3)
    assert np.isfinite(session.history["mean(log(abs(x̂[1])))"]["net"]).all()


@pytest.mark.parametrize("expression", ["sum(x̂[1] / (x̂[1] - x̂[1]))", "max(sqrt(0 - abs(x̂[1])))", "min(1 / (0 * W[0]))"])
def test_a_watch_that_is_not_finite_stops_nothing(expression: str) -> None:
    session = bn.Session(DEEP)
    assert session.watch(expression).how == "compiled"
    session.run(6)
    session.step("iteration")
    assert session.stopped is None
    assert session.iteration == 7
    values = session.history[expression]["net"]
    assert not np.isfinite(values).any()
    np.testing.assert_array_equal(values, replayed(session, expression))


def test_a_breakpoint_waits_for_the_new_name_of_its_lane() -> None:
    session = bn.Session(DEEP)
    session.breakpoints = (OnWatch(expression='norm(x̂("net")[1])', when="<", limit=-1.0),)
    session.run(3)
    session.rename(edits.rename_stack(DEEP, DEEP.stacks[0].id, "other"))
    session.watch(WATCHED)
    session.run(3)
    session.breakpoints = (OnWatch(expression='norm(x̂("other")[1])', when="changes"),)
    assert session.run_to_breakpoint()

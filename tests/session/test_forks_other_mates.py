"""A fork in whose first iteration samples have other batch-mates, to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.engine.mates import loaded_rows, loads, with_other_mates
from bnsim.session.opening import load_run
from bnsim.spec.files import decode, encode
from bnsim.spec.fork_words import forked_from
from bnsim.spec.problems import find_problems
from tests.session.test_forks import EXPERIMENT, forked, history, state

AT = 12
MATES = bn.OtherBatchMates((3, 5))


def batch(session: bn.Session, name: str) -> np.ndarray:
    """The mini-batch of the present iteration, which is loaded if it is not yet."""
    while (found := session.lane(name).inputs()) is None:
        session.step("op")
    return found


def test_samples_stay_in_their_places_and_all_others_are_of_the_rest_of_the_data() -> None:
    session, fork = forked(changes=(MATES,))
    batch(session, fork)
    source, own = (session.lane(name) for name in ("plain", fork))
    (before,), (rows,) = ([loaded_rows(lane.program, AT, at) for at in loads(lane.program)] for lane in (source, own))
    assert np.array_equal(rows[[3, 5]], before[[3, 5]])
    assert len(set(rows)) == 32
    assert set(rows) & set(before) == set(before[[3, 5]])
    data = bn.data.load(EXPERIMENT.data)
    assert np.array_equal(own.inputs(), data.x[rows])
    assert np.array_equal(own.program.view(own.machine.memory, own.program.targets)[:, 0], data.y[rows])


def test_it_is_so_at_that_iteration_only() -> None:
    session, fork = forked(changes=(MATES,))
    for at in (AT - 1, AT, AT + 1, AT + 9):
        session.seek(at)
        session.step("op")
        assert np.array_equal(batch(session, fork), batch(session, "plain")) is (at != AT)


def test_it_replays_to_the_bit_whichever_way_one_comes() -> None:
    session, fork = forked(changes=(MATES,))
    session.run(1)
    first = state(session.lane(fork)), state(session.lane("plain"))
    assert first[0] != first[1]
    session.run(20)
    later, rows = state(session.lane(fork)), history(session.lane(fork))
    session.seek(5)
    assert state(session.lane(fork)) == state(session.lane("plain"))
    session.seek(AT)
    for _ in range(7):
        session.step("layer")
    session.step("iteration")
    assert state(session.lane(fork)) == first[0]
    while session.iteration > AT - 2:
        session.step_back("phase")
    session.seek(AT + 21)
    assert state(session.lane(fork)) == later
    assert history(session.lane(fork)) == rows
    session.seek(AT + 1)
    assert state(session.lane(fork)) == first[0]


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_kernels_and_twins_stepped_and_run_give_the_same_bits(precision: str) -> None:
    training = replace(EXPERIMENT.training, precision=precision, accumulate=2)
    session = bn.Session(replace(EXPERIMENT, training=training), recording="all", details_every=4)
    session.run(AT)
    fork = session.fork("plain", changes=(MATES,)).stack.name
    stepped = bn.Session(session.experiment, recording="all", details_every=4)
    session.run(9)
    stepped.seek(AT)
    while stepped.iteration < AT + 9:
        stepped.step("op")
    assert state(stepped.lane(fork)) == state(session.lane(fork))
    assert history(stepped.lane(fork)) == history(session.lane(fork))


def test_every_mini_batch_of_an_update_has_other_mates() -> None:
    training = replace(EXPERIMENT.training, accumulate=3)
    session = bn.Session(replace(EXPERIMENT, training=training))
    session.run(4)
    program = session.fork("plain", changes=(MATES,)).program
    source = session.lane("plain").program
    assert len(loads(program)) == 3
    for at in loads(program):
        rows, before = loaded_rows(program, 4, at), loaded_rows(source, 4, at)
        assert np.flatnonzero(rows == before).tolist() == [3, 5]


def test_batchnorm_is_what_makes_the_samples_output_another() -> None:
    stacks = tuple(
        bn.Stack(name=name, layers=(bn.Linear(8), *norm, bn.ReLU(), bn.Linear(2)))
        for name, norm in (("plain", ()), ("with BN", (bn.BatchNorm(),)))
    )
    for name, moves in (("plain", False), ("with BN", True)):
        session = bn.Session(replace(EXPERIMENT, stacks=stacks))
        session.run(AT)
        fork = session.fork(name, changes=(bn.OtherBatchMates((7,)),)).stack.name
        while session.lane(name).loss is None or session.lane(fork).loss is None:
            session.step()
        last = len(session.lane(name).stack.layers) - 1
        own, others = session.lane(fork).value(last), session.lane(name).value(last)
        assert np.array_equal(own[7], others[7]) is not moves
        assert not np.array_equal(own[8], others[8])


def test_a_batchnorm_that_is_inserted_is_the_identity_on_the_mini_batch_that_comes() -> None:
    session, fork = forked(changes=(bn.InsertLayer(bn.BatchNorm(), 1), MATES))
    while session.lane(fork).loss is None:
        session.step()
    own = session.lane(fork)
    np.testing.assert_allclose(own.value(1), own.value(0), rtol=1e-12, atol=1e-12)


def test_the_file_and_the_saved_run_keep_it(tmp_path: Path) -> None:
    session, fork = forked(changes=(MATES, bn.MultiplyWeights(2.0)))
    session.run(9)
    read = decode(encode(session.experiment))
    assert read == session.experiment
    again = bn.Session(read, recording="all")
    again.run(AT + 9)
    session.save(tmp_path / "run.bnrun")
    opened = load_run(tmp_path / "run.bnrun")
    for other in (again, opened):
        for at in (AT + 9, AT - 3, AT + 1, AT + 9):
            other.seek(at)
            session.seek(at)
            assert state(other.lane(fork)) == state(session.lane(fork))
            assert history(other.lane(fork)) == history(session.lane(fork))
    said = forked_from(read.stacks[1])
    assert said == "forked from plain at iteration 12: other batch-mates around 2 samples (once), weights ×2"


def test_a_twin_of_it_at_the_same_iteration_has_the_same_mates() -> None:
    session, fork = forked(changes=(MATES,))
    twin = session.fork(fork).stack.name
    other = session.fork(fork, changes=(bn.OtherBatchMates((3,)),)).stack.name
    session.run(5)
    assert state(session.lane(twin)) == state(session.lane(fork)) != state(session.lane(other))


def test_a_fork_that_lost_it_goes_its_own_way_from_its_iteration_on() -> None:
    session, fork = forked(changes=(MATES,))
    session.run(9)
    stacks = list(session.experiment.stacks)
    stacks[1] = replace(stacks[1], fork=replace(stacks[1].fork, changes=()))
    rest = bn.Session(replace(session.experiment, stacks=tuple(stacks)), recording="all", before=session)
    rest.branch_off(session)
    assert rest.iteration == AT
    rest.run(9)
    assert state(rest.lane(fork)) == state(rest.lane("plain"))


def test_a_watch_of_it_is_the_same_compiled_and_sampled() -> None:
    session, fork = forked(changes=(MATES,))
    session.run(1)
    now = float(np.mean(session.lane(fork).value(0)[:, 4]))
    watched = f'mean(value("{fork}")[0][:, 4])'
    session.watch(watched)
    session.run(3)
    again = bn.Session(session.experiment, recording="all")
    again.watch(watched)
    again.run(AT + 4)
    for each in (session, again):
        values = each.history[watched]
        assert values[AT] == pytest.approx(now, rel=1e-12)


@pytest.mark.parametrize(
    ("keep", "batch_size", "said"),
    [
        ((32,), 32, "keeps sample 32, and a mini-batch has samples 0 to 31; keep one of these"),
        (tuple(range(32)), 32, "keeps all 32 samples of the mini-batch; keep fewer"),
        ((0,), 200, "the mini-batch is all of the data; lower the batch size below 200"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(keep: tuple[int, ...], batch_size: int, said: str) -> None:
    data = bn.TwoSpirals(samples=200)
    experiment = replace(EXPERIMENT, data=data, training=replace(EXPERIMENT.training, batch_size=batch_size))
    assert bn.data.load(data).shape.rows == 200
    session = bn.Session(experiment)
    session.run(2)
    before = state(session.lanes[0])
    with pytest.raises(bn.InputError, match=said) as refused:
        session.fork("plain", changes=(bn.OtherBatchMates(keep),))
    assert "\n" not in str(refused.value)
    assert len(session.lanes) == 2
    assert state(session.lanes[0]) == before


def test_said_twice_is_a_problem() -> None:
    session, _ = forked()
    with pytest.raises(bn.InputError, match="more than once; say once which samples stay"):
        session.fork("plain", changes=(MATES, MATES))


def test_a_smaller_batch_size_makes_it_a_problem_of_the_lane() -> None:
    session, _ = forked(changes=(MATES,))
    smaller = replace(session.experiment, training=replace(EXPERIMENT.training, batch_size=4))
    (problem,) = find_problems(smaller, None)
    assert problem.stack_id == session.experiment.stacks[1].id
    assert problem.sentence().startswith("plain fork's fork at iteration 12 keeps sample 5, and a mini-batch has")


@pytest.mark.parametrize("rows", [9, 12, 15, 16, 17, 1000])
def test_none_is_there_twice_and_former_mates_come_only_where_others_lack(rows: int) -> None:
    chosen = np.arange(rows)[-8:]
    found = with_other_mates(chosen, (2,), rows, 1, 40)
    assert found[2] == chosen[2]
    assert len(set(found)) == 8
    assert set(found) <= set(range(rows))
    assert len(set(found) - set(chosen)) == min(7, rows - 8)
    assert np.array_equal(found, with_other_mates(chosen, (2,), rows, 1, 40))
    assert rows < 16 or not np.array_equal(found, with_other_mates(chosen, (2,), rows, 2, 40))

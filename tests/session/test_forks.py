"""A fork has the past of its source, to the bit, and goes its own way from its iteration on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bnsim as bn
from bnsim.session.moment import Moment
from bnsim.session.opening import load_run
from bnsim.spec import edits
from bnsim.spec.breakpoints import AtLayer, GradientNorm
from bnsim.spec.files import decode, encode
from bnsim.spec.fork_words import forked_from
from bnsim.spec.forks import stages

EVERYTHING = bn.Stack(
    name="plain",
    layers=(
        bn.Linear(16),
        bn.Noise(),
        bn.BatchNorm(),
        bn.ReLU(),
        bn.Dropout(0.3),
        bn.Repeat((bn.Linear(16), bn.Dropout(0.2), bn.BatchNorm(), bn.Tanh()), times=2),
        bn.Linear(2),
    ),
    training=bn.LaneTraining(optimizer=bn.Adam(lr=0.01), schedule=bn.StepDecay(every=7), clip=bn.ClipNorm(0.1)),
)
EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=200),
    training=bn.Training(batch_size=32, seed=3, evaluate_every=10),
    stacks=(EVERYTHING, bn.Stack(name="other", layers=(bn.Linear(8), bn.Sigmoid(), bn.Linear(2)))),
)


def state(lane) -> dict[str, bytes]:
    return {key: value.tobytes() for key, value in lane.state_dict().items()}


def history(lane) -> dict[str, bytes]:
    return {name: lane.history[name].tobytes() for name in lane.history}


def forked(updates: int = 12, changes: tuple = (), recording: str = "all") -> tuple[bn.Session, str]:
    session = bn.Session(EXPERIMENT, recording=recording)
    session.run(updates)
    return session, session.fork("plain", changes=changes).stack.name


def test_in_the_middle_of_an_iteration_it_goes_back_to_its_start() -> None:
    session = bn.Session(EXPERIMENT, recording="all")
    session.run(5)
    at_start = state(session.lane("plain"))
    for _ in range(20):
        session.step("op")
    assert session.moment.tick
    twin = session.fork("plain")
    assert session.moment == Moment(5, 0)
    assert state(twin) == state(session.lane("plain")) == at_start


def test_a_twin_stays_bit_identical_forward_back_and_forward_again() -> None:
    session, twin = forked()
    assert [lane.stack.name for lane in session.lanes] == ["plain", twin, "other"]
    assert session.moment == Moment(12, 0)
    for updates in (12, 60, 5, 11, 12, 13, 40):
        session.seek(updates)
        assert state(session.lane("plain")) == state(session.lane(twin))
        assert history(session.lane("plain")) == history(session.lane(twin))
        assert session.lane("plain").tests["test_loss"].tobytes() == session.lane(twin).tests["test_loss"].tobytes()


def test_a_fork_leaves_the_other_lanes_to_the_bit_where_they_are() -> None:
    session, _ = forked(changes=(bn.RemoveLayers((2,)),))
    session.run(30)
    alone = bn.Session(EXPERIMENT, recording="all")
    alone.run(42)
    for name in ("plain", "other"):
        assert state(session.lane(name)) == state(alone.lane(name))
        assert history(session.lane(name)) == history(alone.lane(name))


def test_what_is_removed_reseeds_no_mask_and_no_noise() -> None:
    session, fork = forked(changes=(bn.RemoveLayers((1, 4)),))
    session.step("iteration")
    source, own = session.lane("plain"), session.lane(fork)

    def masks(lane) -> list[bytes]:
        places = [each.places[0] for each in lane.program.instructions if each.operation.key == "dropout mask"]
        return [lane.program.view(lane.machine.memory, place).tobytes() for place in places]

    assert len(masks(own)) == 2
    assert masks(own) == masks(source)[1:]


def test_before_the_fork_it_is_the_source_after_it_its_own() -> None:
    session, fork = forked(changes=(bn.RemoveLayers((2,)),))
    session.run(20)
    later = state(session.lane(fork))
    assert later.keys() != state(session.lane("plain")).keys()
    session.seek(9)
    assert state(session.lane(fork)) == state(session.lane("plain"))
    session.seek(32)
    assert state(session.lane(fork)) == later
    while session.moment > Moment(10, 3):
        session.step_back("layer")
    assert state(session.lane(fork)) == state(session.lane("plain"))
    session.seek(32)
    assert state(session.lane(fork)) == later


def test_a_batchnorm_that_is_inserted_begins_as_the_identity() -> None:
    session = bn.Session(EXPERIMENT)
    session.run(12)
    fork = session.fork("other", changes=(bn.InsertLayer(bn.BatchNorm(), 1), bn.InsertLayer(bn.BatchNorm(), 3)))
    while session.lane("other").loss is None:
        session.step()
    np.testing.assert_allclose(fork.value(4), session.lane("other").value(2), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(fork.state_dict()["1.bias"], fork.value(0).mean(0), rtol=1e-12)
    np.testing.assert_allclose(fork.state_dict()["1.running_var"], fork.value(0).var(0, ddof=1), rtol=1e-12)
    session.seek(32)
    later = state(fork)
    session.seek(3)
    session.seek(33)
    session.seek(32)
    assert state(fork) == later


@pytest.mark.parametrize(
    "change",
    [
        bn.ChangeTraining(bn.LaneTraining(optimizer=bn.Adam(lr=0.5))),
        bn.ChangeTraining(bn.LaneTraining(optimizer=bn.SGD(lr=0.1, momentum=0.9))),
        bn.ChangeTraining(bn.LaneTraining(clip=bn.NoClip())),
        bn.ReplaceLayer(3, bn.Sigmoid()),
        bn.MultiplyWeights(10.0),
        bn.SetNumber("0.weight", (3, 1), 7.0),
        bn.SetNumber("2.weight", (5,), 0.0),
        bn.ChangeLoss(bn.MSE()),
        bn.InsertLayer(bn.Linear(16), 1),
    ],
    ids=lambda change: f"{type(change).__name__}",
)
def test_each_change_acts_from_the_fork_on_and_comes_again(change) -> None:
    session, fork = forked(changes=(change,), recording="norms")
    session.run(10)
    later = state(session.lane(fork))
    assert later != state(session.lane("plain"))
    session.seek(11)
    assert state(session.lane(fork)) == state(session.lane("plain"))
    session.seek(22)
    assert state(session.lane(fork)) == later
    assert "twin" not in forked_from(session.experiment.stacks[1])


def test_only_the_rate_keeps_the_optimizers_sums_another_optimizer_starts_afresh() -> None:
    for optimizer, kept in ((bn.Adam(lr=0.5), True), (bn.AdamW(lr=0.01), False)):
        session, fork = forked(changes=(bn.ChangeTraining(bn.LaneTraining(optimizer=optimizer)),))
        sums = [
            [
                lane.program.view(lane.machine.memory, each.value).copy()
                for each in lane.program.parameters
                if not each.key
            ]
            for lane in (session.lane("plain"), session.lane(fork))
        ]
        assert all(np.array_equal(*pair) for pair in zip(*sums, strict=True)) is kept
        assert kept or not any(each.any() for each in sums[1])


def test_one_number_is_another_one() -> None:
    session, fork = forked(changes=(bn.SetNumber("0.weight", (3, 1), 7.0),))
    source, own = session.lane("plain").state_dict(), session.lane(fork).state_dict()
    assert own["0.weight"][3, 1] == 7.0
    own["0.weight"][3, 1] = source["0.weight"][3, 1]
    assert all(np.array_equal(own[key], source[key]) for key in source)


def test_in_mid_iteration_it_goes_back_to_its_start() -> None:
    session = bn.Session(EXPERIMENT)
    session.run(5)
    session.step()
    session.step()
    session.fork("plain")
    assert session.moment == Moment(5, 0)


def test_a_fork_of_a_fork_and_of_its_past() -> None:
    session, fork = forked(changes=(bn.MultiplyWeights(2.0),))
    session.run(8)
    second = session.fork(fork, changes=(bn.RemoveLayers((3,)),)).stack.name
    session.run(8)
    ends = {lane.stack.name: state(lane) for lane in session.lanes}
    session.seek(16)
    assert state(session.lane(second)) == state(session.lane(fork)) != state(session.lane("plain"))
    session.seek(7)
    assert state(session.lane(second)) == state(session.lane("plain"))
    session.seek(28)
    assert {lane.stack.name: state(lane) for lane in session.lanes} == ends
    session.seek(7)
    early = session.fork(fork)
    assert [start for start, _ in stages(session.experiment.stacks[2])] == [0, 7]
    session.run(10)
    assert state(early) == state(session.lane("plain"))


def test_weights_that_were_multiplied_before_it_are_so_in_the_fork() -> None:
    session = bn.Session(EXPERIMENT)
    session.run(5)
    session.scale_weights(3.0, "plain")
    session.run(7)
    twin = session.fork("plain").stack.name
    session.run(5)
    for updates in (17, 3, 9, 17):
        session.seek(updates)
        assert state(session.lane(twin)) == state(session.lane("plain"))


def test_a_seventh_lane_is_refused_and_nothing_is_done() -> None:
    session, _ = forked()
    for _ in range(3):
        session.fork("other")
    before = session.experiment
    with pytest.raises(bn.InputError, match="there are 6, the most; remove one first"):
        session.fork("other")
    assert session.experiment == before
    assert len(session.lanes) == 6


@pytest.mark.parametrize(
    "change",
    [
        bn.SetNumber("0.width", (0, 0), 1.0),
        bn.SetNumber("0.weight", (99, 0), 1.0),
        bn.SetNumber("0.weight", (1,), 1.0),
        bn.RemoveLayers((40,)),
        bn.RemoveLayers((-1,)),
        bn.InsertLayer(bn.BatchNorm(), 99),
        bn.MultiplyWeights(2.0, (12345,)),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_in_one_sentence(change) -> None:
    session = bn.Session(EXPERIMENT)
    session.run(3)
    before = state(session.lanes[0])
    with pytest.raises(bn.InputError) as refused:
        session.fork("plain", changes=(change,))
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)
    assert len(session.lanes) == 2
    assert state(session.lanes[0]) == before
    session.run(1)


def test_the_file_keeps_it_and_a_run_of_the_file_is_the_same() -> None:
    session, fork = forked(changes=(bn.RemoveLayers((2,)), bn.MultiplyWeights(2.0)))
    session.run(10)
    read = decode(encode(session.experiment))
    assert read == session.experiment
    again = bn.Session(read, recording="all")
    again.run(22)
    for lane in session.lanes:
        assert state(again.lane(lane.stack.name)) == state(lane)
        assert history(again.lane(lane.stack.name)) == history(lane)
    assert forked_from(read.stacks[1]) == "forked from plain at iteration 12: BatchNorm removed, weights ×2"
    assert fork == "plain fork"


def test_editing_the_source_leaves_the_fork() -> None:
    session, fork = forked(changes=(bn.MultiplyWeights(2.0),))
    session.run(10)
    edited = edits.change_layer(session.experiment, session.experiment.stacks[0].layers[0].id, units=24)
    edited = edits.remove_layers(edited, [edited.stacks[0].layers[2].id])
    again = bn.Session(edits.remove_stack(edited, edited.stacks[2].id))
    again.run(22)
    assert state(again.lane(fork)) == state(session.lane(fork))
    assert state(again.lane("plain")) != state(session.lane("plain"))


def test_a_copy_of_a_fork_is_one() -> None:
    session, fork = forked(changes=(bn.RemoveLayers((2,)), bn.MultiplyWeights(2.0)))
    session.run(10)
    again = bn.Session(edits.duplicate_stack(session.experiment, session.experiment.stacks[1].id))
    again.run(22)
    assert state(again.lanes[2]) == state(again.lanes[1]) == state(session.lane(fork))


def test_a_saved_run_goes_on_before_and_after_it(tmp_path: Path) -> None:
    session, fork = forked(changes=(bn.RemoveLayers((2,)),))
    session.run(10)
    for moment in (22, 12, 4):
        session.seek(moment)
        session.save(tmp_path / "run.bnrun")
        opened = load_run(tmp_path / "run.bnrun")
        for updates in (30, 12, 3, 25):
            opened.seek(updates)
            session.seek(updates)
            for name in ("plain", fork):
                assert state(opened.lane(name)) == state(session.lane(name))
                assert history(opened.lane(name)) == history(session.lane(name))


def test_without_the_fork_the_run_stays_where_it_is() -> None:
    session, _ = forked()
    session.run(10)
    without = edits.remove_stack(session.experiment, session.experiment.stacks[1].id)
    there = {name: (state(session.lane(name)), history(session.lane(name))) for name in ("plain", "other")}
    machines = [session.lane(name).machine for name in there]
    rest = bn.Session(without, recording="all", before=session)
    rest.branch_off(session)
    session.release()
    assert rest.moment.iteration == 21
    assert [lane.machine for lane in rest.lanes] == machines
    assert {name: (state(rest.lane(name)), history(rest.lane(name))) for name in there} == there
    rest.seek(30)
    alone = bn.Session(without, recording="all")
    alone.run(30)
    for name in there:
        assert state(rest.lane(name)) == state(alone.lane(name))
        assert history(rest.lane(name)) == history(alone.lane(name))


def test_breakpoints_stop_on_both_sides_of_it_and_on_the_way_back() -> None:
    session, fork = forked(changes=(bn.RemoveLayers((2,)),))
    layer = session.experiment.stacks[1].layers[2].id
    session.breakpoints = (AtLayer(layer=layer, phase="backward", lane=session.experiment.stacks[1].id),)
    session.run(5)
    assert session.stopped is not None
    assert session.lane(fork).cursor.path == (2,)
    session.seek(20)
    session.breakpoints = (GradientNorm(below=1e30, lane=session.experiment.stacks[1].id),)
    for _ in range(200):
        if not session.run_to_breakpoint(reverse=True):
            break
    assert session.moment.iteration == 0


def test_what_a_fork_has_not_is_nan_in_the_past_of_others() -> None:
    session = bn.Session(EXPERIMENT)
    session.run(6)
    fork = session.fork("other", changes=(bn.InsertLayer(bn.BatchNorm(), 1),))
    session.run(4)
    gamma = fork.history["gamma"]
    assert np.isnan(gamma[:6]).all()
    assert np.isfinite(gamma[6:]).all()
    assert np.array_equal(fork.history["gradient_norm"][:6], session.lane("other").history["gradient_norm"][:6])


def test_a_fork_at_the_very_start_and_frames_at_any_moment() -> None:
    session = bn.Session(EXPERIMENT)
    fork = session.fork("plain", changes=(bn.RemoveLayers((2,)), bn.InsertLayer(bn.BatchNorm(), 4)))
    for size in ("op", "layer", "iteration"):
        session.step(size)
        cards = session.frame().lanes[1].cards
        assert [card.layer_id for card in cards[1:-1]] == [layer.id for layer in session.experiment.stacks[1].layers]
    session.seek(0)
    session.step()
    assert fork.form is fork.forms[-1]


def test_cards_of_the_past_are_those_of_the_forks_layers() -> None:
    session, _ = forked(changes=(bn.RemoveLayers((2,)), bn.InsertLayer(bn.BatchNorm(), 4)))
    session.seek(6)
    source, fork = session.frame().lanes[:2]
    layers = session.experiment.stacks[1].layers
    assert [card.layer_id for card in fork.cards[1:-1]] == [layer.id for layer in layers]
    assert [card.has_value for card in fork.cards[1:-1]] == [True, True, True, True, False, True, True]
    assert fork.cards[1].gradient_norm == source.cards[1].gradient_norm
    assert fork.cards[-1].note == source.cards[-1].note


def test_watches_are_of_what_runs_before_and_after_it() -> None:
    session, fork = forked(changes=(bn.RemoveLayers((2,)),))
    watch = session.watch("max(W[0])")
    session.run(8)
    past = watch.history
    assert np.array_equal(past["plain"][:12], past[fork][:12], equal_nan=True) or np.isnan(past[fork][:12]).all()
    assert np.isfinite(past[fork][12:]).all()
    session.seek(5)
    assert watch.value["plain"] == watch.value[fork]
    session.seek(15)
    assert watch.value["plain"] != watch.value[fork]

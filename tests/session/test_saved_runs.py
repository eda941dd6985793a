"""A run that is saved and opened is where it was, and goes on and back, to the bit."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import bnsim as bn
from bnsim.session import GradientNorm, LossBelow, Session
from bnsim.session.run_file import VERSION, read_run, write_run
from bnsim.spec import budget
from bnsim.spec.document import Document
from tests.session.test_rewind import everything

EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=90, test_fraction=0.2),
    training=bn.Training(batch_size=16, optimizer=bn.Adam(lr=0.03), evaluate_every=4),
    stacks=(
        bn.Stack(name="plain", layers=(bn.Linear(7), bn.Sigmoid(), bn.Dropout(0.3), bn.Linear(2))),
        bn.Stack(name="bn", layers=(bn.Linear(5, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Noise(), bn.Linear(2))),
    ),
)


def measured(session: Session) -> list[object]:
    """What `everything` leaves out: measurements on held-out data, time line, stops."""
    tests = [array.tobytes() for lane in session.lanes for array in (*lane.tests.values(), lane.tests.kept)]
    track = [(lane.iterations.tobytes(), lane.losses.tobytes()) for lane in session.track().lanes]
    return [everything(session), tests, track, session.track().marks, session.recorded[0], session.stopped]


def again(session: Session, folder: Path) -> Session:
    session.save(folder / "run.bnrun")
    return bn.load_run(folder / "run.bnrun")


OPTIMIZERS = (
    bn.SGD(lr=0.1, momentum=0.9),
    bn.RMSprop(momentum=0.5),
    bn.RMSprop(centered=True),
    bn.Adagrad(lr_decay=0.1, initial_accumulator_value=0.1),
    bn.Adam(),
    bn.AdamW(),
)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_it_goes_on_to_the_same_bits(optimizer: object, precision: str, tmp_path: Path) -> None:
    training = replace(EXPERIMENT.training, optimizer=optimizer, precision=precision)
    session = Session(replace(EXPERIMENT, training=training), recording="all")
    session.run(33)
    opened = again(session, tmp_path)
    assert measured(opened) == measured(session)
    for each in (session, opened):
        each.run(20)
    assert measured(opened) == measured(session)


@settings(max_examples=8)
@given(st.integers(0, 70), st.integers(0, 40), st.lists(st.sampled_from(["op", "layer", "iteration"]), max_size=6))
def test_wherever_it_stands_steps_forward_and_back_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, ran: int, ops: int, back: list[str]
) -> None:
    session = Session(EXPERIMENT)
    session.run(ran)
    for _ in range(ops):
        session.step("op")
    opened = again(session, tmp_path_factory.mktemp("run"))
    assert measured(opened) == measured(session)
    for size in back:
        assert opened.step_back(size) == session.step_back(size)
        assert measured(opened) == measured(session)
    for each in (session, opened):
        each.seek(ran // 2)
        each.run(ran)
    assert measured(opened) == measured(session)


def test_a_run_that_was_rewound_keeps_what_came_later(tmp_path: Path) -> None:
    session = Session(EXPERIMENT)
    session.run(50)
    session.seek(20)
    opened = again(session, tmp_path)
    assert opened.iteration == 20
    assert opened.recorded[0] == 50
    opened.seek(50)
    session.seek(50)
    assert measured(opened) == measured(session)


def test_loaded_states_are_loaded_again_by_whoever_comes_by(tmp_path: Path) -> None:
    session = Session(EXPERIMENT)
    session.run(10)
    lane = session.lane("bn")
    lane.load_state_dict({key: value / 2 for key, value in lane.state_dict().items()})
    session.run(10)
    opened = again(session, tmp_path)
    for iteration in (20, 10, 9, 0, 15):
        opened.seek(iteration)
        session.seek(iteration)
        assert measured(opened) == measured(session)


@pytest.mark.parametrize("steps", [("iteration", 0), ("op", 1), ("layer", 15), ("iteration", 9)])
def test_changes_are_made_again_by_whoever_comes_by(steps: tuple[str, int], tmp_path: Path) -> None:
    session = Session(EXPERIMENT, recording="all")
    session.scale_weights(0.5, lane="plain")
    session.run(12)
    session.scale_weights(10)
    for _ in range(steps[1]):
        session.step(steps[0])
    opened = again(session, tmp_path)
    assert opened.changes == session.changes
    assert everything(opened) == everything(session)
    for each in (session, opened):
        each.run(20)
    assert everything(opened) == everything(session)
    for at in (13, 12, 4, 0, 20):
        session.seek(at)
        opened.seek(at)
        assert everything(opened) == everything(session)
    session.changes = opened.changes = session.changes[:1]
    assert everything(opened) == everything(session)


def test_stops_and_breakpoints_are_in_it(tmp_path: Path) -> None:
    session = Session(EXPERIMENT)
    session.breakpoints = (LossBelow(below=0.6), GradientNorm(above=1e6))
    session.run(100)
    assert session.stopped is not None
    opened = again(session, tmp_path)
    assert opened.breakpoints == session.breakpoints
    assert opened.stopped == session.stopped
    assert opened.hits(session.breakpoints[0]) == 1
    assert opened.track().marks == session.track().marks


def test_a_run_that_ended_in_a_nan_stops_at_no_old_one(tmp_path: Path) -> None:
    stacks = (bn.Stack(name="a", layers=(bn.Linear(8), bn.ReLU(), bn.Linear(2)), loss=bn.MSE()),)
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=1e6))
    session = Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks))
    session.run(100)
    assert session.stopped is not None
    opened = again(session, tmp_path)
    for each in (session, opened):
        each.run(20)
    assert measured(opened) == measured(session)


def test_what_was_not_recorded_is_replayed(tmp_path: Path) -> None:
    session, whole = Session(EXPERIMENT, recording="norms"), Session(EXPERIMENT, recording="all")
    for each in (session, whole):
        each.run(40)
    session.save(tmp_path / "run.bnrun")
    opened = bn.load_run(tmp_path / "run.bnrun", recording={"saturated"})
    assert opened.recording == "all"
    assert everything(opened) == everything(whole)


def test_the_past_that_was_thinned_out_is_thinned_alike(tmp_path: Path) -> None:
    session, other = (Session(EXPERIMENT, history_bytes=10_000) for _ in range(2))
    for each in (session, other):
        each.run(300)
    assert 1 < len(session.lanes[0].history.kept) < 200
    opened = again(session, tmp_path)
    opened.run(300)
    other.run(300)
    assert measured(opened) == measured(other)


def test_a_data_file_beside_it_moves_along_and_must_not_change(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    np.savez(here / "own.npz", x=x, y=y)
    session = Session(replace(EXPERIMENT, data=bn.FileData(str(here / "own.npz"))))
    session.run(5)
    session.save(here / "run.bnrun")
    here.rename(there)
    opened = bn.load_run(there / "run.bnrun")
    opened.run(5)
    session.run(5)
    assert everything(opened) == everything(session)
    np.savez(there / "own.npz", x=x**2, y=y)
    with pytest.raises(bn.InputError, match="the data file has changed since the run was saved"):
        bn.load_run(there / "run.bnrun")
    (there / "own.npz").unlink()
    with pytest.raises(bn.InputError, match=r"Cannot read .*own\.npz"):
        bn.load_run(there / "run.bnrun")


def test_a_document_that_has_more_than_ran_is_kept_whole(tmp_path: Path) -> None:
    broken = bn.Stack(name="broken", layers=(bn.ReLU(),))
    whole = replace(EXPERIMENT, stacks=(EXPERIMENT.stacks[0], broken, EXPERIMENT.stacks[1]))
    session = Session(replace(whole, stacks=(whole.stacks[0], whole.stacks[2])))
    session.run(3)
    write_run(session.saved(Document(experiment=whole)), tmp_path / "run.bnrun")
    assert read_run(tmp_path / "run.bnrun").document.experiment == whole
    opened = bn.load_run(tmp_path / "run.bnrun")
    assert [lane.stack.name for lane in opened.lanes] == ["plain", "bn"]
    assert opened.lanes[1].stack.lane_color(1) == 2


def test_it_is_the_same_file_each_time_and_written_whole(tmp_path: Path) -> None:
    session = Session(EXPERIMENT)
    session.run(5)
    session.save(tmp_path / "first.bnrun")
    session.save(tmp_path / "second.bnrun")
    assert (tmp_path / "first.bnrun").read_bytes() == (tmp_path / "second.bnrun").read_bytes()
    (tmp_path / "link.bnrun").symlink_to("first.bnrun")
    (tmp_path / "first.bnrun").chmod(0o640)
    session.run(1)
    session.save(tmp_path / "link.bnrun")
    assert (tmp_path / "link.bnrun").is_symlink()
    assert stat.S_IMODE((tmp_path / "first.bnrun").stat().st_mode) == 0o640
    assert bn.load_run(tmp_path / "first.bnrun").iteration == 6
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".part")]


def test_where_writing_fails_what_was_there_stays(tmp_path: Path) -> None:
    session = Session(EXPERIMENT)
    session.save(tmp_path / "run.bnrun")
    before = (tmp_path / "run.bnrun").read_bytes()

    def fails(share: float) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(bn.InputError, match=r"Cannot save .*no space left on device"):
        write_run(session.saved(), tmp_path / "run.bnrun", fails)
    assert (tmp_path / "run.bnrun").read_bytes() == before
    assert os.listdir(tmp_path) == ["run.bnrun"]
    with pytest.raises(bn.InputError, match="Cannot save"):
        session.save(tmp_path / "none" / "run.bnrun")


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, bytes]:
    """The members of a run's file."""
    session = Session(EXPERIMENT)
    session.run(5)
    session.save(tmp_path / "good.bnrun")
    with zipfile.ZipFile(tmp_path / "good.bnrun") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put(path: Path, parts: dict[str, bytes], packed: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_file_packed_by_hand_is_read(parts: dict[str, bytes], tmp_path: Path) -> None:
    opened = bn.load_run(put(tmp_path / "hand.bnrun", parts))
    session = Session(EXPERIMENT)
    session.run(5)
    assert measured(opened) == measured(session)


def changed(content: bytes, **fields: object) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(content) | fields)


def array(values: object, dtype: str = "float64") -> bytes:
    import io

    file = io.BytesIO()
    np.save(file, np.asarray(values, dtype), allow_pickle=True)
    return file.getvalue()


RUN, WEIGHTS = "run.json", "lane-0/state-4.npy"
HUGE = (
    b"\x93NUMPY\x01\x00v\x00"
    + b"{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }".ljust(117)
    + b"\n"
)
WRONG = {
    "a part is missing": (lambda it: {name: it[name] for name in it if name != WEIGHTS}, "state-4.npy is missing"),
    "no JSON": (lambda it: {name: it[name] for name in it if name != RUN}, "run.json is missing"),
    "no document": (lambda it: {name: it[name] for name in it if "document" not in name}, "document.bnsim is missing"),
    "a newer version": (
        lambda it: it | {RUN: changed(it[RUN], version=2, saved_by="9.1.0")},
        "update bnsim to 9.1.0 or",
    ),
    "no version": (lambda it: it | {RUN: changed(it[RUN], version=0)}, "0 at $.version"),
    "no JSON at all": (lambda it: it | {RUN: b"{"}, "run.json in it cannot be read"),
    "a field nobody knows": (lambda it: it | {RUN: changed(it[RUN], colour=1)}, "colour"),
    "a document of another format": (lambda it: it | {"document.bnsim": b"[]"}, '"version" at $'),
    "weights of another shape": (lambda it: it | {WEIGHTS: array(np.zeros(3))}, "state-4.npy in it is not the"),
    "weights of another type": (lambda it: it | {WEIGHTS: array(np.zeros(150), "float32")}, "state-4.npy in it is not"),
    "Python objects": (lambda it: it | {WEIGHTS: array([{}] * 999, "object")}, "state-4.npy in it is not the"),
    "a header of terabytes": (lambda it: it | {WEIGHTS: HUGE.ljust(9999)}, "state-4.npy in it is not the"),
    "no array": (lambda it: it | {WEIGHTS: b"nothing" * 999}, "damaged"),
    "a moment that is not there": (
        lambda it: it | {RUN: changed(it[RUN], moment=[7, 0])},
        "the moment at which it stands",
    ),
    "a tick that is not there": (
        lambda it: it | {RUN: changed(it[RUN], moment=[4, 999])},
        "the moment at which it stands",
    ),
    "other lanes": (
        lambda it: it | {"document.bnsim": it["document.bnsim"].replace(b'"units": 7', b'"units": 8')},
        "its weights are not those of lane “plain” (0.weight of shape (7, 2))",
    ),
    "lanes that are no more": (
        lambda it: it | {"document.bnsim": it["document.bnsim"].replace(b'"id": 6', b'"id": 66')},
        "its lanes are not those of its document",
    ),
    "a history out of order": (
        lambda it: it | {"lane-0/iterations.npy": array([0, 2, 1, 3, 4], "int64")},
        "in its history are not in order",
    ),
}


@pytest.mark.parametrize(("change", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_opened_is_one_sentence(
    change: object, said: str, parts: dict[str, bytes], tmp_path: Path
) -> None:
    path = put(tmp_path / "bad.bnrun", change(parts))
    with pytest.raises(bn.InputError) as caught:
        bn.load_run(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith("Cannot open bad.bnrun")
    assert str(caught.value).endswith(".")


def test_packed_parts_are_refused_since_they_could_be_of_any_size(parts: dict[str, bytes], tmp_path: Path) -> None:
    parts = parts | {"more": bytes(10**7)}
    with pytest.raises(bn.InputError, match="is packed, as no run is"):
        bn.load_run(put(tmp_path / "bomb.bnrun", parts, zipfile.ZIP_DEFLATED))


def test_a_file_cut_off_anywhere_is_one_sentence(parts: dict[str, bytes], tmp_path: Path) -> None:
    whole = put(tmp_path / "whole.bnrun", parts).read_bytes()
    for end in (0, 1, 10, 22, 1000, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.bnrun").write_bytes(whole[:end])
        with pytest.raises(
            bn.InputError, match=r"Cannot open cut\.bnrun: it is not a run that bnsim saved, or not all"
        ):
            bn.load_run(tmp_path / "cut.bnrun")


def test_one_wrong_bit_in_an_array_is_noticed(parts: dict[str, bytes], tmp_path: Path) -> None:
    path = put(tmp_path / "bit.bnrun", parts)
    content = bytearray(path.read_bytes())
    content[content.index(parts[WEIGHTS]) + len(parts[WEIGHTS]) - 3] ^= 4
    path.write_bytes(content)
    with pytest.raises(bn.InputError, match="damaged"):
        bn.load_run(path)


def test_an_archive_of_many_parts_is_refused_before_they_are_listed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.bnrun", "w") as archive:
        for number in range(5000):
            archive.writestr(str(number), b"")
    with pytest.raises(bn.InputError, match="5,000 parts"):
        bn.load_run(tmp_path / "many.bnrun")


def test_memory_is_asked_for_first(parts: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "large.bnrun", parts)
    monkeypatch.setattr(budget, "RUN", replace(budget.RUN, most=1000))
    with pytest.raises(bn.InputError, match="not enough memory: a saved run would take"):
        bn.load_run(path)


def test_a_run_is_no_document_and_a_document_no_run(parts: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(bn.InputError, match=r"open a run in the window, by bn\.load_run"):
        bn.load(put(tmp_path / "run.bnsim", parts))
    bn.save(EXPERIMENT, tmp_path / "document.bnrun")
    with pytest.raises(bn.InputError, match="it is not a run that bnsim saved"):
        bn.load_run(tmp_path / "document.bnrun")
    with pytest.raises(bn.InputError, match="Cannot open"):
        bn.load_run(tmp_path / "none.bnrun")
    with pytest.raises(bn.InputError, match="Cannot open"):
        bn.load_run(tmp_path)


def test_runs_of_every_version_are_read() -> None:
    """Written by the program of that time and never changed; a new version adds its own."""
    files = sorted((Path(__file__).parent / "golden").glob("*.bnrun"))
    assert {int(file.name.removeprefix("v").split("_")[0]) for file in files} == set(range(1, VERSION + 1))
    for file in files:
        session = bn.load_run(file)
        assert (session.moment, session.lanes[1].cursor.phase) == ((23, 9), "loss")
        assert session.breakpoints == (LossBelow(below=1e-3),)
        assert len(session.history["loss"]["with BN"]) == 23
        stood = session.lane("plain").state_dict()["0.weight"]
        np.testing.assert_array_equal(read_run(file).arrays["lane-0/state-23"][: stood.size], stood.reshape(-1))
        session.step_back("iteration")
        session.run(2)
        assert session.iteration == 25

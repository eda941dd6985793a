"""Every operation has a formula whose numbers come to what stands in memory."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.operation import OPERATIONS
from bnsim.lenses.equations import Explained, explain, in_parts
from bnsim.lenses.equations.lens import EquationLens
from bnsim.lenses.equations.setting import Setting
from bnsim.session import Session
from bnsim.session.arrays import read
from bnsim.spec import activations as spec
from bnsim.spec.training import Adagrad, Adam, AdamW, ClipNorm, ClipValue, Cosine, RMSprop, StepDecay, WarmUp

ACTIVATIONS = (
    bn.Sigmoid(),
    bn.Tanh(),
    bn.ReLU(),
    bn.LeakyReLU(),
    bn.ELU(),
    bn.SELU(),
    bn.GELU(),
    bn.GELU(approximate="tanh"),
    bn.SiLU(),
    bn.Softplus(beta=2.0),
    bn.Softplus(threshold=0.1),
    bn.Hardtanh(min_val=-0.5, max_val=0.2),
    bn.Identity(),
)
ACTIVATIONS += tuple(kind() for kind in spec.ACTIVATIONS if not any(isinstance(known, kind) for known in ACTIVATIONS))
FEW = bn.TwoSpirals(samples=40)
RECORDS_ONLY = {
    "bn first part",
    "update ratio",
    "saturated",
    "dead",
    "accuracy",
    "distribution",
    "total norm",
    "watch read",
    "watch constant",
    "watch combine",
    "watch apply",
    "watch reduce",
}


def stack(*layers: object, loss: object = None) -> bn.Stack:
    return bn.Stack(name="one", layers=(bn.Linear(5), *layers, bn.Linear(2)), loss=loss or bn.CrossEntropy())  # type: ignore[arg-type]


def experiments() -> Iterator[tuple[str, bn.Experiment]]:
    def make(
        name: str, *layers: object, loss: object = None, data: object = FEW, **training: object
    ) -> tuple[str, bn.Experiment]:
        training = {"batch_size": 8, "optimizer": bn.SGD(lr=0.1), **training}
        return name, bn.Experiment(data=data, training=bn.Training(**training), stacks=(stack(*layers, loss=loss),))  # type: ignore[arg-type]

    for activation in ACTIVATIONS:
        yield make(repr(activation), activation)
    yield make("bn", bn.BatchNorm(), bn.Sigmoid())
    yield make("bn average", bn.BatchNorm(momentum=None))
    yield make("bn eval", bn.BatchNorm(mode="eval"))
    yield make("bn devices", bn.BatchNorm(virtual_devices=2), bn.ReLU())
    yield make("bn bare", bn.BatchNorm(affine=False, track_running_stats=False))
    yield make("ln", bn.LayerNorm())
    yield make("gn", bn.Linear(6), bn.GroupNorm(3))
    yield make("rms", bn.RMSNorm())
    yield make("dropout", bn.Dropout(0.3))
    yield make("noise", bn.Noise(mean=0.5, spread=1.5))
    yield make("noise scaled", bn.Noise(scale=1.5))
    yield make("residual", bn.Residual(layers=(bn.Linear(5, bias=False), bn.Tanh())))
    yield make("tied", bn.Repeat(layers=(bn.Linear(5), bn.Tanh()), times=3, tied=True))
    yield make("mse", bn.Tanh(), loss=bn.MSE())
    yield make("bce", bn.Tanh(), loss=bn.BCEWithLogits())
    yield make("accumulate", bn.BatchNorm(), accumulate=2)
    yield make("momentum", optimizer=bn.SGD(lr=0.1, momentum=0.9, weight_decay=0.01))
    yield make("nesterov", optimizer=bn.SGD(lr=0.1, momentum=0.9, nesterov=True), clip=ClipValue(0.01))
    yield make("rmsprop", optimizer=RMSprop(), clip=ClipNorm(0.01), schedule=StepDecay(every=2))
    yield make("rmsprop momentum", optimizer=RMSprop(momentum=0.9), schedule=Cosine(period=10, lr_min=0.001))
    yield make("rmsprop centered", optimizer=RMSprop(centered=True))
    yield make("adagrad", optimizer=Adagrad(initial_accumulator_value=0.1))
    yield make("adagrad decay", optimizer=Adagrad(lr_decay=0.5), schedule=StepDecay(every=2))
    yield make("adam", optimizer=Adam(), schedule=WarmUp(updates=5))
    yield make("adamw", optimizer=AdamW())
    yield make("adamw, late average", bn.BatchNorm(), optimizer=AdamW(beta1=0.4))


CASES = dict(experiments())


def walk(session: Session, iterations: int) -> Iterator[None]:
    while session.iteration < iterations:
        session.step("op")
        yield


@pytest.mark.parametrize("name", CASES)
def test_numbers_come_to_what_stands_in_memory(name: str) -> None:
    session = Session(CASES[name])
    rng = np.random.default_rng(1)
    for _ in walk(session, 3):
        sample, unit, entry = (int(n) for n in rng.integers(0, 8, 3))
        lane = session.lanes[0]
        found = EquationLens(lane.stack.id, sample=sample, unit=unit, input=entry).answer(session)
        assert isinstance(found, Explained)
        assert found.done
        assert found.op == (lane.executed.op if lane.executed else None)
        for line in found.lines:
            assert line.value is not None, (found.key, line)
            assert line.worked == pytest.approx(line.value, rel=1e-9, abs=1e-12), (found.key, line.latex())
            assert line.numbers, found.key
            assert line.result is not None


def test_every_operation_a_person_can_stop_at_is_explained() -> None:
    seen = set()
    for experiment in CASES.values():
        session = Session(experiment)
        session.step("iteration")
        lane = session.lanes[0]
        for position, instruction in enumerate(lane.program.instructions):
            if not instruction.hidden:
                found = explain(Setting(lane, position), {})
                assert all(line.formula and line.latex() for line in found.lines)
                seen.add(instruction.operation.key)
    fused = {key for key, operation in OPERATIONS.items() if not hasattr(operation, "twin")}
    assert set(OPERATIONS) - seen <= RECORDS_ONLY | fused


def test_named_tensors_are_those_in_memory() -> None:
    session = Session(CASES["bn"])
    lane = session.lanes[0]
    for _ in walk(session, 1):
        found = EquationLens(lane.stack.id).answer(session)
        assert found is not None
        for named in found.named:
            if named.tensor is not None:
                array = read(session, named.tensor)
                assert array is not None, (found.key, named)
                assert array.shape == named.shape
        if found.phase != "update" and found.key != "batch":
            assert all(named.tensor or not named.shape for named in found.named), found


def test_next_operation_is_worked_out_before_it_runs() -> None:
    session = Session(CASES["bn"])
    lens = EquationLens(session.lanes[0].stack.id, upcoming=True, sample=2, unit=1)
    after = EquationLens(session.lanes[0].stack.id, sample=2, unit=1)
    for _ in range(60):
        coming = lens.answer(session)
        session.step("op")
        came = after.answer(session)
        assert coming is not None
        assert came is not None
        assert coming.key == came.key
        assert not coming.done
        for before, now in zip(coming.lines, came.lines, strict=True):
            if coming.key != "batch":
                assert before.worked == pytest.approx(now.value, rel=1e-9, abs=1e-12), coming.key


def test_the_three_parts_of_dx_add_up_to_it() -> None:
    for name, op in (("bn", "bn dx"), ("bn devices", "bn dx"), ("ln", "ln dx"), ("gn", "gn dx")):
        session = Session(CASES[name])
        lens = EquationLens(session.lanes[0].stack.id, sample=5, unit=3)
        parts = None
        for _ in walk(session, 1):
            found = lens.answer(session)
            if found is not None and found.key == op:
                parts = found.parts
        assert parts is not None
        assert [part.name for part in parts.parts] == ["direct", "through μ", "through σ²"]
        assert math.fsum(part.value for part in parts.parts) == pytest.approx(parts.total.value)
        size = math.fsum(abs(part.value) for part in parts.parts)
        assert parts.cancelled == pytest.approx(1 - abs(parts.total.value) / size)
        assert 0 <= parts.cancelled_norm < 1


def test_an_element_that_is_not_there_is_the_last_one() -> None:
    session = Session(CASES["bn"])
    session.step("op")
    found = EquationLens(session.lanes[0].stack.id, sample=999, unit=999).answer(session)
    assert found is not None
    assert [(axis.word, axis.at, axis.count) for axis in found.axes] == [("sample", 7, 8), ("unit", 1, 2)]


def test_latex_has_formula_numbers_and_result() -> None:
    session = Session(CASES["bn"])
    session.step("op")
    session.step("op")
    found = EquationLens(session.lanes[0].stack.id).answer(session)
    assert found is not None
    text = found.latex()
    assert r"z_{ij}" in text
    assert r"\sum\limits_{k}" in text
    assert text.count("&=") == 3
    assert "\N{MINUS SIGN}" not in text


def test_before_anything_is_executed_there_is_nothing() -> None:
    session = Session(CASES["bn"])
    assert EquationLens(session.lanes[0].stack.id).answer(session) is None
    assert EquationLens(12345).answer(session) is None


def explained_by_key(session: Session, **chosen: int) -> dict[str, Explained]:
    lane, found = session.lanes[0], {}
    while lane.position < len(lane.program.instructions):
        session.step("op")
        answer = EquationLens(lane.stack.id, **chosen).answer(session)
        assert answer is not None
        found.setdefault(answer.key, answer)
    return found


NAMES = ("<b>setosa</b>", "$x_1$ 花", "🌸" * 30)


@pytest.mark.parametrize("loss", [bn.CrossEntropy(), bn.MSE(), bn.BCEWithLogits()])
def test_classes_in_equations_have_their_names(tmp_path, loss):
    rows = "".join(f"{k},{k % 5},{NAMES[k % 3]}\n" for k in range(24))
    (tmp_path / "named.csv").write_text(rows, encoding="utf-8")
    stack = bn.Stack(layers=(bn.Linear(3), bn.ReLU(), bn.Linear(3)), loss=loss)
    data, training = bn.FileData(str(tmp_path / "named.csv")), bn.Training(batch_size=8)
    session = bn.Session(bn.Experiment(data=data, training=training, stacks=(stack,)), wait=False)
    found = explained_by_key(session, sample=5, unit=2)
    names = [name if len(name) <= 24 else name[:23] + "…" for name in session.class_names]
    assert sorted(session.class_names) == sorted(NAMES)
    number = int(session.lanes[0].read(session.lanes[0].program.targets)[5, 0])
    sample = f"ample 5 is of class {number} ({names[number]})"
    unit = f"nit 2 is class 2 ({names[2]})"
    assert found["batch"].classes == f"S{sample}"
    start = next(key for key in found if key.endswith(" dz"))
    assert unit in found[start].classes
    key = "one-hot" if "one-hot" in found else start
    assert sample in found[key].classes
    assert unit in found[key].classes
    assert not found["relu"].classes  # hidden units are no classes
    session.close()


def test_targets_that_are_classes_themselves_are_named(tmp_path):
    (tmp_path / "two.csv").write_text("".join(f"{k},{k % 5},{('no', 'yes')[k % 2]}\n" for k in range(24)))
    stack = bn.Stack(layers=(bn.Linear(1),), loss=bn.BCEWithLogits())
    data, training = bn.FileData(str(tmp_path / "two.csv")), bn.Training(batch_size=8)
    session = bn.Session(bn.Experiment(data=data, training=training, stacks=(stack,)), wait=False)
    found = explained_by_key(session)
    assert found["bce"].classes == "0 is no · 1 is yes"
    number = int(session.lanes[0].read(session.lanes[0].program.targets)[0, 0])
    assert found["bce dz"].classes == f"Sample 0 is of class {number} ({('no', 'yes')[number]})"
    session.close()


def test_classes_without_names_are_not_told():
    stack = bn.Stack(layers=(bn.Linear(2),))
    session = bn.Session(bn.Experiment(data=FEW, training=bn.Training(batch_size=8), stacks=(stack,)), wait=False)
    assert not any(each.classes for each in explained_by_key(session).values())
    session.close()


def test_arrays_of_an_earlier_mini_batch_are_called_as_those_of_the_last_one():
    layers = (bn.Linear(3), bn.BatchNorm(), bn.ReLU(), bn.Linear(2))
    training = bn.Training(batch_size=8, accumulate=3)
    session = bn.Session(bn.Experiment(data=FEW, training=training, stacks=(bn.Stack(layers=layers),)), wait=False)
    lane, seen = session.lanes[0], set()
    for position, instruction in enumerate(lane.program.instructions):
        if instruction.hidden or instruction.phase == "update":
            continue
        for each in explain(Setting(lane, position), {}).named:
            seen.add(each.words)
            known = each.tensor is not None or not each.shape
            assert known or each.words.endswith(f"of {training.accumulate}"), each.words
    assert {
        "the output of Linear 1, mini-batch 1 of 3",
        "the output of ReLU 1, mini-batch 2 of 3",
        "the output of ReLU 1",
        "the mini-batch, mini-batch 2 of 3",
        "the gradient of the weights of Linear 2, mini-batches 1 to 2 of 3",
        "the gradient of the weights of Linear 2",
    } <= seen
    session.close()


def test_a_piece_has_parts_at_its_products_and_a_sum_stays_with_what_it_sums() -> None:
    stack = bn.Stack(layers=(bn.Linear(4), bn.BatchNorm(), bn.GELU(), bn.Linear(10)))
    session = Session(bn.Experiment(training=bn.Training(batch_size=8), stacks=(stack,)))
    session.step("iteration")
    lane = session.lanes[0]
    steps = enumerate(lane.program.instructions)
    found = [explain(Setting(lane, position), {}) for position, step in steps if not step.hidden]
    pieces = [piece for each in found for line in each.lines for piece in (*line.formula, *line.numbers)]
    broken = {piece.latex(): in_parts(piece) for piece in pieces if len(in_parts(piece)) > 1}
    assert broken
    for whole, parts in broken.items():
        words = [part.latex() for part in parts]
        assert not any(each.rstrip().endswith(("^{m}", "_{i}}", "-")) and "sum" in each[-16:] for each in words)
        assert _solid("".join(words)) == _solid(whole)


def _solid(latex: str) -> str:
    return latex.replace(r"\,", "").replace(" ", "")

"""Numbers of the views know their expressions as watches: each comes to what is drawn, or it is told why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QScrollArea

import bnsim as bn
from bnsim.lenses.activation.lens import ActivationLens
from bnsim.lenses.equations import ChainLens, EquationLens, Explained
from bnsim.lenses.equations.markup import Atom, number
from bnsim.lenses.why.flights import flight_of
from bnsim.lenses.xray.lens import BatchNormLens
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Series
from bnsim.spec.numerals import percent, significant
from bnsim.spec.spelling import spelling
from bnsim.spec.watches import Watch
from bnsim.ui.views.equation.math import OVERWRITTEN
from bnsim.ui.widgets.numbers import WORKED_OUT, expression_at, reason_at
from tests.ui.reading import settled
from tests.ui.views.xray_rig import Rig

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

UNWATCHED = {
    "old": "what stood there before the update is in memory no longer",
    "next": "the running statistics to be, which are kept for the update",
    "count": "a count of batches",
    "clipped": "a gradient that the clipping scales in a place of its own",
    "norm of all gradients": "of some of them, before all are in it",
    "clipping factor": "a number of the update",
    "learning rate": "a number of the update",
    "correct": "a number of the update",
}
"""Why numbers of an equation have no expression, by a part of what they are called in the legend."""


def experiment() -> bn.Experiment:
    def layers(*norm: bn.BatchNorm) -> tuple[Any, ...]:
        block = bn.Repeat(layers=(bn.Linear(4), *norm, bn.Sigmoid()), times=2)
        return (bn.Linear(4), *norm, bn.ReLU(), bn.Dropout(0.2), block, bn.Linear(2))

    return bn.Experiment(
        data=bn.TwoSpirals(samples=32),
        training=bn.Training(batch_size=16, clip=bn.ClipNorm(0.5), optimizer=bn.Adam(lr=0.01)),
        stacks=(bn.Stack(name="plain", layers=layers()), bn.Stack(name='"BN"', layers=layers(bn.BatchNorm()))),
    )


def atoms(part: Any) -> Iterator[Atom]:
    if isinstance(part, Atom):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from atoms(each)
    elif isinstance(part, Struct):
        yield from atoms(tuple(getattr(part, field) for field in part.__struct_fields__))


def of_memory(explained: Explained) -> Iterator[tuple[Atom, int]]:
    """The pieces of numbers of tensors, and how many digits these have."""
    for line in explained.lines:
        yield from ((atom, 4) for atom in atoms(line.numbers))
        yield from ((atom, 6) for atom in atoms(line.result))


def test_numbers_in_equations_are_what_their_watches_come_to() -> None:
    session = bn.Session(experiment(), recording="all")
    session.run(1)
    checked, reasons = set(), set()
    while True:
        session.step("op")
        for lane in session.lanes:
            explained = EquationLens(lane.stack.id).answer(session)
            if explained is None or not explained.done:
                continue
            named = {each.mark: each for each in explained.named}
            for atom, digits in of_memory(explained):
                tensor = named.get(atom.mark)
                if tensor is None:
                    continue
                expression = "" if atom.element is None else tensor.watch(atom.element, explained.spelled)
                if not expression:
                    assert atom.element is None or tensor.unwatched, tensor.words
                    what = "old" if atom.element is None else tensor.words
                    reasons |= {next((reason for reason in UNWATCHED if reason in what), what)}
                    continue
                value = session.watch(expression).value
                assert isinstance(value, float), (explained.key, expression)
                drawn = {each.text.lstrip("−") for each in atoms(number(abs(value), digits))}
                assert atom.text.lstrip("−") in drawn, (explained.key, expression)
                checked.add(explained.key)
        if all(lane.position == len(lane.program.instructions) for lane in session.lanes):
            break
    assert reasons == set(UNWATCHED)
    assert {"batch", "linear", "bn mean", "bn normalize", "cross-entropy", "linear dW", "bn dx", "adam"} <= checked


@pytest.fixture(scope="module")
def session() -> bn.Session:
    made = bn.Session(experiment(), recording="all")
    made.run(3)
    return made


def comes_to(session: bn.Session, expression: str, drawn: float) -> None:
    value = session.watch(expression).value
    assert value == pytest.approx(drawn, rel=1e-12), expression


def test_parts_and_factors_of_a_chain(session: bn.Session) -> None:
    rewound = bn.Session(session.experiment, recording="all")
    stack = rewound.lanes[1].stack.id
    parts = None
    while parts is None:
        rewound.step("op")
        explained = EquationLens(stack, sample=3, unit=1).answer(rewound)
        parts = None if explained is None else explained.parts
    comes_to(rewound, parts.total.watches[0], parts.total.value)
    comes_to(rewound, parts.total.watches[1], parts.total.norm)
    chain = ChainLens(session.lanes[1].stack.id).answer(session)
    assert chain is not None
    links = [link for link in chain.links if link.factor is not None]
    for link in links:
        assert link.factor is not None
        comes_to(session, link.watch, link.factor)
    assert len(links) == len(chain.links) - 1


def test_links_of_a_why(session: bn.Session) -> None:
    lane = session.lanes[1]
    flight = flight_of(lane, bn.why(lane, 0), "", "lane1", "circle", spelling(session.experiment, lane.stack))
    told = [step for step in flight.steps if step.watch]
    for step in told:
        comes_to(session, step.watch, step.factor)
    assert {step.kind for step in told} >= {"Linear", "Sigmoid", "ReLU"}


def watched(figure: Figure) -> Iterator[tuple[str, float]]:
    for mark in figure.marks:
        if isinstance(mark, Series) and mark.watches:
            yield from zip(mark.watches, map(float, mark.y), strict=True)


def test_the_x_ray_of_a_batchnorm(session: bn.Session) -> None:
    seen = BatchNormLens(session.lanes[1].stack.id, (1,)).answer(session)
    assert seen is not None
    found = [pair for figure in seen.figures.values() for pair in watched(figure)]
    for expression, drawn in found:
        comes_to(session, expression, drawn)
    assert len(found) == 6 * seen.features
    assert seen.var is not None
    comes_to(session, seen.watch_unbiased(2), float(seen.var[2]) * seen.unbiased)


@pytest.mark.parametrize("path", [(2,), (4, 1, 2)], ids=["ReLU", "Sigmoid in a Repeat"])
def test_the_page_of_an_activation(session: bn.Session, path: tuple[int, ...]) -> None:
    seen = ActivationLens(session.lanes[1].stack.id, path).answer(session)
    assert seen is not None
    assert seen.live is not None
    assert seen.live.factor is not None
    comes_to(session, seen.watch_factor, seen.live.factor)
    comes_to(session, seen.watch_outside, 100 * seen.live.passed.outside)


NO_WATCH = {
    **dict.fromkeys(("xray.mean.whole", "xray.biased.whole", "xray.unbiased.whole"), "of a pass beside the run"),
    **dict.fromkeys(("activation.slope.live", "activation.square.live", "activation.factor.live"), "of slopes"),
    **dict.fromkeys(("xray.rms.value", "xray.share.value", "xray.largest.value"), "of two modes"),
}
"""Why numbers of tables have no expression, by the beginning of their names."""


@pytest.mark.parametrize(("kind", "step"), [(bn.BatchNorm, "xray."), (bn.Sigmoid, "activation.")])
def test_tables_of_the_x_ray(rig: Rig, kind: type, step: str) -> None:
    rig.session = bn.Session(rig.session.experiment, recording="all")
    rig.session.step("iteration")
    rig.select(kind)
    for cell in rig.view.findChildren(QLabel):
        expression = cell.property("watch")
        if not expression:
            continue
        assert cell.objectName().startswith(step)
        assert cell.objectName() not in NO_WATCH
        value = rig.session.watch(expression).value
        assert isinstance(value, dict)
        (value,) = value.values()
        shown = percent(value / 100) if expression.startswith("100 * ") else significant(value)
        assert cell.text().endswith(shown), expression
    there = {cell.objectName() for cell in rig.view.findChildren(QLabel) if cell.property("watch")}
    assert there == (
        {"activation.measured.live", "activation.outside.live"}
        if kind is bn.Sigmoid
        else {
            "xray.mean.batch",
            "xray.mean.running",
            "xray.biased.batch",
            "xray.unbiased.batch",
            "xray.unbiased.running",
            "xray.gamma.batch",
            "xray.beta.batch",
            "xray.own",
        }
    )


@pytest.mark.parametrize(("kind", "begins"), [(bn.BatchNorm, "xray."), (bn.Sigmoid, "activation.")])
def test_every_number_of_a_table_is_watched_or_says_why_not(rig: Rig, kind: type, begins: str) -> None:
    rig.session.step("iteration")
    rig.select(kind)
    cells = [each for each in rig.view.findChildren(QLabel) if each.objectName().startswith(begins)]
    cells = [each for each in cells if each.objectName().count(".") == 2 and not each.objectName().endswith(".text")]
    tables = [each for each in cells if any(map(str.isdigit, each.text()))]
    assert len(tables) > 4
    for cell in tables:
        assert bool(cell.property("watch")) != bool(reason_at(cell, QPoint(1, 1))), cell.objectName()
    assert {cell.property("unwatched") for cell in tables if not cell.property("watch")} <= {WORKED_OUT}


def test_a_number_that_cannot_be_watched_says_why(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    clipped = bn.Training(batch_size=16, clip=bn.ClipNorm(0.01), optimizer=bn.Adam())
    stack = bn.Stack(name="one", layers=(bn.Linear(4), bn.Sigmoid(), bn.Linear(2)))
    window = open_window(bn.Experiment(data=bn.TwoSpirals(samples=32), training=clipped, stacks=(stack,)))
    window.shelf.bring_up("equation")
    view = window.shelf.view("equation")
    settled(window)
    for _ in range(40):
        window.step("op")
        settled(window)
        executed = window.update_shown.frame.lanes[0].executed  # type: ignore[union-attr]
        if executed is not None and (executed.phase, executed.op) == ("update", "mean"):
            break
    formula = view.page.blocks[0].numbers
    reasons = {}
    for spot in formula._spots:
        for zone in spot.zones():
            at = zone.rect.center().toPoint()
            if zone.number and (named := formula._named.get(zone.mark)) is not None:
                reasons[named.words] = formula.unwatched_at(at), formula.watch_at(at)
    gone = "the update makes it on its way, and it is gone with the update"
    assert reasons["the clipped gradient of the weights in Linear 1"] == (gone, "")
    assert (OVERWRITTEN, "") in reasons.values()
    result = view.page.blocks[0].result
    assert result.numbers()[0][1] == 'exp_avg["Linear 1"][0, 0]'

    def clipped_number() -> QPoint:
        zones = (zone for spot in formula._spots for zone in spot.zones() if zone.number)
        return next(
            zone.rect.center().toPoint() for zone in zones if formula._named[zone.mark].words.startswith("the clipped")
        )

    def in_sight() -> bool:  # formulas that are typeset later move what is below them
        there = formula.mapTo(area.widget(), clipped_number())
        area.ensureVisible(there.x(), there.y())
        return reason_at(view, formula.mapTo(view, clipped_number())) == gone

    area = view.findChild(QScrollArea, "equation.area")
    assert area is not None
    qtbot.waitUntil(in_sight)
    at = clipped_number()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, formula.mapToGlobal(at))
    QApplication.sendEvent(formula, event)
    menu = view.findChild(QMenu, "number.menu")
    assert menu is not None
    assert [(each.text(), each.isEnabled()) for each in menu.actions()] == [
        ("Watch this", False),
        (f"No watch: {gone}", False),
    ]
    menu.close()


def test_a_number_of_an_equation_is_watched_with_the_right_button(
    open_window: Callable[..., MainWindow], small: bn.Experiment
) -> None:
    window = open_window(small)
    window.shelf.bring_up("equation")
    view = window.shelf.view("equation")
    for _ in range(2):
        window.step("layer")
    settled(window)
    result = view.page.blocks[0].result
    area = view.findChild(QScrollArea, "equation.area")
    assert area is not None
    area.ensureWidgetVisible(result)
    (rect, expression), *_ = result.numbers()
    assert expression == 'value("with BN")["BatchNorm 1"][0, 0]'
    at = result.mapTo(view, rect.center().toPoint())
    assert expression_at(view, at) == expression
    assert not expression_at(view, QPoint(1, 1))
    QApplication.sendEvent(
        result, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, rect.center().toPoint(), view.mapToGlobal(at))
    )
    menu = view.findChild(QMenu, "number.menu")
    assert menu is not None
    menu.actions()[0].trigger()
    menu.close()
    assert window.document.watches == (Watch(expression),)


def test_the_loss_on_the_time_line_is_watched(open_window: Callable[..., MainWindow], small: bn.Experiment) -> None:
    window = open_window(small)
    for _ in range(3):
        window.step("iteration")
    settled(window)
    strip = window.timeline
    track = window.update_shown.track
    assert track is not None
    scale = strip.scale_of(track)
    for lane in track.lanes:
        x, y = scale.points(lane.iterations, lane.losses)[1]
        assert strip.watch_at(QPoint(round(x), round(y))) == f'loss("{lane.name}")'

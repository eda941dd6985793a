"""Costly figures are measured while the session rests, after the others, and given up for any order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim import figures
from bnsim.figures import Axis, Figure, FigureKind, Series
from bnsim.figures.kind import figure
from bnsim.figures.options import Choice
from bnsim.runner.orders import Measure, Pause, Play, SetExperiment, SetFigures, Step, StopMeasuring
from bnsim.runner.playback import FULL_SPEED
from bnsim.spec.giving_up import check

from .conftest import Window

Measuring = Callable[[Any], None]


@pytest.fixture
def costly(monkeypatch: pytest.MonkeyPatch) -> tuple[FigureKind, list[int], list[Measuring]]:
    """A costly kind, the iterations at which it was asked for, and what is done while it measures."""
    asked: list[int] = []
    work: list[Measuring] = []

    @figure(title="Costly", shows="the iteration at which it was measured", section="Of the task", cost="much")
    def costly_kind(session: Any, layer_id: int | None = None, *, max_points: Any = None, known: Any = None) -> Figure:
        asked.append(session.iteration)
        for each in work:
            each(session)
        at = Series("at", np.array([1.0]), np.array([float(session.iteration)]), "lane0")
        return Figure(costly_kind.name, costly_kind.title, f"at {session.iteration}", Axis("x"), Axis("y"), (at,))

    monkeypatch.setitem(figures._KINDS, costly_kind.name, costly_kind)
    return costly_kind, asked, work


def test_it_is_measured_only_while_the_session_rests(
    running: Window, costly: tuple[FigureKind, list[int], list[Measuring]]
) -> None:
    kind, asked, _ = costly
    running.do(SetFigures((kind.name, "loss")))
    running.settle()
    assert asked == [0]
    assert running.figures[-1].by_name[kind.name].verdict == "at 0"
    running.figures.clear()
    running.do(Play(FULL_SPEED))
    running.wait(lambda: any(made.fast and made.by_name["loss"].has_data for made in running.figures))
    assert asked == [0]
    playing = running.figures[-1].by_name[kind.name]
    assert playing.verdict == "Measured when it pauses; after 0 updates: at 0"
    assert playing.has_data
    running.do(Pause())
    running.settle()
    iteration = running.runner.session.iteration
    assert asked == [0, iteration]
    assert running.figures[-1].by_name[kind.name].verdict == f"at {iteration}"
    running.do(SetFigures((kind.name,), layer_id=running.updates[-1].experiment.stacks[0].layers[0].id))
    running.settle()
    assert asked == [0, iteration]  # it is about no layer, and nothing has moved


def test_the_others_do_not_wait_for_it_and_an_order_gives_it_up(
    running: Window, costly: tuple[FigureKind, list[int], list[Measuring]]
) -> None:
    kind, asked, work = costly
    begun, given_up = threading.Event(), threading.Event()

    def until_given_up(session: Any) -> None:
        if session.iteration != 1:
            return
        begun.set()
        try:
            while True:
                check()
        finally:
            given_up.set()

    work.append(until_given_up)
    running.do(SetFigures((kind.name, "loss")))
    running.do(Step("iteration"))
    running.wait(lambda: any(made.by_name["loss"].has_data for made in running.figures if made.by_name))
    running.wait_for(begun)
    assert running.figures[-1].by_name[kind.name].verdict.startswith("Measuring")
    running.do(Step("iteration"))
    assert given_up.is_set()
    running.settle()
    assert asked[-2:] == [1, 2]
    assert running.figures[-1].by_name[kind.name].verdict == "at 2"
    assert not running.notices


def test_one_that_fails_says_so_and_is_not_tried_again(
    running: Window, costly: tuple[FigureKind, list[int], list[Measuring]]
) -> None:
    kind, asked, work = costly

    def fail(session: Any) -> None:
        raise ZeroDivisionError

    work.append(fail)
    running.do(SetFigures((kind.name, "loss")))
    running.settle()
    assert asked == [0]
    assert "went wrong" in running.figures[-1].by_name[kind.name].verdict


def test_every_so_many_updates_it_is_measured_while_the_session_plays(
    running: Window, costly: tuple[FigureKind, list[int], list[Measuring]]
) -> None:
    kind, asked, work = costly
    work.append(lambda session: [check() for _ in range(5)])
    running.do(SetFigures((kind.name, "loss"), every={kind.name: 50}))
    running.settle()  # an order gives up what is measured
    running.do(Play(FULL_SPEED))
    running.wait(lambda: len(asked) >= 5)
    running.do(Pause())
    running.settle()
    assert asked[:5] == [0, 50, 100, 150, 200]
    assert all(number % 50 == 0 for number in asked)
    at, now = asked[-1], running.runner.session.iteration
    made = running.figures[-1]
    assert made.measurements[kind.name].updates == at
    assert made.measurements[kind.name].passes == 5
    assert made.measurements[kind.name].seconds >= 0
    assert not made.measurements[kind.name].under_way
    verdict = made.by_name[kind.name].verdict
    assert verdict == (f"at {at}" if at == now else f"After {at:,} updates: at {at}")
    running.do(Step("iteration"))
    running.settle()
    assert asked[-1] == (at if (now + 1) % 50 else now + 1)  # stepping costs nothing until it is due


def test_asked_for_it_is_measured_while_the_session_plays_which_goes_on(
    running: Window, costly: tuple[FigureKind, list[int], list[Measuring]]
) -> None:
    kind, asked, _ = costly
    running.do(SetFigures((kind.name,)))
    running.settle()
    running.do(Play(FULL_SPEED))
    running.do(Measure(kind.name))
    running.wait(lambda: len(asked) == 2)
    measured = asked[1]
    running.wait(lambda: running.figures[-1].updates > measured and running.updates[-1].playing)
    now = running.figures[-1]
    assert now.by_name[kind.name].verdict == f"Measured when it pauses; after {measured:,} updates: at {measured}"
    assert now.measurements[kind.name].updates == measured
    running.do(Pause())


def test_given_up_it_is_measured_again_when_asked_for_or_when_something_moves(
    running: Window, costly: tuple[FigureKind, list[int], list[Measuring]]
) -> None:
    kind, asked, work = costly
    begun = threading.Event()

    def until_given_up(_session: Any) -> None:
        begun.set()
        while True:
            check()

    work.append(until_given_up)
    running.do(SetFigures((kind.name,)))
    running.wait(lambda: any(kind.name in made.measurements for made in running.figures))
    assert running.figures[-1].measurements[kind.name].under_way
    running.wait_for(begun)
    running.do(StopMeasuring())
    running.settle()
    assert asked == [0]
    assert running.figures[-1].by_name[kind.name].verdict == "Not measured here"
    assert not running.figures[-1].measurements[kind.name].under_way
    work.clear()
    running.do(Measure(kind.name))
    running.settle()
    assert asked == [0, 0]
    assert running.figures[-1].by_name[kind.name].verdict == "at 0"
    running.do(Step("iteration"))
    running.settle()
    assert asked == [0, 0, 1]


def test_a_pause_gives_up_what_is_measured_in_a_run(
    running: Window, costly: tuple[FigureKind, list[int], list[Measuring]]
) -> None:
    kind, asked, work = costly
    begun = threading.Event()

    def until_given_up(session: Any) -> None:
        if session.iteration >= 20:
            begun.set()
        while session.iteration == 20 and len(asked) < 3:
            check()

    work.append(until_given_up)
    running.do(SetFigures((kind.name,), every={kind.name: 20}))
    running.settle()
    running.do(Play(FULL_SPEED))
    running.wait_for(begun)
    assert not running.do(Pause()).playing
    running.settle()
    assert asked == [0, 20, 20]  # at rest it is measured after all


def test_a_figure_stays_with_the_layer_that_it_is_told(running: Window, small: bn.Experiment) -> None:
    layers = (bn.Linear(4), bn.BatchNorm(), bn.Tanh(), bn.Linear(4), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))
    two = bn.Experiment(data=small.data, training=small.training, stacks=(bn.Stack(name="net", layers=layers),))
    running.do(SetExperiment(two))
    norms = [layer.id for layer in two.stacks[0].layers if isinstance(layer, bn.BatchNorm)]
    running.do(Step("iteration"))

    def title() -> str:
        running.settle()
        return running.figures[-1].by_name["batch_statistics"].verdict.partition(":")[0]

    running.do(SetFigures(("batch_statistics",), norms[1]))
    second = title()
    running.do(SetFigures(("batch_statistics",), norms[0], layers={"batch_statistics": norms[1]}))
    assert title() == second
    running.do(SetFigures(("batch_statistics",), norms[1], layers={"batch_statistics": 0}))
    first = title()
    assert first != second
    running.do(SetFigures(("batch_statistics",), norms[0]))
    assert title() == first


def test_one_that_costs_by_what_is_chosen_is_measured_anew_when_that_changes(
    running: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    @figure(
        title="Some",
        shows="some",
        section="Of the task",
        options=(Choice("rows", "Rows", (("batch", "mini-batch"), ("all", "all")), costs=(("all", "a pass"),)),),
    )
    def some_kind(
        session: Any, layer_id: Any = None, *, max_points: Any = None, known: Any = None, rows: str
    ) -> Figure:
        asked.append(rows)
        return Figure(some_kind.name, some_kind.title, rows, Axis("x"), Axis("y"))

    monkeypatch.setitem(figures._KINDS, some_kind.name, some_kind)
    running.do(SetFigures((some_kind.name,)))
    running.settle()
    assert {*asked} == {"batch"}
    asked.clear()
    running.do(SetFigures((some_kind.name,), options={some_kind.name: {"rows": "all"}}))
    running.settle()
    running.do(SetFigures((some_kind.name, "loss"), options={some_kind.name: {"rows": "all"}}))
    running.settle()
    assert asked == ["all"]
    assert running.figures[-1].by_name[some_kind.name].verdict == "all"


def test_one_that_is_refined_is_made_in_full_once_the_session_rests(
    running: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int | None] = []

    @figure(title="Some", shows="some", section="Of the task", fast_points=7, refined=True)
    def some_kind(session: Any, layer_id: Any = None, *, max_points: int | None = 9, known: Any = None) -> Figure:
        asked.append(max_points)
        return Figure(some_kind.name, some_kind.title, f"{max_points} of {session.iteration}", Axis("x"), Axis("y"))

    monkeypatch.setitem(figures._KINDS, some_kind.name, some_kind)
    running.do(SetFigures((some_kind.name,)))
    running.settle()
    assert asked[-1] is None
    asked.clear()
    running.do(Play(FULL_SPEED))
    running.wait(lambda: 7 in asked)
    running.do(Pause())
    running.settle()
    iteration = running.runner.session.iteration
    assert asked[-2:] == [some_kind.live_points, None]
    assert running.figures[-1].by_name[some_kind.name].verdict == f"None of {iteration}"


@pytest.mark.parametrize("name", [kind.name for kind in figures.FIGURES.values() if kind.about_layer])
def test_every_figure_of_one_layer_can_stay_with_it(running: Window, small: bn.Experiment, name: str) -> None:
    block = (bn.Linear(4), bn.BatchNorm(), bn.Tanh())
    stack = bn.Stack(name="net", layers=(*block, *block, bn.Linear(2)))
    two = bn.Experiment(data=small.data, training=small.training, stacks=(stack,))
    running.do(SetExperiment(two))
    fitting = [layer.id for layer in two.stacks[0].layers if figures.FIGURES[name].fits(layer)]
    running.do(Step("iteration"))

    def shown(order: SetFigures) -> tuple[str, str]:
        running.do(order)
        running.settle()
        made = running.figures[-1].by_name[name]
        return made.verdict, made.caption

    second = shown(SetFigures((name,), fitting[1]))
    first = shown(SetFigures((name,), fitting[0]))
    assert shown(SetFigures((name,), fitting[0], layers={name: fitting[1]})) == second != first

"""Costly figures are measured while the session rests, after the others, and given up for any order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bnsim import figures
from bnsim.figures import Axis, Figure, FigureKind, Series
from bnsim.figures.kind import figure
from bnsim.figures.options import Choice
from bnsim.runner.orders import Pause, Play, SetFigures, Step
from bnsim.runner.playback import FULL_SPEED
from bnsim.spec.giving_up import check

from .conftest import PATIENCE, Window

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
        begun.set()
        try:
            while session.iteration == 1:
                check()
        finally:
            given_up.set()

    work.append(until_given_up)
    running.do(SetFigures((kind.name, "loss")))
    running.do(Step("iteration"))
    running.wait(lambda: any(made.by_name["loss"].has_data for made in running.figures if made.by_name))
    assert begun.wait(PATIENCE)
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


def test_one_that_costs_by_what_is_chosen_is_measured_anew_when_that_changes(
    running: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    @figure(
        title="Some",
        shows="some",
        section="Of the task",
        options=(Choice("rows", "Rows", (("batch", "mini-batch"), ("all", "all")), costly=("all",)),),
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

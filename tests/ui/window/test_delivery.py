"""A part of the window that raises keeps nothing from the others, and its failure is reported once."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.ui.window.delivery import Delivery

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What went to `sys.excepthook`."""
    found: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: found.append(error))
    return found


def fail(*_: object, **__: object) -> None:
    raise IndexError("as a test")


def test_all_are_called_and_each_failure_is_told_once(raised: list[BaseException]) -> None:
    told: list[str] = []
    called: list[str] = []

    def call(part: str) -> None:
        called.append(part)
        if part == "b":
            raise IndexError("no such element")

    deliver = Delivery(told.append)
    deliver("abc", call)
    deliver("abc", call)
    assert called == list("abcabc")
    assert len(raised) == len(told) == 1
    assert "IndexError: no such element" in told[0]


PARTS: dict[str, Callable[[MainWindow], tuple[object, str]]] = {
    "canvas": lambda window: (window.canvas, "show_frame"),
    "transport": lambda window: (window.transport, "show_update"),
    "time line": lambda window: (window.timeline, "show_update"),
    "breakpoints": lambda window: (window.breakpoint_list, "show_update"),
    "watches": lambda window: (window.watches_row.list, "show_update"),
    "equation": lambda window: (window.shelf.view("equation"), "show_update"),
    "panel": lambda window: (window.panel_docks[0].panel, "show_figure"),
    "messages": lambda window: (window.messages, "show_update"),
}


@pytest.mark.parametrize("broken", PARTS)
def test_the_others_are_drawn(
    open_window: Opener,
    small: bn.Experiment,
    raised: list[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    window = open_window(small)
    window.shelf.bring_up("equation")
    window.step("iteration")
    window.settle()
    part, method = PARTS[broken](window)
    shown: list[str] = []
    for name, find in PARTS.items():
        other, its = find(window)
        if name != broken:
            original = getattr(other, its)
            monkeypatch.setattr(
                other, its, lambda *a, _o=original, _n=name, **k: (shown.append(_n), _o(*a, **k))[1], raising=True
            )
    monkeypatch.setattr(part, method, fail)
    for _ in range(2):
        window.step("iteration")
        window.settle()
    assert set(shown) == set(PARTS) - {broken}
    assert [str(error) for error in raised] == ["as a test"]
    assert "IndexError: as a test" in window.messages.message.text()


def test_a_theme_reaches_the_others(
    open_window: Opener, small: bn.Experiment, raised: list[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    from bnsim.plot.theme import load_theme

    window = open_window(small)
    monkeypatch.setattr(window.canvas, "set_theme", fail)
    reached: list[object] = []
    monkeypatch.setattr(window.inspector, "set_theme", reached.append)
    window._theming.set_theme(load_theme("dark"))
    assert reached == [load_theme("dark")]
    assert len(raised) == 1


def test_a_figure_that_fails_keeps_the_others(
    open_window: Opener, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    window = open_window(small)
    first, *others = (dock.panel for dock in window.panel_docks if not dock.isHidden())
    broken = dataclasses.replace(FIGURES[first.name], make=fail)
    monkeypatch.setattr("bnsim.runner.snapshots.FIGURES", {**FIGURES, first.name: broken})
    for _ in range(2):
        window.step("iteration")
        window.settle()
    assert "went wrong" in first.verdict.words
    assert others
    assert all(panel.figure is window.figures_shown.by_name[panel.name] and panel.figure.has_data for panel in others)
    assert len([record for record in caplog.records if first.name in record.getMessage()]) == 1
    assert not window.update_shown.playing

"""In projector mode nothing is written smaller than the back row reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QFontInfo, QPixmapCache
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget

import bnsim as bn
from bnsim.runner.orders import Seek
from bnsim.ui.views import names
from bnsim.ui.views.why.view import WhyView

from .type_sizes import fonts_of, painted_sizes, scripts_of

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

LEAST = 18
LEAST_SCRIPT = 18
"""Indices and exponents of formulas that fit their line: those carry the lesson as much as what they stand at."""


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("of", ["small", "default"])
def test_nothing_is_written_small(
    open_window: Callable[..., MainWindow],
    small: bn.Experiment,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    of: str,
) -> None:
    window = open_window(small if of == "small" else None)
    window.runner.give(Seek(8))
    for _ in range(4):
        window.step("layer")
    window.settle()
    window.toggle_projector()
    window.showNormal()
    window.resize(*size)
    QApplication.processEvents()
    window.settle()
    assert window.stage.isVisible()
    scripts = scripts_of(window)
    assert scripts
    assert {name: size for name, size in scripts.items() if size < LEAST_SCRIPT} == {}
    fonts, painted = small_type(window, monkeypatch)
    assert len(fonts) > 10
    assert len(painted) > 10
    assert too_small(fonts, painted) == {}
    assert QFontInfo(QToolTip.font()).pixelSize() >= LEAST
    for menu in window.menuBar().findChildren(QMenu):
        assert QFontInfo(menu.font()).pixelSize() >= LEAST
    # What else can be there: the other views, and the lists below the canvas, which a person opens again.
    found = {}
    for name in (names.WHY[0], names.TENSOR[0], names.XRAY[0]):
        window.shelf.bring_up(name)
        window.settle()
        QApplication.processEvents()
        found |= {f"{name}: {text}": size for text, size in too_small(*small_type(window, monkeypatch)).items()}
    window.watches_row.watch("norm(dW[0])")
    for name, row in (("findings", window.findings_row), ("watches", window.watches_row)):
        if not row.is_open:
            row.toggle()
        window.settle()
        QApplication.processEvents()
        assert row.list.isVisible()
        fonts, painted = small_type(window, monkeypatch)
        assert any(f" {name}." in each for each in fonts)
        found |= {f"{name}: {text}": size for text, size in too_small(fonts, painted).items()}
        row.toggle()
    assert found == {}


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_the_staircase_is_seen_with_its_axis(open_window: Callable[..., MainWindow], size: tuple[int, int]) -> None:
    window = open_window(None)
    window.runner.give(Seek(8))
    for _ in ("forward", "loss", "backward"):
        window.step("phase")
    window.toggle_projector()
    window.showNormal()
    window.resize(*size)
    window.shelf.bring_up(names.WHY[0])
    window.settle()
    QApplication.processEvents()
    why = window.shelf.view(names.WHY[0])
    assert isinstance(why, WhyView)
    plot = why.page.stairs.plot
    assert plot.isVisible()
    assert plot.viewport().visibleRegion().boundingRect() == plot.viewport().rect()
    axis = plot.plotItem.getAxis("bottom")
    assert "weight layer, from the input to the loss".startswith(axis.labelText)
    assert axis.labelText
    # Nothing is written in the label's own margin.
    margin = axis.label.document().documentMargin()
    assert axis.label.mapRectToScene(axis.label.boundingRect()).bottom() - margin <= plot.rect().bottom() + 1


@pytest.mark.parametrize("open_first", ["findings_row", "watches_row"])
def test_an_open_list_leaves_room_for_the_cards(open_window: Callable[..., MainWindow], open_first: str) -> None:
    window = open_window(None)
    window.toggle_projector()
    window.showNormal()
    window.resize(1280, 720)
    QApplication.processEvents()
    row, stage = getattr(window, open_first), window.stage.height()
    window.findings_row.toggle()
    window.watches_row.toggle()
    assert not window.findings_row.is_open  # one at a time
    if not row.is_open:
        row.toggle()
    QApplication.processEvents()
    assert window.timeline.isHidden()
    assert window.stage.height() == stage  # what is explained beside it stays whole
    card = next(card for card in window.canvas.cards.all_cards() if card.objectName() == "card:1:1")
    header = window.canvas.card_on_viewport(card, card.title_rect())
    assert header.bottom() < window.canvas.viewport().height()
    row.toggle()
    QApplication.processEvents()
    assert window.timeline.isVisible()
    window.toggle_projector()
    assert window.timeline.isVisible()


def small_type(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, int], dict[str, float]]:
    """Pixels of widgets' type, and of what is painted."""
    QPixmapCache.clear()  # cards keep their pictures
    with painted_sizes(monkeypatch) as painted:
        window.grab()
    return fonts_of(window), painted


def too_small(fonts: dict[str, int], painted: dict[str, float]) -> dict[str, float]:
    # What is painted is a little smaller where the zoom of the canvas is no round number.
    return {name: size for name, size in (fonts | painted).items() if size < LEAST - 0.01}


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("projected", [True, False])
def test_the_audience_reads_all_of_it(
    open_window: Callable[..., MainWindow], small: bn.Experiment, projected: bool, size: tuple[int, int]
) -> None:
    """Its window draws the lecturer's anew, whose type is that of projector mode: nothing of it is drawn smaller."""
    window = open_window(small)
    window.runner.give(Seek(8))
    window.settle()
    if projected:
        window.toggle_projector()
        window.showNormal()
    window.resize(*size)
    window.shelf.bring_up(names.EQUATION[0])
    window.settle()
    window.staging.toggle_audience()
    audience = window.staging.audience
    assert audience is not None
    audience.resize(1280, 720)
    QApplication.processEvents()
    audience.refresh()
    for mirror in audience.mirrors:
        assert isinstance(mirror.source, QWidget)
        assert mirror.place.height() <= mirror.height() + 1
        assert mirror.place.width() <= mirror.width() + 1
        scale = mirror.place.width() / mirror.seen.width()
        sizes = {name: scale * size for name, size in fonts_of(mirror.source).items()}
        assert {name: size for name, size in sizes.items() if size < LEAST - 0.1} == {}
    window.staging.toggle_audience()
    if not projected:
        assert window.font().pixelSize() < LEAST  # the usual type is back

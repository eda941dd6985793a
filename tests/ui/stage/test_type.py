"""In projector mode nothing is written smaller than the back row reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.runner.orders import Seek

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
    QPixmapCache.clear()  # cards keep their pictures
    with painted_sizes(monkeypatch) as painted:
        window.grab()
    assert window.stage.isVisible()
    scripts = scripts_of(window)
    assert scripts
    assert {name: size for name, size in scripts.items() if size < LEAST_SCRIPT} == {}
    fonts = fonts_of(window)
    assert len(fonts) > 10
    assert len(painted) > 10
    assert {name: size for name, size in fonts.items() if size < LEAST} == {}
    # What is painted is a little smaller where the zoom of the canvas is no round number.
    assert {text: size for text, size in painted.items() if size < LEAST - 0.01} == {}

"""Fields for whole numbers: the number stands off the border, and there is one kind of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

import bnsim
from bnsim.ui.widgets.number_box import NumberBox

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SHEET = """
* { background: white; color: black; }
QSpinBox { border: 1px solid white; padding: 0 8px; min-height: 30px; }
QSpinBox QLineEdit { border: none; padding: 0; }
QSpinBox::up-button, QSpinBox::down-button { border: none; width: 18px; }
"""
"""As the window styles them: with buttons of their own, for which Qt leaves the padding out."""


def test_the_number_stands_off_the_border(qtbot: QtBot) -> None:
    box = NumberBox()
    qtbot.addWidget(box)
    box.setStyleSheet(SHEET)
    box.setRange(0, 88_888)
    box.setValue(88_888)
    image = box.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())[:, : image.width()]
    ink = np.flatnonzero((rows[8:-8, :-20] < 128).any(axis=0))
    assert 6 <= ink[0] <= 14
    assert ink[-1] < image.width() - 21, "the number is cut"


def test_there_is_one_kind_of_them() -> None:
    """A spin box of Qt's own would have its number on the border."""
    made = [path.name for path in Path(bnsim.__file__).parent.rglob("*.py") if "QSpinBox(" in path.read_text("utf-8")]
    assert sorted(made) == []

"""Letters of the interface's type stand where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage, QPainter

from bnsim.plot.theme import load_theme
from bnsim.ui.theme.style import font

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def ink(text: str) -> np.ndarray:
    image = QImage(60, 60, QImage.Format.Format_Grayscale8)
    image.fill(255)
    shape = font(load_theme("light"))
    shape.setPixelSize(24)
    with QPainter(image) as painter:
        painter.setFont(shape)
        painter.drawText(10, 40, text)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(60, image.bytesPerLine())[:, :60]
    return rows < 128


def test_the_hat_of_x_is_above_it(qtbot: QtBot) -> None:
    plain, hat = ink("x"), ink("x̂")
    assert not hat[42:].any(), "nothing of it is below the line"
    assert np.flatnonzero(hat.any(axis=1))[0] < np.flatnonzero(plain.any(axis=1))[0] - 2

"""Pens, colors and fonts for what is painted by hand: cards, the palette, and the picture under a drag."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen

from bnsim.plot.theme import Theme

KINDS = ("linear", "normalization", "activation", "block", "regularization", "loss", "data")
"""The kinds of cards, which are also names of colors in the theme."""
SMALLEST_FONT = 8
"""The smallest font that is used, in pixels."""


class KindStyle:
    """How one kind of card is drawn: `full` where there is a value, `soft` where there is none yet.

    `thin` is the width of a hairline in pixels of the device.
    """

    def __init__(self, theme: Theme, kind: str, thin: float) -> None:
        color, card = QColor(theme.color(kind)), QColor(theme.color("card"))
        self.full = QBrush(color)
        self.soft = QBrush(mix(color, card, 0.16 if theme.name == "light" else 0.34))
        self.area = QBrush(mix(color, card, 0.24 if theme.name == "light" else 0.45))
        line = color if theme.name == "light" else mix(color, QColor(theme.color("text")), 0.55)
        self.line = pen(line, 1.25 * thin)


def pen(color: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A cosmetic pen: as wide at every zoom, in pixels of the device."""
    made = QPen(color, width, style)
    made.setCosmetic(True)
    if style == Qt.PenStyle.DashLine:
        made.setDashPattern([4, 3])
    return made


def mix(color: QColor, ground: QColor, amount: float) -> QColor:
    """The opaque color that `color` with opacity `amount` gives on `ground`."""
    return QColor.fromRgbF(
        ground.redF() + (color.redF() - ground.redF()) * amount,
        ground.greenF() + (color.greenF() - ground.greenF()) * amount,
        ground.blueF() + (color.blueF() - ground.blueF()) * amount,
    )


def sized(font: QFont, pixels: float, bold: bool = False) -> QFont:
    """The font in `pixels`, with figures of equal width where the family has them."""
    made = QFont(font)
    made.setPixelSize(round(pixels))
    made.setBold(bold)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


class FittedFonts:
    """Fonts small enough for a text to fit, remembered: measuring text is slow."""

    def __init__(self, least: int = SMALLEST_FONT) -> None:
        """No font is made smaller than `least` pixels."""
        self._least = least
        self._fitted: dict[tuple[str, int, bool, str, float], QFont] = {}

    def fitting(self, text: str, font: QFont, width: float) -> QFont:
        """`font`, or the largest smaller one in which `text` is no wider than `width` pixels."""
        key = (text, font.pixelSize(), font.bold(), font.family(), width)
        if key not in self._fitted:
            if len(self._fitted) > 4000:  # notes change with every frame
                self._fitted.clear()
            fitted = QFont(font)
            while fitted.pixelSize() > self._least and QFontMetricsF(fitted).horizontalAdvance(text) > width:
                fitted.setPixelSize(fitted.pixelSize() - 1)
            self._fitted[key] = fitted
        return self._fitted[key]

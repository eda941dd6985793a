"""Colors, pens and fonts of the canvas, made once from the theme so that painting allocates nothing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainterPath

from bnsim.plot.theme import Theme
from bnsim.spec.experiment import MAX_STACKS
from bnsim.spec.naming import shorter
from bnsim.ui.canvas.plan.columns import Metrics
from bnsim.ui.model.findings import FindingMark
from bnsim.ui.model.preferences import CardContents
from bnsim.ui.theme.drawing import KINDS, FittedFonts, KindStyle, mix, pen, sized

WIDEST_NUMBER = "0.042"
"""Of those that stand beside the bar of a card."""
LEAST_LETTERS = 8
"""The smallest legible font size, in pixels."""


class Level(IntEnum):
    """How much detail a card shows, by its size on screen."""

    FAR = 0
    MIDDLE = 1
    NEAR = 2


class CanvasStyle:
    """Colors, pens and fonts for all items of a scene; `apply` changes the theme in place."""

    def __init__(self, theme: Theme, font: QFont) -> None:
        self.level = Level.NEAR
        self.contents: CardContents = "values"
        self.ratio = 1.0
        """Device pixels for each logical pixel of the screen: cosmetic lines are measured in device pixels."""
        self.breakpoints: Mapping[int, str] = {}
        """The breakpoint mark of a layer, "on" or "off", by its id."""
        self.scaled: Mapping[int, str] = {}
        """What the weights of a layer, or of all in a block, were multiplied by in the run, such as "×3", by its id."""
        self.findings: Mapping[int, FindingMark] = {}
        """The mark of the findings about a layer, or a block that holds one, by its id."""
        self.apply(theme, font)

    def apply(self, theme: Theme, font: QFont) -> None:
        """Take colors, pens and fonts from another theme, or set another font."""
        self.theme = theme
        self._fitted = FittedFonts(round(theme.size("card-least")))
        self.metrics = Metrics.of(theme)
        color = self.color
        thin = theme.size("hairline") * self.ratio
        self.kinds = {name: KindStyle(theme, name, thin) for name in KINDS}
        self.card = QBrush(color("card"))
        self.soft_outline = pen(color("line-strong"), thin, Qt.PenStyle.DashLine)
        self.outline = pen(color("line-strong"), thin)
        self.hairline = pen(color("line"), thin)
        self.dashed_hairline = pen(color("line-strong"), thin, Qt.PenStyle.DotLine)
        self.wire = pen(color("wire"), 1.25 * thin)
        self.executed = pen(color("accent"), theme.size("outline") * self.ratio)
        self.waiting = pen(color("accent"), 1.5 * thin, Qt.PenStyle.DashLine)
        self.selected = pen(color("focus"), 1.5 * thin)
        self.danger = pen(color("danger"), 1.5 * thin)
        self.danger_fill = QBrush(color("danger"))
        self.note_fill = QBrush(color("text-muted"))
        self.danger_soft = QBrush(color("danger-soft"))
        self.track = QBrush(color("surface") if theme.name == "light" else color("window"))
        self.landing = QBrush(color("accent-soft"))
        self.landing_pen = pen(color("accent"), 1.5 * thin, Qt.PenStyle.DashLine)
        self.accent = QBrush(color("accent"))
        self.text = pen(color("text"), 1)
        self.muted = pen(color("text-muted"), 1)
        self.danger_text = pen(color("danger"), 1)
        self.card_pen = pen(color("card"), 1)
        self.kind_text = pen(color("kind-text"), 1)
        self.phase_fill = {
            "forward": QBrush(color("forward")),
            "loss": QBrush(color("forward")),
            "backward": QBrush(color("backward")),
            "update": QBrush(color("ok")),
        }
        ground = QColor(color("canvas"))
        self.block_ground = QBrush(mix(color("block"), ground, 0.05 if theme.name == "light" else 0.1))
        self.block_line = pen(mix(color("block"), ground, 0.6), thin)
        self.skip = pen(color("block"), 1.75 * thin)
        self.skip_fill = QBrush(color("block"))
        self.sign_text = pen(color("text"), 1.5 * thin)
        self.sign_kind = pen(color("kind-text"), 1.5 * thin)
        self.hatch = pen(color("text-muted"), thin)
        self.unreached = pen(color("wire"), 1.25 * thin, Qt.PenStyle.DashLine)
        waves = {"forward": color("forward"), "backward": color("backward"), "update": color("ok")}
        self.wave = {name: pen(tint, 2.75 * thin) for name, tint in waves.items()}
        self.wave_dots = {name: pen(tint, 2 * thin, Qt.PenStyle.DotLine) for name, tint in waves.items()}
        self.wave_text = {name: pen(tint, 1) for name, tint in waves.items()}
        self.lane_fill = [QBrush(color(f"lane{i}")) for i in range(MAX_STACKS)]
        # On cards, where the view's zoom scales them; `words_font` and `lane_font` are pixels of the viewport.
        self.title_font = sized(font, theme.size("card-title"), bold=True)
        self.small_font = sized(font, theme.size("card-text"))
        self.bold_small_font = sized(font, theme.size("card-text"), bold=True)
        self.number_font = sized(font, theme.size("card-number"))
        self._short_font = sized(font, theme.size("card-short"), bold=True)
        self.words_font = sized(font, theme.size("text-small"))
        self.lane_font = sized(font, theme.size("title"), bold=True)
        self.small_metrics = QFontMetricsF(self.small_font)
        self.bold_metrics = QFontMetricsF(self.bold_small_font)
        self._number_metrics = QFontMetricsF(self.number_font)
        self.number_room = self.number_width(WIDEST_NUMBER) + 3.5
        self._shapes()

    def color(self, name: str) -> QColor:
        """A color of the theme."""
        return QColor(self.theme.color(name))

    def fitting(self, text: str, font: QFont, width: float) -> QFont:
        """`font`, or the largest smaller one in which `text` is no wider than `width`."""
        return self._fitted.fitting(text, font, width)

    def short_title(self, title: str, width: float, height: float) -> tuple[str, QFont]:
        """As much of a small card's title as fits, and its font; "" if nothing does. In viewport pixels."""
        font = QFont(self._short_font)
        font.setPixelSize(min(font.pixelSize(), int(height) - 1) if height >= LEAST_LETTERS + 1 else LEAST_LETTERS)
        metrics = QFontMetricsF(font)
        fits = (words for words in shorter(title) if metrics.horizontalAdvance(words) <= width)
        return (next(fits, "") if height > LEAST_LETTERS else ""), font

    @property
    def title_pixels(self) -> float:
        """Height that a lane's name needs, in pixels of the viewport."""
        return 1.4 * self.lane_font.pixelSize()

    def number_width(self, text: str) -> float:
        """Width of a text in the font of numbers."""
        return self._number_metrics.horizontalAdvance(text)

    def _shapes(self) -> None:
        m, radius = self.metrics, self.theme.size("radius-card")
        self.card_path = QPainterPath()
        self.card_path.addRoundedRect(0, 0, m.card_width, m.card_height, radius, radius)
        below = QPainterPath()
        below.addRect(0, m.header, m.card_width, m.card_height)
        self.header_path = self.card_path.subtracted(below)
        self.ring_path = QPainterPath()
        self.ring_path.addRoundedRect(-4, -4, m.card_width + 8, m.card_height + 8, radius + 4, radius + 4)
        self.arrow_forward = _triangle(1)
        self.arrow_backward = _triangle(-1)


def _triangle(direction: int) -> QPainterPath:
    path = QPainterPath()
    path.moveTo(-4 * direction, -4.5)
    path.lineTo(4.5 * direction, 0)
    path.lineTo(-4 * direction, 4.5)
    path.closeSubpath()
    return path

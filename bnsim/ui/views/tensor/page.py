"""The widgets of the tensor view and their layout: header, drawings, hovered element, summary, pins."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.spacing import HEAD_GAP, MARGINS
from bnsim.ui.views.check import CheckPanel
from bnsim.ui.views.tensor.digits import PictureGrid
from bnsim.ui.views.tensor.drawing import TensorDrawing
from bnsim.ui.views.tensor.map import HeatMap
from bnsim.ui.views.tensor.pins import Pins
from bnsim.ui.views.tensor.stems import Bins, Stems
from bnsim.ui.views.tensor.summary import SummaryBox
from bnsim.ui.views.tensor.table import TensorTable
from bnsim.ui.widgets.elided_label import ElidedLabel
from bnsim.ui.widgets.number_box import NumberBox
from bnsim.ui.widgets.spoken import call
from bnsim.ui.widgets.wheel import ignore_wheel

KINDS = ("pictures", "map", "histogram", "table")
TITLES = {"pictures": "Pictures", "map": "Map", "histogram": "Histogram", "table": "Table"}


class TensorPage(QWidget):
    """The widgets of the view; the view decides what they show and reacts to clicks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensor.page")
        self._theme: Theme | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(HEAD_GAP)
        self.title, self.subtitle = self._label("title"), self._label("muted")
        self.title.setObjectName("tensor.title")
        self.subtitle.setObjectName("tensor.subtitle")
        self.subtitle.setTextFormat(Qt.TextFormat.RichText)
        self.subtitle.setMinimumWidth(10)
        column.addWidget(self.title)
        column.addWidget(self.subtitle)
        column.addSpacing(HEAD_GAP)
        column.addLayout(self._choosing())
        self.about = ElidedLabel(self)
        self.about.setObjectName("tensor.about")
        self.about.setProperty("role", "muted")
        column.addWidget(self.about)
        self.kinds = QTabBar(self)
        self.kinds.setObjectName("tensor.kinds")
        self.kinds.setAccessibleName(tr("Drawn as"))
        self.kinds.setExpanding(False)
        for kind in KINDS:
            self.kinds.addTab(tr(TITLES[kind]))
        column.addWidget(self.kinds)
        self._add_drawings(column)
        self.readout = ElidedLabel(self)
        self.readout.setObjectName("tensor.readout")
        column.addWidget(self.readout)
        self.check = CheckPanel("tensor.check", self)
        column.addWidget(self.check)
        self.summary = SummaryBox(self)
        column.addWidget(self.summary)
        self.pins = Pins(self)
        column.addWidget(self.pins)

    @property
    def shown(self) -> QWidget:
        """The drawing that is visible."""
        shown = self.drawings.currentWidget()
        assert shown is not None
        return shown

    @property
    def tensor_drawings(self) -> tuple[TensorDrawing, ...]:
        """All drawings in which one can point at elements."""
        return self.map, self.stems, self.pictures, self.bins

    def show_kind(self, kind: str, *, vector: bool, why_empty: str) -> None:
        """Show the drawing of that kind, one of `KINDS`; or the words `why_empty`, if there are any."""
        drawing = {"pictures": self.pictures, "map": self.map, "histogram": self.bins, "table": self.table_page}[kind]
        if kind == "map" and vector:
            drawing = self.stems
        self.empty_note.setText(tr(why_empty))
        shown = self.empty_note if why_empty else drawing
        if shown is not self.drawings.currentWidget():
            self._turn(shown)
        self.kinds.setTabText(KINDS.index("map"), tr("Stems" if vector else "Map"))

    def _turn(self, shown: QWidget) -> None:
        # Those out of sight ask for no room.
        for index in range(self.drawings.count()):
            other = self.drawings.widget(index)
            assert other is not None
            policy = QSizePolicy.Policy.Expanding if other is shown else QSizePolicy.Policy.Ignored
            other.setSizePolicy(policy, policy)
        self.drawings.setCurrentWidget(shown)

    def show_pinned(self, on: bool) -> None:
        """Show whether the visible tensor is pinned."""
        self.pin.setChecked(on)
        if self._theme is not None:
            self.pin.setIcon(icon("unpin" if on else "pin", self._theme, "accent" if on else "text-muted"))
        tip = "Unpin this tensor" if on else "Pin: keep this tensor in sight"
        self.pin.setToolTip(tr(tip))
        self.pin.setAccessibleName(tr(tip))

    def set_theme(self, theme: Theme) -> None:
        for drawing in self.tensor_drawings:
            drawing.set_theme(theme)
        self.table.set_theme(theme)
        self.summary.set_theme(theme)
        self.more.setIcon(icon("more", theme, "text-muted"))
        self._theme = theme
        self.show_pinned(self.pin.isChecked())
        line = theme.color("line-strong")
        self.empty_note.setStyleSheet(f"border: 1px dashed {line}; color: {theme.color('text-muted')}; padding: 8px;")

    def _label(self, role: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("role", role)
        return label

    def _choosing(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.chooser = QComboBox(self)
        self.chooser.setObjectName("tensor.chooser")
        call(self.chooser, tr("Tensor of this layer"))
        self.chooser.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser.setMinimumContentsLength(8)
        self.chooser.setIconSize(QSize(10, 10))
        self.chooser.setMaxVisibleItems(24)
        self.copy = NumberBox(self)
        self.copy.setObjectName("tensor.copy")
        self.copy.setAccessibleName(tr("Which copy"))
        self.copy.setPrefix("copy ")
        self.copy.hide()
        ignore_wheel(self.chooser, self.copy)
        self.pin = self._tool("pin", "Pin: keep this tensor in sight")
        self.pin.setCheckable(True)
        self.more = self._tool("menu", "Copy, export")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.chooser, 1)
        row.addWidget(self.copy)
        row.addWidget(self.pin)
        row.addWidget(self.more)
        return row

    def _tool(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"tensor.{name}")
        button.setAccessibleName(tr(tip))
        button.setToolTip(tr(tip))
        button.setProperty("kind", "flat")
        return button

    def _add_drawings(self, column: QVBoxLayout) -> None:
        self.drawings = QStackedWidget(self)
        self.map, self.stems, self.bins, self.pictures = HeatMap(self), Stems(self), Bins(self), PictureGrid(self)
        self.empty_note = _EmptyNote(self)
        self.empty_note.setObjectName("tensor.empty")
        self.table_page = QWidget(self)
        inside = QVBoxLayout(self.table_page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        self.table = TensorTable(self)
        self.all_digits = QCheckBox(tr("17 digits"), self)
        self.all_digits.setObjectName("tensor.allDigits")
        self.all_digits.setToolTip(tr("All digits a float64 has"))
        inside.addWidget(self.table, 1)
        inside.addWidget(self.all_digits)
        for drawing in (self.map, self.stems, self.bins, self.pictures, self.empty_note, self.table_page):
            self.drawings.addWidget(drawing)
        column.addWidget(self.drawings, 1)

    def sizeHint(self) -> QSize:
        return QSize(300, 620)


class _EmptyNote(QLabel):
    """Why there is nothing, in full: among drawings that can be low, words keep the height of all their lines."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def setText(self, words: str) -> None:
        super().setText(words)
        self._keep_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_height()

    def _keep_height(self) -> None:
        self.setMinimumHeight(self.heightForWidth(self.width()) if self.text() else 0)

"""What is told of the experiment that was opened, above the canvas: the claim of a paper, or what an example shows.

It is one line until it is opened, then all of it: unlike a sentence of the status bar it stays with the experiment.
"""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import font
from bnsim.ui.widgets.elided_label import ElidedLabel

MOST = 0.3
"""The largest share of the window's height that its words take; there is more of them by scrolling."""
PADDING = 8


class Told(Struct, frozen=True):
    """`line` is the one line, of what `title` says briefly; `page` is all of it as rich text; `paper` is its name.

    Without a `paper` there is nothing to measure.
    """

    title: str
    line: str
    page: str
    paper: str = ""


class ClaimBar(QFrame):
    """Shows what is told, or nothing. A click on the line opens it, or folds it."""

    measure_asked = Signal(str)
    """The name of the paper whose claim is to be measured."""
    shown_or_hidden = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("claim")
        self.setAccessibleName(tr("What this experiment shows"))
        self._theme: Theme | None = None
        self.told: Told | None = None
        """What there is to be told, shown or not."""
        self.fold_button = self._button("claim.fold", self.fold_or_open)
        self.title = QLabel(self)
        self.line = ElidedLabel(self)
        self.line.setObjectName("claim.line")
        self.measure_button = self._button("claim.measure", self._ask)
        self.measure_button.setText(tr("Measure…"))
        self.measure_button.setToolTip(tr("Measure its claim here, and see our figure beside it"))
        self.close_button = self._button("claim.close", self.hide_all)
        self.close_button.setToolTip(tr("Hide this; Help has it again"))
        self.close_button.setAccessibleName(self.close_button.toolTip())
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.fold_button)
        head.addWidget(self.title)
        head.addWidget(self.line, 1)
        head.addWidget(self.measure_button)
        head.addWidget(self.close_button)
        self.page = QLabel(self)
        self.page.setObjectName("claim.page")
        self.page.setWordWrap(True)
        self.page.setTextFormat(Qt.TextFormat.RichText)
        self.page.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.page.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.page.setContentsMargins(PADDING, 0, PADDING, PADDING)
        self.area = QScrollArea(self)
        self.area.setAccessibleName(self.accessibleName())
        self.area.setWidget(self.page)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, 2, PADDING, 2)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.area)
        self._mark()
        self.hide()

    def tell(self, told: Told | None) -> None:
        """Show that, folded; None hides the bar, and there is nothing to show again."""
        self.told = told
        self._fill()
        self._set_open(False)
        self._set_shown(told is not None)

    def tell_more(self, told: Told) -> None:
        """Have other words for what is told, as open as it is, and shown or hidden as it is."""
        self.told = told
        self._fill()

    def show_or_hide(self) -> None:
        """Hide it, or show all that there is to be told."""
        if self.told is None:
            return
        if not self.isHidden():
            self.hide_all()
            return
        self._set_open(True)
        self._set_shown(True)

    @Slot()
    def hide_all(self) -> None:
        """Hide the bar; it can be shown again."""
        self._set_shown(False)

    @Slot()
    def fold_or_open(self) -> None:
        """Show all of it, or the one line."""
        self._set_open(self.area.isHidden())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.title.setFont(font(theme, "text", bold=True))
        self.close_button.setIcon(icon("close", theme, "text-muted"))
        self._mark()

    def fit(self) -> None:
        """Take as much height as the words need, up to a share of the window's."""
        if not self.area.isHidden():
            width = max(self.width() - 2 * PADDING, 1)
            wanted = self.page.heightForWidth(width)
            most = round(MOST * self.window().height())
            if wanted > most:  # beside a scroll bar
                wanted = self.page.heightForWidth(width - self.area.verticalScrollBar().sizeHint().width())
            self.area.setFixedHeight(min(wanted, most))

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() <= self.title.geometry().bottom():
            self.fold_or_open()
            event.accept()
            return
        super().mousePressEvent(event)

    def _fill(self) -> None:
        told = self.told
        if told is None:
            return
        self.title.setText(told.title)
        self.page.setText(told.page)
        self.measure_button.setVisible(bool(told.paper))
        self.setAccessibleDescription(f"{told.title}. {told.line}")
        self._mark()
        self.fit()

    def _set_shown(self, shown: bool) -> None:
        self.setVisible(shown)
        self.shown_or_hidden.emit()

    def _set_open(self, opens: bool) -> None:
        self.area.setVisible(opens)
        self.fit()
        self._mark()

    def _mark(self) -> None:
        folded = self.area.isHidden()
        self.line.set_words(self.told.line if self.told is not None and folded else "")  # else the page says it
        words = tr("Show all of it" if folded else "Show one line of it")
        self.fold_button.setToolTip(words)
        self.fold_button.setAccessibleName(words)
        if self._theme is not None:
            self.fold_button.setIcon(icon("chevron-down" if folded else "chevron-up", self._theme, "text-muted"))

    @Slot()
    def _ask(self) -> None:
        if self.told is not None:
            self.measure_asked.emit(self.told.paper)

    def _button(self, name: str, call: object) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setProperty("kind", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(call)
        return button

"""All operations of a layer in one phase, one below the other: the one just executed is lit, each can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from bnsim.lenses.equations import Explained, Line, Markup, Operation, Piece, in_parts, latex
from bnsim.plot.theme import Theme
from bnsim.spec.naming import operation_name
from bnsim.spec.spelling import Spelling
from bnsim.ui.language import tr
from bnsim.ui.views.equation.drawing import Drawing, set_numbers
from bnsim.ui.views.equation.math import Mathematics, Span
from bnsim.ui.views.equation.typesetter import Typesetter

BLANK = Drawing(30, 16, 8, ())
SMALLER = 0.86
"""The size of these formulas, as a share of that of the equation below them."""
NAME_LETTERS = 13
"""Of the average width that a name has at least, so that rows stay where they are from one layer to the next."""
_NAME_PADDING = 16


class OperationRow(QFrame):
    """One operation: its name, which chooses it, its formula, and what that comes to."""

    chosen = Signal(int)

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = number
        self._told: tuple[Operation, float, bool, Spelling] | None = None
        """What it shows."""
        self.name = QPushButton(self)
        self.name.setObjectName(f"equation.operation.{number}")
        self.name.setProperty("kind", "operation")
        self.name.setCheckable(True)
        self.name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.name.clicked.connect(self._choose)
        self.formula = Mathematics(self)
        self.formula.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 3, 6, 3)
        row.setSpacing(8)
        row.addWidget(self.name)
        row.addWidget(self.formula, 1)

    def set_theme(self, theme: Theme) -> None:
        self._told = None
        self.formula.set_theme(theme)

    def show_operation(self, shown: Operation, of: Explained, size: float, setter: Typesetter) -> None:
        """Show an operation of a visit, `size` in pixels; if that explains this one, its numbers stand below."""
        explained = shown is of.visit[of.number]
        told = (shown, size, explained, of.spelled)
        if told == self._told and not self.formula.shows(BLANK):
            self.name.setChecked(explained)  # a press may have changed it
            return
        title = tr(operation_name(shown.op))
        self.name.setText(f"▸ {title}" if shown.last else title)
        self.name.setFixedWidth(self._room_for_names(of))
        self.name.setChecked(explained)
        self.name.setToolTip(tr(f"{operation_name(shown.op)}: show its numbers"))
        state = "just executed" if shown.last and shown.done else "next" if shown.last else ""
        result = "" if not shown.lines or shown.lines[-1].result is None else f"= {latex(shown.lines[-1].result)}"
        self.name.setAccessibleName(", ".join(filter(None, (title, tr(state), result))))
        named = {each.mark: each for each in shown.named}
        self._told = told
        spans = [span for line in shown.lines for span in _begun(_with_result(line, size, setter))]
        self.formula.show_spans(spans, named, size, of.spelled)
        lit = "true" if shown.last else "false"
        if self.property("lit") != lit:
            self.setProperty("lit", lit)
            self.style().unpolish(self)
            self.style().polish(self)

    def _room_for_names(self, of: Explained) -> int:
        """The width of the longest name of the visit, lit, so that all rows' formulas begin at one place."""
        bold = QFont(self.name.font())
        bold.setBold(True)
        metrics = QFontMetrics(bold)
        widest = max(metrics.horizontalAdvance(f"▸ {tr(operation_name(each.op))}") for each in of.visit)
        return max(widest, metrics.averageCharWidth() * NAME_LETTERS) + _NAME_PADDING

    def watch_at(self, at: QPoint) -> str:
        """The expression of the number at a point; "" if none is there."""
        return self.formula.watch_at(self.formula.mapFrom(self, at))

    def unwatched_at(self, at: QPoint) -> str:
        """Why the number at a point cannot be watched; "" if none is there, or it can."""
        return self.formula.unwatched_at(self.formula.mapFrom(self, at))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose()

    @Slot()
    def _choose(self) -> None:
        self.name.setChecked(True)
        self.chosen.emit(self._number)


def spans_of(line: Line, size: float, setter: Typesetter) -> list[Span]:
    """The formula, `size` in pixels; blank where it is not typeset yet."""
    return _spans(line.formula, lambda body: setter.get(latex(body, colored=True), size) or BLANK)


def number_spans(line: Line, size: float) -> list[Span]:
    """The formula with numbers, `size` in pixels."""
    return _spans(line.numbers, lambda body: set_numbers(body, size))


def _spans(pieces: Sequence[Piece], drawn: Callable[[Markup], Drawing]) -> list[Span]:
    def parts(piece: Piece) -> list[Span]:
        return [Span(part.sign, drawn(part.body)) for part in in_parts(piece)]

    return [Span(piece.sign, drawn(piece.body), partial(parts, piece)) for piece in pieces]


def _with_result(line: Line, size: float, setter: Typesetter) -> list[Span]:
    found = [] if line.result is None else [Span("=", set_numbers(line.result, size))]
    return [*spans_of(line, size, setter), *found]


def _begun(spans: list[Span]) -> list[Span]:
    """Those of an equation, which begins a line: several of an operation do not run into one another."""
    return [replace(span, begins=not at) for at, span in enumerate(spans)]


class OperationList(QWidget):
    """The operations of a visit; emits the number of the one that is chosen."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("equation.operations")
        self.setAccessibleName(tr("Operations of the layer"))
        self.rows: list[OperationRow] = []
        self.lit: OperationRow | None = None
        """The row of the operation that is explained below; None where there is only one."""
        self._theme: Theme | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row in self.rows:
            row.set_theme(theme)

    def show_visit(self, shown: Explained | None, size: float, setter: Typesetter) -> None:
        """Show the operations among which is the one that is explained below; nothing where there is only one."""
        visit = () if shown is None else shown.visit
        while len(self.rows) < len(visit):
            row = OperationRow(len(self.rows), self)
            row.chosen.connect(self.chosen)
            if self._theme is not None:
                row.set_theme(self._theme)
            self.rows.append(row)
            self._column.addWidget(row)
        self.lit = self.rows[shown.number] if shown is not None and visit else None
        for at, row in enumerate(self.rows):
            row.setVisible(at < len(visit))
            if shown is not None and at < len(visit):
                row.show_operation(visit[at], shown, SMALLER * size, setter)
        self.setVisible(bool(visit))

"""The equation of one instruction: formula, the same with numbers, result, what the symbols are, the parts of dx."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from bnsim.lenses.equations import Axis, Explained, Line, Named, latex
from bnsim.plot.theme import Theme
from bnsim.spec.naming import PHASES, operation_name
from bnsim.ui.language import tr
from bnsim.ui.theme.spacing import MARGINS
from bnsim.ui.views.check import CheckPanel
from bnsim.ui.views.equation.drawing import Drawing, set_numbers
from bnsim.ui.views.equation.math import Mathematics, Span
from bnsim.ui.views.equation.parts import PartBars
from bnsim.ui.views.equation.typesetter import Typesetter
from bnsim.ui.views.equation.visit import OperationList, number_spans, spans_of
from bnsim.ui.views.equation.where import Where
from bnsim.ui.widgets.number_box import NumberBox
from bnsim.ui.widgets.wheel import ignore_wheel

LETTERS = {"i": "sample", "j": "unit", "k": "input"}
NOTHING = "Nothing has been computed yet: press Right to step."
NOTHING_RUNS = "Nothing here yet: no stack runs."


class LineBlock(QWidget):
    """One equation: its formula, and in a tinted box its numbers and its result."""

    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.formula, self.numbers, self.result = (Mathematics(self) for _ in range(3))
        self.box = QFrame(self)
        self.box.setProperty("role", "numbers")
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setProperty("role", "muted")
        self.words = QLabel(self.box)
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        inner = QVBoxLayout(self.box)
        inner.setContentsMargins(10, 8, 10, 8)
        inner.setSpacing(8)
        inner.addWidget(self.words)
        inner.addWidget(self.numbers)
        inner.addWidget(self.result)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.formula)
        column.addWidget(self.note)
        column.addWidget(self.box)
        for math in (self.formula, self.numbers, self.result):
            math.clicked.connect(self.clicked)

    def set_theme(self, theme: Theme) -> None:
        for math in (self.formula, self.numbers, self.result):
            math.set_theme(theme)
        radius = theme.size("radius")
        self.box.setStyleSheet(
            f'QFrame[role="numbers"] {{ background: {theme.color("surface")}; border-radius: {radius:g}px; }}'
        )

    def show_line(self, line: Line, of: Explained, size: float, setter: Typesetter) -> None:
        """Show an equation, `size` in pixels; what is not typeset yet follows at `Typesetter.ready`."""
        named = {each.mark: each for each in of.named}
        self.formula.show_spans(spans_of(line, size, setter), named, size)
        self.formula.setAccessibleName(" ".join(piece.latex() for piece in line.formula))
        self.note.setText(tr(line.note))
        self.note.setVisible(bool(line.note))
        spans = number_spans(line, size)
        self.numbers.show_spans(spans, named, size, of.spelled)
        self.numbers.setVisible(bool(spans))
        self.numbers.setAccessibleName(" ".join(piece.latex() for piece in line.numbers))
        found = [] if line.result is None else [Span("=", set_numbers(line.result, size * 1.2))]
        self.result.show_spans(found, named, size, of.spelled)
        self.result.setVisible(bool(found))
        self.result.setAccessibleName("" if line.result is None else f"= {latex(line.result)}")
        self.words.setText(tr(_words(line, of.done)))
        self.words.setVisible(bool(self.words.text()))


def _words(line: Line, done: bool) -> str:
    if line.result is None:
        return "Not everything it reads has been computed yet."
    if not line.numbers:
        return "What it was before is worked out when it pauses."
    return "" if done else "not carried out yet; it will come to"


class EquationPage(QWidget):
    """Shows one equation; emits the tensor that is clicked and the element that is chosen."""

    tensor_chosen = Signal(object)
    element_chosen = Signal()

    def __init__(self, setter: Typesetter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setter = setter
        self._theme: Theme | None = None
        self._size = 17.0
        self.shown: Explained | None = None
        self._lane = ""
        self._chain = False
        self._runs = True
        self.title = QLabel(tr("Equation"), self)
        self.title.setObjectName("equation.title")
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.subtitle = QLabel(self)
        self.subtitle.setObjectName("equation.subtitle")
        self.subtitle.setProperty("role", "muted")
        self.subtitle.setTextFormat(Qt.TextFormat.RichText)
        self.subtitle.setWordWrap(True)
        self.source = QLabel(self)
        self.source.setObjectName("equation.source")
        self.source.setProperty("role", "muted")
        self.source.setWordWrap(True)
        self.spins = {letter: self._spin(word) for letter, word in LETTERS.items()}
        self._labels = {letter: QLabel(tr(word), self) for letter, word in LETTERS.items()}
        self.choice = QWidget(self)
        self.classes = QLabel(self)
        self.classes.setObjectName("equation.classes")
        self.classes.setProperty("role", "muted")
        self.classes.setTextFormat(Qt.TextFormat.PlainText)
        self.classes.setWordWrap(True)
        self.operations = OperationList(self)
        self.blocks = [LineBlock(self) for _ in range(3)]
        self.check = CheckPanel("equation.check", self)
        self.where_title = QLabel(tr("WHERE"), self)
        self.where_title.setProperty("role", "heading")
        self.where = Where(self._symbol, self)
        self.parts_title = QLabel(tr("THE THREE PARTS OF dx"), self)
        self.parts_title.setProperty("role", "heading")
        self.parts = PartBars(self)
        self._lay_out()
        self.where.tensor_chosen.connect(self.tensor_chosen)
        for block in self.blocks:
            block.clicked.connect(self._clicked)
        setter.ready.connect(self._typeset)
        self.show_explained(None)

    def _spin(self, word: str) -> NumberBox:
        spin = NumberBox(self)
        spin.setObjectName(f"equation.{word}")
        spin.setAccessibleName(tr(f"{word.capitalize()} whose numbers are put in"))
        spin.setRange(0, 0)
        spin.setAccelerated(True)
        spin.setWrapping(True)
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(self.element_chosen)
        ignore_wheel(spin)
        return spin

    def _lay_out(self) -> None:
        row = QHBoxLayout(self.choice)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for letter, spin in self.spins.items():
            self._labels[letter].setBuddy(spin)
            self._labels[letter].setProperty("role", "muted")
            row.addWidget(self._labels[letter])
            row.addWidget(spin)
        row.addStretch(1)
        column = QVBoxLayout(self)
        left, _, right, bottom = MARGINS
        column.setContentsMargins(left, 2, right, bottom)
        column.setSpacing(10)
        column.addWidget(self.operations)
        column.addWidget(self.choice)
        column.addWidget(self.classes)
        for block in self.blocks:
            column.addWidget(block)
        column.addWidget(self.check)
        column.addWidget(self.parts_title)
        column.addWidget(self.parts)
        column.addWidget(self.where_title)
        column.addWidget(self.where)
        column.addWidget(self.source)
        column.addStretch(1)

    # What it shows

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._size = theme.size("equation")
        for block in self.blocks:
            block.set_theme(theme)
        self.operations.set_theme(theme)
        self.where.set_theme(theme)
        self.parts.set_theme(theme)
        self._draw()

    def show_explained(self, explained: Explained | None) -> None:
        """Show an equation; None where nothing has been computed."""
        self.shown = explained
        self._draw()

    def show_lane(self, words: str) -> None:
        """Show which lane the equation belongs to, as rich text."""
        if words != self._lane:
            self._lane = words
            self._head()

    def head_chain(self, on: bool) -> None:
        """Let title and subtitle be those of the chain rule, which is no layer's, or with False the equation's."""
        self._chain = on
        self._head()

    def expect(self, formulas: tuple[str, ...]) -> None:
        """Typeset formulas beforehand that may be shown soon."""
        self._setter.prefetch(formulas, self._size)

    def element(self) -> tuple[int, int, int]:
        """The chosen sample, unit and input, each a number from 0."""
        sample, unit, entry = (self.spins[letter].value() for letter in LETTERS)
        return sample, unit, entry

    def choose(self, letter: str, at: int) -> None:
        """Choose the sample, unit or input number `at`; if it is out of range, it waits until it is not."""
        spin = self.spins[letter]
        spin.setMaximum(max(spin.maximum(), at))
        spin.setValue(at)

    def _draw(self) -> None:
        shown = self.shown
        for widget in (self.choice, self.where_title, self.where, self.source):
            widget.setVisible(shown is not None)
        for block, line in zip(self.blocks, _padded(() if shown is None else shown.lines), strict=True):
            block.setVisible(line is not None)
            if line is not None and shown is not None:
                block.show_line(line, shown, self._size, self._setter)
        self.operations.show_visit(shown, self._size, self._setter)
        has_parts = shown is not None and shown.parts is not None
        self.parts_title.setVisible(has_parts)
        self.parts.setVisible(has_parts)
        self.classes.setText("" if shown is None else tr(shown.classes))
        self.classes.setVisible(bool(self.classes.text()))
        self._head()
        if shown is None:
            return
        self.source.setText(tr(shown.source))
        self.source.setVisible(bool(shown.source))
        self._show_axes(shown.axes)
        self.where.show_named(shown.named)
        if shown.parts is not None:
            self.parts.show_parts(shown.parts)

    def show_runs(self, runs: bool) -> None:
        """Whether there is a stack that runs."""
        if runs != self._runs:
            self._runs = runs
            self._head()

    def _head(self) -> None:
        shown = self.shown
        if self._chain:
            self.title.setText(tr("Chain rule"))
        elif shown is None:
            self.title.setText(tr("Equation"))
        else:
            sign, phase = PHASES[shown.phase]
            self.title.setText(f"{tr(shown.layer)} · {sign} {tr(phase)} · {tr(operation_name(shown.op))}")
        nothing = tr(NOTHING if self._runs else NOTHING_RUNS)
        self.subtitle.setText(nothing if shown is None and not self._chain else self._lane)
        self.subtitle.setVisible(bool(self.subtitle.text()))

    def _show_axes(self, axes: tuple[Axis, ...]) -> None:
        by_letter = {axis.letter: axis for axis in axes}
        self.choice.setVisible(bool(axes))
        for letter, spin in self.spins.items():
            axis = by_letter.get(letter)
            spin.setVisible(axis is not None)
            self._labels[letter].setVisible(axis is not None)
            if axis is not None:
                self._labels[letter].setText(tr(axis.word))
                # What was chosen stays chosen where there is less to choose from for a while.
                spin.setMaximum(max(axis.count - 1, spin.value()))
                spin.setToolTip(tr(f"{axis.word} {axis.at} of 0 to {axis.count - 1}"))

    def _typeset(self) -> None:
        """Show the formulas that have been typeset since they were asked for."""
        self._draw()
        self.where.refresh()

    def _symbol(self, named: Named) -> Drawing | None:
        return self._setter.get(named.symbol, self._size * 0.9)

    def _clicked(self, mark: int) -> None:
        if self.shown is not None:
            for named in self.shown.named:
                if named.mark == mark and named.tensor is not None:
                    self.tensor_chosen.emit(named.tensor)


def _padded(lines: tuple[Line, ...]) -> list[Line | None]:
    return [*lines[:3], *([None] * (3 - len(lines)))]

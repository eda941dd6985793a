"""The equation view: the formula of the instruction just executed with its numbers, and the chain rule."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bnsim.lenses.equations import ChainLens, EquationLens, FormulasLens
from bnsim.lenses.lens import Lens
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Found, Update
from bnsim.session.arrays import Tensor
from bnsim.session.frame import Frame, LaneFrame
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.model.lane_choice import next_lane, shown_lane
from bnsim.ui.model.selection import Selection
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.spacing import HEAD_GAP, MARGINS
from bnsim.ui.views import names
from bnsim.ui.views.equation.chain import ChainPage
from bnsim.ui.views.equation.page import EquationPage
from bnsim.ui.views.equation.sketch import chain_diagram, equation_diagram
from bnsim.ui.views.equation.typesetter import Typesetter
from bnsim.ui.views.view import View, lane_words

ABOVE_LIT = 4
"""Pixels that are kept free between what is explained and the view's edge."""

LEAST_FOR_NUMBERS = 200
"""Pixels of a view that is scrolled to the numbers of an operation that is its layer's only one; a lower one has no
room for them, and stays at the top."""


class EquationView(View):
    """Two pages: the equation of the instruction just executed, or of the next one; the chain of factors."""

    name, title = names.EQUATION

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(document, selection, parent)
        self._update = Update()
        self._theme: Theme | None = None
        self._asked: tuple[Lens, ...] = ()
        self._executed = 0
        """Operations since the start, in lockstep."""
        self._by_layer = False
        """Whether the last movement was of more than one operation."""
        self._operation: int | None = None
        """The operation of the layer that a person chose, until the next movement."""
        self._kept_in_view = True
        """Whether what is explained is kept in view: until a person scrolls, or the next operation is lit."""
        self.setter = Typesetter(self)
        self.page = EquationPage(self.setter, self)
        self.chain = ChainPage(self)
        self.pages = QStackedWidget(self)
        self._add_pages()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addLayout(self._switches())
        column.addWidget(self.pages, 1)
        self.page.tensor_chosen.connect(self.tensor_chosen)
        self.page.element_chosen.connect(self.lenses_changed)
        self.page.operations.chosen.connect(self._choose_operation)
        self.page.check.inquired.connect(self.inquired)
        self.page.check.given_up.connect(self.given_up)
        self.chain.layer_chosen.connect(self._select)
        self.destroyed.connect(self.setter.stop)

    # What it is asked for

    def lenses(self) -> tuple[Lens, ...]:
        frame = self._update.frame
        if frame is None:
            return ()
        stack = self._shown_lane(frame).stack_id
        if self.pages.currentIndex():
            return (ChainLens(stack),)
        sample, unit, entry = self.page.element()
        upcoming, quick = self.next.isChecked(), self._update.fast
        lens = EquationLens(stack, upcoming, sample, unit, entry, quick, self._by_layer, self._operation)
        return lens, FormulasLens(stack)

    def copy_latex(self) -> None:
        """Copy formula, numbers and result to the clipboard as LaTeX."""
        if self.page.shown is None:
            self.refused.emit("There is no equation to copy yet: step once.")
            return
        QApplication.clipboard().setText(self.page.shown.latex())

    def exportable(self) -> Exportable | None:
        frame, shown, chain = self._update.frame, self.page.shown, self.chain.chain
        if frame is None:
            return None
        iteration = frame.iteration - (frame.tick == frame.ticks)
        where = f"{self._shown_lane(frame).name}  ·  {tr(f'iteration {max(iteration, 0)}')}"
        if self.pages.currentIndex():
            make = partial(chain_diagram, chain, where) if chain is not None else None
            return None if make is None else Exportable("chain", "Chain rule", make, fits=True)
        if shown is None:
            return None
        return Exportable("equation", self.title, partial(equation_diagram, shown, where), fits=True)

    def choose(self, *, sample: int | None = None, unit: int | None = None, entry: int | None = None) -> None:
        """Choose the element whose numbers are put in; `entry` is the input of a weight."""
        for letter, at in (("i", sample), ("j", unit), ("k", entry)):
            if at is not None:
                self.page.choose(letter, at)

    def choose_element(self, tensor: Tensor, row: int | None, column: int | None) -> None:
        """Choose the element of a tensor that was clicked; None for the axis that a vector lacks."""
        if tensor.name in ("weight", "dweight") and row is not None:
            self.choose(unit=row, entry=column)
        else:
            self.choose(sample=row, unit=column)

    def show_chain(self, on: bool = True) -> None:
        """Show the chain of factors, or with False the equation."""
        (self.to_chain if on else self.to_equation).click()

    # What it shows

    def show_update(self, update: Update) -> None:
        self._update = update
        frame = update.frame
        if frame is not None:
            self._move((frame.iteration - (frame.tick == frame.ticks)) * frame.ticks + frame.tick)
        lenses = self.lenses()
        if frame is None:
            self.forget()
        self.page.show_runs(frame is not None or not update.problems)
        asked = tuple(lens for lens in lenses if not isinstance(lens, FormulasLens))
        if asked != self._asked:
            self._asked = asked
            self.lenses_changed.emit()
            return
        for lens in lenses:
            if lens not in update.answers:
                continue
            answer = update.answers[lens]
            if isinstance(lens, ChainLens):
                self.chain.show_chain(answer)
            elif isinstance(lens, FormulasLens):
                self.page.expect(answer or ())
            elif answer is not self.page.shown:
                self.page.show_explained(answer)
                self._follow()
        self.page.show_lane(self._lane())
        shown = self.page.shown
        moment = None if frame is None else (frame.iteration, frame.tick, update.experiment)
        gradient = None if shown is None else shown.gradient
        self.page.check.set_tensor(gradient, moment, enabled=shown is not None and shown.done)

    def _follow(self) -> None:
        """Keep what is explained now in view; where nothing is lit, unless a person scrolled."""
        if self.page.operations.lit is not None:
            self._kept_in_view = True
        elif self._kept_in_view:
            self._area.verticalScrollBar().setValue(0)
        self._reveal()

    def _reveal(self) -> None:
        """Scroll to what is explained: again as formulas get their heights."""
        layout = self.page.layout()
        if self.page.shown is not None and self._kept_in_view and layout is not None:
            layout.activate()
            for part in self._to_reveal():
                self._area.ensureWidgetVisible(part, 0, ABOVE_LIT)
            self._begin_with_a_whole_row()

    def _begin_with_a_whole_row(self) -> None:
        """Scroll on past a row whose formula is cut at the top, as far as the lit one stays whole."""
        inner, bar, operations = self._area.widget(), self._area.verticalScrollBar(), self.page.operations
        if inner is None or operations.lit is None or bar.value() == 0:
            return
        tops = [row.mapTo(inner, QPoint()).y() for row in operations.rows if not row.isHidden()]
        whole = [top for top in tops if bar.value() <= top <= operations.lit.mapTo(inner, QPoint()).y()]
        if whole:
            bar.setValue(min(whole))

    def _to_reveal(self) -> list[QWidget]:
        """What is to be in view; where there is no room for all of it, the last."""
        lit = self.page.operations.lit
        if lit is not None:
            return [lit]
        blocks = [block for block in self.page.blocks if not block.isHidden()]
        if not blocks or self._area.height() < LEAST_FOR_NUMBERS:
            return []
        return [blocks[0].formula, blocks[-1].box]

    def _leave_scrolled(self) -> None:
        self._kept_in_view = False

    def _move(self, executed: int) -> None:
        """So many operations have been executed: from there on it is theirs that is shown."""
        if executed != self._executed:
            self._by_layer = abs(executed - self._executed) != 1
            self._executed, self._operation = executed, None

    @Slot(int)
    def _choose_operation(self, number: int) -> None:
        self._operation = number
        self.lenses_changed.emit()

    def forget(self) -> None:
        self.page.show_explained(None)
        self.page.check.set_tensor(None, None, enabled=False)
        self.chain.show_chain(None)

    def _shown_lane(self, frame: Frame) -> LaneFrame:
        coming = self.next.isChecked() and not self.pages.currentIndex()
        return (next_lane if coming else shown_lane)(frame, self.selection.current)

    def _lane(self) -> str:
        """The lane's color and name, as rich text."""
        frame, experiment = self._update.frame, self.document.experiment
        if frame is None or self._update.experiment is not experiment:
            return ""
        stack = experiment.stack(self._shown_lane(frame).stack_id)
        return lane_words(experiment, stack, self._theme)

    def show_found(self, found: Found) -> None:
        self.page.check.show_found(found)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.page.show_lane(self._lane())
        self.page.set_theme(theme)
        self.chain.set_theme(theme)
        self.copy.setIcon(icon("copy", theme, "text-muted"))

    # Parts

    def _add_pages(self) -> None:
        area = self._area = QScrollArea(self)
        area.setObjectName("equation.area")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.page)
        area.verticalScrollBar().rangeChanged.connect(self._reveal)
        area.verticalScrollBar().actionTriggered.connect(self._leave_scrolled)
        self.pages.addWidget(area)
        self.pages.addWidget(self.chain)

    def _head(self) -> QVBoxLayout:
        left, top, right, _ = MARGINS
        head = QVBoxLayout()
        head.setContentsMargins(left, top, right, HEAD_GAP)
        head.setSpacing(HEAD_GAP)
        head.addWidget(self.page.title)
        head.addWidget(self.page.subtitle)
        return head

    def _switches(self) -> QHBoxLayout:
        self.to_equation = self._switch("Equation", "equation.equation", "Formula and numbers of one operation")
        self.to_chain = self._switch("Chain rule", "equation.chainRule", "Each layer's factor on the gradient's norm")
        self.next = self._switch("Next", "equation.next", "Of the next operation instead of the one just executed")
        self.to_equation.setChecked(True)
        group = QButtonGroup(self)
        for button in (self.to_equation, self.to_chain):
            group.addButton(button)
        group.idToggled.connect(self._turn)
        self.next.toggled.connect(self.lenses_changed)
        self.copy = QToolButton(self)
        self.copy.setObjectName("equation.copyButton")
        self.copy.setAccessibleName(tr("Copy as LaTeX"))
        self.copy.setToolTip(tr("Copy formula and numbers as LaTeX"))
        self.copy.setProperty("kind", "flat")
        self.copy.clicked.connect(self.copy_latex)
        row = QHBoxLayout()
        row.setContentsMargins(MARGINS[0], 2, 8, 8)
        row.setSpacing(4)
        row.addWidget(self.to_equation)
        row.addWidget(self.to_chain)
        row.addStretch(1)
        row.addWidget(self.next)
        row.addWidget(self.copy)
        return row

    def _switch(self, text: str, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(tr(text))
        button.setObjectName(name)
        button.setAccessibleName(tr(tip))
        button.setToolTip(tr(tip))
        button.setCheckable(True)
        button.setProperty("kind", "switch")
        return button

    def _turn(self) -> None:
        chain = self.to_chain.isChecked()
        self.pages.setCurrentIndex(int(chain))
        self.next.setVisible(not chain)
        self.copy.setVisible(not chain)
        self.page.head_chain(chain)
        self.lenses_changed.emit()

    def _select(self, layer_id: int) -> None:
        self.selection.set([layer_id], layer_id)

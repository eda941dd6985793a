"""The Why view: how the gradient at a layer, its value, or a loss that does not move came to be."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from bnsim.lenses.lens import Lens
from bnsim.lenses.why.lens import StuckLens
from bnsim.lenses.why.page import WhyPage
from bnsim.lenses.why.paging import WhyPageLens, WithSpectrum
from bnsim.lenses.why.records import Remedy, Stuck
from bnsim.lenses.why.staircase import Step
from bnsim.lenses.why.what_if import LaneRemedies, WhatIf
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Found, Update
from bnsim.session.arrays import GRADIENT, VALUE, Tensor
from bnsim.spec.experiment import MAX_STACKS, Experiment
from bnsim.spec.numerals import count
from bnsim.spec.tries import can_fork
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.model.selection import Selection
from bnsim.ui.theme.spacing import HEAD_GAP, MARGINS
from bnsim.ui.views import names
from bnsim.ui.views.parts import Switch, words
from bnsim.ui.views.view import View
from bnsim.ui.views.why.page import Page, rich_text
from bnsim.ui.views.why.question import Question, asked_in
from bnsim.ui.views.why.sketch import why_diagram
from bnsim.ui.views.why.stuck_sketch import stuck_diagram
from bnsim.ui.views.why.tries import Tried
from bnsim.ui.views.why.words import stuck

TOPICS = ((GRADIENT, "Gradient"), (VALUE, "Value"), ("loss", "Loss stuck"))
MEASURES = (("size", "Size"), ("spread", "Spread over samples"))
STUCK = StuckLens()
NO_LAYER = "Drag a layer into a lane: every gradient on its way down can be asked about."
NOTHING = "There is no gradient here: what is not trained gets none."
FULL = f"there are {MAX_STACKS} lanes already."
KEPT = "The whole of iteration {iteration}, while the run stands at one of its links."
NOT_RUNNING = "This lane does not run yet; the list of problems says why."


class OnRequest(Struct, frozen=True):
    """What was asked for and takes long: what other stacks would have, and the page with singular values."""

    others: tuple[Tensor, tuple[LaneRemedies, ...]] | None = None
    spectrum: WhyPage | None = None

    def others_of(self, page: WhyPage) -> dict[int, tuple[Remedy, ...]]:
        """By the stack's id what was measured beside that page; of another question, iteration or gradient nothing."""
        if self.others is None or self.others[0] != page.asked.tensor:
            return {}
        now = {why.tensor.stack: (why.iteration, why.norm) for why in page.answers}
        return {
            each.stack: each.remedies for each in self.others[1] if now.get(each.stack) == (each.iteration, each.now)
        }

    def with_spectrum(self, page: WhyPage) -> WhyPage:
        """The page with singular values, if it is that of the same question, iteration and gradient."""
        there = self.spectrum
        same = there is not None and [(each.tensor, each.iteration, each.norm) for each in there.answers] == [
            (each.tensor, each.iteration, each.norm) for each in page.answers
        ]
        return there if same and there is not None else page


def _of_one_moment(whole: WhyPage, page: WhyPage) -> bool:
    """Whether a page is of the same question and iteration, and has come from the same loss, if to that already."""
    first, second = whole.asked, page.asked
    same = (first.tensor, first.iteration) == (second.tensor, second.iteration)
    return same and (second.start is None or second.start == first.start)


class WhyView(View):
    """The question is about the selected layer, until a link of its answer is followed: then it stays."""

    name, title = names.WHY

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(document, selection, parent)
        self._update = Update()
        self._theme: Theme | None = None
        self._question = Question(selection.current)
        self._page: WhyPage | None = None
        self._kept: WhyPage | None = None
        """The whole answer from which a link was followed: going back to that makes the rest be still to come."""
        self._kept_of: Experiment | None = None
        self._on_request = OnRequest()
        self._following = False
        """A link is being followed: the selection that comes with it is no new question."""
        self.page = Page(self)
        self.page.stairs.whole = self.exportable
        self._lay_out()
        self.topic.chosen.connect(self._choose_topic)
        self.page.chosen.connect(self._follow)
        self.page.fork_asked.connect(self._fork)
        self.page.what_if.asked.connect(lambda: self._ask(WhatIf))
        self.page.spectrum.asked.connect(lambda: self._ask(WithSpectrum))
        for button in (self.page.what_if, self.page.spectrum):
            button.given_up.connect(self.given_up)
        self.measure.chosen.connect(self.lenses_changed)
        selection.changed.connect(self._selected)

    def ask(self, layer_id: int, copy: int | None = None, name: str = GRADIENT, measure: str = "size") -> None:
        """Ask about an array of that layer, 0: of the first weight layer; of a value by that measure."""
        self._question = Question(layer_id, copy, name)
        self.measure.choose(measure)
        self.topic.choose(VALUE if name == VALUE else GRADIENT)
        self._area.verticalScrollBar().setValue(0)
        self.lenses_changed.emit()

    def jump(self) -> None:
        """Go to the operation of the link that is pointed at, else of the largest."""
        page = self._page
        step = self.page.stairs.plot.step or (page.worst[0][1] if page is not None and page.worst else None)
        if step is None:
            self.refused.emit(
                tr("The Why view has no link to go to: ask why first, when the backward pass has come by.")
            )
        else:
            self._follow(step)

    def ask_of_loss(self) -> None:
        """Ask why the loss does not move."""
        self.topic.choose("loss")
        self.lenses_changed.emit()

    @property
    def shown(self) -> WhyPage:
        """The answer that is on screen, without lanes while there is none."""
        return WhyPage(()) if self._page is None else self._page

    # As a view

    def lenses(self) -> tuple[Lens, ...]:
        if self.topic.choice == "loss":
            return (STUCK,)
        asked = self._asked()
        return () if asked is None else (self._lens(asked, remedies=not self._update.fast),)

    def show_update(self, update: Update) -> None:
        slower = self._update.fast and not update.fast
        asked = self._asked()
        self._update = update
        self.measure.setVisible(self.topic.choice == VALUE)
        if self.topic.choice == "loss":
            self._show_stuck(update.answers.get(STUCK, ()))
            return
        if asked is None:
            self._show_missing(NO_LAYER)
            return
        # What was asked while iterations flew by is still the answer of its moment.
        both = (self._lens(asked, remedies=True), self._lens(asked, remedies=False))
        lenses = [lens for lens in both if lens in update.answers]
        if lenses and update.answers[lenses[0]] is not None:
            self._show(update.answers[lenses[0]])
        elif lenses or update.frame is None:
            runs = update.frame is not None and any(lane.stack_id == asked.stack for lane in update.frame.lanes)
            self._show_missing(NOTHING if runs else NOT_RUNNING)
        if slower:
            self.lenses_changed.emit()

    def exportable(self) -> Exportable | None:
        """The answer of the lane that was asked about; those of other lanes in its place."""
        if self.topic.choice == "loss":
            found = self._update.answers.get(STUCK, ())
            make = partial(stuck_diagram, self.document.experiment, found)
            return Exportable("why_stuck", "Why", make, fits=True) if found else None
        page = self._page
        if page is None or not page.flights or not page.flights[0].steps:
            return None
        others = tuple(
            (f"{flight.name} in its place", partial(why_diagram, page, number))
            for number, flight in enumerate(page.flights)
            if number and flight.steps
        )
        return Exportable("why", "Why", partial(why_diagram, page, 0), parts=others, fits=True)

    def forget(self) -> None:
        self._question = Question()
        self._page = self._kept = None
        self._on_request = OnRequest()
        self.show_update(Update())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.page.set_theme(theme)
        self.show_update(self._update)

    def catch_up(self) -> None:
        """Draw the staircase if it has just become visible."""
        self.page.catch_up()

    def show_found(self, found: Found) -> None:
        share = None if found.ended else found.share
        if isinstance(found.inquiry, WhatIf):
            self.page.what_if.show_share(share)
            if found.answer is not None:
                self._on_request = replace(self._on_request, others=(found.inquiry.tensor, found.answer))
        elif isinstance(found.inquiry, WithSpectrum):
            self.page.spectrum.show_share(share)
            if found.answer is not None:
                self._on_request = replace(self._on_request, spectrum=found.answer)
        if found.answer is not None:
            self.show_update(self._update)

    # Parts

    def _lens(self, asked: Tensor, *, remedies: bool) -> WhyPageLens:
        return WhyPageLens(asked, remedies, "spread" if self.measure.choice == "spread" else "size")

    def _ask(self, kind: type[WhatIf | WithSpectrum]) -> None:
        """Ask for what takes long, about what is on screen."""
        asked = self._asked()
        if asked is not None:
            self.inquired.emit(kind(asked))

    def _asked(self) -> Tensor | None:
        return asked_in(self.document.experiment, self._question, self.selection.blocks.copies)

    def _selected(self) -> None:
        if not self._following:
            name = GRADIENT if self.topic.choice == "loss" else self.topic.choice
            self._question = Question(self.selection.current, None, name)

    def _choose_topic(self, topic: str) -> None:
        if topic != "loss":
            self._question = Question(self._question.layer, self._question.copy, topic)
        self.lenses_changed.emit()

    def _follow(self, step: Step) -> None:
        """Go to the operation of a link, and select its layer; the question stays what it is."""
        page = self._page
        stack = next((each.stack for each in self.shown.flights if any(own is step for own in each.steps)), 0)
        if page is None or not stack:
            return
        self._kept, self._kept_of = page, self.document.experiment
        at_work = QApplication.focusWidget()
        self._following = True
        try:
            self.layer_chosen.emit(step.layer)
        finally:
            self._following = False
        if at_work is not None and self.isAncestorOf(at_work):
            at_work.setFocus()  # with keys one goes on through the links
        self.operation_chosen.emit(stack, page.asked.iteration, step.position)

    def _tries(self, page: WhyPage) -> tuple[Tried, ...]:
        """What would change it in each lane, and whether a fork could do so."""
        experiment = self.document.experiment
        full = FULL if len(experiment.stacks) >= MAX_STACKS else ""
        found = []
        others = self._on_request.others_of(page)
        for why, flight in zip(page.answers, page.flights, strict=True):
            stack = next((each for each in experiment.stacks if each.id == flight.stack), None)
            for remedy in (*why.remedies, *others.get(flight.stack, ())):
                forks = remedy.exists and stack is not None and can_fork(remedy.tried, stack, why.iteration)
                found.append(Tried(remedy, flight.stack, flight.name, flight.role, why.iteration, forks, full))
        return tuple(found)

    def _fork(self, asked: Tried) -> None:
        """Fork the lane so that it does what was measured, from the iteration that it was measured in."""
        self.fork_asked.emit(asked.stack, asked.iteration, asked.remedy.tried)

    def _held(self, page: WhyPage) -> WhyPage:
        """The whole answer of this iteration, while the run stands at one of its links; else the present one."""
        kept = self._kept
        if kept is not None and self._kept_of is self.document.experiment and _of_one_moment(kept, page):
            return kept if any(why.due for why in page.answers) else page
        self._kept = None
        return page

    def _come_to(self, page: WhyPage) -> tuple[Step, ...]:
        """The links that the run has come to, one in each lane that has one."""
        frame = self._update.frame
        if frame is None or self._update.fast or page.asked.iteration != frame.iteration:
            return ()
        phase = "forward" if page.asked.tensor.name == VALUE else "backward"
        paths = {
            lane.stack_id: lane.executed.path
            for lane in frame.lanes
            if lane.executed is not None and lane.executed.phase == phase and not lane.waiting
        }
        steps = ((flight, step) for flight in page.flights for step in flight.steps)
        return tuple(step for flight, step in steps if paths.get(flight.stack) == step.path)

    def _show(self, answered: WhyPage) -> None:
        answered = self._on_request.with_spectrum(answered)
        page = self._page = self._held(answered)
        self._note.setText(tr(KEPT).format(iteration=count(page.asked.iteration)))
        self._note.setVisible(page is not answered)
        self.page.stairs.plot.mark(self._come_to(page))
        self._stuck.hide()
        there = any(flight.steps for flight in page.flights)
        self._head.setText(tr(page.asked.title))
        self._missing.setText(tr(page.asked.due))
        self._missing.setVisible(bool(page.asked.due) and not there)
        self.page.setVisible(there or not page.asked.due)
        self.page.show_page(page, self._tries(page), fast=self._update.fast)

    def _show_missing(self, sentence: str) -> None:
        self._page = None
        self._note.hide()
        self._head.setText(tr("Why?"))
        self._missing.setText(tr(sentence))
        self._missing.show()
        self._stuck.hide()
        self.page.hide()

    def _show_stuck(self, found: Sequence[Stuck]) -> None:
        """Show why the loss of each lane moves or does not."""
        self._page = None
        self._note.hide()
        self._head.setText(tr("Why does the loss not move?"))
        self._missing.setText(tr(NOT_RUNNING))
        self._missing.setVisible(not found and self._update.frame is None)
        self.page.hide()
        if found and self._theme is not None:
            self._stuck.setText(stuck(self.document.experiment, found, self._theme))
            self._stuck.show()

    def _lay_out(self) -> None:
        self._head = words("", "title", self)
        self._head.setObjectName("why.question")
        self.topic = Switch("why.topic", tr("Ask about"), TOPICS, self)
        self.measure = Switch("why.measure", tr("Of the output"), MEASURES, self)
        self.measure.hide()
        self._stuck = rich_text("why.stuck", self)
        self._stuck.hide()
        self._missing = words("", "muted", self)
        self._missing.setObjectName("why.missing")
        self._note = words("", "muted", self)
        self._note.setObjectName("why.kept")
        self._note.hide()
        inner = self._inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(HEAD_GAP)
        for widget in (self._head, self.topic, self.measure, self._note, self._missing, self._stuck, self.page):
            column.addWidget(widget)
        column.addStretch(1)
        self._area = self._in_area(inner)
        self._area.verticalScrollBar().valueChanged.connect(self.catch_up)

    # Events and sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.page.fit(self.height())

    def sizeHint(self) -> QSize:
        return QSize(320, 620)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._inner.minimumSizeHint().width(), 160)

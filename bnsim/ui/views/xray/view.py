"""The X-ray view: the inside of the selected BatchNorm or activation."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from bnsim.figures import FIGURES
from bnsim.lenses.lens import Lens
from bnsim.lenses.xray.graph import NormGraph
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.pages import Size
from bnsim.plot.theme import Theme
from bnsim.runner.orders import Collect
from bnsim.runner.updates import Found, Update
from bnsim.spec.errors import InputError
from bnsim.spec.layers import BatchNorm
from bnsim.spec.naming import copy_name, kind_name, layer_name
from bnsim.spec.tree import Path, path_in
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.model.selection import Selection
from bnsim.ui.theme.spacing import HEAD_GAP, MARGINS
from bnsim.ui.views import names
from bnsim.ui.views.parts import words
from bnsim.ui.views.view import View, lane_words
from bnsim.ui.views.xray.activation import ActivationPage
from bnsim.ui.views.xray.batchnorm import BatchNormPage
from bnsim.ui.views.xray.sketch import graph_diagram
from bnsim.ui.views.xray.target import Target, nearest, target
from bnsim.ui.widgets.spoken import call
from bnsim.ui.widgets.wheel import ignore_wheel

NOTHING = "Select a BatchNorm or an activation to look inside."
NOT_MADE = "This BatchNorm has not been made the identity; there is nothing to put back."
NOT_RUNNING = "This lane does not run yet; the list of problems says why."


class XRayView(View):
    """One page for each kind of layer, and a sentence for layers without one."""

    name, title = names.XRAY

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(document, selection, parent)
        self._theme: Theme | None = None
        self._target: Target | None = None
        self._target_of: object = None
        self._path: Path = ()
        self._experiment: object = None
        self._scrolled: tuple[object, int] = (None, 0)
        """The page, and the layer at which it was opened, for which the view is scrolled as it is."""
        self._opened = False
        self.batchnorm = BatchNormPage(self)
        self.activation = ActivationPage(self)
        self._make_empty()
        self._lay_out()
        for page in (self.batchnorm, self.activation):
            page.changed.connect(self.lenses_changed)
        self.batchnorm.inquired.connect(self.inquired)
        self.batchnorm.given_up.connect(self.given_up)

    def lenses(self) -> tuple[Lens, ...]:
        found = self._find()
        if found is None:
            return ()
        page = self.batchnorm if isinstance(found.layer, BatchNorm) else self.activation
        return (page.lens(found.stack, self._path),)

    def show_update(self, update: Update) -> None:
        found = self._find()
        self._show_head(found)
        if found is None:
            self._show_empty(NOTHING)
            return
        (lens,) = self.lenses()
        seen = update.answers.get(lens)
        page = self.batchnorm if isinstance(found.layer, BatchNorm) else self.activation
        if seen is None:
            if lens in update.answers or update.frame is None:
                self._show_empty(NOT_RUNNING)
            return
        self._bring(page)
        self._begin_at_top(page, found.layer.id)
        page.show_seen(seen, fast=update.fast)

    def exportable(self) -> Exportable | None:
        """The computational graph of the BatchNorm that is shown, or the activation's curve over what it is given.

        It is asked for when it is wanted.
        """
        found = self._find()
        if found is None:
            return None
        if not isinstance(found.layer, BatchNorm):
            drawn: Future[Figure] = Future()
            kind = FIGURES["activation_response"]
            ask = Collect(partial(kind, layer_id=found.layer.id), drawn)
            return Exportable(kind.name, kind.title, drawn.result, order=ask)
        made: Future[NormGraph | None] = Future()
        order = Collect(self.batchnorm.graph_lens(found.stack, self._path).answer, made)
        lane = self.document.experiment.stack(found.stack).name
        return Exportable("graph", "Computational graph", partial(_graph, made, lane), order=order, fits=True)

    def forget(self) -> None:
        self._experiment = None
        self.show_update(Update())

    def show_found(self, found: Found) -> None:
        self.batchnorm.show_found(found)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.batchnorm.set_theme(theme)
        self.activation.set_theme(theme)
        self._show_head(self._find())

    def press(self, name: str) -> None:
        """Bring the view to the front and click that button of the BatchNorm's page."""
        page = self.batchnorm
        button = {"measure": page.measure, "swap": page.swap, "identity": page.identity, "putBack": page.undo}[name]
        self.wanted.emit()
        found = self._find()
        if found is None or not isinstance(found.layer, BatchNorm):
            self.refused.emit("That is about a BatchNorm; select one first.")
        elif not button.isEnabled() or button.isHidden():
            self.refused.emit(self.batchnorm.why.text() if button.isVisibleTo(self) else NOT_MADE)
        else:
            button.click()

    def catch_up(self) -> None:
        """Draw figures that have just become visible."""
        for page in (self.batchnorm, self.activation):
            if page.isVisible():
                page.catch_up()

    def _begin_at_top(self, page: QWidget, layer_id: int) -> None:
        """Scroll to the top of another page, and of one that is opened for another layer.

        From layer to layer of one kind the same part stays in sight, so that they can be compared.
        """
        before, opened_for = self._scrolled
        if page is not before or (self._opened and layer_id != opened_for):
            self._area.verticalScrollBar().setValue(0)
        self._scrolled, self._opened = (page, layer_id), False

    def showEvent(self, event: QShowEvent) -> None:
        self._opened = self._opened or not event.spontaneous()
        super().showEvent(event)

    def _bring(self, page: QWidget) -> None:
        """Show that page and hide the others."""
        for other in (self._empty, self.batchnorm, self.activation):
            other.setVisible(other is page)

    def _find(self) -> Target | None:
        experiment, layer_id = self.document.experiment, self.selection.current
        if experiment is not self._experiment:
            self._experiment = experiment
            self.batchnorm.forget()
            self._target_of = None
        if self._target_of != layer_id:
            self._target_of = layer_id
            self._target = target(experiment, layer_id)
            self._fill_copies(self._target)
        return self._target

    def _fill_copies(self, found: Target | None) -> None:
        paths = () if found is None else found.paths
        if found is None:
            self._path = ()
        elif self._path not in paths:
            stack = self.document.experiment.stack(found.stack)
            shown = path_in(stack.layers, found.layer.id, self.selection.blocks.copies)
            self._path = shown if shown in paths else paths[0]
        self.copies.blockSignals(True)
        self.copies.clear()
        if found is not None and len(paths) > 1:
            stack = self.document.experiment.stack(found.stack)
            for path in paths:
                self.copies.addItem(tr(copy_name(stack, path)), path)
            self.copies.setCurrentIndex(paths.index(self._path))
        self.copies.setVisible(len(paths) > 1)
        self.copies.blockSignals(False)

    def _choose_copy(self, index: int) -> None:
        path = self.copies.itemData(index)
        self._path = tuple(path)
        self.lenses_changed.emit()

    def _show_head(self, found: Target | None) -> None:
        self._head.setVisible(found is not None)
        self._about.setVisible(found is not None)
        if found is None:
            return
        stack = self.document.experiment.stack(found.stack)
        self._head.setText(tr(layer_name(stack, self._path)))
        self._about.setText(lane_words(self.document.experiment, stack, self._theme))

    def _show_empty(self, sentence: str) -> None:
        self._bring(self._empty)
        self._sentence.setText(tr(sentence))
        other = nearest(self.document.experiment, self.selection.current) if sentence == NOTHING else None
        self._go.setVisible(other is not None)
        self._go_to = other.id if other is not None else 0
        if other is not None:
            self._go.setText(tr(f"Select the nearest: {kind_name(other)}"))

    def _select_nearest(self) -> None:
        if self._go_to:
            self.selection.set([self._go_to], self._go_to)

    def _make_empty(self) -> None:
        self._empty = QWidget(self)
        column = QVBoxLayout(self._empty)
        column.setContentsMargins(0, 0, 0, 0)
        self._sentence = words(NOTHING, "muted", self._empty)
        self._sentence.setObjectName("xray.sentence")
        self._go = QPushButton(self._empty)
        self._go.setObjectName("xray.nearest")
        self._go_to = 0
        self._go.clicked.connect(self._select_nearest)
        column.addWidget(self._sentence)
        column.addWidget(self._go, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def _lay_out(self) -> None:
        self._head, self._about = QLabel(self), QLabel(self)
        self._head.setProperty("role", "title")
        self._head.setObjectName("xray.title")
        self._about.setProperty("role", "muted")
        self.copies = QComboBox(self)
        self.copies.setObjectName("xray.copy")
        ignore_wheel(self.copies)
        self.copies.activated.connect(self._choose_copy)
        inner = self._inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(HEAD_GAP)
        for widget in (self._head, self._about, self.copies):
            column.addWidget(widget)
        call(self.copies, tr("Copy of the block"))
        column.addSpacing(HEAD_GAP)
        for page in (self._empty, self.batchnorm, self.activation):
            column.addWidget(page, 1)
        self._area = self._in_area(inner)
        self._area.verticalScrollBar().valueChanged.connect(self.catch_up)

    def sizeHint(self) -> QSize:
        return QSize(290, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._inner.minimumSizeHint().width(), 160)


def _graph(made: Future[NormGraph | None], lane: str, size: Size) -> Diagram:
    graph = made.result()
    if graph is None:
        raise InputError("There is no computational graph: the BatchNorm does not use statistics of the mini-batch.")
    return graph_diagram(graph, lane, size)

"""The tensor view: any array of the present moment, as map, histogram and numbers."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QContextMenuEvent, QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QMenu, QWidget

from bnsim.lenses.lens import Lens
from bnsim.lenses.tensor.lens import LatestTensorLens, TensorLens, TensorSeen, ThumbnailLens
from bnsim.lenses.tensor.terms import gradient_name
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Found, Update
from bnsim.session.arrays import VALUE, Tensor
from bnsim.spec import numerals
from bnsim.spec.fork_changes import Change, OtherBatchMates, SetNumber
from bnsim.spec.fork_words import mates_name
from bnsim.spec.naming import layer_name
from bnsim.spec.tree import copies_on
from bnsim.ui.language import tr
from bnsim.ui.model.asking import AskExport
from bnsim.ui.model.document import Document
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.model.lane_choice import shown_lane
from bnsim.ui.model.selection import Selection
from bnsim.ui.model.watches import expression_of
from bnsim.ui.views import names
from bnsim.ui.views.tensor.choice import Chosen, chosen_of, copies, of_layer, tensor_of
from bnsim.ui.views.tensor.colors import tensor_color
from bnsim.ui.views.tensor.drawing import Element, TensorDrawing
from bnsim.ui.views.tensor.export_menu import ExportMenu
from bnsim.ui.views.tensor.mates import iteration_seen, mates_offer, sample_of
from bnsim.ui.views.tensor.page import KINDS, TensorPage
from bnsim.ui.views.tensor.sketch import tensor_diagram
from bnsim.ui.views.tensor.typing import CellTyping
from bnsim.ui.views.tensor.words import element_words, shape, why_empty
from bnsim.ui.views.view import View, lane_words
from bnsim.ui.widgets.numbers import NumberMenu

MARK = 9
"""The side, in pixels, of the square in a tensor's color."""


class TensorView(View):
    """Shows a tensor of the selected layer, or one that another view asked for.

    With nothing selected it shows what was just computed.
    """

    name, title = names.TENSOR

    def __init__(
        self,
        document: Document,
        selection: Selection,
        ask_export: AskExport,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(document, selection, parent)
        self._chosen: Chosen | None = None
        self._name = VALUE
        """The name of the tensor that is shown of the selected layer."""
        self._kind = "pictures"
        self._corner: Element = (0, 0)
        self._pins: tuple[Chosen, ...] = ()
        self._stack = 0
        self._to_check: Tensor | None = None
        self._colored: object = None
        self._seen: TensorSeen | None = None
        self._update = Update()
        self._theme: Theme | None = None
        self.page = TensorPage(self)
        self._area = self._in_area(self.page)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self.menu = ExportMenu(self.page, ask_export, self)
        self.menu.inquired.connect(self.inquired)
        self.menu.copy_asked.connect(self.copy_asked)
        self.menu.export_asked.connect(self.export_asked)
        self.menu.why_asked.connect(self._ask_why)
        self.page.more.setMenu(self.menu)
        self.typing = CellTyping(self.page, self.refused.emit, self._fork)
        self._connect()
        selection.changed.connect(self._selected)
        self._selected()

    # What it is asked for

    @property
    def tensor(self) -> Tensor | None:
        """The tensor that is shown; None while the view follows the run."""
        return None if self._chosen is None else tensor_of(self.document.experiment, self._chosen)

    @property
    def pins(self) -> tuple[Tensor, ...]:
        """The pinned tensors."""
        found = (tensor_of(self.document.experiment, chosen) for chosen in self._pins)
        return tuple(tensor for tensor in found if tensor is not None)

    def show_tensor(self, tensor: Tensor) -> None:
        """Show this tensor, whichever layer is selected."""
        chosen = chosen_of(self.document.experiment, tensor)
        if chosen is not None:
            self._choose(chosen)

    def show_of_selected(self, name: str) -> None:
        """Show the output or the gradient of the selected layer, in front of other views."""
        tensor = tensor_of(self.document.experiment, self._of_layer(self.selection.current, name))
        if self.selection.current and tensor is not None:
            self.tensor_chosen.emit(tensor)
        else:
            self.refused.emit("Select a card first: its tensors are shown here.")

    def check(self) -> None:
        """Check the gradient on screen against slopes of the loss; if it is no gradient, that of the shown tensor."""
        tensor = self.tensor or (None if self._seen is None else self._seen.tensor)
        if tensor is None:
            self.refused.emit("Nothing to check: no stack runs.")
            return
        self._to_check = Tensor(tensor.stack, tensor.path, gradient_name(tensor.name))
        self.tensor_chosen.emit(self._to_check)
        self._check_if_there()

    def _check_if_there(self) -> None:
        """Start the check that was asked for, once its gradient is computed."""
        seen, wanted = self._seen, self._to_check
        if wanted is None or seen is None or seen.tensor != wanted:
            return
        self._to_check = None
        if not seen.checkable:
            self.refused.emit(f"Cannot check {seen.offer.symbol}: choose a gradient of the loss, such as dW.")
        elif seen.values is None:
            self.refused.emit(f"Cannot check {seen.offer.symbol} yet: it comes with {seen.due}.")
        else:
            self.page.check.check()

    # As a view

    def lenses(self) -> tuple[Lens, ...]:
        tensor = self.tensor
        if self._chosen is not None and tensor is None:  # its layer has gone
            self._chosen = self._of_layer(self.selection.current, self._name) if self.selection.current else None
            tensor = self.tensor
        self._pins = tuple(chosen for chosen in self._pins if tensor_of(self.document.experiment, chosen))
        main: tuple[Lens, ...] = ()
        if tensor is not None:
            main = (TensorLens(tensor, self._corner),)
        elif self._stack:
            main = (LatestTensorLens(self._stack, self._corner),)
        return (*main, *(ThumbnailLens(pinned) for pinned in self.pins))

    def show_update(self, update: Update) -> None:
        self._update = update
        if update.frame is None:
            self._seen = None
        elif update.frame.lanes:
            stack = shown_lane(update.frame).stack_id
            if stack != self._stack:
                self._stack = stack
                if self._chosen is None:
                    self.lenses_changed.emit()
                    return
        lens = self._lens()
        if lens is not None and lens in update.answers:
            seen = update.answers[lens]
            if seen is None and self._chosen is not None and self._chosen.name != VALUE:
                if self._to_check is not None:
                    self._to_check = None
                    self.refused.emit("Nothing to check: the loss has no gradient by this; choose one, such as dW.")
                self._chosen = Chosen(self._chosen.layer, VALUE, self._chosen.copy, self._chosen.stack)
                self.lenses_changed.emit()
                return
            self._take(seen)
        self._show()

    def forget(self) -> None:
        self._chosen, self._pins, self._seen, self._to_check, self._stack = None, (), None, None, 0
        self._corner = (0, 0)
        for drawing in self.page.tensor_drawings:
            drawing.set_mark(None)
        self._update = Update()
        self._show()

    def show_found(self, found: Found) -> None:
        self.page.check.show_found(found)
        if found.ended and self.page.check.verdict.isVisible():
            QTimer.singleShot(0, self, self._reveal_verdict)  # once its words are laid out

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.page.set_theme(theme)
        self.menu.set_theme(theme)
        self._show()

    # Parts

    def _take(self, seen: TensorSeen | None) -> None:
        """Show `seen` from now on; what was chosen in another tensor, or in one of another shape, is so no more."""
        before, self._seen = self._seen, seen
        if before is None or seen is None or (before.tensor, before.offer.shape) != (seen.tensor, seen.offer.shape):
            self._mark(None)

    def _mark(self, element: Element | None) -> None:
        for drawing in self.page.tensor_drawings:
            if drawing is not self.page.bins:
                drawing.set_mark(element)

    def _reveal_verdict(self) -> None:
        self._area.ensureWidgetVisible(self.page.check.verdict, 0, 8)

    def _lens(self) -> Lens | None:
        mine = self.lenses()
        return mine[0] if mine and not isinstance(mine[0], ThumbnailLens) else None

    def _connect(self) -> None:
        page = self.page
        page.chooser.activated.connect(self._chooser_used)
        page.copy.valueChanged.connect(self._copy_used)
        page.pin.clicked.connect(self._toggle_pin)
        page.kinds.currentChanged.connect(self._kind_used)
        page.all_digits.toggled.connect(self._digits_used)
        page.table.numbers.wanted.connect(self._want)
        page.table.chosen.connect(self._element)
        page.table.typed.connect(self._type)
        page.table.refused.connect(self.refused)
        page.pins.opened.connect(self._choose)
        page.pins.removed.connect(self._unpin)
        page.check.inquired.connect(self.inquired)
        page.check.given_up.connect(self.given_up)
        for drawing in (page.map, page.stems, page.pictures):
            drawing.pointed.connect(self._point)
            drawing.chosen.connect(self._element)
            drawing.typed.connect(self._type)
        page.bins.pointed.connect(self._point_bin)

    # What a person does

    def _selected(self) -> None:
        current = self.selection.current
        self._chosen = self._of_layer(current, self._name) if current else None
        self._corner = (0, 0)
        self.lenses_changed.emit()

    def _of_layer(self, layer_id: int, name: str) -> Chosen:
        return of_layer(self.document.experiment, layer_id, name, self.selection.blocks.copies)

    def _choose(self, chosen: Chosen) -> None:
        self._chosen, self._name, self._corner = chosen, chosen.name, (0, 0)
        self._mark(None)
        self.lenses_changed.emit()

    def _chooser_used(self, index: int) -> None:
        name = self.page.chooser.itemData(index)
        base = self._chosen
        if base is None and self._seen is not None:
            base = chosen_of(self.document.experiment, self._seen.tensor)
        if base is not None:
            self._choose(Chosen(base.layer, name, base.copy, base.stack))

    def _copy_used(self, number: int) -> None:
        if self._chosen is not None:
            self._choose(Chosen(self._chosen.layer, self._chosen.name, number - 1))

    def _kind_used(self, index: int) -> None:
        self._kind = KINDS[index]
        self._show()

    def _digits_used(self, on: bool) -> None:
        self.page.table.set_digits(17 if on else 6)

    def _toggle_pin(self, on: bool) -> None:
        seen = self._seen
        chosen = None if seen is None else chosen_of(self.document.experiment, seen.tensor)
        if chosen is None:
            self.page.pin.setChecked(False)
            return
        others = tuple(pin for pin in self._pins if pin != chosen)
        self._pins = (*others, chosen) if on else others
        self.lenses_changed.emit()

    def _unpin(self, chosen: Chosen) -> None:
        self._pins = tuple(pin for pin in self._pins if pin != chosen)
        self.lenses_changed.emit()

    def _want(self, element: tuple[int, int]) -> None:
        seen = self._seen
        if seen is None or seen.values is None:
            return
        row, column = (0, element[0]) if len(seen.offer.shape) < 2 else element
        high, wide = seen.values.shape
        corner = (max(0, row - high // 2), max(0, column - wide // 2))
        inside = 0 <= row - seen.corner[0] < high and 0 <= column - seen.corner[1] < wide
        if corner != self._corner and not inside:
            self._corner = corner
            self.lenses_changed.emit()

    def _element(self, element: Element) -> None:
        if self._seen is None:
            return
        self._mark(element)
        self._point(element)
        row, column = element
        if len(self._seen.offer.shape) == 2:
            self.element_chosen.emit(self._seen.tensor, row, column)
        elif self._seen.axes[1] == "sample":
            self.element_chosen.emit(self._seen.tensor, column, None)
        else:
            self.element_chosen.emit(self._seen.tensor, None, column)

    def _type(self, element: Element, text: str = "") -> None:
        """Let the person type another number over an element."""
        if self._theme is not None:
            self.typing.begin(self._seen, element, text, self._theme)

    def _fork(self, seen: TensorSeen, change: SetNumber, name: str) -> None:
        """Fork the lane where the run stands, and show the fork's tensor."""
        frame = self._update.frame
        self._fork_at(seen, 0 if frame is None else frame.iteration, change, name)

    def _fork_mates(self, seen: TensorSeen, sample: int) -> None:
        """Fork the lane as the iteration that is seen begins, so that a sample has other mates there."""
        self._fork_at(seen, iteration_seen(self._update), OtherBatchMates((sample,)), mates_name(sample))

    def _fork_at(self, seen: TensorSeen, iteration: int, change: Change, name: str) -> None:
        before = self.document.experiment
        self.change_asked.emit(seen.tensor.stack, iteration, change, name)
        old = {stack.id for stack in before.stacks}
        fork = next((stack for stack in self.document.experiment.stacks if stack.id not in old), None)
        if fork is not None:
            self.show_tensor(Tensor(fork.id, seen.tensor.path, seen.tensor.name))

    # What is seen

    def _moment(self) -> object:
        frame = self._update.frame
        return None if frame is None else (frame.iteration, frame.tick, self._update.experiment)

    def _complete(self) -> bool:
        return self._seen is not None and self._seen.values is not None

    def _show(self) -> None:
        seen, theme = self._seen, self._theme
        if theme is None:
            return
        page = self.page
        vector = seen is not None and len(seen.offer.shape) < 2
        pictured = seen is not None and seen.pictures is not None
        kind = self._kind if self._kind != "pictures" or pictured else "map"
        page.kinds.blockSignals(True)
        page.kinds.setTabVisible(0, pictured)
        page.kinds.setCurrentIndex(KINDS.index(kind))
        page.kinds.blockSignals(False)
        page.show_kind(kind, vector=vector, why_empty=why_empty(seen, self._update.frame is not None))
        for drawing in page.tensor_drawings:
            if drawing is page.drawings.currentWidget():
                drawing.show_seen(seen)
        if kind == "table":
            page.table.numbers.show_seen(seen)
        page.summary.show_summary(None if seen is None else seen.summary)
        self._show_header(theme)
        checked = seen.tensor if seen is not None and seen.checkable else None
        page.check.set_tensor(checked, self._moment(), enabled=self._complete())
        self._show_pins(theme)
        self.menu.show_seen(seen)
        self._check_if_there()
        self._show_readout()

    def _marked(self) -> Element | None:
        return self.page.map.mark

    def _show_header(self, theme: Theme) -> None:
        page, seen, experiment = self.page, self._seen, self.document.experiment
        try:
            stack = None if seen is None else experiment.stack(seen.tensor.stack)
        except KeyError:
            stack = None
        if seen is None or stack is None:
            page.title.setText(tr("Tensor"))
            page.subtitle.setText("")
            page.about.set_words("")
            page.chooser.clear()
            page.copy.hide()
            return
        page.title.setText(tr(layer_name(stack, seen.tensor.path)))
        follows = "" if self._chosen is not None else f" · {tr('latest')}"
        page.subtitle.setText(f"{lane_words(experiment, stack, theme)}{follows}")
        page.about.set_words(tr(shape(seen)))
        self._fill_chooser(seen, theme)
        chosen = chosen_of(experiment, seen.tensor)
        count = copies(experiment, chosen.layer) if chosen is not None else 0
        page.copy.blockSignals(True)
        page.copy.setRange(1, max(count, 1))
        # Of a Repeat in a Repeat they are counted through; the title says which copy of which it is.
        through = len(list(copies_on(stack.layers, seen.tensor.path))) > 1
        page.copy.setPrefix("" if through else f"{tr('copy')} ")
        page.copy.setSuffix(tr(f" of {numerals.count(count)} in all" if through else f" of {numerals.count(count)}"))
        page.copy.setValue(chosen.copy + 1 if chosen is not None else 1)
        page.copy.setVisible(count > 1 and self._chosen is not None)
        page.copy.blockSignals(False)
        page.show_pinned(chosen in self._pins)

    def _fill_chooser(self, seen: TensorSeen, theme: Theme) -> None:
        chooser = self.page.chooser
        names = [offer.name for offer in seen.offers]
        if [chooser.itemData(k) for k in range(chooser.count())] != names:
            chooser.clear()
            for offer in seen.offers:
                chooser.addItem(f"{tr(offer.symbol)}  ·  {tr(offer.words)}", offer.name)
        stack = self.document.experiment.stack(seen.tensor.stack)
        if (theme, seen.tensor.path, names) != self._colored:
            self._colored = (theme, seen.tensor.path, names)
            for index, name in enumerate(names):
                mark = QPixmap(MARK, MARK)
                mark.fill(tensor_color(theme, stack, Tensor(seen.tensor.stack, seen.tensor.path, name)))
                chooser.setItemIcon(index, QIcon(mark))
        if seen.tensor.name in names:
            chooser.setCurrentIndex(names.index(seen.tensor.name))

    def _show_pins(self, theme: Theme) -> None:
        experiment, pins = self.document.experiment, self.page.pins
        pins.set_chosen(self._pins)
        for pin in pins.pins:
            tensor = tensor_of(experiment, pin.chosen)
            if tensor is None:
                continue
            seen = self._update.answers.get(ThumbnailLens(tensor))
            stack = experiment.stack(tensor.stack)
            symbol = tensor.name if seen is None else seen.offer.symbol
            pin.show_seen(tr(f"{symbol} of {layer_name(stack, tensor.path)}"), stack.name, seen, theme)

    def _show_readout(self) -> None:
        """The number of what is pointed at, else of what is chosen, as it is now."""
        drawing = self.page.shown
        element = drawing.element if isinstance(drawing, TensorDrawing) else None
        (self._point_bin if drawing is self.page.bins and element is not None else self._point)(element)

    def _point(self, element: Element | None) -> None:
        seen = self._seen
        element = element or self._marked()
        self.page.readout.set_words("" if seen is None or element is None else tr(element_words(seen, element)))

    def _point_bin(self, element: Element | None) -> None:
        self.page.readout.set_words("" if element is None else tr(self.page.bins.bin_words(element)))

    def exportable(self) -> Exportable | None:
        """The map of the tensor that is seen, as a diagram."""
        seen = self._seen
        if seen is None:
            return None
        try:
            stack = self.document.experiment.stack(seen.tensor.stack)
        except KeyError:  # its lane was removed
            return None
        where = f"{stack.name} · {layer_name(stack, seen.tensor.path)}"
        return Exportable("tensor", f"{seen.offer.symbol} of {where}", partial(tensor_diagram, seen, where), fits=True)

    def _ask_why(self) -> None:
        chosen = None if self._seen is None else chosen_of(self.document.experiment, self._seen.tensor)
        if chosen is not None:
            self.why_asked.emit(chosen.layer, chosen.copy, chosen.name)

    def serve_numbers(self, menu: NumberMenu) -> None:
        super().serve_numbers(menu)
        self.menu.numbers = menu

    def _at_hand(self) -> Element | None:
        """The element that is pointed at, else the chosen one."""
        drawing = self.page.shown
        element = drawing.element if isinstance(drawing, TensorDrawing) and drawing is not self.page.bins else None
        return element or self._marked()

    def _expression(self) -> str:
        """The expression of that element; "" without one."""
        seen, element = self._seen, self._at_hand()
        if seen is None or element is None:
            return ""
        place = {2: element, 1: element[1:]}.get(len(seen.offer.shape), ())
        return expression_of(self.document.experiment, seen.tensor, place)

    def _cell_menu(self) -> QMenu:
        """The menu for the element at hand."""
        seen, element = self._seen, self._at_hand()
        types = partial(self._type, element) if element is not None and seen is not None and seen.key else None
        sample, mates = sample_of(seen, element), None
        if seen is not None and sample is not None:
            mates = mates_offer(sample, self._update, partial(self._fork_mates, seen, sample))
        return self.menu.on_a_cell(self._expression(), types, mates)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._cell_menu().popup(event.globalPos())

    def sizeHint(self) -> QSize:
        return QSize(320, 620)

    def minimumSizeHint(self) -> QSize:
        return QSize(230, 160)

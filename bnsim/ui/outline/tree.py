"""The same stacks as a tree: everything the canvas does by mouse, by keyboard and for screen readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QContextMenuEvent,
    QDrag,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from bnsim.plot.theme import Theme, load_theme
from bnsim.runner.data import DataSummary, known_features
from bnsim.spec import edits
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Block, Layer
from bnsim.spec.naming import card_titles, kind_name, several
from bnsim.spec.numerals import counted
from bnsim.spec.problems import Problem
from bnsim.spec.training_words import differences
from bnsim.spec.tree import walk
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.fields import Field, main_field, set_words
from bnsim.ui.model.layer_facts import remark, sizes
from bnsim.ui.model.payloads import READERS, cards_mime, land
from bnsim.ui.model.said_facts import said_fact
from bnsim.ui.model.selection import Selection
from bnsim.ui.outline.editor import NumberDelegate

ID = Qt.ItemDataRole.UserRole
"""Role of an item's layer id; 0 for a lane's item."""
NAME, DETAIL = 0, 1
LAYER_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEditable
    | Qt.ItemFlag.ItemIsDragEnabled
)
BLOCK_FLAGS = LAYER_FLAGS | Qt.ItemFlag.ItemIsDropEnabled

Index = QModelIndex | QPersistentModelIndex


class Outline(QTreeWidget):
    """Lanes, and in each its layers; items are kept across edits, by layer id."""

    refused = Signal(str)
    """Words why something dropped here does not land."""
    rename_asked = Signal(int)
    """A name for the stack of that id."""
    menu_asked = Signal(int, QPoint)
    """The menu of the stack of that id, of the selected layers if it is 0, at that point of the screen."""

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._theme = load_theme("light")
        self._data: DataSummary | None = None
        self._problems: tuple[Problem, ...] = ()
        self._breakpoints: Mapping[int, str] = {}
        self._busy = False
        self._lanes: dict[int, QTreeWidgetItem] = {}
        self._items: dict[int, QTreeWidgetItem] = {}
        self.setObjectName("outline")
        self.setAccessibleName(tr("Outline"))
        self.setAccessibleDescription(
            tr(
                "Lanes and their layers. Alt with Up or Down moves a layer, F2 edits its units, "
                "Enter opens or collapses a block on the canvas."
            )
        )
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.header().setStretchLastSection(True)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.header().setMinimumSectionSize(20)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegateForColumn(DETAIL, NumberDelegate(document, self.set_number, self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(True)
        self.itemSelectionChanged.connect(self._take_choice)
        self.currentItemChanged.connect(lambda *_: self._take_choice())
        self.itemDoubleClicked.connect(lambda *_: self.edit_selected())
        selection.blocks.changed.connect(self._show_open_blocks)
        selection.blocks.copy_changed.connect(lambda _block_id: self._write_details(document.experiment))
        document.changed.connect(self._document_changed)
        selection.changed.connect(self._show_selection)
        self._sync(document.experiment)

    def show_data(self, data: DataSummary | None) -> None:
        """Show the number of features beside the layers; None if the data cannot be read."""
        self._data = data
        self._write_details(self._document.experiment)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show each problem beside its layer, or beside the lane if it is about the whole lane."""
        self._problems = problems
        self._write_details(self._document.experiment)

    def show_breakpoints(self, marks: Mapping[int, str]) -> None:
        """Show a sign behind the names of layers with breakpoints, by id."""
        self._breakpoints = marks
        self._sync(self._document.experiment)

    def set_theme(self, theme: Theme) -> None:
        """Take colors from the theme."""
        self._theme = theme
        self._sync(self._document.experiment)

    def delete_selected(self) -> None:
        """Remove the selected layers, as one undo step."""
        experiment = self._document.experiment
        chosen = edits.chosen_layers(experiment, self._selection.layer_ids)
        if chosen:
            text = f"remove {several(chosen)}"
            self._document.push(edits.remove_layers(experiment, {layer.id for layer in chosen}), text)
        elif self._current_stack is not None:
            stack = self._current_stack
            self._document.push(edits.remove_stack(experiment, stack.id), f"remove lane {stack.name}")

    def edit_selected(self) -> None:
        """Edit the main number of the current layer: a Linear's units, a Dropout's p."""
        item = self._items.get(self._selection.current)
        if item is not None and self._main_field_of(self._selection.current) is not None:
            self.scrollToItem(item)
            self.edit(self.indexFromItem(item, DETAIL))
        elif self._current_stack is not None:
            self.rename_asked.emit(self._current_stack.id)

    def move_selected(self, step: int) -> None:
        """Move the current layer a line up (-1) or down (1): into and out of blocks, and into the next lane."""
        experiment, layer_id = self._document.experiment, self._selection.current
        if self._current_stack is not None:
            self._document.push(edits.move_stack(experiment, self._current_stack.id, step), "move lane")
            return
        target = edits.place_beside(experiment, layer_id, step) if layer_id else None
        if target is not None:
            moved = edits.move_layers(experiment, [layer_id], *target)
            self._document.push(moved, f"move {kind_name(experiment.layer(layer_id))}")

    def set_number(self, layer_id: int, value: object) -> None:
        """Set the main number of a layer, as one undo step."""
        field = self._main_field_of(layer_id)
        assert field is not None
        changed = edits.change_layer(self._document.experiment, layer_id, **{field.name: value})
        self._document.push(changed, set_words(field, value))

    @property
    def _current_stack(self) -> Stack | None:
        """The stack whose line is current; None if a layer's line is."""
        item = self.currentItem()
        number = self.indexOfTopLevelItem(item) if item is not None else -1
        return self._document.experiment.stacks[number] if number >= 0 else None

    def _main_field_of(self, layer_id: int) -> Field | None:
        """The field that is edited in the layer's row; None if there is none."""
        return main_field(type(self._document.experiment.layer(layer_id))) if layer_id else None

    def _is_block(self, layer_id: int) -> bool:
        return bool(layer_id) and isinstance(self._document.experiment.layer(layer_id), Block)

    def _show_open_blocks(self) -> None:
        """Expand the blocks that are open on the canvas."""
        for layer_id in self._selection.blocks.ids & self._items.keys():
            self._items[layer_id].setExpanded(True)

    # -- mirroring

    def _document_changed(self, experiment: Experiment) -> None:
        self._selection.keep_existing(experiment)
        self._sync(experiment)

    def _sync(self, experiment: Experiment) -> None:
        self._busy = True
        for stack_id in self._lanes.keys() - {stack.id for stack in experiment.stacks}:
            lane = self._lanes.pop(stack_id)
            lane.takeChildren()  # they would be deleted with it, and may stand elsewhere from now on
            self.takeTopLevelItem(self.indexOfTopLevelItem(lane))
        kept = {layer.id for stack in experiment.stacks for layer in walk(stack.layers)}
        gone = self._items.keys() - kept
        # From the inside outward, and what stays is taken out of a block that goes.
        for layer_id in gone:
            self._items[layer_id].takeChildren()
        for layer_id in gone:
            _detach(self._items.pop(layer_id))
        for number, stack in enumerate(experiment.stacks):
            self._sync_lane(number, stack)
        self._write_details(experiment)
        self._busy = False
        self._show_selection()

    def _sync_lane(self, number: int, stack: Stack) -> None:
        lane = self._lanes.get(stack.id)
        if lane is None:
            lane = self._lanes[stack.id] = QTreeWidgetItem()
            lane.setData(NAME, ID, 0)
            lane.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDropEnabled)
        if self.indexOfTopLevelItem(lane) != number:
            expanded = lane.isExpanded() or lane.childCount() == 0
            if self.indexOfTopLevelItem(lane) >= 0:
                self.takeTopLevelItem(self.indexOfTopLevelItem(lane))
            self.insertTopLevelItem(number, lane)
            lane.setExpanded(expanded)
        mark = QPixmap(10, 10)
        mark.fill(QColor(self._theme.color(f"lane{stack.lane_color(number)}")))
        lane.setText(NAME, stack.name)
        lane.setIcon(NAME, mark)
        self._sync_layers(lane, stack.layers)

    def _sync_layers(self, parent: QTreeWidgetItem, layers: Sequence[Layer]) -> None:
        for row, layer in enumerate(layers):
            item = self._items.get(layer.id)
            if item is None:
                item = self._items[layer.id] = QTreeWidgetItem()
                item.setData(NAME, ID, layer.id)
            flags = BLOCK_FLAGS if isinstance(layer, Block) else LAYER_FLAGS
            if item.flags() != flags:  # in another document the same id can be another kind
                item.setFlags(flags)
            if item.parent() is not parent or parent.indexOfChild(item) != row:
                expanded = item.isExpanded()
                _detach(item)
                parent.insertChild(row, item)
                item.setExpanded(expanded)
            if isinstance(layer, Block):
                fresh = item.childCount() == 0
                self._sync_layers(item, layer.layers)
                if fresh:
                    item.setExpanded(True)

    def _write_details(self, experiment: Experiment) -> None:
        features = known_features(experiment, self._data)
        muted, danger = QBrush(QColor(self._theme.color("text-muted"))), QBrush(QColor(self._theme.color("danger")))
        words = {(problem.stack_id, problem.layer_id): problem for problem in reversed(self._problems)}
        for stack in experiment.stacks:
            lane_problem = words.get((stack.id, 0)) or words.get((0, 0))
            self._lanes[stack.id].setFirstColumnSpanned(lane_problem is None)
            said = ["lane", counted(len(stack.layers), "layer"), *["hidden on the canvas"] * stack.hidden]
            told = ", ".join(map(tr, [*said, *differences(experiment, stack)]))
            shown = f"{stack.name} ({tr('hidden')})" if stack.hidden else stack.name
            _write(self._lanes[stack.id], shown, "", told, lane_problem, muted, danger)
            details = sizes(stack, features, experiment.training.batch_size, self._selection.blocks.copies)
            names = card_titles(stack, self._selection.blocks.copies)
            for layer in walk(stack.layers):
                title, size = names[layer.id], tr(details[layer.id])
                parts = (size.replace("→", tr("to")), said_fact(remark(layer)))
                spoken = ", ".join(filter(None, parts))
                problem = words.get((stack.id, layer.id))
                if mark := self._breakpoints.get(layer.id):
                    title, spoken = f"{title} {mark}", ", ".join(filter(None, (spoken, tr("breakpoint"))))
                _write(self._items[layer.id], title, size, spoken, problem, muted, danger)

    def _show_selection(self) -> None:
        if self._busy:
            return
        self._busy = True
        current = self._items.get(self._selection.current)
        if current is not None and current is not self.currentItem():
            self.setCurrentItem(current)
        for layer_id, item in self._items.items():
            if item.isSelected() != (layer_id in self._selection.layer_ids):
                item.setSelected(layer_id in self._selection.layer_ids)
        for lane in self._lanes.values():
            if self._selection.layer_ids:
                lane.setSelected(False)
        self._busy = False

    def _take_choice(self) -> None:
        if self._busy:
            return
        current = self.currentItem()
        current_id = current.data(NAME, ID) if current is not None else 0
        self._selection.set([item.data(NAME, ID) for item in self.selectedItems() if item.data(NAME, ID)], current_id)

    # -- dragging: lines carry what cards carry, so that they can be dropped on the canvas too, and the other way

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        return cards_mime(self._document, [item.data(NAME, ID) for item in items if item.data(NAME, ID)])

    def mimeTypes(self) -> list[str]:
        return list(READERS)

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def startDrag(self, supported: Qt.DropAction) -> None:
        # Qt's own would take moved lines out of the tree by itself.
        drag = QDrag(self)
        drag.setMimeData(self.mimeData(self.selectedItems()))
        drag.exec(supported, Qt.DropAction.MoveAction)

    def dropEvent(self, event: QDropEvent) -> None:
        mime, copying = event.mimeData(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        reader = next((READERS[name] for name in READERS if mime.hasFormat(name)), None)
        offer = reader(mime, self._document, copying) if reader is not None else ""
        target = self._target_at(event.position().toPoint())
        self.setState(QAbstractItemView.State.NoState)
        self.viewport().update()
        if isinstance(offer, str) or target is None or offer.asks_file:
            self.refused.emit(offer if isinstance(offer, str) and offer else "This cannot be dropped here.")
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.MoveAction if offer.moves else Qt.DropAction.CopyAction)
        event.accept()
        land(offer, self._document, self._selection, *target)

    def _target_at(self, position: QPoint) -> tuple[int, int] | None:
        """(container id, index) where Qt's drop indicator is; None without a lane."""
        experiment, item = self._document.experiment, self.itemAt(position)
        if not experiment.stacks:
            return None
        shown, kind = self.dropIndicatorPosition(), QAbstractItemView.DropIndicatorPosition
        if item is None:
            last = experiment.stacks[-1]
            return last.id, len(last.layers)
        layer_id = item.data(NAME, ID)
        if not layer_id:
            stack = experiment.stacks[self.indexOfTopLevelItem(item)]
            return stack.id, 0 if shown == kind.BelowItem else len(stack.layers)
        container, index = experiment.container(layer_id)
        layer = experiment.layer(layer_id)
        if isinstance(layer, Block) and shown == kind.OnItem:
            return layer.id, len(layer.layers)
        if isinstance(layer, Block) and shown == kind.BelowItem and item.isExpanded():
            return layer.id, 0
        return container, index + (shown != kind.AboveItem)

    # -- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Names are whole before sizes are.
        widest, size = (self.fontMetrics().horizontalAdvance(text) for text in ("BatchNorm", "1000 → 1000"))
        self.header().resizeSection(NAME, max(self.viewport().width() - size - 8, widest + 3 * self.indentation() + 14))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item is not None:
            number = self.indexOfTopLevelItem(item)
            where = self.viewport().mapToGlobal(self.visualItemRect(item).center()) if by_key else event.globalPos()
            self.menu_asked.emit(self._document.experiment.stacks[number].id if number >= 0 else 0, where)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        moving = event.modifiers() == Qt.KeyboardModifier.AltModifier and key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()  # Enter in the field, passed on by it
        elif event.matches(QKeySequence.StandardKey.Delete) or key == Qt.Key.Key_Backspace:
            self.delete_selected()
        elif moving:
            self.move_selected(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._is_block(self._selection.current):
            self._selection.blocks.toggle(self._selection.current)
        elif key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit_selected()
        elif key == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)


def _detach(item: QTreeWidgetItem) -> None:
    parent = item.parent()
    if parent is not None:
        parent.removeChild(item)


def _write(
    item: QTreeWidgetItem, name: str, detail: str, spoken: str, problem: Problem | None, muted: QBrush, danger: QBrush
) -> None:
    shown = detail if problem is None else f"! {tr(problem.message)}"
    sentence = "" if problem is None else tr(problem.sentence())
    item.setText(NAME, name)
    item.setText(DETAIL, shown)
    item.setForeground(DETAIL, muted if problem is None else danger)
    item.setData(NAME, Qt.ItemDataRole.ForegroundRole, None if problem is None else danger)
    item.setToolTip(NAME, sentence)
    item.setToolTip(DETAIL, sentence)
    said = f"{name}, {spoken}" if problem is None else f"{name}, {spoken}, {tr('problem')}: {sentence}"
    item.setData(NAME, Qt.ItemDataRole.AccessibleTextRole, said)

"""The canvas: a view of the scene of cards that zooms, scrolls, and turns gestures into edits of the document.

Far out the view squeezes columns more than rows, so that hundreds of layers become a readable bar chart
(`bnsim.ui.canvas.items.lane`) and not a thin strip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QBrush,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmapCache,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QToolTip, QWidget

from bnsim.plot.theme import Theme, load_theme
from bnsim.runner.data import DataSummary
from bnsim.session.frame import Frame
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import times
from bnsim.spec.problems import Problem
from bnsim.ui.canvas import spoken
from bnsim.ui.canvas.exports import exportable_of
from bnsim.ui.canvas.following import Following
from bnsim.ui.canvas.input.drops import DropHandler
from bnsim.ui.canvas.input.editing import InlineEditing
from bnsim.ui.canvas.input.gestures import MouseGestures
from bnsim.ui.canvas.input.keys import press_key, select_next
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.style import CanvasStyle
from bnsim.ui.canvas.lane_titles import LaneTitles
from bnsim.ui.canvas.live import LiveCards
from bnsim.ui.canvas.scene import CanvasScene
from bnsim.ui.canvas.wires import Wire, wire_at
from bnsim.ui.canvas.zoom import Zoom
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.model.findings import FindingMark
from bnsim.ui.model.lane_choice import shown_lane
from bnsim.ui.model.preferences import CardContents
from bnsim.ui.model.selection import Selection
from bnsim.ui.widgets.spoken import interpret

SEVERAL_FACTORS = "× several"
"""The mark of a block in which weights were multiplied by one factor and another."""
CACHE = 96 * 1024
"""Kilobytes for pictures of cards: all in view on a 4K screen, twice."""


class CanvasView(QGraphicsView):
    """Lanes of cards. Its signals ask for what it cannot do itself."""

    action_asked = Signal(str)
    """A key pressed here asks for the action of that name, such as "edit.delete"."""
    menu_asked = Signal(int, QPoint)
    """The menu of the stack of that id, of the selected layers if it is 0, at that point of the screen."""
    lane_named = Signal(int, str)
    """The stack of that id is to have that name."""
    lane_toggled = Signal(int)
    """The lane of the stack of that id is to be hidden, or shown again."""
    tensor_asked = Signal(str)
    """"value", "gradient" or "x" of the current layer is to be seen."""
    refused = Signal(str)
    """Why a gesture was refused, in words."""
    contents_changed = Signal(str)
    """"values", "gradients" or "structure" fills the cards now."""
    file_dropped = Signal(str)
    """The path of a file dropped from the desktop."""
    picture_dropped = Signal(object)
    """A `Picture` that was dropped without a file, from another program."""
    own_file_asked = Signal()
    """The person has chosen to use an own data file, which is to be asked for."""

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        interpret(spoken.interface_of)
        self.document = document
        self.selection = selection
        self.card_style = CanvasStyle(load_theme("light"), self.font())
        self.cards = CanvasScene(self.card_style, selection.blocks, self)
        self._frame: Frame | None = None
        self._frame_of: Experiment | None = None
        self._escape_leaves: Callable[[], bool] = lambda: False
        self.zoom = Zoom(self, self.cards, self.close_editor, self._restyle)
        self._live = LiveCards(self.cards)
        self.titles = LaneTitles(self, self.cards, self._live.scale)
        self._following = Following(self, self.cards)
        self._editing = InlineEditing(self)
        self._gestures = MouseGestures(self)
        self._drops = DropHandler(self)
        self.setObjectName("canvas")
        self.setAccessibleName(tr("Canvas"))
        self.setAccessibleDescription(tr("The stacks as cards. The outline holds the same as a tree."))
        self.setScene(self.cards)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        # Lane titles stay at the left while cards scroll, so scrolled pixels cannot be reused. And since cards keep
        # their pictures, showing all is as fast as finding out which parts have changed.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), CACHE))
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setObjectName("canvas.viewport")
        self.viewport().setMouseTracking(True)
        self.zoom.take_pinches()
        self.set_theme(self.card_style.theme)
        self.cards.sync(document.experiment)
        document.changed.connect(self._document_changed)
        document.replaced.connect(self._show_beginning)
        selection.changed.connect(self._show_selection)
        selection.blocks.changed.connect(self._blocks_changed)
        selection.blocks.copy_changed.connect(self._copy_changed)
        selection.blocks.follow(document)
        self.cards.chosen.connect(self._take_choice)
        self._show_selection()

    # -- what it shows

    def show_frame(self, frame: Frame | None) -> None:
        """Show a frame on all cards; scroll to the executed card if a step moved it out of view."""
        before, self._frame = self._frame, frame
        shown_of, self._frame_of = self._frame_of, self.document.experiment
        self._live.show(frame)
        self.titles.show_frame(frame)
        self.viewport().update()
        self._following.follow(before, frame, edited=shown_of is not self.document.experiment)

    def show_data(self, data: DataSummary | None) -> None:
        """Show the sizes that follow from the data; None if the data cannot be read."""
        self.cards.show_data(data)
        self.viewport().update()

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show problems on the cards they are about."""
        self.cards.show_problems(problems)
        self.titles.show_problems({each.stack_id: each.sentence() for each in problems if not each.layer_id})
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Take colors, sizes and fonts from the theme."""
        before = self.card_style.metrics
        self.card_style.apply(theme, self.font())
        self.setBackgroundBrush(QBrush(self.card_style.color("canvas")))
        self.cards.restyle()
        if self.card_style.metrics != before:
            self.zoom.forget()
            self.zoom.for_window()
        self.viewport().update()

    def _restyle(self) -> None:
        self.set_theme(self.card_style.theme)

    def reveal(self, layer_id: int) -> None:
        """Scroll until the card of that layer, or of the block it is in, is in view."""
        card = self.cards.card_of(layer_id)
        if card is not None and card.isVisible():
            self._following.reveal(card)

    @Slot()
    def _show_beginning(self) -> None:
        """Another document is seen from its first cards on, wherever the one before was scrolled to."""
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.setValue(bar.minimum())

    @Slot()
    def reveal_executed(self) -> None:
        """Scroll to the card of the layer that was executed last, in the lane that is shown."""
        experiment = self.document.experiment
        if self._frame is None or self._frame_of is not experiment:
            return
        lane = shown_lane(self._frame, self.selection.current)
        layers = experiment.stack(lane.stack_id).layers
        if lane.executed is not None and lane.executed.layer < len(layers):
            self.reveal(layers[lane.executed.layer].id)

    def show_breakpoints(self, marks: Mapping[int, str]) -> None:
        """Mark the cards of layers with breakpoints: "on" or "off" by id."""
        self.card_style.breakpoints = marks
        self.cards.repaint_cards()
        self.viewport().update()

    def show_scaled(self, factors: Mapping[int, float]) -> None:
        """Mark the cards of layers whose weights were multiplied, by what, by id; blocks have the marks of theirs."""
        marks: dict[int, str] = {}
        for layer_id, factor in factors.items():
            if factor != 1:
                for holder in self._holders(layer_id):
                    words = times(factor)
                    marks[holder] = words if marks.get(holder, words) == words else SEVERAL_FACTORS
        if marks != self.card_style.scaled:
            self.card_style.scaled = marks
            self.cards.repaint_cards()
            self.viewport().update()

    def show_findings(self, marks: Mapping[int, FindingMark]) -> None:
        """Mark the cards of layers that findings are about, by id; blocks have the marks of what is in them."""
        found: dict[int, FindingMark] = {}
        for layer_id, mark in marks.items():
            for holder in self._holders(layer_id):
                if holder == layer_id or holder not in found:
                    found[holder] = mark
        if found != self.card_style.findings:
            self.card_style.findings = found
            self.cards.repaint_cards()
            self.viewport().update()

    def _holders(self, layer_id: int) -> list[int]:
        """The layer and the blocks around it, by id."""
        experiment, found = self.document.experiment, []
        lanes = {stack.id for stack in experiment.stacks}
        try:
            while layer_id not in lanes:
                found.append(layer_id)
                layer_id = experiment.container(layer_id)[0]
        except KeyError:  # it was removed, and the run with it
            return []
        return found

    def exportable(self) -> Exportable:
        """All that it shows as a diagram, and what is in sight, where that is a part."""
        return exportable_of(self, self.cards, self._frame, self._live.scale)

    def set_contents(self, contents: CardContents) -> None:
        """Set what cards show: "values", "gradients" or "structure"."""
        if contents != self.card_style.contents:
            self.card_style.contents = contents
            self.contents_changed.emit(contents)
        self.cards.repaint_cards()
        self.viewport().update()

    def keep_in_the_middle(self, on: bool) -> None:
        """Keep the card that is executed, or is revealed, in the middle, or let the view be still while it is seen."""
        self._following.centered = on

    def share_escape(self, leaves: Callable[[], bool]) -> None:
        """Set the function that says whether Escape leaves projector mode; else it clears the selection."""
        self._escape_leaves = leaves

    def escape_leaves(self) -> bool:
        """Whether Escape leaves projector mode, which comes before clearing the selection."""
        return self._escape_leaves()

    # -- editing in place

    def edit_selected(self) -> None:
        """Edit the main number of the current layer on its card: a Linear's units, a Dropout's p."""
        self._editing.edit_selected()

    def edit_card(self, card: CardItem) -> None:
        """Edit the main number of that card."""
        self._editing.edit_card(card)

    def rename_lane(self, stack_id: int) -> None:
        """Edit the lane's name in its title."""
        self._editing.rename_lane(stack_id)

    def close_editor(self) -> None:
        """Close the field without a change."""
        self._editing.close()

    # -- what is where

    def card_at(self, position: QPoint) -> CardItem | None:
        """The card at a position in the viewport."""
        return self.cards.card_at(self.mapToScene(position))

    def card_on_viewport(self, card: CardItem, rect: QRectF) -> QRect:
        """A rectangle of a card in the viewport's pixels."""
        return self.mapFromScene(card.mapRectToScene(rect)).boundingRect()

    def wire_at(self, position: QPoint) -> Wire | None:
        """The wire at a position in the viewport, where no card is."""
        return wire_at(self, self.cards, position)

    # -- keeping up with document and selection

    def _document_changed(self, experiment: Experiment) -> None:
        self.close_editor()
        self._gestures.let_go()
        if self.document.undo_stack.count() == 0:
            self.selection.blocks.document_replaced()
        self.selection.blocks.forget_reused(experiment)
        self.cards.sync(experiment)
        self.selection.keep_existing(experiment)
        self._show_selection()
        self.zoom.apply()

    def _blocks_changed(self) -> None:
        """Show the cards after blocks were opened or collapsed, with the same numbers."""
        self.close_editor()
        self.cards.sync(self.document.experiment)
        self._live.show(self._frame)
        self.cards.show_problems()
        self.cards.select(self.selection.layer_ids)
        self.zoom.for_window()
        self.viewport().update()

    def _copy_changed(self, block_id: int) -> None:
        """Show another copy of an open Repeat, unless the run itself has brought it up."""
        if self._live.follows_run:
            return
        self.cards.refresh_lane(self.document.experiment.find(block_id)[0])
        self._live.show(self._frame, following=False)
        self.viewport().update()

    def _show_selection(self) -> None:
        self.cards.select(self.selection.layer_ids)
        if self.selection.current and len(self.selection.layer_ids) == 1 and not self._gestures.busy:
            self.reveal(self.selection.current)
        if self.hasFocus():
            self._speak()
        self.viewport().update()

    def _speak(self) -> None:
        """Have a screen reader say the current card."""
        card = self.cards.card_of(self.selection.current)
        if card is not None:
            spoken.speak_of(card)

    def _take_choice(self) -> None:
        self.selection.set(self.cards.selected_ids())

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self.titles.paint(painter)

    # -- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._gestures.busy:
            self._gestures.cancel()
        elif not press_key(self, event):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._speak()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes from card to card, and out of the canvas behind the last one."""
        return select_next(self, 1 if next else -1) or super().focusNextPrevChild(next)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.close_editor()
        self.zoom.resized()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.zoom.take_ratio()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.zoom.take_ratio()
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            card = self.card_at(event.pos())
            if card is not None:
                card.setToolTip(card.words())
            elif (wire := self.wire_at(event.pos())) is not None:
                QToolTip.showText(event.globalPos(), wire.words(), self.viewport())
                return True
        return self.zoom.pinch(event) or super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._gestures.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position, where, stack_id = event.pos(), event.globalPos(), 0
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            card = self.cards.card_of(self.selection.current)
            if card is not None and card.isVisible():
                where = self.viewport().mapToGlobal(self.card_on_viewport(card, card.card_rect()).center())
        elif self.card_at(position) is None:
            stack_id = self.titles.stack_at(position)
        self.menu_asked.emit(stack_id, where)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drops.drop(event)

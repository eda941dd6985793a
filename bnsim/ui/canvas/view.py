"""The canvas: the scene of cards in a view that zooms, scrolls, and turns gestures into edits of the document.

Far out the view squeezes columns more than rows, so that hundreds of layers become a readable bar chart
(`bnsim.ui.canvas.items.lane`) and not a thin strip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmapCache,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QToolTip, QWidget
from shiboken6 import isValid

from bnsim.plot.theme import Theme, load_theme
from bnsim.session.frame import Frame, LaneFrame
from bnsim.spec import edits
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Repeat
from bnsim.spec.problems import Problem
from bnsim.ui.canvas.input.dropping import Dropper
from bnsim.ui.canvas.input.gestures import Mouse
from bnsim.ui.canvas.input.inline_editor import NameEditor, ValueEditor
from bnsim.ui.canvas.input.keys import press_key, select_next
from bnsim.ui.canvas.items.block import OpenBlock
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.lane_titles import lane_at, paint_lane_titles, paint_legend, start_name_editor
from bnsim.ui.canvas.items.style import CanvasStyle, Level
from bnsim.ui.canvas.items.wires import wire_at
from bnsim.ui.canvas.scene import CanvasScene, executed_path
from bnsim.ui.canvas.zoom import NEAR, Zooming
from bnsim.ui.model.document import Document
from bnsim.ui.model.fields import Field, main_field, set_words
from bnsim.ui.model.preferences import CardContents
from bnsim.ui.model.selection import Selection

EDITOR_ROOM = 64
"""Pixels for the digits in a field over a card."""
CACHE = 96 * 1024
"""Kilobytes for pictures of cards: all in view on a 4K screen, twice."""


class CanvasView(Zooming):
    """Lanes of cards. See the signals for what it cannot do itself."""

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
    """A gesture was refused: words why."""
    file_dropped = Signal(str)
    """The path of a file dropped from the desktop."""
    own_file_asked = Signal()
    """The person wants data of their own: ask which file."""

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.selection = selection
        self.card_style = CanvasStyle(load_theme("light"), self.font())
        self.cards = CanvasScene(self.card_style, selection.blocks, self)
        self._opened = False
        self.escape_leaves: Callable[[], bool] = lambda: False
        """Whether Escape means the window: to leave projector mode comes before clearing the selection."""
        self._frame: Frame | None = None
        self._frame_of: Experiment | None = None
        self._lane_problems: dict[int, str] = {}
        self._editor: ValueEditor | None = None
        self._name_editor: NameEditor | None = None
        self._mouse = Mouse(self)
        self._dropper = Dropper(self)
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("The stacks as cards. The outline holds the same as a tree.")
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
        self.set_theme(self.card_style.theme)
        self.cards.sync(document.experiment)
        document.changed.connect(self._document_changed)
        selection.changed.connect(self._show_selection)
        selection.blocks.changed.connect(self._blocks_changed)
        selection.blocks.copy_changed.connect(self._copy_changed)
        selection.blocks.follow(document)
        self.cards.chosen.connect(self._take_choice)
        self._show_selection()

    # -- what it shows

    def show_frame(self, frame: Frame | None) -> None:
        """Show what a frame says on all cards; bring the executed one into view if a step took it out."""
        before, self._frame = self._frame, frame
        shown_of, self._frame_of = self._frame_of, self.document.experiment
        self.cards.show_frame(frame)
        self.viewport().update()
        if frame is None or before is None or (frame.iteration, frame.tick) == (before.iteration, before.tick):
            return
        if (frame.iteration, frame.tick) == (0, 0):
            # Back at the start, not there because of an edit, which keeps in view what was edited.
            if shown_of is self.document.experiment:
                self.horizontalScrollBar().setValue(self.horizontalScrollBar().minimum())
            return
        self._follow(before, frame)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Mark cards with what is wrong, in words."""
        self.cards.show_problems(problems)
        self._lane_problems = {problem.stack_id: problem.sentence() for problem in problems if not problem.layer_id}
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Take over colors, sizes and fonts."""
        before = self.card_style.metrics
        self.card_style.apply(theme, self.font())
        self.setBackgroundBrush(QBrush(self.card_style.color("canvas")))
        self.cards.restyle()
        if self.card_style.metrics != before:
            self.forget_zoom()
            self.zoom_for_window()
        self.viewport().update()

    def reveal(self, layer_id: int) -> None:
        """Scroll until that layer's card is in view, or that of the block it is in."""
        card = self.cards.card_of(layer_id)
        if card is not None and card.isVisible():
            self._reveal(card, 0.5)

    def show_breakpoints(self, marks: Mapping[int, str]) -> None:
        """Mark the cards of these layers: "on" or "off" by id."""
        self.card_style.breakpoints = marks
        self.cards.repaint_cards()
        self.viewport().update()

    def set_contents(self, contents: CardContents) -> None:
        """What fills the cards: "values", "gradients" or "structure"."""
        self.card_style.contents = contents
        self.cards.repaint_cards()
        self.viewport().update()

    # -- edits

    def edit_selected(self) -> None:
        """Edit the main number of the current layer in place: a Linear's units, a Dropout's p."""
        card = self.cards.cards.get(self.selection.current)
        if card is None and self.selection.current:
            self.refused.emit("This layer is inside a block: open the block (Ctrl+E) to edit it on its card.")
        elif card is not None and card.face.editable and card.isVisible():
            self.edit_card(card)
        elif card is not None:
            self.refused.emit(f"{card.face.title} has no number to edit on its card; see the inspector.")
        else:
            self.refused.emit("Select a layer to edit its main number on its card; the inspector has all the rest.")

    def edit_card(self, card: CardItem) -> None:
        """Open the editor of its main number over a card."""
        layer = self.document.experiment.layer(card.face.layer_id)
        field = main_field(type(layer))
        if field is None:
            return
        self.close_editor()
        if self._zoom < NEAR:
            self.zoom_reset()
        self._reveal(card, 0.5)
        editor = ValueEditor(self.viewport(), field, getattr(layer, field.name), card.face.title, self.card_style)
        place = self.card_on_viewport(card, card.size_rect()).adjusted(3, 1, -3, 1)
        place.setHeight(max(place.height(), editor.fontMetrics().height() + 5))
        place.setWidth(max(place.width(), editor.textMargins().left() + EDITOR_ROOM))
        editor.setGeometry(place)
        editor.committed.connect(lambda value: self._set_number(layer.id, field, value))
        editor.refused.connect(self.refused)
        editor.closed.connect(self._editor_closed)
        self._editor = editor
        editor.start()

    def close_editor(self) -> None:
        """Without a change."""
        if self._editor is not None:
            self._editor.cancel()
        if self._name_editor is not None and isValid(self._name_editor):
            self._name_editor.cancel()
        self._name_editor = None

    def card_on_viewport(self, card: CardItem, rect: QRectF) -> QRect:
        """A rectangle of a card in the viewport's pixels."""
        return self.mapFromScene(card.mapRectToScene(rect)).boundingRect()

    def _set_number(self, layer_id: int, field: Field, value: object) -> None:
        after = edits.change_layer(self.document.experiment, layer_id, **{field.name: value})
        self.document.push(after, set_words(field, value))

    def rename_lane(self, stack_id: int) -> None:
        """Edit the lane's name in place."""
        self.close_editor()
        self._name_editor = start_name_editor(self, stack_id)

    def _editor_closed(self) -> None:
        self._editor = None
        self.setFocus()

    # -- keeping up with document and selection

    def _document_changed(self, experiment: Experiment) -> None:
        self.close_editor()
        if self.document.undo_stack.count() == 0:
            self.selection.blocks.document_replaced()
        self.cards.sync(experiment)
        self.selection.keep_existing(experiment)
        self._show_selection()
        self._apply_zoom()

    def _blocks_changed(self) -> None:
        """Blocks were opened or collapsed: other cards, and the same numbers."""
        self.close_editor()
        self.cards.sync(self.document.experiment)
        self.cards.show_frame(self._frame)
        self.cards.show_problems()
        self.cards.select(self.selection.layer_ids)
        self.zoom_for_window()
        self.viewport().update()

    def _copy_changed(self, block_id: int) -> None:
        """Another copy of an open Repeat; one that the run went on to is being shown already."""
        if self.cards.follows:
            return
        self.cards.refresh_lane(self.document.experiment.find(block_id)[0])
        self.cards.show_frame(self._frame, following=False)
        self.viewport().update()

    def _show_selection(self) -> None:
        self.cards.select(self.selection.layer_ids)
        if self.selection.current and len(self.selection.layer_ids) == 1 and not self._mouse.busy:
            self.reveal(self.selection.current)
        self.viewport().update()

    def _take_choice(self) -> None:
        self.selection.set(self.cards.selected_ids())

    def _follow(self, before: Frame, frame: Frame) -> None:
        """Reveal the executed card; not after whole iterations, whose last act is always the same update."""
        lanes = [lane for lane in frame.lanes if lane.executed is not None and not lane.waiting]
        for lane in lanes[:1]:
            executed = lane.executed
            if executed is None or (executed.phase == "update" and frame.iteration != before.iteration):
                return
            card = self._executed_card(lane)
            if card is not None:
                self._reveal(card, 0.7 if executed.phase == "backward" else 0.3)

    def _executed_card(self, lane: LaneFrame) -> CardItem | None:
        item = self.cards.lanes.get(lane.stack_id)
        if item is None or lane.executed is None:
            return None
        path = executed_path(lane.executed)
        if not item.isVisible():
            return None
        return next((card for card in item.cards if card.active is not None), None) or next(
            (card for card, there in zip(item.cards, item.paths, strict=True) if there[:1] == path[:1]), None
        )

    def _reveal(self, card: CardItem, where: float) -> None:
        """If the card is not wholly in view, bring it to `where` across the viewport, 0 to 1."""
        view = self.viewport().rect()
        rect = self.mapFromScene(card.mapRectToScene(card.card_rect())).boundingRect()
        if rect.left() < 0 or rect.right() > view.width():
            bar = self.horizontalScrollBar()
            bar.setValue(round(bar.value() + rect.center().x() - where * view.width()))
        # With the name of its lane, if there is room for both.
        m = self.card_style.metrics
        lane = next((lane for lane in self.cards.layout.lanes if lane.bottom > card.y()), None)
        top = card.y() - m.title - m.tag if lane is None else lane.top
        above = self.mapFromScene(QPointF(card.x(), top)).y()
        vertical = self.verticalScrollBar()
        if rect.bottom() > view.height():
            vertical.setValue(vertical.value() + min(rect.bottom() + 4 - view.height(), above))
        elif rect.top() < 0 or above < 0:
            vertical.setValue(vertical.value() + above)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        paint_lane_titles(painter, self, self._frame, self._lane_problems)
        paint_legend(painter, self)

    # -- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._mouse.busy:
            self._mouse.cancel()
        elif not press_key(self, event):
            event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes from card to card, and out of the canvas behind the last one."""
        return select_next(self, 1 if next else -1) or super().focusNextPrevChild(next)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.close_editor()
        bar = self.horizontalScrollBar()
        at_start = not self._opened or bar.value() == bar.minimum()
        left = self.mapToScene(QPoint(0, 0))
        self._opened = True
        self.zoom_for_window()
        bar.setValue(bar.minimum() if at_start else bar.value() + self.mapFromScene(left).x())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            card = self.card_at(event.pos())
            if card is not None:
                card.setToolTip(card.words())
            elif (wire := wire_at(self, event.pos())) is not None:
                QToolTip.showText(event.globalPos(), wire.words(), self.viewport())
                return True
        if self.pinch(event):
            return True
        return super().viewportEvent(event)

    def card_at(self, position: QPoint) -> CardItem | None:
        """The card under a point of the viewport."""
        point = self.mapToScene(position)
        for card in self.cards.all_cards():
            if card.isVisible() and card.mapRectToScene(card.card_rect()).contains(point):
                return card
        return None

    def press_sign(self, position: QPoint) -> bool:
        """Do what a sign on a card says: open, collapse, another copy; False if there is none at that point."""
        card = self.card_at(position)
        hit = "" if card is None else card.hit(card.mapFromScene(self.mapToScene(position)))
        if card is None or not hit or self.card_style.level != Level.NEAR:
            return False
        if hit == "toggle":
            self.selection.blocks.toggle(card.face.layer_id)
            return True
        block = self.document.experiment.layer(card.face.layer_id)
        if isinstance(block, Repeat):
            self.selection.blocks.step_copy(block, 1 if hit == "next copy" else -1)
        return True

    def on_block_title(self, card: CardItem, position: QPoint) -> bool:
        """Whether a double-click there opens or collapses."""
        if isinstance(card, OpenBlock):
            return True
        return card.face.opens and card.title_rect().contains(card.mapFromScene(self.mapToScene(position)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        card = self.card_at(position)
        if card is not None and event.button() == Qt.MouseButton.LeftButton and self.press_sign(position):
            return
        if card is not None and event.button() == Qt.MouseButton.LeftButton and self.on_block_title(card, position):
            self.selection.blocks.toggle(card.face.layer_id)
        elif card is not None and card.face.editable and event.button() == Qt.MouseButton.LeftButton:
            self.edit_card(card)
        elif event.button() == Qt.MouseButton.LeftButton:
            stack_id = lane_at(self, event.position().toPoint())
            if stack_id and self.document.experiment.stack(stack_id).hidden:
                self.lane_toggled.emit(stack_id)
            elif stack_id:
                self.rename_lane(stack_id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position, where, stack_id = event.pos(), event.globalPos(), 0
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            card = self.cards.card_of(self.selection.current)
            if card is not None and card.isVisible():
                where = self.viewport().mapToGlobal(self.card_on_viewport(card, card.card_rect()).center())
        elif self.card_at(position) is None:
            stack_id = lane_at(self, position)
        self.menu_asked.emit(stack_id, where)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._dropper.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._dropper.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dropper.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._dropper.drop(event)

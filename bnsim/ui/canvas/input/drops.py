"""Drags over the canvas: where what is carried may land, and words where it may not."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel

from bnsim.spec import edits
from bnsim.spec.experiment import MAX_LAYERS
from bnsim.spec.tree import walk
from bnsim.ui.canvas.items.lane import LandingItem
from bnsim.ui.canvas.plan.columns import DropTarget
from bnsim.ui.canvas.scene import END
from bnsim.ui.canvas.surface import Canvas
from bnsim.ui.model.payloads import PICTURES, READERS, Offer, carrying_picture, dropped_file, land

EDGE, SCROLL_STEP, SCROLL_EVERY = 36, 18, 30
"""Pixels from the edge where a drag scrolls, pixels it scrolls by, milliseconds between."""

ONLY = "Only .bnsim files, runs, pictures that bnsim wrote and data (tables, .npz, IDX) open, one at a time."

BARE = "That picture carries no experiment: drop one that bnsim wrote, as a file if another program shows it."


class DropHandler:
    """Shows where the payload of a drag would be inserted, and inserts it when it is dropped."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._said = ""
        self._marks: list[LandingItem] = []
        self._pace = QPoint()
        self._timer = QTimer(canvas.viewport())
        self._timer.setInterval(SCROLL_EVERY)
        self._timer.timeout.connect(lambda: canvas.zoom.scroll_by(self._pace))
        self._words = QLabel(canvas.viewport())
        self._words.setObjectName("canvas.why")
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words.hide()

    def enter(self, event: QDropEvent) -> None:
        """Accept the drag if its payload can be used here."""
        self._said = ""
        if self._known(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def move(self, event: QDropEvent) -> None:
        """Show where the payload would be inserted, or why it cannot be."""
        self._scroll_at_edge(event.position().toPoint())
        landing = self._landing(event)
        if landing is None:
            self._clear_landing()
            self._words.hide()
            self._accept(event, Qt.DropAction.CopyAction)
        elif isinstance(landing, str):
            self._clear_landing()
            self._explain(landing, event.position().toPoint())
            if landing != self._said:
                self._said = landing
                self._canvas.refused.emit(landing)
            event.ignore()
        else:
            offer, target = landing
            self._said = ""
            self._words.hide()
            self._show_landing(offer, target)
            self._accept(event, Qt.DropAction.MoveAction if offer.moves else Qt.DropAction.CopyAction)

    def leave(self) -> None:
        """Remove the marks after the drag left the canvas or was cancelled."""
        self._timer.stop()
        self._words.hide()
        self._clear_landing()

    def drop(self, event: QDropEvent) -> None:
        """Insert the payload as one undo step, and select it."""
        landing = self._landing(event)
        self.leave()
        if landing is None:
            self._accept(event, Qt.DropAction.CopyAction)
            self._open(event.mimeData())
        elif isinstance(landing, str):
            event.ignore()
            self._canvas.refused.emit(landing)
        else:
            offer, target = landing
            self._accept(event, Qt.DropAction.MoveAction if offer.moves else Qt.DropAction.CopyAction)
            self._land(offer, target)

    def _open(self, mime: QMimeData) -> None:
        path = dropped_file(mime)
        picture = None if path else carrying_picture(mime)
        if path:
            self._canvas.file_dropped.emit(path)
        elif picture is not None:
            self._canvas.picture_dropped.emit(picture)
        else:
            self._canvas.refused.emit(BARE)

    def _land(self, offer: Offer, target: DropTarget) -> None:
        experiment = self._canvas.document.experiment
        if offer.asks_file:
            self._canvas.own_file_asked.emit()
            return
        if offer.aim != "gap":
            lane = experiment.stacks[target.lane].id if offer.aim == "lane" else 0
            land(offer, self._canvas.document, self._canvas.selection, lane, 0)
            return
        land(offer, self._canvas.document, self._canvas.selection, target.container, target.index)
        self._canvas.setFocus()

    def _known(self, mime: QMimeData) -> bool:
        known = any(mime.hasFormat(name) for name in READERS) or _has_picture(mime)
        return known or dropped_file(mime) is not None

    def _landing(self, event: QDropEvent) -> tuple[Offer, DropTarget] | str | None:
        """The payload and where it goes; words if it may not; None for a file, which may be dropped anywhere."""
        mime, canvas = event.mimeData(), self._canvas
        reader = next((READERS[name] for name in READERS if mime.hasFormat(name)), None)
        if reader is None:
            # What a picture carries is looked at once it is dropped: until then it is in the other program.
            opens = dropped_file(mime) or (dropped_file(mime) is None and _has_picture(mime))
            return None if opens else ONLY
        offer = reader(mime, canvas.document, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        if isinstance(offer, str):
            return offer
        point = canvas.mapToScene(event.position().toPoint())
        if offer.aim == "document":
            return offer, DropTarget(0, 0)
        if offer.aim == "lane":
            lane = self._lane_at(point.y())
            return lane if isinstance(lane, str) else (offer, DropTarget(lane, 0))
        target = canvas.cards.layout.target_at(point.x(), point.y())
        if isinstance(target, str):
            return target
        stack = canvas.document.experiment.stacks[target.lane]
        moved = edits.chosen_layers(canvas.document.experiment, offer.moves)
        if any(layer.id == target.container for layer in walk(moved)):
            return "A block cannot go into itself; drop it beside the block."
        stay = sum(layer.id not in offer.moves for layer in walk(stack.layers))
        if stay + offer.adds > MAX_LAYERS:
            return f"{stack.name} has {stay} layers and can have {MAX_LAYERS} at most."
        return offer, target

    def _lane_at(self, y: float) -> int | str:
        """Number of the lane at that height of the scene; words if there is none."""
        lanes = self._canvas.cards.layout.lanes
        number = next((i for i, lane in enumerate(lanes) if lane.top <= y <= lane.bottom), None)
        if number is None:
            return "A loss belongs to a lane; drop it on one."
        return "This lane is hidden; show it to change its loss." if lanes[number].hidden else number

    def _show_landing(self, offer: Offer, target: DropTarget) -> None:
        """Show a gap between cards, or marks over the cards that would be replaced."""
        cards = self._canvas.cards
        if offer.aim == "gap":
            cards.show_landing(target, offer.title)
            return
        lane = self._canvas.document.experiment.stacks[target.lane].id if cards.layout.lanes else 0
        targets = [
            card
            for (stack_id, which), card in cards.ends.items()
            if card.isVisible() and (which == 0 if offer.aim == "document" else (stack_id, which) == (lane, END))
        ]
        if [mark.pos() for mark in self._marks] == [card.pos() for card in targets]:
            return
        self._clear_landing()
        for card in targets:
            mark = LandingItem(self._canvas.card_style)
            mark.title = offer.title
            mark.setPos(card.pos())
            mark.setVisible(True)
            cards.addItem(mark)
            self._marks.append(mark)

    def _clear_landing(self) -> None:
        self._canvas.cards.clear_landing()
        for mark in self._marks:
            self._canvas.cards.removeItem(mark)
        self._marks.clear()

    def _accept(self, event: QDropEvent, action: Qt.DropAction) -> None:
        if event.possibleActions() & action:
            event.setDropAction(action)
        event.accept()

    def _explain(self, words: str, at: QPoint) -> None:
        style = self._canvas.card_style.theme
        self._words.setText(words)
        self._words.setStyleSheet(
            f"QLabel {{ background: {style.color('tooltip')}; color: {style.color('tooltip-text')}; "
            "border-radius: 4px; padding: 5px 8px; }"
        )
        self._words.adjustSize()
        area = self._canvas.viewport().rect()
        x = min(max(at.x() + 14, 4), area.width() - self._words.width() - 4)
        y = min(max(at.y() + 18, 4), area.height() - self._words.height() - 4)
        self._words.move(x, y)
        self._words.show()

    def _scroll_at_edge(self, at: QPoint) -> None:
        area = self._canvas.viewport().rect()
        inner = QRect(area.adjusted(EDGE, EDGE, -EDGE, -EDGE))
        self._pace = QPoint(
            SCROLL_STEP * ((at.x() > inner.right()) - (at.x() < inner.left())),
            SCROLL_STEP * ((at.y() > inner.bottom()) - (at.y() < inner.top())),
        )
        if self._pace.isNull() or inner.isEmpty():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()


def _has_picture(mime: QMimeData) -> bool:
    return any(mime.hasFormat(name) for name in PICTURES.values())

"""Dragging: what is carried, where it may land, and the one edit a drop ends in.

What a MIME type carries is read into an `Offer`; a new kind of thing to drop is a new reader in READERS.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QDrag, QDropEvent, QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from bnsim.spec import edits
from bnsim.spec.experiment import MAX_LAYERS, Experiment
from bnsim.spec.layers import PALETTE
from bnsim.spec.tree import walk
from bnsim.ui.canvas.layout import Place
from bnsim.ui.canvas.look import Look
from bnsim.ui.canvas.titles import layer_name, named

if TYPE_CHECKING:
    from bnsim.ui.canvas.card import CardItem
    from bnsim.ui.canvas.view import CanvasView
    from bnsim.ui.document import Document
    from bnsim.ui.selection import Selection

MIME_LAYER = "application/x-bnsim-layer"
"""The kind's name, UTF-8."""
MIME_CARDS = "application/x-bnsim-cards"
"""JSON: the document they come from and the ids of the layers."""
OPENABLE = (".bnsim", ".csv", ".npz")
EDGE, SCROLL_STEP, SCROLL_EVERY = 36, 18, 30
"""Pixels from the edge where a drag scrolls, pixels it scrolls by, milliseconds between."""


class Carried(msgspec.Struct, frozen=True):
    """What MIME_CARDS holds."""

    document: str
    layers: tuple[int, ...]


@dataclass(frozen=True)
class Offer:
    """Something that can land: `apply(experiment, stack id, index)` is the edit, `text` its name."""

    title: str
    text: str
    adds: int
    moves: frozenset[int]
    apply: Callable[[Experiment, int, int], Experiment]


def _token(document: Document) -> str:
    return f"{os.getpid()}:{id(document)}"


def layer_mime(name: str) -> QMimeData:
    """A new layer of that kind."""
    mime = QMimeData()
    mime.setData(MIME_LAYER, QByteArray(name.encode()))
    return mime


def cards_mime(document: Document, layer_ids: list[int]) -> QMimeData:
    """Layers of this document."""
    mime = QMimeData()
    mime.setData(MIME_CARDS, QByteArray(msgspec.json.encode(Carried(_token(document), tuple(layer_ids)))))
    return mime


def _read_layer(mime: QMimeData, document: Document, copy: bool) -> Offer | str:
    name = bytes(mime.data(MIME_LAYER).data()).decode(errors="replace")
    kind = next((kind for kind in PALETTE if kind.__name__ == name), None)
    if kind is None:
        return f"There is no layer called {name[:40]!r}."

    def apply(experiment: Experiment, stack_id: int, index: int) -> Experiment:
        return edits.insert_layer(experiment, stack_id, index, kind())  # type: ignore[arg-type]

    return Offer(name, f"insert {name}", 1, frozenset(), apply)


def _read_cards(mime: QMimeData, document: Document, copy: bool) -> Offer | str:
    try:
        carried = msgspec.json.decode(bytes(mime.data(MIME_CARDS).data()), type=Carried)
    except msgspec.DecodeError:
        return "These cards cannot be read."
    experiment = document.experiment
    ids = [layer.id for layer in edits.chosen_layers(experiment, carried.layers)]
    if carried.document != _token(document) or not ids:
        return "These cards belong to another window."
    title = named(len(ids), layer_name(experiment.layer(ids[0])))
    if copy:
        return Offer(title, f"copy {title}", len(ids), frozenset(), _landing_edit(edits.copy_layers, ids))
    return Offer(title, f"move {title}", len(ids), frozenset(ids), _landing_edit(edits.move_layers, ids))


def _landing_edit(edit: Callable[..., Experiment], ids: list[int]) -> Callable[[Experiment, int, int], Experiment]:
    return lambda experiment, stack_id, index: edit(experiment, ids, stack_id, index)


READERS: dict[str, Callable[[QMimeData, Document, bool], Offer | str]] = {
    MIME_LAYER: _read_layer,
    MIME_CARDS: _read_cards,
}


def dropped_file(mime: QMimeData) -> str | None:
    """The path of the one file carried; "" if it is not one that opens here; None if no file is carried."""
    paths = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    if not paths:
        return None
    return paths[0] if len(paths) == 1 and Path(paths[0]).suffix.lower() in OPENABLE else ""


class Dropper:
    """Drags over a canvas."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._said = ""
        self._pace = QPoint()
        self._timer = QTimer(view)
        self._timer.setInterval(SCROLL_EVERY)
        self._timer.timeout.connect(lambda: view.scroll_by(self._pace))
        self._words = QLabel(view.viewport())
        self._words.setObjectName("canvas.why")
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words.hide()

    def enter(self, event: QDropEvent) -> None:
        """Whether what is carried is of any use here."""
        self._said = ""
        if self._known(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def move(self, event: QDropEvent) -> None:
        """Show where it would land, or say why it cannot."""
        self._scroll_at_edge(event.position().toPoint())
        landing = self._landing(event)
        if landing is None:
            self._view.cards.clear_landing()
            self._accept(event, Qt.DropAction.CopyAction)
        elif isinstance(landing, str):
            self._view.cards.clear_landing()
            self._explain(landing, event.position().toPoint())
            if landing != self._said:
                self._said = landing
                self._view.refused.emit(landing)
            event.ignore()
        else:
            offer, place = landing
            self._said = ""
            self._words.hide()
            self._view.cards.show_landing(place, offer.title)
            self._accept(event, Qt.DropAction.MoveAction if offer.moves else Qt.DropAction.CopyAction)

    def leave(self) -> None:
        """Nothing lands: left, or cancelled with Escape."""
        self._timer.stop()
        self._words.hide()
        self._view.cards.clear_landing()

    def drop(self, event: QDropEvent) -> None:
        """Let it land, as one undo step, and select it."""
        landing = self._landing(event)
        self.leave()
        if landing is None:
            self._accept(event, Qt.DropAction.CopyAction)
            self._view.file_dropped.emit(dropped_file(event.mimeData()) or "")
        elif isinstance(landing, str):
            event.ignore()
            self._view.refused.emit(landing)
        else:
            offer, place = landing
            self._accept(event, Qt.DropAction.MoveAction if offer.moves else Qt.DropAction.CopyAction)
            self._land(offer, place)

    def _land(self, offer: Offer, place: Place) -> None:
        experiment = self._view.document.experiment
        target = (experiment.stacks[place.lane].id, place.index)
        if place.block:
            target = (place.block, len(experiment.layers_of(place.block)))
        land(offer, self._view.document, self._view.selection, *target)
        self._view.setFocus()

    def _known(self, mime: QMimeData) -> bool:
        return any(mime.hasFormat(name) for name in READERS) or dropped_file(mime) is not None

    def _landing(self, event: QDropEvent) -> tuple[Offer, Place] | str | None:
        """What lands where; words if it may not; None for a file, which opens wherever it falls."""
        mime, view = event.mimeData(), self._view
        reader = next((READERS[name] for name in READERS if mime.hasFormat(name)), None)
        if reader is None:
            return None if dropped_file(mime) else "Only .bnsim, .csv and .npz files open here, one at a time."
        offer = reader(mime, view.document, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        if isinstance(offer, str):
            return offer
        point = view.mapToScene(event.position().toPoint())
        place = view.cards.layout.place_at(point.x(), point.y())
        if isinstance(place, str):
            return place
        stack = view.document.experiment.stacks[place.lane]
        moved = edits.chosen_layers(view.document.experiment, offer.moves)
        if any(layer.id == place.block for layer in walk(moved)):
            return "A block cannot go into itself; drop it beside the card."
        stay = sum(layer.id not in offer.moves for layer in walk(stack.layers))
        if stay + offer.adds > MAX_LAYERS:
            return f"{stack.name} has {stay} layers and can have {MAX_LAYERS} at most."
        return offer, place

    def _accept(self, event: QDropEvent, action: Qt.DropAction) -> None:
        if event.possibleActions() & action:
            event.setDropAction(action)
        event.accept()

    def _explain(self, words: str, at: QPoint) -> None:
        look = self._view.look.theme
        self._words.setText(words)
        self._words.setStyleSheet(
            f"QLabel {{ background: {look.color('tooltip')}; color: {look.color('tooltip-text')}; "
            "border-radius: 4px; padding: 5px 8px; }"
        )
        self._words.adjustSize()
        area = self._view.viewport().rect()
        x = min(max(at.x() + 14, 4), area.width() - self._words.width() - 4)
        y = min(max(at.y() + 18, 4), area.height() - self._words.height() - 4)
        self._words.move(x, y)
        self._words.show()

    def _scroll_at_edge(self, at: QPoint) -> None:
        area = self._view.viewport().rect()
        inner = QRect(area.adjusted(EDGE, EDGE, -EDGE, -EDGE))
        self._pace = QPoint(
            SCROLL_STEP * ((at.x() > inner.right()) - (at.x() < inner.left())),
            SCROLL_STEP * ((at.y() > inner.bottom()) - (at.y() < inner.top())),
        )
        if self._pace.isNull() or inner.isEmpty():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()


def land(offer: Offer, document: Document, selection: Selection, container: int, index: int) -> None:
    """What was dropped goes before position `index` of a stack or block, as one undo step, and is selected."""
    before = document.experiment
    after = offer.apply(before, container, index)
    old = {layer.id for stack in before.stacks for layer in walk(stack.layers)}
    document.push(after, offer.text)
    new = {layer.id for stack in after.stacks for layer in walk(stack.layers)} - old
    selection.set([layer.id for layer in edits.chosen_layers(after, new | offer.moves)])


def start_card_drag(view: CanvasView, card: CardItem) -> None:
    """Carry the selected cards; returns when they are let go."""
    ids = view.cards.selected_ids()
    drag = QDrag(view)
    drag.setMimeData(cards_mime(view.document, ids))
    title = card.face.title if len(ids) == 1 else f"{len(ids)} layers"
    drag.setPixmap(name_picture(view, view.look, title, card.face.kind))
    drag.setHotSpot(QPoint(24, 14))
    carried = [view.cards.cards[layer_id] for layer_id in ids]
    for item in carried:
        item.setOpacity(0.4)
    drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)
    for item in carried:
        item.setOpacity(1.0)


def name_picture(widget: QWidget, look: Look, title: str, kind: str) -> QPixmap:
    """What hangs on the pointer: a small header of a card."""
    ratio = widget.devicePixelRatioF()
    width, height = look.metrics.card_width, look.metrics.header + 4
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.kinds[kind].full)
    painter.drawRoundedRect(QRectF(QPointF(0, 0), QPointF(width, height)), 6, 6)
    painter.setFont(look.fitting(title, look.title_font, width - 16))
    painter.setPen(look.kind_text)
    painter.drawText(QRectF(9, 0, width - 9, height), Qt.AlignmentFlag.AlignVCenter, title)
    painter.end()
    return picture

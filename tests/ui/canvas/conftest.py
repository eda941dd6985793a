"""A canvas over a small document, and the events a person's hands would make on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QLibraryInfo, QMimeData, QPoint, QPointF, Qt, QVersionNumber
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from bnsim.runner.data import DataReader
from bnsim.session.frame import CardFrame, Cursor, Frame, LaneFrame
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import BatchNorm, Layer, Linear, Residual, Sigmoid, Tanh
from bnsim.ui.canvas.items.block import OpenBlock
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.commands import canvas as canvas_actions
from bnsim.ui.commands.actions import Actions
from bnsim.ui.commands.blocks import BlockCommands
from bnsim.ui.commands.breakpoints import BreakpointCommands
from bnsim.ui.commands.context_menus import ContextMenus
from bnsim.ui.commands.editing import Editor
from bnsim.ui.commands.lanes import LaneCommands
from bnsim.ui.commands.layers import LayerCommands
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.model.breakpoints import Breakpoints
from bnsim.ui.model.document import Document
from bnsim.ui.model.payloads import cards_mime
from bnsim.ui.model.selection import Selection

DRAG_ACTIONS = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
FRACTIONAL = QLibraryInfo.version() >= QVersionNumber(6, 12)
"""Whether drag events are made with a QPointF; before, there was only QPoint, and since, that is deprecated."""
NO_KEYS = Qt.KeyboardModifier.NoModifier


@dataclass
class Bench:
    """What a test needs at hand."""

    document: Document
    selection: Selection
    canvas: CanvasView
    said: list[str]
    layers: LayerCommands
    lanes: LaneCommands
    blocks: BlockCommands
    menus: ContextMenus

    def kinds(self, lane: int) -> list[str]:
        """The layers of a lane in the document."""
        return [type(layer).__name__ for layer in self.document.experiment.stacks[lane].layers]

    def layer_id(self, lane: int, index: int) -> int:
        return self.document.experiment.stacks[lane].layers[index].id

    def card(self, name: str) -> CardItem:
        found = [item for item in self.canvas.scene().items() if item.data(0) == name]
        assert len(found) == 1, f"{len(found)} cards called {name}"
        assert isinstance(found[0], CardItem)
        return found[0]

    def at(self, name: str) -> QPoint:
        """The middle of a card, on the viewport."""
        card = self.card(name)
        return self.canvas.mapFromScene(card.mapToScene(card.card_rect().center()))

    def on_sign(self, name: str) -> QPoint:
        """The sign that opens a block's card, or collapses its frame."""
        card = self.card(name)
        x = 8 if isinstance(card, OpenBlock) else card.card_rect().width() - 9
        return self.canvas.mapFromScene(card.mapToScene(QPointF(x, 11)))

    def beside(self, name: str, dx: float) -> QPoint:
        """A point of the wire `dx` right of a card's right edge, or left of its left one if negative."""
        card = self.card(name)
        x = card.x() + dx + (card.card_rect().width() if dx > 0 else 0)
        return self.canvas.mapFromScene(QPointF(x, card.y() + 40))

    def between(self, left: str, right: str) -> QPoint:
        a, b = self.card(left), self.card(right)
        x = (a.x() + a.card_rect().width() + b.x()) / 2
        return self.canvas.mapFromScene(QPointF(x, a.y() + 40))

    def carried(self, *names: str) -> QMimeData:
        return cards_mime(self.document, [self.card(name).face.layer_id for name in names])

    def hover(self, mime: QMimeData, at: QPoint, keys: Qt.KeyboardModifier = NO_KEYS) -> bool:
        """Bring a drag over a point; whether it may be dropped there."""
        viewport, left = self.canvas.viewport(), Qt.MouseButton.LeftButton
        point = QPointF(at) if FRACTIONAL else at
        QApplication.sendEvent(viewport, QDragEnterEvent(point, DRAG_ACTIONS, mime, left, keys))
        move = QDragMoveEvent(point, DRAG_ACTIONS, mime, left, keys)
        QApplication.sendEvent(viewport, move)
        return move.isAccepted()

    def drop(self, mime: QMimeData, at: QPoint, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.hover(mime, at, keys)
        event = QDropEvent(QPointF(at), DRAG_ACTIONS, mime, Qt.MouseButton.LeftButton, keys)
        QApplication.sendEvent(self.canvas.viewport(), event)

    def leave(self) -> None:
        QApplication.sendEvent(self.canvas.viewport(), QDragLeaveEvent())

    def undo_text(self) -> str:
        return self.document.undo_stack.undoText()

    def _expected(self, lane: int, prefix: str, layers: tuple[Layer, ...], hidden: bool) -> dict[str, int]:
        found = {}
        for index, layer in enumerate(layers):
            name = f"{lane}:{prefix}{index}"
            found[f"card:{name}"] = layer.id
            if layer.id in self.selection.blocks and not hidden:
                found |= self._expected(lane, f"{prefix}{index}.", layer.layers, hidden)
                if isinstance(layer, Residual):
                    found[f"sum:{name}"] = layer.id
                if not layer.layers:
                    found[f"empty:{name}"] = layer.id
        return found

    def assert_mirrors(self) -> None:
        """Every layer, data and loss has its card, in its place, and there is none besides."""
        expected = {}
        for number, stack in enumerate(self.document.experiment.stacks):
            expected[f"data:{number}"] = 0
            expected[f"loss:{number}"] = 0
            expected |= self._expected(number, "", stack.layers, stack.hidden)
        cards = [item for item in self.canvas.scene().items() if isinstance(item, CardItem)]
        assert {card.objectName(): card.face.layer_id for card in cards} == expected
        assert len(cards) == len(expected)
        for number, stack in enumerate(self.document.experiment.stacks):
            lane = [self.card(f"card:{number}:{i}") for i in range(len(stack.layers))]
            row = self.canvas.cards.lanes[stack.id].cards
            assert stack.hidden or [card.x() for card in row] == sorted({card.x() for card in row})
            xs = [card.x() for card in (self.card(f"data:{number}"), *lane, self.card(f"loss:{number}"))]
            assert stack.hidden or xs == sorted(set(xs))
            assert all(card.isVisible() != stack.hidden for card in lane)
            for card, layer in zip(lane, stack.layers, strict=True):
                assert card.face.title.split()[0] == type(layer).__name__


def small_experiment() -> Experiment:
    return Experiment(
        stacks=(
            Stack(name="plain", layers=(Linear(32), Sigmoid(), Linear(32), Tanh(), Linear(10))),
            Stack(name="with BatchNorm", layers=(Linear(32), BatchNorm(), Sigmoid(), Linear(10))),
        )
    )


@pytest.fixture
def bench(qtbot) -> Bench:
    document, selection = Document(small_experiment()), Selection()
    canvas = CanvasView(document, selection)
    canvas.show_data(DataReader().read(document.experiment.data))
    qtbot.addWidget(canvas)
    canvas.resize(1200, 480)
    canvas.show()
    return bench_of(document, selection, canvas)


def bench_of(document: Document, selection: Selection, canvas: CanvasView) -> Bench:
    """The canvas with its commands, as a window puts them together."""
    said: list[str] = []
    canvas.refused.connect(said.append)
    editor = Editor(document, selection, said.append)
    layers = LayerCommands(editor, QGuiApplication.clipboard())
    lanes = LaneCommands(editor, canvas.rename_lane, lambda _stack_id: None)
    blocks = BlockCommands(document, selection, said.append)
    breakpoints = BreakpointCommands(Breakpoints(document, canvas), document, selection)
    actions = Actions(canvas, StateKeeper(document, selection, parent=canvas))
    actions.serve(
        {
            Document: document,
            LayerCommands: layers,
            LaneCommands: lanes,
            BlockCommands: blocks,
            canvas_actions.Canvas: canvas,
        }
    )
    menus = ContextMenus(canvas, actions, lanes, breakpoints)
    canvas.action_asked.connect(actions.run)
    canvas.menu_asked.connect(menus.open)
    canvas.lane_named.connect(lambda stack_id, name: lanes.at(stack_id).rename(name))
    canvas.lane_toggled.connect(lambda stack_id: lanes.at(stack_id).hide_or_show())
    return Bench(document, selection, canvas, said, layers, lanes, blocks, menus)


def made_up_frame(experiment: Experiment, executed: int, phase: str = "forward", tick: int = 1) -> Frame:
    """Layers up to `executed` have values; in the backward phase those from it on have gradients, each a tenth."""
    lanes = []
    density = np.linspace(0, 1, 8)
    for stack in experiment.stacks:
        last = len(stack.layers)
        cards = []
        for index in range(-1, last + 1):
            layer_id = stack.layers[index].id if 0 <= index < last else 0
            value = phase == "backward" or index <= executed
            gradient = phase == "backward" and executed <= index < last
            cards.append(
                CardFrame(
                    layer_id=layer_id,
                    shape=(64, 32),
                    has_value=value,
                    has_gradient=gradient,
                    density=density if value else None,
                    gradient_norm=10.0 ** (index - last) if gradient else None,
                    note="2.3026" if index == last and value else "",
                )
            )
        op = "dx" if phase == "backward" else "linear"
        cursor = Cursor(0, phase, min(executed, last), op)  # type: ignore[arg-type]
        lanes.append(LaneFrame(stack.id, stack.name, cursor, cursor, False, None, tuple(cards), np.zeros(0)))
    return Frame(0, tick, 40, tuple(lanes), True)

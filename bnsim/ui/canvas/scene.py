"""The cards of all lanes: a mirror of the document, through a map from layer id to item, changed in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from bnsim.data import describe
from bnsim.session.frame import Cursor, Frame, LaneFrame
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Linear, Repeat
from bnsim.spec.problems import Problem
from bnsim.ui.canvas.card import Active, CardItem, Face
from bnsim.ui.canvas.differences import differences
from bnsim.ui.canvas.lane import LandingItem, LaneItem
from bnsim.ui.canvas.layout import Layout, Place
from bnsim.ui.canvas.look import Level, Look
from bnsim.ui.canvas.scale import GradientScale
from bnsim.ui.canvas.titles import inside, layer_name, remark, settings, sizes, titles

Item = TypeVar("Item", bound=QGraphicsItem)

END = -1
"""Stands for the loss card, as 0 for the data card, where ends are kept by (stack id, which)."""


class CanvasScene(QGraphicsScene):
    """`cards` holds the layers' items by id; `ends` the data (0) and loss (END) items by (stack id, which)."""

    chosen = Signal()
    """The selection was changed here."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas.scene")
        # Of 800 cards a few are in view; without the search tree Qt would ask each for its bounds in every frame.
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self.look = look
        self.cards: dict[int, CardItem] = {}
        self.ends: dict[tuple[int, int], CardItem] = {}
        self.lanes: dict[int, LaneItem] = {}
        self.scale = GradientScale()
        self.experiment = Experiment()
        self.layout = Layout(self.experiment, look.metrics)
        self.landing = LandingItem(look)
        self.addItem(self.landing)
        self._landing_title = ""
        self.differences: dict[int, str] = {}
        self._landing_at: Place | None = None
        self._selecting = False
        self.selectionChanged.connect(self._announce_choice)

    # -- the document

    def sync(self, experiment: Experiment) -> None:
        """Show this experiment: items of layers that stay are kept."""
        self.clear_landing()
        self.experiment = experiment
        layout = self.layout = Layout(experiment, self.look.metrics)
        features = input_features(experiment)
        self.differences = differences(experiment.stacks)
        self._remove_missing(experiment)
        for number, stack in enumerate(experiment.stacks):
            self._sync_lane(number, stack, features)
        self.setSceneRect(QRectF(0, 0, layout.width, layout.height))
        self.update()

    def _remove_missing(self, experiment: Experiment) -> None:
        stack_ids = {stack.id for stack in experiment.stacks}
        layer_ids = {layer.id for stack in experiment.stacks for layer in stack.layers}
        for layer_id in self.cards.keys() - layer_ids:
            self.removeItem(self.cards.pop(layer_id))
        for key in [key for key in self.ends if key[0] not in stack_ids]:
            self.removeItem(self.ends.pop(key))
        for stack_id in self.lanes.keys() - stack_ids:
            self.removeItem(self.lanes.pop(stack_id))

    def _sync_lane(self, number: int, stack: Stack, features: int | None) -> None:
        layout = self.layout
        lane = layout.lanes[number]
        item = self.lanes.get(stack.id) or self._added(LaneItem(self.look))
        self.lanes[stack.id] = item
        item.set_extent(QRectF(0, lane.top, layout.width + layout.metrics.pitch, lane.bottom - lane.top))
        item.setVisible(not stack.hidden)
        item.hint = "" if stack.layers else "Drag layers here"
        faces = lane_faces(self.experiment, stack, number, features, self.differences)
        names = [f"data:{number}", *(f"card:{number}:{i}" for i in range(len(stack.layers))), f"loss:{number}"]
        item.cards = []
        for place, (face, name, x) in enumerate(zip(faces, names, lane.all_xs(), strict=True)):
            card = self._card(stack.id, face.layer_id, last=place == len(faces) - 1)
            card.set_face(face, name)
            card.home = QPointF(x, lane.cards_top)
            card.setPos(card.home)
            card.setVisible(not stack.hidden)
            card.callout.leftwards = x + card.callout.WIDTH > layout.width
            card.callout.place()
            item.cards.append(card)

    def _card(self, stack_id: int, layer_id: int, last: bool) -> CardItem:
        if layer_id:
            if layer_id not in self.cards:
                self.cards[layer_id] = self._added(self._new_card())
            return self.cards[layer_id]
        key = (stack_id, END if last else 0)
        if key not in self.ends:
            self.ends[key] = self._added(self._new_card())
        return self.ends[key]

    def _new_card(self) -> CardItem:
        card = CardItem(self.look)
        card.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, self.look.level == Level.FAR)
        return card

    def _added(self, item: Item) -> Item:
        self.addItem(item)
        return item

    def card_of(self, layer_id: int) -> CardItem | None:
        """A layer's card, or that of the block it is in."""
        try:
            stack, index = self.experiment.find(layer_id)
        except KeyError:
            return None
        return self.cards.get(stack.layers[index].id)

    def repaint_cards(self) -> None:
        """After another look was chosen."""
        for card in self.all_cards():
            card.update()

    def all_cards(self) -> Iterable[CardItem]:
        """Layers, data and losses."""
        return [*self.cards.values(), *self.ends.values()]

    # -- frames and problems

    def show_frame(self, frame: Frame | None) -> None:
        """Every card takes what the frame says about it; without a frame all are hollow."""
        if frame is None or (frame.iteration == 0 and frame.tick == 0):
            self.scale.reset()
        shown: set[CardItem] = set()
        if frame is not None:
            norms = [card.gradient_norm for lane in frame.lanes for card in lane.cards]
            self.scale.include([norm for norm in norms if norm is not None])
            for lane in frame.lanes:
                shown |= self._show_lane(lane)
        for card in self.all_cards():
            if card not in shown:
                card.set_live(None, None, None)
        if self.look.level == Level.FAR:
            self.update()

    def _show_lane(self, lane: LaneFrame) -> set[CardItem]:
        last = len(lane.cards) - 1
        active_at = None if lane.executed is None else executed_place(lane.executed)
        shown = set()
        for place, state in enumerate(lane.cards):
            card = (
                self.cards.get(state.layer_id)
                if state.layer_id
                else self.ends.get((lane.stack_id, END if place == last else 0))
            )
            if card is None:
                continue
            active = None
            if place == active_at and lane.executed is not None:
                active = Active(lane.executed.phase, lane.executed.op, lane.waiting)
            card.set_live(state, active, self.scale.fraction(state.gradient_norm))
            shown.add(card)
        return shown

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Words on the cards they are about; what is about a whole stack stands at its loss."""
        words: dict[CardItem, list[str]] = {}
        first = next((stack.id for stack in self.experiment.stacks), 0)
        for problem in problems:
            card = self.card_of(problem.layer_id) or self.ends.get((problem.stack_id or first, END))
            if card is not None:
                words.setdefault(card, []).append(problem.sentence())
        for card in self.all_cards():
            card.set_problem(" ".join(words.get(card, ())))
        self.update()

    # -- looks

    def set_level(self, level: Level) -> None:
        """How much cards show; far out the lanes draw them."""
        if level == self.look.level:
            return
        self.look.level = level
        for card in self.all_cards():
            card.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, level == Level.FAR)
            card.callout.setVisible(level == Level.NEAR and bool(card.problem))
        self.update()

    def restyle(self) -> None:
        """After the look took over another theme."""
        for card in self.all_cards():
            card.prepareGeometryChange()
            card.restyle()
        self.sync(self.experiment)

    # -- selection

    def select(self, layer_ids: Iterable[int]) -> None:
        """Select exactly these, quietly."""
        wanted = set(layer_ids)
        self._selecting = True
        for layer_id, card in self.cards.items():
            card.setSelected(layer_id in wanted)
        self._selecting = False
        if self.look.level == Level.FAR:
            self.update()

    def selected_ids(self) -> list[int]:
        """In document order."""
        return [
            layer.id
            for stack in self.experiment.stacks
            for layer in stack.layers
            if layer.id in self.cards and self.cards[layer.id].isSelected()
        ]

    def _announce_choice(self) -> None:
        if not self._selecting:
            self.chosen.emit()

    # -- where a drag would land

    def show_landing(self, place: Place, title: str) -> None:
        """Open a gap at `place` with a mark in it."""
        if place == self._landing_at and title == self._landing_title:
            return
        self.clear_landing()
        self._landing_at = place
        opening = self.layout.opening(place)
        lane = self.layout.lanes[place.lane]
        for card in self.lanes[lane.stack_id].cards[place.index + 1 :] if opening.shift else ():
            card.setPos(card.home + QPointF(opening.shift, 0))
        self.landing.title = f"into {names_of(self.experiment, place.block)}" if place.block else title
        self._landing_title = title
        self.landing.setPos(opening.x, lane.cards_top)
        self.landing.setVisible(True)
        self.update()

    def clear_landing(self) -> None:
        """Close the gap again."""
        if self._landing_at is None:
            return
        self._landing_at = None
        self.landing.setVisible(False)
        for card in self.all_cards():
            if card.pos() != card.home:
                card.setPos(card.home)
        self.update()

    def update(self, *area: float | QRectF) -> None:
        for lane in self.lanes.values():
            lane.forget_ticks()
        super().update(*area)


def input_features(experiment: Experiment) -> int | None:
    """Width of the data; None if the data cannot be read."""
    try:
        return describe(experiment.data).features
    except InputError:
        return None


def names_of(experiment: Experiment, layer_id: int) -> str:
    """The kind's name of a layer."""
    return layer_name(experiment.layer(layer_id))


def executed_place(executed: Cursor) -> int:
    """Which of a lane's cards, data first: loading the mini-batch is the data card's doing."""
    return 0 if executed.op == "batch" else executed.layer + 1


def lane_faces(
    experiment: Experiment, stack: Stack, number: int, features: int | None, differences: Mapping[int, str]
) -> list[Face]:
    """Of the data card, each layer's card and the loss card."""
    number = stack.lane_color(number)
    batch = experiment.training.batch_size
    shape = f"{batch} × {'?' if features is None else features}"
    faces = [Face(0, type(experiment.data).__name__, shape, "data", "", number)]
    names, details = titles(stack), sizes(stack, features, batch)
    for layer in stack.layers:
        face = Face(layer.id, names[layer.id], details[layer.id], layer.group, remark(layer), number)
        differs = differences.get(layer.id, "")
        faces.append(
            face._replace(
                editable=isinstance(layer, Linear | Repeat),
                inside=inside(layer),
                differs=differs,
                settings=settings(layer),
            )
        )
    faces.append(Face(0, stack.loss.title, "", "loss", "", number))
    return faces

"""The cards of all lanes: mirrors the document through a map from layer id to item, which is changed in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from bnsim.runner.data import DataSummary, known_features
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Residual
from bnsim.spec.naming import kind_name
from bnsim.spec.problems import Problem
from bnsim.spec.tree import walk
from bnsim.ui.canvas.items.block import EmptySlot, OpenBlock
from bnsim.ui.canvas.items.block import Frame as BlockFrame
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.lane import LandingItem, LaneItem
from bnsim.ui.canvas.items.style import CanvasStyle, Level
from bnsim.ui.canvas.plan.cards import cards_on, copies_of
from bnsim.ui.canvas.plan.columns import DropTarget, Lane, Layout
from bnsim.ui.canvas.plan.differences import differences
from bnsim.ui.canvas.plan.rows import Slot, Span
from bnsim.ui.model.open_blocks import OpenBlocks

Item = TypeVar("Item", bound=QGraphicsItem)
Card = TypeVar("Card", bound=CardItem)

END = -1
"""Stands for the loss card, as 0 for the data card, where ends are kept by (stack id, which)."""


class CanvasScene(QGraphicsScene):
    """`cards` holds the layers' items by id, open blocks' frames among them.

    `extras`: the sums and empty slots of open blocks by (block id, role); `ends`: the data (0) and loss (END) items by
    (stack id, which).
    """

    chosen = Signal()
    """The selection was changed on the canvas."""

    def __init__(self, style: CanvasStyle, blocks: OpenBlocks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas.scene")
        # Of 800 cards a few are in view; without the search tree Qt would ask each for its bounds in every frame.
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self.card_style = style
        self.blocks = blocks
        self.cards: dict[int, CardItem] = {}
        self.extras: dict[tuple[int, str], CardItem] = {}
        self.ends: dict[tuple[int, int], CardItem] = {}
        self.lanes: dict[int, LaneItem] = {}
        self.experiment = Experiment()
        self.layout = Layout(self.experiment, style.metrics)
        self.landing = LandingItem(style)
        self.addItem(self.landing)
        self._landing_title = ""
        self.differences: dict[int, str] = {}
        self._landing_at: DropTarget | None = None
        self.problems: tuple[Problem, ...] = ()
        self._data: DataSummary | None = None
        self.features: int | None = None
        self._selecting = False
        self.selectionChanged.connect(self._announce_choice)

    # -- the document

    def sync(self, experiment: Experiment) -> None:
        """Show this experiment: items of layers that stay are kept."""
        self.clear_landing()
        self.experiment = experiment
        layout = self.layout = Layout(experiment, self.card_style.metrics, self.blocks.ids)
        self.features = known_features(experiment, self._data)
        self.differences = differences(experiment.stacks)
        # A card that makes way for its block's frame takes its selection along: nobody has chosen that.
        self._selecting = True
        self._remove_missing()
        self._selecting = False
        for number, stack in enumerate(experiment.stacks):
            self._sync_lane(number, stack)
        self.setSceneRect(QRectF(0, 0, layout.width, layout.height))
        self.update()

    def _remove_missing(self) -> None:
        rows = [lane.row for lane in self.layout.lanes]
        stack_ids = {lane.stack_id for lane in self.layout.lanes}
        opened = {span.block.id for row in rows for span in row.spans}
        shown = {slot.layer.id for row in rows for slot in row.slots if slot.role == "layer"}
        for layer_id, card in list(self.cards.items()):
            if layer_id not in (opened if isinstance(card, OpenBlock) else shown):
                self.removeItem(self.cards.pop(layer_id))
        wanted = {(slot.layer.id, slot.role) for row in rows for slot in row.slots}
        for extra in self.extras.keys() - wanted:
            self.removeItem(self.extras.pop(extra))
        for end in [end for end in self.ends if end[0] not in stack_ids]:
            self.removeItem(self.ends.pop(end))
        for stack_id in self.lanes.keys() - stack_ids:
            self.removeItem(self.lanes.pop(stack_id))

    def _sync_lane(self, number: int, stack: Stack) -> None:
        layout = self.layout
        lane = layout.lanes[number]
        item = self.lanes.get(stack.id) or self._added(LaneItem(self.card_style))
        self.lanes[stack.id] = item
        item.set_extent(QRectF(0, lane.top, layout.width + layout.metrics.pitch, lane.bottom - lane.top))
        item.setVisible(not stack.hidden)
        item.empty = not stack.layers
        slots = lane.row.slots
        item.cards = [self._end(stack.id, 0), *map(self._card, slots), self._end(stack.id, END)]
        shown = cards_on(self.experiment, lane, number, self.features, self.differences, self.blocks.copies)
        item.paths, item.trained, item.widths = shown.paths, shown.trained, shown.widths
        names = [f"data:{number}", *(_name(number, slot) for slot in slots), f"loss:{number}"]
        for card, face, name, x in zip(item.cards, shown.faces, names, lane.all_xs(), strict=True):
            card.set_face(face, name)
            card.home = QPointF(x, lane.cards_top)
            card.setPos(card.home)
            card.setVisible(not stack.hidden)
            card.callout.set_room(x - 4, layout.width - x - 4)
        item.frames = []
        for span, face in zip(lane.row.spans, shown.frames, strict=True):
            block = self._open_block(span)
            block.set_face(face, f"card:{number}:{_dotted(span.where)}")
            block.setVisible(not stack.hidden)
            item.frames.append(block)
        self._place_frames(lane)

    def _end(self, stack_id: int, which: int) -> CardItem:
        if (stack_id, which) not in self.ends:
            self.ends[stack_id, which] = self._added(self._new_card(CardItem))
        return self.ends[stack_id, which]

    def _card(self, slot: Slot) -> CardItem:
        if slot.role == "layer":
            if slot.layer.id not in self.cards:
                self.cards[slot.layer.id] = self._added(self._new_card(CardItem))
            return self.cards[slot.layer.id]
        key = (slot.layer.id, slot.role)
        if key not in self.extras:
            self.extras[key] = self._added(self._new_card(EmptySlot if slot.role == "empty" else CardItem))
        return self.extras[key]

    def _open_block(self, span: Span) -> OpenBlock:
        card = self.cards.get(span.block.id)
        if not isinstance(card, OpenBlock):
            card = self.cards[span.block.id] = self._added(self._new_card(OpenBlock))
        card.set_copy(*copies_of(span, self.blocks.copies))
        return card

    def _place_frames(self, lane: Lane, gap: frozenset[int] = frozenset()) -> None:
        """Place the frames of open blocks around their cards; `gap`: blocks in which a gap is open."""
        m, item = self.card_style.metrics, self.lanes[lane.stack_id]
        for span in lane.row.spans:
            block = self.cards[span.block.id]
            if not isinstance(block, OpenBlock):
                continue
            margin, strips = m.frame_margin(span.depth), m.tag + m.strip * span.levels
            left, right = item.cards[span.first + 1].x(), item.cards[span.last + 1].x()
            sum_x = right if isinstance(span.block, Residual) else None
            if span.block.id in gap:
                left, right = min(left, self.landing.x()), max(right, self.landing.x())
            width = right + m.card_width + margin - (left - margin)
            size = QSizeF(width, strips + m.card_height + margin * 0.7 + 2)
            down = None if sum_x is None else sum_x - left + margin + m.card_width / 2
            block.set_extent(BlockFrame(size, m.strip, strips + m.wire, strips, down))
            block.home = QPointF(left - margin, lane.cards_top - strips)
            block.setPos(block.home)

    def _new_card(self, kind: type[Card]) -> Card:
        card = kind(self.card_style)
        card.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, self.card_style.level == Level.FAR)
        return card

    def _added(self, item: Item) -> Item:
        self.addItem(item)
        return item

    def card_of(self, layer_id: int) -> CardItem | None:
        """The card of a layer, or of the closed block it is in."""
        while layer_id not in self.cards:
            try:
                layer_id = self.experiment.container(layer_id)[0]
            except KeyError:
                return None
        return self.cards[layer_id]

    def card_at(self, point: QPointF) -> CardItem | None:
        """The card at that point, without what surrounds it; for an open block, its title strip."""
        for card in self.all_cards():
            if card.isVisible() and card.mapRectToScene(card.card_rect()).contains(point):
                return card
        return None

    def update(self, *area: float | QRectF) -> None:  # type: ignore[override]
        """Repaint the area, as QGraphicsScene does; far out the lanes draw their cards anew."""
        for lane in self.lanes.values():
            lane.forget_ticks()
        super().update(*area)  # type: ignore[arg-type]

    def repaint_cards(self) -> None:
        """Repaint all cards after their contents were chosen anew."""
        for card in self.all_cards():
            card.update()
        self.update()

    def all_cards(self) -> Iterable[CardItem]:
        """The cards of layers, sums, data and losses."""
        return [*self.cards.values(), *self.extras.values(), *self.ends.values()]

    # -- data and problems

    def show_data(self, data: DataSummary | None) -> None:
        """Show the sizes that follow from the data; "?" while they are not known."""
        self._data = data
        if known_features(self.experiment, data) != self.features:
            self.clear_landing()
            self.features = known_features(self.experiment, data)
            for number, stack in enumerate(self.experiment.stacks):
                self._sync_lane(number, stack)
            self.update()

    def refresh_lane(self, stack: Stack) -> None:
        """Update a lane's cards when another copy of a Repeat is shown."""
        self._sync_lane(self.experiment.stacks.index(stack), stack)

    def show_problems(self, problems: tuple[Problem, ...] | None = None) -> None:
        """Show problems on their cards, those of a whole stack at its loss. None: show the same ones again."""
        self.problems = self.problems if problems is None else problems
        words: dict[CardItem, list[str]] = {}
        first = next((stack.id for stack in self.experiment.stacks), 0)
        for problem in self.problems:
            card = self.card_of(problem.layer_id) or self.ends.get((problem.stack_id or first, END))
            if card is not None:
                words.setdefault(card, []).append(problem.sentence())
        told: set[tuple[int, str]] = set()
        for card in sorted(self.all_cards(), key=lambda card: card.home.x()):
            # Twenty BatchNorms in want of a larger batch say so once.
            sentence = " ".join(words.get(card, ()))
            card.set_problem(sentence, told=(card.face.lane, sentence) in told)
            told.add((card.face.lane, sentence))
        self.update()

    # -- how cards are drawn

    def set_level(self, level: Level) -> None:
        """Set how much detail cards show; far out the lanes draw them."""
        if level == self.card_style.level:
            return
        self.card_style.level = level
        for card in self.all_cards():
            card.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, level == Level.FAR)
            card.callout.show_at_level()
        self.update()

    def restyle(self) -> None:
        """Repaint everything in the style's new theme."""
        for card in self.all_cards():
            card.prepareGeometryChange()
            card.restyle()
        self.sync(self.experiment)

    # -- selection

    def select(self, layer_ids: Iterable[int]) -> None:
        """Select exactly these layers without emitting `chosen`."""
        wanted = set(layer_ids)
        self._selecting = True
        for layer_id, card in self.cards.items():
            card.setSelected(layer_id in wanted)
        self._selecting = False
        if self.card_style.level == Level.FAR:
            self.update()

    def selected_ids(self) -> list[int]:
        """Ids of the selected layers, in document order."""
        shown = [layer_id for stack in self.experiment.stacks for layer_id in self.shown_ids(stack)]
        return [layer_id for layer_id in shown if self.cards[layer_id].isSelected()]

    def shown_ids(self, stack: Stack) -> list[int]:
        """Ids of the layers that have a card or a frame, in document order."""
        return [layer.id for layer in walk(stack.layers) if layer.id in self.cards]

    def _announce_choice(self) -> None:
        if not self._selecting:
            self.chosen.emit()

    # -- where a drag would land

    def show_landing(self, target: DropTarget, title: str) -> None:
        """Open a gap at the target, with a mark in it."""
        if target == self._landing_at and title == self._landing_title:
            return
        self.clear_landing()
        self._landing_at = target
        opening = self.layout.opening(target)
        lane = self.layout.lanes[target.lane]
        for card in self.lanes[lane.stack_id].cards[target.slot + 1 :] if opening.shift else ():
            card.setPos(card.home + QPointF(opening.shift, 0))
        self.landing.title = (
            f"into {kind_name(self.experiment.layer(target.container))}" if target.into_block else title
        )
        self._landing_title = title
        self.landing.setPos(opening.x, lane.cards_top)
        self.landing.setVisible(True)
        self._place_frames(lane, frozenset() if target.into_block else frozenset(lane.row.around(target.container)))
        self.update()

    def clear_landing(self) -> None:
        """Close the gap."""
        if self._landing_at is None:
            return
        lane = self.layout.lanes[self._landing_at.lane]
        self._landing_at = None
        self.landing.setVisible(False)
        for card in self.lanes[lane.stack_id].cards:
            if card.pos() != card.home:
                card.setPos(card.home)
        self._place_frames(lane)
        self.update()


def _name(number: int, slot: Slot) -> str:
    kind = "card" if slot.role == "layer" else slot.role
    return f"{kind}:{number}:{_dotted(slot.where)}"


def _dotted(where: tuple[int, ...]) -> str:
    return ".".join(map(str, where))

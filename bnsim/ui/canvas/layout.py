"""Where everything on the canvas stands: plain geometry from the document, in scene coordinates, without any widget.

Columns are shared by all lanes (`bnsim.spec.columns`), so that the eye can run down one. The data card stands
left of the first column, the loss card right of the last. Also the way back: which place in a stack a point means.
"""

from __future__ import annotations

from dataclasses import dataclass

from bnsim.figures.theme import Theme
from bnsim.spec.columns import align
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Block

MIN_COLUMNS = 3
"""Room for the words that invite to drop something, when all stacks are empty."""


@dataclass(frozen=True)
class Metrics:
    """Sizes in scene units, pixels at a zoom of 100 %. `title` and `tag` stand above the cards, `foot` below."""

    card_width: float
    card_height: float
    header: float
    gap: float
    title: float
    tag: float
    foot: float
    margin: float

    @classmethod
    def of(cls, theme: Theme) -> Metrics:
        """The theme's."""
        lane_gap = theme.size("lane-gap")
        return cls(
            card_width=theme.size("card-width"),
            card_height=theme.size("card-height"),
            header=theme.size("card-header"),
            gap=theme.size("card-gap"),
            title=lane_gap * 0.345,
            tag=lane_gap * 0.215,
            foot=lane_gap * 0.44,
            margin=theme.size("space-large"),
        )

    @property
    def pitch(self) -> float:
        """From one column to the next."""
        return self.card_width + self.gap


@dataclass(frozen=True)
class Lane:
    """`xs`: left edges of the layers' cards; `columns`: their columns, -1 for data, `loss_column` for the loss."""

    stack_id: int
    top: float
    cards_top: float
    bottom: float
    data_x: float
    xs: tuple[float, ...]
    loss_x: float
    columns: tuple[int, ...]
    loss_column: int
    hidden: bool
    blocks: tuple[int, ...]
    """Of each layer the id if it is a block, else 0."""

    def all_xs(self) -> tuple[float, ...]:
        """Left edges of the data card, the layers' cards and the loss card."""
        return (self.data_x, *self.xs, self.loss_x)


@dataclass(frozen=True)
class Place:
    """Before position `index` of the stack of lane number `lane`; with `block`, at the end of that block, there."""

    lane: int
    index: int
    block: int = 0


@dataclass(frozen=True)
class Opening:
    """How the cards make room: a card can stand at `x` if those from the place on move right by `shift`."""

    x: float
    shift: float


class Layout:
    """All lanes."""

    def __init__(self, experiment: Experiment, metrics: Metrics) -> None:
        self.metrics = metrics
        columns = align([stack for stack in experiment.stacks if not stack.hidden])
        rows = iter(columns.of)
        self.columns = max(columns.count, MIN_COLUMNS)
        pitch = metrics.pitch
        first = metrics.margin + pitch
        lanes = []
        top = metrics.margin / 2
        for stack in experiment.stacks:
            of = tuple(range(len(stack.layers))) if stack.hidden else next(rows)
            cards_top = top + metrics.title + metrics.tag
            bottom = cards_top if stack.hidden else cards_top + metrics.card_height + metrics.foot
            lanes.append(
                Lane(
                    stack_id=stack.id,
                    top=top,
                    cards_top=cards_top,
                    bottom=bottom,
                    data_x=metrics.margin,
                    xs=tuple(first + column * pitch for column in of),
                    loss_x=first + self.columns * pitch,
                    columns=of,
                    loss_column=self.columns,
                    hidden=stack.hidden,
                    blocks=tuple(layer.id if isinstance(layer, Block) else 0 for layer in stack.layers),
                )
            )
            top = bottom
        self.lanes = tuple(lanes)
        self.width = first + (self.columns + 1) * pitch - metrics.gap + metrics.margin
        self.height = top + metrics.margin / 2

    def wire_y(self, lane: int) -> float:
        """Height at which a lane's wire runs: the middle of what is below the cards' headers."""
        m = self.metrics
        return self.lanes[lane].cards_top + (m.header + m.card_height) / 2

    def place_at(self, x: float, y: float) -> Place | str:
        """The place a point means, or words that say why there is none."""
        if not self.lanes:
            return "There is no stack to put a layer into."
        if not self.lanes[0].top <= y <= self.lanes[-1].bottom:
            return "A layer goes on a lane, between two cards."
        number = next(i for i, lane in enumerate(self.lanes) if y <= lane.bottom)
        lane = self.lanes[number]
        if lane.hidden:
            return "This lane is hidden; show it to put layers on it."
        half, part = self.metrics.card_width / 2, self.metrics.card_width / 5
        on_cards = lane.cards_top <= y <= lane.cards_top + self.metrics.card_height
        for index, (left, block) in enumerate(zip(lane.xs, lane.blocks, strict=True)):
            if block and on_cards and left + part < x < left + 4 * part:
                return Place(number, index, block)
        if x < lane.data_x + half:
            return "Nothing can stand before the data; drop the layer to the right of it."
        if x > lane.loss_x + half:
            return "Nothing can stand behind the loss; drop the layer to the left of it."
        return Place(number, sum(left + half < x for left in lane.xs))

    def opening(self, place: Place) -> Opening:
        """Room at `place`: a free column if there is one, else the cards from there on move by one."""
        lane = self.lanes[place.lane]
        if place.block:
            return Opening(lane.xs[place.index], 0.0)
        before = lane.columns[place.index - 1] if place.index else -1
        after = lane.columns[place.index] if place.index < len(lane.columns) else lane.loss_column
        pitch = self.metrics.pitch
        x = self.metrics.margin + pitch + (before + 1) * pitch
        return Opening(x, 0.0 if after - before > 1 else pitch)

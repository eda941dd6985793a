"""The geometry of the canvas, computed from the document in scene coordinates, without any widget.

Columns are shared by all lanes (`bnsim.spec.columns`), so that the eye can run down one. The data card stands
left of the first column, the loss card right of the last. Also the way back: where in a stack something goes that is
dropped at a point.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bnsim.plot.theme import Theme
from bnsim.spec.columns import align_rows
from bnsim.spec.experiment import Experiment
from bnsim.ui.canvas.plan.rows import Row, Span, row_of

MIN_COLUMNS = 3
"""Room for the words that invite to drop something, when all stacks are empty."""


@dataclass(frozen=True)
class Metrics:
    """Sizes in scene units, pixels at a zoom of 100 %. `title` and `tag` stand above the cards, `foot` below.

    `strip` is the height of an open block's title.
    """

    card_width: float
    card_height: float
    header: float
    gap: float
    title: float
    tag: float
    foot: float
    margin: float
    strip: float

    @classmethod
    def of(cls, theme: Theme) -> Metrics:
        """The sizes that the theme gives."""
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
            strip=theme.size("card-header") - 4,
        )

    @property
    def pitch(self) -> float:
        """The distance from one column to the next."""
        return self.card_width + self.gap

    @property
    def wire(self) -> float:
        """Height of the wire below a card's top: the middle of the part below its header."""
        return (self.header + self.card_height) / 2

    def frame_margin(self, depth: int) -> float:
        """The distance from the cards to the frame of an open block with `depth` open blocks around it."""
        return max(self.gap * 0.42 - 4 * depth, 2.0)


@dataclass(frozen=True)
class Lane:
    """`xs`: left edges of the row's cards; `columns`: their columns, -1 for data, `loss_column` for the loss."""

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
    row: Row

    def all_xs(self) -> tuple[float, ...]:
        """Left edges of the data card, the row's cards and the loss card."""
        return (self.data_x, *self.xs, self.loss_x)


@dataclass(frozen=True)
class DropTarget:
    """A gap before slot number `slot` of lane number `lane`: position `index` of a container, a stack or a block.

    `into_block`: at the end of the closed block in that slot.
    """

    lane: int
    slot: int
    container: int = 0
    index: int = 0
    into_block: bool = False


@dataclass(frozen=True)
class Opening:
    """How the cards make room: a card fits at `x` if those from the target on move right by `shift`."""

    x: float
    shift: float


class Layout:
    """The layout of all lanes; `opened` are the ids of open blocks."""

    def __init__(self, experiment: Experiment, metrics: Metrics, opened: Collection[int] = ()) -> None:
        self.metrics = metrics
        shown = [row_of(stack, opened) for stack in experiment.stacks if not stack.hidden]
        columns = align_rows([[slot.entry for slot in row.slots] for row in shown])
        rows = iter(zip(shown, columns.of, strict=True))
        self.columns = max(columns.count, MIN_COLUMNS)
        pitch = metrics.pitch
        first = metrics.margin + pitch
        lanes = []
        top = metrics.margin / 2
        for stack in experiment.stacks:
            if stack.hidden:
                row = row_of(stack, ())
                of = tuple(range(len(row.slots)))
            else:
                row, of = next(rows)
            cards_top = top + metrics.title + metrics.tag + row.levels * metrics.strip
            bottom = cards_top + metrics.card_height + metrics.foot
            if stack.hidden:
                cards_top = bottom = top + metrics.title + metrics.tag
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
                    row=row,
                )
            )
            top = bottom
        self.lanes = tuple(lanes)
        self.width = first + (self.columns + 1) * pitch - metrics.gap + metrics.margin
        self.height = top + metrics.margin / 2

    def target_at(self, x: float, y: float) -> DropTarget | str:
        """The place for something dropped at that point, or words that say why there is none."""
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
        for index, (left, slot) in enumerate(zip(lane.xs, lane.row.slots, strict=True)):
            if slot.onto and on_cards and left + part < x < left + 4 * part:
                return DropTarget(number, index, slot.layer.id, len(getattr(slot.layer, "layers", ())), into_block=True)
        if x < lane.data_x + half:
            return "Nothing can stand before the data; drop the layer to the right of it."
        if x > lane.loss_x + half:
            return "Nothing can stand behind the loss; drop the layer to the left of it."
        before = sum(left + half < x for left in lane.xs)
        return DropTarget(number, before, *self._held_at(lane, before, x))

    def _held_at(self, lane: Lane, before: int, x: float) -> tuple[int, int]:
        """(container, index) at `x` between slots `before - 1` and `before`: frames of open blocks part the gap."""
        slots, spans = lane.row.slots, lane.row.spans
        here = (lane.stack_id, 0)
        if before:
            previous = slots[before - 1]
            here = (previous.container, previous.position + (previous.role != "empty"))
        for span in sorted((span for span in spans if span.last == before - 1), key=lambda span: -span.depth):
            if span.block.id == here[0]:
                if x < self.frame_edges(lane, span)[1]:
                    return here
                here = (span.container, span.position + 1)
        for span in sorted((span for span in spans if span.first == before), key=lambda span: span.depth):
            if x < self.frame_edges(lane, span)[0]:
                return here
            here = (span.block.id, 0)
        return here

    def frame_edges(self, lane: Lane, span: Span) -> tuple[float, float]:
        """The left and the right edge of an open block's frame; frames inside it are a little narrower."""
        margin = self.metrics.frame_margin(span.depth)
        return lane.xs[span.first] - margin, lane.xs[span.last] + self.metrics.card_width + margin

    def opening(self, target: DropTarget) -> Opening:
        """The room at `target`: a free column if there is one, else the cards from there on move by one."""
        lane = self.lanes[target.lane]
        if target.into_block:
            return Opening(lane.xs[target.slot], 0.0)
        before = lane.columns[target.slot - 1] if target.slot else -1
        after = lane.columns[target.slot] if target.slot < len(lane.columns) else lane.loss_column
        pitch = self.metrics.pitch
        x = self.metrics.margin + pitch + (before + 1) * pitch
        return Opening(x, 0.0 if after - before > 1 else pitch)

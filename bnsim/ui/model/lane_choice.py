"""The one lane whose position is shown, the same in the status line, the equation and the tensor view."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.session.frame import Frame, LaneFrame


def shown_lane(frame: Frame, layer_id: int = 0) -> LaneFrame:
    """A lane that is not waiting for others; if possible, the one that holds the selected layer."""
    return _with_layer([lane for lane in frame.lanes if not lane.waiting] or list(frame.lanes), layer_id)


def next_lane(frame: Frame, layer_id: int = 0) -> LaneFrame:
    """A lane that the next step moves; if possible, the shown one."""
    shown = shown_lane(frame, layer_id)
    return shown if shown.moves else _with_layer([lane for lane in frame.lanes if lane.moves] or [shown], layer_id)


def last_lane(frame: Frame, layer_id: int = 0) -> LaneFrame:
    """A lane that the last step moved; if possible, the shown one."""
    shown = shown_lane(frame, layer_id)
    return shown if shown.moved else _with_layer([lane for lane in frame.lanes if lane.moved] or [shown], layer_id)


def layer_lanes(frame: Frame, layer_id: int = 0) -> tuple[LaneFrame, LaneFrame]:
    """The lane that does most in the next step by a layer, and the one that did most in the last; if possible, the one
    that is named as the next, and the last, by an operation.
    """
    coming, gone = next_lane(frame, layer_id), last_lane(frame, layer_id)
    return (
        max((coming, *frame.lanes), key=lambda lane: len(lane.ahead)),
        max((gone, *frame.lanes), key=lambda lane: len(lane.behind)),
    )


def _with_layer(lanes: Sequence[LaneFrame], layer_id: int) -> LaneFrame:
    for lane in lanes:
        if layer_id and any(card.layer_id == layer_id for card in (*lane.cards, *lane.inner.values())):
            return lane
    return lanes[0]

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


def _with_layer(lanes: Sequence[LaneFrame], layer_id: int) -> LaneFrame:
    for lane in lanes:
        if layer_id and any(card.layer_id == layer_id for card in (*lane.cards, *lane.inner.values())):
            return lane
    return lanes[0]

"""What the cards of a fork show of the time before it: those of its source, where its own layers stand."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from bnsim.session.frame import CardFrame, Cursor, LaneFrame
from bnsim.session.lane import Lane
from bnsim.spec.experiment import Stack
from bnsim.spec.forks import key_of, leaf_keys
from bnsim.spec.tree import Path


def shown_past(lane: Lane, frame: LaneFrame) -> LaneFrame:
    """The frame of a lane by the layers that its last form has; one that was put in since has no value yet."""
    then, now = lane.stack, lane.forms[-1].stack
    if lane.form is lane.forms[-1]:
        return frame
    cards = {card.layer_id: card for card in frame.cards[1:-1]}
    shape = frame.cards[0].shape
    own = [cards.get(layer.id) or CardFrame(layer.id, shape) for layer in now.layers]
    places = {key: path for path, key in leaf_keys(now.layers).items()}
    inner = {places[key]: card for path, card in frame.inner.items() if (key := key_of(then.layers, path)) in places}
    executed = None if frame.executed is None else _moved(frame.executed, then, now, places)
    return replace(
        frame,
        cards=(frame.cards[0], *own, frame.cards[-1]),
        inner=inner,
        cursor=_moved(frame.cursor, then, now, places),
        executed=executed,
    )


def _moved(cursor: Cursor, then: Stack, now: Stack, places: Mapping[tuple[int, ...], Path]) -> Cursor:
    """The cursor where the fork has the layer; at the next one that it has where it was taken out."""
    keys = leaf_keys(then.layers)
    if cursor.path not in keys:
        path: Path = (len(now.layers),)
    else:
        order = list(keys)
        later = (places[keys[each]] for each in order[order.index(cursor.path) :] if keys[each] in places)
        path = next(later, (len(now.layers),))
    return replace(cursor, layer=path[0], path=path)

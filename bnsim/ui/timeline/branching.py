"""Forks on a time line: their losses from where they leave their source on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec.structs import replace

from bnsim.session.track import LaneTrack, Track
from bnsim.spec.branches import Branch


def branched(track: Track, branches: Mapping[int, Branch]) -> Track:
    """The track, the losses of every fork beginning with the last that it shares with its source."""
    lanes = {lane.stack_id: lane for lane in track.lanes}
    return replace(track, lanes=tuple(_own(lane, branches.get(lane.stack_id), lanes) for lane in track.lanes))


def begun(track: Track, branches: Mapping[int, Branch]) -> dict[int, int]:
    """The iteration of each fork that the recorded run has come to, by the stack's id."""
    return {key: branch.iteration for key, branch in branches.items() if branch.iteration <= track.recorded}


def _own(lane: LaneTrack, branch: Branch | None, lanes: Mapping[int, LaneTrack]) -> LaneTrack:
    source = None if branch is None else lanes.get(branch.source)
    if branch is None or source is None or not len(source.iterations):
        return lane
    own = lane.iterations >= branch.iteration
    last = min(branch.iteration - 1, int(source.iterations[-1]))
    return replace(
        lane,
        iterations=np.append(last, lane.iterations[own]),
        losses=np.append(np.interp(last, source.iterations, source.losses), lane.losses[own]),
    )

"""What the window is shown is of the session as it is, whatever was kept of it."""

from __future__ import annotations

import numpy as np

import bnsim as bn
from bnsim.runner.snapshots import Snapshots


def test_a_past_written_anew_has_another_time_line(small: bn.Experiment) -> None:
    session, snapshots = bn.Session(small), Snapshots(print)
    session.run(3)
    before = snapshots.track(session)
    session.seek(0)
    lane = session.lanes[0]
    lane.load_state_dict({name: 0.5 * values for name, values in lane.state_dict().items()})
    session.run(3)
    snapshots.forget_history()
    after = snapshots.track(session)
    assert after.recorded == before.recorded
    assert not np.array_equal(after.lanes[0].losses, before.lanes[0].losses)

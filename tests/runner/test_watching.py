"""Watches come with every update, and their past once the session rests."""

from __future__ import annotations

import bnsim as bn
from bnsim.runner.orders import RunToBreakpoint, Seek, SetBreakpoints, SetWatches
from bnsim.spec.breakpoints import OnWatch
from bnsim.spec.watches import Watch
from tests.runner.conftest import Window


def test_watches_are_published_with_their_past(running: Window) -> None:
    runner = running.runner
    running.do(Seek(30))
    running.settle()
    lane = runner.session.lanes[0].stack.name
    expressions = ("loss", f'mean(value("{lane}")[0])', "no such thing")
    runner.give(SetWatches(tuple(map(Watch, expressions))))
    running.settle()
    loss, mean, strange = running.updates[-1].watches
    assert [each.expression for each in (loss, mean, strange)] == list(expressions)
    assert strange.problem
    assert not strange.series
    assert loss.series[0].past.tolist() == runner.session.history["loss"][lane].tolist()
    assert mean.series[0].iterations.tolist() == list(range(30))
    assert mean.series[0].how == "compiled"
    assert not runner.session.watches.lacks
    runner.give(SetWatches(()))
    running.settle()
    assert running.updates[-1].watches == ()


def test_a_watch_has_recorded_what_it_alone_reads(running: Window) -> None:
    runner = running.runner
    stack = runner.session.lanes[0].stack
    index = next(k for k, layer in enumerate(stack.layers) if isinstance(layer, bn.Sigmoid))
    runner.give(SetWatches((Watch(f"saturated[{index}]"),)))
    running.settle()
    running.do(Seek(5))
    running.settle()
    (seen,) = running.updates[-1].watches
    assert len(seen.series[0].past) == 5


def test_a_breakpoint_on_a_watch_of_what_is_not_there_waits(running: Window) -> None:
    runner = running.runner
    runner.give(SetBreakpoints((OnWatch(expression="norm(W[99])"), OnWatch(expression="loss", when="<", limit=1e9))))
    running.do(RunToBreakpoint())
    running.settle()
    assert [each.expression for each in runner.session.breakpoints] == ["loss"]
    assert "loss became less than" in running.updates[-1].frame.stopped

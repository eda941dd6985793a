"""The time line as a diagram."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bnsim import BatchNorm, Experiment, Linear, Session, Stack
from bnsim.plot.diagram import Box, Curve, Diagram, Words
from bnsim.plot.widths import width_of
from bnsim.plot.writers import DIAGRAM_FORMATS, render
from bnsim.session.track import LaneTrack, Mark, Track
from bnsim.ui.timeline.sketch import TimelineShown, timeline_diagram


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    names = "plain", "a lane whose name is so long that it has to be made shorter at the right of its line"
    stacks = tuple(
        Stack(name=name, layers=(Linear(4), *more, Linear(10)))
        for name, more in zip(names, ((), (BatchNorm(),)), strict=True)
    )
    session = Session(Experiment(stacks=stacks))
    session.run(30)
    yield session
    session.close()


def words(diagram: Diagram) -> list[str]:
    return [shape.text for shape in diagram.shapes if isinstance(shape, Words)]


def curves(diagram: Diagram, role: str) -> list[Curve]:
    return [shape for shape in diagram.shapes if isinstance(shape, Curve) and shape.stroke == role]


def held(diagram: Diagram) -> None:
    for shape in diagram.shapes:
        if isinstance(shape, Words) and not shape.turned:
            width = width_of(shape.text, shape.size, bold=shape.bold)
            left = shape.x - {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
            assert 0 <= left <= left + width <= diagram.width, shape
            assert shape.size <= shape.y <= diagram.height, shape
        if isinstance(shape, Box):
            assert shape.x + shape.width <= diagram.width, shape


def test_what_lies_ahead_of_the_present_is_dashed(session: Session) -> None:
    diagram = timeline_diagram(TimelineShown(session.experiment, session.track(), 12))
    for role in ("lane0", "lane1"):
        ahead, past = curves(diagram, role)
        assert (ahead.dashed, past.dashed) == (True, False)
        assert len(past.numbers) // 2 == 13
        assert len(ahead.numbers) // 2 == 18
        assert past.numbers[-2:] == ahead.numbers[:2]
    assert {"0", "12", "30", "loss", "iteration", "plain"} <= set(words(diagram))
    held(diagram)
    whole = timeline_diagram(TimelineShown(session.experiment, session.track(), 30))
    assert [curve.dashed for curve in curves(whole, "lane0")] == [False]


def test_its_text_is_every_loss(session: Session) -> None:
    track = session.track()
    diagram = timeline_diagram(TimelineShown(session.experiment, track, 30))
    rows = [row.split("\t") for row in diagram.text.splitlines()[1:]]
    assert len(rows) == 60
    found = [float(loss) for lane, _, loss in rows if lane == "plain"]
    assert found == pytest.approx(track.lanes[0].losses.tolist(), rel=1e-8)


def test_changes_stops_and_gaps_are_marked(session: Session) -> None:
    stacks = session.experiment.stacks
    losses = np.array([1.0, 0.5, np.nan, 0.25, 0.01])
    lanes = tuple(LaneTrack(stack.id, stack.name, np.arange(5), losses) for stack in stacks)
    track = Track(5, lanes, marks=(Mark(3, 0, "stopped"),), changes=(Mark(2, 0, "weights ×10", "×10"),))
    diagram = timeline_diagram(TimelineShown(session.experiment, track, 5))
    assert {"×10", "loss, log", "0.01", "1"} <= set(words(diagram))
    assert len(curves(diagram, "lane0")) == 2
    assert [shape.fill for shape in diagram.shapes if isinstance(shape, Curve) and shape.fill] == ["danger"]
    held(diagram)


def test_a_fork_begins_with_a_ring(session: Session) -> None:
    other = Session(session.experiment)
    other.run(10)
    other.fork("plain", "fork")
    other.run(5)
    diagram = timeline_diagram(TimelineShown(other.experiment, other.track(), 15))
    other.close()
    rings = [curve for curve in curves(diagram, "lane2") if curve.fill == "plot-background"]
    assert len(rings) == 1
    held(diagram)


@pytest.mark.parametrize("format", DIAGRAM_FORMATS)
def test_it_is_written_without_anything_recorded(format: str) -> None:
    experiment = Experiment(stacks=(Stack(name="plain", layers=(Linear(10),)),))
    track = Track(0, (LaneTrack(experiment.stacks[0].id, "plain", np.empty(0, np.int64), np.empty(0)),))
    diagram = timeline_diagram(TimelineShown(experiment, track, 0))
    assert render(diagram, format) == render(diagram, format)
    held(diagram)

"""The canvas as pictures for a film: the wave through an iteration, and the cards over the training. No Qt.

All of a film have one size and one scale of gradients. The session stands afterwards where it stood. `report` is told
how many moments of how many were gone through; what it raises ends the work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import SLIDE, Size
from bnsim.session.frame import Frame
from bnsim.ui.canvas.sketch.shown import CanvasShown, scale_of
from bnsim.ui.canvas.sketch.wave import wave_diagrams

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session

Report = Callable[[int, int], None]


def _silent(done: int, all_of: int) -> None:
    pass


def wave_film(
    shown: CanvasShown, session: Session, most: int, report: Report = _silent, size: Size = SLIDE
) -> list[Diagram]:
    """The wave through the next iteration, in at most so many pictures, the last moment among them."""
    frames = next_iteration(session, report)
    scale = scale_of(list(frames))
    step = -(-len(frames) // most)
    return wave_diagrams(replace(shown, decades=(scale.low, scale.high)), frames[::-1][::step][::-1], size)


def training_film(
    shown: CanvasShown, session: Session, most: int, report: Report = _silent, size: Size = SLIDE
) -> list[Diagram]:
    """The cards after at most so many iterations from the first to the present one."""
    from bnsim.decks.frames import spread  # the figures come with it

    before, frames = session.moment, list[Frame]()
    iterations = spread(session.iteration, most)
    try:
        for iteration in iterations:
            session.seek(iteration)
            frames.append(session.frame())
            report(len(frames), len(iterations))
    finally:
        session.go_to(before)
    return wave_diagrams(replace(shown, decades=None), frames, size)


def next_iteration(session: Session, report: Report = _silent) -> Sequence[Frame]:
    """A frame after each layer's step of the next iteration."""
    before, frames = session.moment, list[Frame]()
    steps = 3 * max((len(lane.program.gradients) for lane in session.lanes), default=0)
    try:
        while not frames or not session.between_iterations:
            session.step("layer")
            frames.append(session.frame())
            report(min(len(frames), steps), steps)
    finally:
        session.go_to(before)
    return frames

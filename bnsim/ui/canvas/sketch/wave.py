"""The pass through the stacks as diagrams of the canvas, one a moment and all alike but for what has changed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import SLIDE, Size
from bnsim.plot.speaker import words_now
from bnsim.session.frame import Frame, LaneFrame, Phase
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import layer_name, operation_name
from bnsim.spec.numerals import count
from bnsim.spec.phrases import phrase
from bnsim.spec.tree import layer_at
from bnsim.ui.canvas.sketch.shown import CanvasShown, scale_of
from bnsim.ui.canvas.sketch.stack import canvas_diagram

NAME = "wave"


def wave_diagrams(shown: CanvasShown, frames: Sequence[Frame], size: Size = SLIDE) -> list[Diagram]:
    """A diagram of each frame: pages of one size, gradients on one scale, above them the operation.

    `shown` says what is shown of the experiment; its own frame is not looked at.
    """
    scale = scale_of(list(frames), shown.decades)
    made = []
    for frame in frames:
        here = replace(shown, frame=frame, decades=(scale.low, scale.high), film=tuple(frames))
        diagram = canvas_diagram(here, size, head=wave_words(shown.experiment, frame))
        made.append(replace(diagram, name=NAME, title=words_now(phrase("Wave"))))
    return made


def middle_of(frames: Sequence[Frame], phase: object) -> Frame:
    """The frame in the middle of a phase; the first one if none is of that phase."""
    found = [frame for frame in frames if any(_phase(lane) == phase for lane in frame.lanes)]
    return found[len(found) // 2] if found else frames[0]


def wave_words(experiment: Experiment, frame: Frame) -> str:
    """The moment in words: "iteration 31 · backward · Linear 3 · dx"."""
    working = [lane for lane in frame.lanes if lane.executed is not None]
    lane = next((lane for lane in working if not lane.waiting), working[0] if working else None)
    if lane is None or lane.executed is None:
        return words_now(phrase("iteration {number}", number=count(frame.iteration)))
    executed, stack = lane.executed, experiment.stack(lane.stack_id)
    iteration = phrase("iteration {number}", number=count(executed.iteration))
    words = [words_now(iteration), words_now(executed.phase)]
    path = executed.path or (executed.layer,)
    if executed.op != "batch" and layer_at(stack.layers, path) is not None:
        words.append(words_now(layer_name(stack, path)))
    return " · ".join([*words, words_now(operation_name(executed.op))])


def _phase(lane: LaneFrame) -> Phase | None:
    return None if lane.executed is None else lane.executed.phase

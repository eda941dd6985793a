"""The words of the transport bar: the present position, the next instruction, and why the run stopped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Literal, NamedTuple

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Update
from bnsim.session.frame import Cursor, Frame, LaneFrame
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.naming import DATA, PHASES, copy_name, layer_name, operation_name, place, short_place
from bnsim.spec.numerals import count
from bnsim.ui.language import tr
from bnsim.ui.model.lane_choice import last_lane, layer_lanes, next_lane

Style = Literal["full", "narrow", "short", "terse"]
PHASE_COLORS = {"forward": "forward", "loss": "loss", "backward": "backward", "update": "ok"}
PHASE_NAMES = {
    "forward": "the forward pass",
    "loss": "the loss",
    "backward": "the backward pass",
    "update": "the update",
}
STYLES: tuple[Style, ...] = ("full", "narrow", "short", "terse")
"""Styles of the status line from the longest to the shortest; "terse" omits what the canvas shows."""
NORMAL, SEMIBOLD, BOLD = 400, 600, 700
GAP = "   "


class Run(NamedTuple):
    """A piece of the status line: its text, the name of its color in the theme, "" for that of text, and its weight."""

    text: str
    color: str = ""
    weight: int = NORMAL


def status_runs(frame: Frame, lane: LaneFrame, stack: Stack, style: Style = "full") -> tuple[Run, ...]:
    """Iteration, phase by sign, word and color, layer and operation of the instruction executed last."""
    number = count(frame.iteration)
    start = Run(number if style == "terse" else tr(f"iteration {number}"), weight=BOLD)
    done = lane.executed
    if done is None:
        return start, Run(GAP), Run(tr("at the start"))
    sign, word = PHASES[done.phase]
    said = sign if style in ("short", "terse") else f"{sign} {tr(word)}"
    swatch: tuple[Run, ...] = ()
    if any(other.waiting for other in frame.lanes):
        swatch = (Run("■", f"lane{stack.lane_color(frame.lanes.index(lane))}"), Run(" "))
    where = tr((place if style == "full" else short_place)(stack, done.path, done.op))
    phase, operation = PHASE_COLORS[done.phase], tr(operation_name(done.op))
    return (
        start,
        Run(GAP),
        Run(said, phase, SEMIBOLD),
        Run(GAP),
        *swatch,
        Run(f"{where} "),
        Run(operation, "accent", SEMIBOLD),
    )


def plain(runs: Sequence[Run]) -> str:
    """The text of runs, without color and weight."""
    return "".join(run.text for run in runs)


def spoken(words: str) -> str:
    """Words of the display as one says them: commas for gaps and dots, no signs."""
    return re.sub(r"(\s{3}|\s·\s)\s*", ", ", re.sub(r"[▶●◀↻■◆…]\s", "", words)).strip(", ")


def html(runs: Sequence[Run], theme: Theme) -> str:
    """Runs as Qt's rich text."""
    return "".join(_html(run, theme) for run in runs)


def _html(run: Run, theme: Theme) -> str:
    words = " &nbsp; " if run.text == GAP else escape(run.text)
    if run.weight == BOLD:
        return f"<b>{words}</b>"
    if not run.color:
        return words
    weight = f"; font-weight:{run.weight}" if run.weight != NORMAL else ""
    return f'<span style="color:{theme.color(run.color)}{weight}">{words}</span>'


def status_html(frame: Frame, lane: LaneFrame, stack: Stack, theme: Theme, style: Style = "full") -> str:
    """`status_runs` as Qt's rich text."""
    return html(status_runs(frame, lane, stack, style), theme)


def next_text(lane: LaneFrame, stack: Stack) -> str:
    """The next instruction, such as "next: Sigmoid 11 dx"; in a Repeat "next: Sigmoid 11 dx, copy 2 of 5"."""
    return _put("next: {0}", _operation_of(stack, lane.cursor))


def next_texts(lane: LaneFrame, stack: Stack) -> tuple[tuple[str, str], ...]:
    """What comes next in two parts, from the longest words to the shortest: the next operation, and how far a step by
    a layer goes from there: ("next: BatchNorm 3 dβ", "· Layer runs on to dx").

    The second part is empty where both steps do the same.
    """
    whole = next_text(lane, stack)
    brief = _put("next: {0}", _brief(stack, lane.cursor))
    if len(lane.ahead) < 2:
        return (whole, ""), (brief, "")
    last = tr(operation_name(lane.ahead[-1]))
    return (whole, f"· {_put('Layer runs on to {0}', last)}"), (whole, f"… {last}"), (brief, f"… {last}"), (brief, "")


def step_words(frame: Frame, experiment: Experiment, layer_id: int) -> Mapping[str, str]:
    """What each button that steps will do from here, in a sentence without a stop, by the name of its action.

    Of the lanes the one that holds the layer `layer_id` is named, if it takes part. At the start nothing can be taken
    back.
    """
    coming, gone = next_lane(frame, layer_id), last_lane(frame, layer_id)
    layer, layer_gone = layer_lanes(frame, layer_id)
    words = {
        "run.stepOp": _put("Runs {0}", _operation(experiment, coming, coming.cursor)),
        "run.step": _put("Runs {0}", _visit(experiment.stack(layer.stack_id), layer.cursor, layer.ahead)),
        "run.stepPhase": tr(f"Runs on to the end of {PHASE_NAMES[coming.cursor.phase]}"),
        "run.stepIteration": tr(f"Runs on to iteration {count(frame.iteration + 1)}"),
        "run.play": _put("Plays on from {0}", _operation(experiment, coming, coming.cursor)),
    }
    if gone.executed is not None and layer_gone.executed is not None:
        visit = _visit(experiment.stack(layer_gone.stack_id), layer_gone.executed, layer_gone.behind)
        start = count(frame.iteration - (frame.tick == frame.ticks))
        words |= {
            "run.stepOpBack": _put("Back to before {0}", _operation(experiment, gone, gone.executed)),
            "run.stepBack": _put("Back to before {0}", visit),
            "run.stepPhaseBack": tr(f"Back to the start of {PHASE_NAMES[gone.executed.phase]}"),
            "run.stepIterationBack": tr(f"Back to the start of iteration {start}"),
            "run.playBack": _put("Plays back from {0}", _operation(experiment, gone, gone.executed)),
            "run.reset": tr(f"Back from iteration {count(frame.iteration)} to the start"),
        }
    return words


def _put(words: str, what: str) -> str:
    """Words in the language of the window, with what is said in it already put in."""
    return tr(words).format(what)


def _operation(experiment: Experiment, lane: LaneFrame, at: Cursor) -> str:
    return _operation_of(experiment.stack(lane.stack_id), at)


def _operation_of(stack: Stack, at: Cursor) -> str:
    """As `operation_of` says it, in the language of the window: "Sigmoid 11 dx, copy 2 of 5"."""
    copy = "" if at.op == "batch" else copy_name(stack, at.path)
    return f"{_brief(stack, at)}, {tr(copy)}" if copy else _brief(stack, at)


def _brief(stack: Stack, at: Cursor) -> str:
    """The same without the copy."""
    return f"{tr(short_place(stack, at.path, at.op))} {tr(operation_name(at.op))}"


def _visit(stack: Stack, cursor: Cursor, operations: Sequence[str]) -> str:
    """A layer with the operations that a step by a layer does or takes back: "BatchNorm 3, backward: dβ, dγ"."""
    only_batch = set(operations) == {"batch"}
    title = tr(DATA if only_batch else layer_name(stack, cursor.path))
    phase = "" if cursor.phase == "loss" or only_batch else f", {tr(PHASES[cursor.phase][1])}"
    return f"{title}{phase}: {', '.join(tr(operation_name(each)) for each in operations)}"


def reason(update: Update) -> tuple[str, str]:
    """(words, the label's role): what the run is doing, in which direction it plays, or why it stopped."""
    if update.activity:
        return f"… {tr(f'{update.activity}; Escape gives up')}", "activity"
    if update.reverse:
        return f"◀◀ {tr('playing in reverse')}", "activity"
    if update.frame is not None and update.frame.stopped:
        return f"◆ {tr(f'stopped: {update.frame.stopped}')}", "stopped"
    return "", ""


def shorter(words: str) -> str:
    """The reason of a stop without lane and moment: of "◆ stopped: plain: at dx of Linear 3 (...)" from "at" on."""
    head, _, rest = words.partition(": ")
    return f"{head[:1]} {rest.partition(': ')[2].partition(' (iteration')[0]}" if ": " in rest else words

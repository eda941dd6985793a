"""The words of the transport bar: the present position, the next instruction, and why the run stopped."""

from __future__ import annotations

from html import escape
from typing import Literal

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Update
from bnsim.session.frame import Frame, LaneFrame
from bnsim.spec.experiment import Stack
from bnsim.spec.naming import PHASES, operation_name, operation_of, place, short_place
from bnsim.spec.numerals import count

Style = Literal["full", "narrow", "short", "terse"]
PHASE_COLORS = {"forward": "forward", "loss": "loss", "backward": "backward", "update": "ok"}
STYLES: tuple[Style, ...] = ("full", "narrow", "short", "terse")
"""Styles of the status line from the longest to the shortest; "terse" omits what the canvas shows."""


def status_html(frame: Frame, lane: LaneFrame, stack: Stack, theme: Theme, style: Style = "full") -> str:
    """Iteration, phase by sign, word and color, layer and operation of the instruction executed last."""
    start = f"<b>{'' if style == 'terse' else 'iteration '}{count(frame.iteration)}</b>"
    done = lane.executed
    if done is None:
        return f"{start} &nbsp; at the start"
    sign, word = PHASES[done.phase]
    tint = theme.color(PHASE_COLORS[done.phase])
    where = (place if style == "full" else short_place)(stack, done.path, done.op)
    swatch = ""
    if any(other.waiting for other in frame.lanes):
        swatch = f'<span style="color:{theme.color(f"lane{stack.lane_color(frame.lanes.index(lane))}")}">■</span> '
    said = sign if style in ("short", "terse") else f"{sign} {word}"
    direction = f'<span style="color:{tint}; font-weight:600">{said}</span>'
    op = f'<span style="color:{theme.color("accent")}; font-weight:600">{escape(operation_name(done.op))}</span>'
    return f"{start} &nbsp; {direction} &nbsp; {swatch}{escape(where)} {op}"


def next_text(lane: LaneFrame, stack: Stack) -> str:
    """The next instruction, such as "next: Sigmoid 11 dx"; in a Repeat "next: Sigmoid 11 dx, copy 2 of 5"."""
    return f"next: {operation_of(stack, lane.cursor.path, lane.cursor.op)}"


def reason(update: Update) -> tuple[str, str]:
    """(words, the label's role): what the run is doing, in which direction it plays, or why it stopped."""
    if update.activity:
        return f"… {update.activity}; Escape gives up", "activity"
    if update.reverse:
        return "◀◀ playing in reverse", "activity"
    if update.frame is not None and update.frame.stopped:
        return f"◆ stopped: {update.frame.stopped}", "stopped"
    return "", ""


def shorter(words: str) -> str:
    """The reason of a stop without lane and moment: of "◆ stopped: plain: at dx of Linear 3 (...)" from "at" on."""
    head, _, rest = words.partition(": ")
    return f"{head[:1]} {rest.partition(': ')[2].partition(' (iteration')[0]}" if ": " in rest else words

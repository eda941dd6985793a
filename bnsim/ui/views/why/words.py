"""The answers of lanes as rich text: sentences and tables, in the theme's colors."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bnsim.lenses.why.page import KindTotal, LaneTold, Remedy
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import compared, factor, short

SQUARE = "■"


def summaries(lanes: Sequence[LaneTold], theme: Theme) -> str:
    """A paragraph for each lane: its name in its color, and its sentence."""
    return "".join(
        f'<p style="margin:0 0 4px 0"><span style="color:{theme.text_color(lane.role)};font-weight:600">'
        f"{escape(lane.name)}:</span> {escape(lane.summary)}</p>"
        for lane in lanes
    )


def kinds(lanes: Sequence[LaneTold], theme: Theme) -> str:
    """A table: each kind's links of each lane, together and each."""
    rows = "".join(_lane_rows(lane, theme) for lane in lanes)
    return f'<table width="100%" cellspacing="0" cellpadding="2">{rows}</table>'


def kinds_aloud(lanes: Sequence[LaneTold]) -> str:
    """The same as one line, to be read aloud."""
    return " ".join(
        f"{lane.name}: " + ", ".join(f"{each.kind} {factor(each.together)} together" for each in lane.kinds) + "."
        for lane in lanes
    )


def remedies(found: Sequence[Remedy], theme: Theme) -> str:
    """A table: what is done, the norm that the layer would have then, and how many times the present one that is."""
    rows = "".join(
        f"<tr><td>{escape(each.words)}{_lane_after(each, found, theme)}</td>"
        f'<td align="right"><b>{short(each.would_be)}</b></td>'
        f'<td align="right" style="color:{theme.color("text-muted")}">{factor(each.times)}</td></tr>'
        for each in found
    )
    return f'<table width="100%" cellspacing="0" cellpadding="2">{rows}</table>'


def _lane_after(each: Remedy, found: Sequence[Remedy], theme: Theme) -> str:
    if len({other.lane for other in found}) < 2:
        return ""
    return f' <span style="color:{theme.text_color(each.role)}">{escape(each.lane)}</span>'


def _lane_rows(lane: LaneTold, theme: Theme) -> str:
    muted = theme.color("text-muted")
    head = (
        f'<tr><td style="color:{theme.text_color(lane.role)};font-weight:600">{escape(lane.name)}</td>'
        f'<td align="right" style="color:{muted}">together</td>'
        f'<td align="right" style="color:{muted}">each</td></tr>'
    )
    product = f'<tr><td><b>product</b></td><td align="right"><b>{factor(lane.product)}</b></td><td></td></tr>'
    return head + "".join(_kind_rows(each, theme) for each in lane.kinds) + product


def _kind_rows(each: KindTotal, theme: Theme) -> str:
    muted = theme.color("text-muted")
    one = each.count == 1 or compared(each.least) == compared(each.largest)
    span = compared(each.least) if one else f"{compared(each.least)} to {compared(each.largest)}"
    name = f"{escape(each.kind)} ({each.count})"
    row = (
        f'<tr><td><span style="color:{theme.color(each.role)}">{SQUARE}</span> {name}</td>'
        f'<td align="right">{factor(each.together)}</td><td align="right" style="color:{muted}">{span}</td></tr>'
    )
    return row + (f'<tr><td colspan="3" style="color:{muted}">{escape(each.note)}</td></tr>' if each.note else "")

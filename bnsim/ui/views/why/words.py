"""The answers of lanes as rich text: sentences and tables, in the theme's colors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from bnsim.lenses.why.page import WhyPage
from bnsim.lenses.why.records import Kind, Stuck, Why
from bnsim.lenses.why.staircase import Flight
from bnsim.plot.theme import Theme
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import compared, factor, short
from bnsim.ui.language import tr
from bnsim.ui.model.lane_roles import lane_role

SQUARE = "■"
WEIGHTS = 6
"""Weights that are told of a loss that does not move."""


def summaries(page: WhyPage, theme: Theme) -> str:
    """A paragraph for each lane: its name in its color, and its sentences."""
    return "".join(
        f'<p style="margin:0 0 4px 0">{_name(flight, theme)}: {escape(_said(why.summary))}</p>'
        for why, flight in _lanes(page)
    )


def kinds(page: WhyPage, theme: Theme) -> str:
    """A table: each kind's links of each lane, together and each."""
    return _table("".join(_lane_rows(why, flight, theme) for why, flight in _lanes(page) if why.kinds))


def kinds_aloud(page: WhyPage) -> str:
    """The same as one line, to be read aloud."""
    return " ".join(
        f"{flight.name}: " + ", ".join(tr(f"{kind.kind} {factor(kind.together)} together") for kind in why.kinds) + "."
        for why, flight in _lanes(page)
    )


def stuck(experiment: Experiment, found: Sequence[Stuck], theme: Theme) -> str:
    """Of each lane why its loss moves or does not, and its weights, those that moved least first."""
    return "".join(_stuck_lane(experiment, each, theme) for each in found)


def _stuck_lane(experiment: Experiment, lane: Stuck, theme: Theme) -> str:
    role = lane_role(experiment, lane.stack)
    name = f'<span style="color:{theme.text_color(role)};font-weight:600">{escape(lane.lane)}</span>'
    told = f'<p style="margin:0 0 4px 0">{name}: {escape(_said(lane.summary or (lane.due,)))}</p>'
    muted = theme.color("text-muted")
    least = sorted(lane.weights, key=lambda moves: moves.ratio)[:WEIGHTS]
    rows = "".join(
        f'<tr><td>{escape(moves.name)}</td><td align="right">{short(moves.gradient)}</td>'
        f'<td align="right"><b>{short(moves.ratio)}</b></td></tr>'
        for moves in least
    )
    heads = f'<td>{tr("moved least")}</td><td align="right">‖dW‖</td><td align="right">‖ΔW‖/‖W‖</td>'
    head = f'<tr style="color:{muted}">{heads}</tr>'
    return told + (_table(head + rows) + "<br>" if rows else "")


def _said(sentences: Sequence[str]) -> str:
    return " ".join(tr(sentence) for sentence in sentences)


def _lanes(page: WhyPage) -> Iterator[tuple[Why, Flight]]:
    return zip(page.answers, page.flights, strict=True)


def _name(flight: Flight, theme: Theme) -> str:
    return f'<span style="color:{theme.text_color(flight.role)};font-weight:600">{escape(flight.name)}</span>'


def _table(rows: str) -> str:
    return f'<table width="100%" cellspacing="0" cellpadding="2">{rows}</table>'


def _lane_rows(why: Why, flight: Flight, theme: Theme) -> str:
    muted = theme.color("text-muted")
    head = (
        f"<tr><td>{_name(flight, theme)}</td>"
        f'<td align="right" style="color:{muted}">{tr("together")}</td>'
        f'<td align="right" style="color:{muted}">{tr("each")}</td></tr>'
    )
    product = f'<tr><td><b>{tr("product")}</b></td><td align="right"><b>{factor(why.factor)}</b></td><td></td></tr>'
    return head + "".join(_kind_rows(kind, theme) for kind in why.kinds) + product


def _kind_rows(kind: Kind, theme: Theme) -> str:
    muted = theme.color("text-muted")
    low, high = compared(kind.low), compared(kind.high)
    square = f'<span style="color:{theme.color(kind.group)}">{SQUARE}</span>'
    row = (
        f"<tr><td>{square} {escape(tr(kind.kind))} ({kind.count})</td>"
        f'<td align="right">{factor(kind.together)}</td>'
        f'<td align="right" style="color:{muted}">{low if low == high else tr(f"{low} to {high}")}</td></tr>'
    )
    return row + (f'<tr><td colspan="3" style="color:{muted}">{escape(tr(kind.note))}</td></tr>' if kind.note else "")

"""One card of the canvas as shapes: near, with all of its words, or smaller, with its title and what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bnsim.plot.speaker import words_now
from bnsim.plot.widths import width_of
from bnsim.session.frame import CardFrame
from bnsim.spec.naming import operation_name, shorter
from bnsim.spec.numerals import short
from bnsim.spec.phrases import phrase
from bnsim.ui.canvas.plan import marks
from bnsim.ui.canvas.plan.faces import Face
from bnsim.ui.canvas.plan.states import Active
from bnsim.ui.canvas.sketch.pen import ScenePen
from bnsim.ui.canvas.sketch.shown import CanvasShown

PADDING = 9.0
ROW = 14.0
SOFT, AREA, TRACK = 0.2, 0.3, 0.65
"""Opacity of a kind's color where there is no value yet, of a histogram, and of what bars run on."""
PHASES = {"forward": "forward", "loss": "forward", "backward": "backward", "update": "ok"}
"""The color of each phase."""
NOT_FINITE = "NaN or ∞"
GAUGE = 24.0
UPRIGHT = 34.0
SHAPE, ROOMY, READ = 12.5, 82.0, 1.2
"""Size of the words of a shape on small cards, if they are so high; so many times the least that it is."""
TITLE_BY = 1.54
"""How many times as large the title of a card without other words is."""


class Card(NamedTuple):
    """A card as it is drawn: its face, its upper left corner, what the frame says; `bar` on the scale of gradients."""

    face: Face
    x: float
    top: float
    state: CardFrame | None = None
    active: Active | None = None
    bar: float | None = None
    empty: bool = False
    """Whether it is the place of a first layer in a block that holds none."""

    @property
    def has_value(self) -> bool:
        """Whether the output is computed; the outline is then solid, else dashed."""
        return self.state is not None and self.state.has_value

    @property
    def not_finite(self) -> bool:
        """Whether the output is computed and has no histogram, since a number in it is not finite."""
        return self.state is not None and self.has_value and self.face.kind != "loss" and self.state.density is None

    @property
    def note(self) -> str:
        """A few words on it: what the frame says, else how the layer is set."""
        if self.not_finite:
            return words_now(NOT_FINITE)
        return words_now(self.state.note if self.state is not None and self.state.note else self.face.remark)


def draw_card(pen: ScenePen, shown: CanvasShown, card: Card, *, near: bool) -> None:
    """Draw a card; `near`: with all of its words."""
    m = pen.metrics
    radius = pen.size("radius-card")
    if card.empty:
        _draw_empty(pen, card, near=near)
        return
    pen.box(card.x, card.top, m.card_width, m.card_height, fill="card", radius=radius)
    kind = card.face.kind
    alpha = 1.0 if card.has_value else SOFT
    pen.header(card.x, card.top, m.card_width, m.header, radius, fill=kind, alpha=alpha)
    _draw_title(pen, shown, card, near=near)
    if shown.contents == "structure":
        _draw_settings(pen, card, near=near)
    elif shown.contents == "gradients":
        _draw_gradient(pen, card, near=near)
    else:
        _draw_values(pen, card, near=near)
        _draw_bar(pen, card, near=near)
    if near:
        _draw_words(pen, shown, card)
    elif pen.shapes_by and kind != "loss" and shown.contents == "values" and not card.face.inside:
        pen.words(
            card.x + m.card_width / 2,
            card.top + m.header + 4 + pen.shapes_by / 2,
            words_now(card.face.size),
            "card-text",
            "text-muted",
            room=m.card_width - 2 * marks.EDGE,
            anchor="middle",
            by=pen.shapes_by / pen.size("card-text"),
        )
    elif kind == "loss":
        middle = card.x + m.card_width / 2, card.top + (m.header + m.card_height) / 2
        room = m.card_width - 2 * PADDING
        pen.words(*middle, card.note, "card-title", room=room, anchor="middle", bold=True, by=TITLE_BY)
    _draw_outline(pen, shown, card)
    _draw_marks(pen, shown, card, near=near)


def size_of_shapes(pen: ScenePen, cards: Iterable[Card]) -> float:
    """How large the shapes of outputs are written on small cards: 0 for not at all, where not all of them have room."""
    m, size = pen.metrics, max(SHAPE, READ * pen.least)
    fit = all(width_of(words_now(card.face.size), size) <= m.card_width - 2 * marks.EDGE for card in cards)
    return size if fit and m.card_height >= ROOMY else 0.0


def _draw_empty(pen: ScenePen, card: Card, *, near: bool) -> None:
    m = pen.metrics
    pen.box(
        card.x,
        card.top,
        m.card_width,
        m.card_height,
        fill="card",
        stroke="line-strong",
        dashed=True,
        radius=pen.size("radius-card"),
    )
    if near:
        middle = (card.x + m.card_width / 2, card.top + m.card_height / 2)
        pen.words(*middle, words_now(phrase("empty")), "card-text", "text-muted", anchor="middle")


def _draw_title(pen: ScenePen, shown: CanvasShown, card: Card, *, near: bool) -> None:
    m, color = pen.metrics, "kind-text" if card.has_value else "text"
    middle = card.top + m.header / 2
    finding = shown.findings.get(card.face.layer_id)
    taken = marks.reach(None if finding is None else finding.first)
    if not near:
        room, size = m.card_width - marks.EDGE - max(marks.EDGE, taken), TITLE_BY * pen.size("card-title")
        fits = (words for words in shorter(card.face.title) if width_of(words, size, bold=True) <= room)
        words = next(fits, card.face.title)
        pen.words(
            card.x + min(m.card_width / 2, marks.EDGE + room - min(width_of(words, size, bold=True), room) / 2),
            middle,
            words,
            "card-title",
            color,
            room=room,
            anchor="middle",
            bold=True,
            by=TITLE_BY,
        )
        return
    sign = 16.0 if card.face.opens else 0.0
    room = m.card_width - PADDING - max(PADDING - 2 + sign, taken)
    pen.words(card.x + PADDING, middle, card.face.title, "card-title", color, room=room, bold=True)
    if card.face.opens:
        x = card.x + m.card_width - 10
        pen.line((x - 2, middle - 4), (x + 2, middle), (x - 2, middle + 4), stroke=color, line=1.5)


def _draw_words(pen: ScenePen, shown: CanvasShown, card: Card) -> None:
    m = pen.metrics
    middle, width = card.top + m.header + 11.5, m.card_width - 2 * PADDING
    if card.face.differs:
        right = card.x + m.card_width - PADDING + 2
        width -= 4 + pen.words(right, middle, card.face.differs, "card-text", "text-muted", anchor="end", bold=True)
    loss = card.face.kind == "loss"
    top, color = (card.note, "text") if loss else (words_now(card.face.size), "text-muted")
    pen.words(card.x + PADDING, middle, top, "card-text", color, room=width, bold=loss)
    inside = bool(card.face.inside) and not card.has_value
    if card.note and not loss and shown.contents == "values" and not inside:
        _draw_note(pen, card, card.top + m.card_height - 26)


def _draw_note(pen: ScenePen, card: Card, middle: float) -> None:
    state, note, left = card.state, card.note, card.x + PADDING
    from_frame = state is not None and bool(state.note) and not card.not_finite
    if from_frame and state is not None and state.fraction is not None and state.flat is not None:
        _draw_gauge(pen, left, middle - 4, state.fraction, state.flat)
        left, note = left + GAUGE + 5, note.replace(words_now("saturated"), words_now(phrase("sat.")))
    color = "danger" if card.not_finite else "text" if from_frame else "text-muted"
    pen.words(left, middle, note, "card-text", color, room=card.x + pen.metrics.card_width - 5 - left)


def _draw_gauge(pen: ScenePen, x: float, y: float, fraction: float, flat: str) -> None:
    """The fraction that is saturated, zero or dead: a bar filled with a pattern, not by color alone."""
    height, step = 8.0, 3.5
    filled = max(GAUGE * min(fraction, 1.0), 1.5)
    pen.box(x, y, GAUGE, height, fill="line", alpha=TRACK)
    at = -height + step / 2
    while at < filled:
        low, high = max(at, 0.0), min(at + height, filled)
        if high > low:
            pen.line(
                (x + low, y + height - (low - at)), (x + high, y + height - (high - at)), stroke="text-muted", line=0.8
            )
            if flat == "dead":
                pen.line((x + low, y + (low - at)), (x + high, y + (high - at)), stroke="text-muted", line=0.8)
        at += step
    pen.box(x, y, GAUGE, height, stroke="text-muted", line=0.8)


def _draw_values(pen: ScenePen, card: Card, *, near: bool) -> None:
    m = pen.metrics
    noted = near and card.face.kind != "loss" and bool(card.note)
    top = card.top + m.header + (23 if near else 6 + pen.shapes_by)
    low = card.top + m.card_height - (24 if near else 16)
    low -= 14 if noted else 0
    if card.face.inside and not card.has_value:
        _draw_inside(pen, card, top, card.top + m.card_height - 22, near=near)
        return
    if card.face.inside and near:
        _draw_strip(pen, card)
        top += 4
    density = None if card.state is None else card.state.density
    if density is None or not card.has_value:
        return
    left, right = card.x + PADDING, card.x + m.card_width - PADDING
    step = (right - left) / len(density)
    points = [(left + (i + 0.5) * step, low - y * (low - top)) for i, y in enumerate(density.tolist())]
    kind = card.face.kind
    pen.polygon((left, low), *points, (right, low), fill=kind, alpha=AREA)
    pen.line((left, low), *points, (right, low), stroke=kind, line=1.25)
    pen.line((left, low), (right, low), stroke=kind, line=1.25)


def _draw_inside(pen: ScenePen, card: Card, top: float, bottom: float, *, near: bool) -> None:
    """A line for each layer that a block holds, in its kind's color, as many as there is room for."""
    m, inside = pen.metrics, card.face.inside
    rows = int((bottom - top) // ROW)
    shown = inside if len(inside) <= rows else inside[: rows - 1]
    left, room = card.x + PADDING, m.card_width - 2 * PADDING - 6
    for kind, name in shown:
        pen.box(left, top + 2, 4 if near else m.card_width - 2 * PADDING, ROW - 4, fill=kind, radius=2)
        if near:
            pen.words(left + 9, top + ROW / 2, name, "card-text", room=room)
        top += ROW
    if near and len(shown) < len(inside):
        more = words_now(phrase("… {number} more", number=str(len(inside) - len(shown))))
        pen.words(left + 9, top + ROW / 2, more, "card-text", "text-muted", room=room)


def _draw_strip(pen: ScenePen, card: Card) -> None:
    """A piece in its kind's color for each layer that a block holds."""
    m = pen.metrics
    step = (m.card_width - 2 * PADDING + 2) / len(card.face.inside)
    for index, (kind, _) in enumerate(card.face.inside):
        pen.box(card.x + PADDING + index * step, card.top + m.header + 20, max(step - 2, 1), 3, fill=kind)


def _draw_settings(pen: ScenePen, card: Card, *, near: bool) -> None:
    m = pen.metrics
    top, bottom = card.top + m.header + 23, card.top + m.card_height - 6
    if card.face.inside:
        _draw_inside(pen, card, top, bottom, near=near)
    elif near:
        rows, lines = int((bottom - top) // ROW), card.face.settings
        for words in lines if len(lines) <= rows else (*lines[: rows - 1], "…"):
            pen.words(
                card.x + PADDING, top + ROW / 2, words_now(words), "card-text", room=m.card_width - 2 * PADDING + 4
            )
            top += ROW


def _draw_gradient(pen: ScenePen, card: Card, *, near: bool) -> None:
    """The gradient's norm alone: an upright bar on the common scale, and the number."""
    m = pen.metrics
    norm = None if card.state is None else card.state.gradient_norm
    top, bottom = card.top + m.header + (24 if near else 5), card.top + m.card_height - (24 if near else 22)
    if norm is None:
        if card.face.layer_id:
            ends = (card.x + PADDING, bottom), (card.x + m.card_width - PADDING, bottom)
            pen.line(*ends, stroke="line-strong", dashed=True)
        return
    left, wrong = card.x + (m.card_width - UPRIGHT) / 2, card.bar is None
    pen.box(left, top, UPRIGHT, bottom - top, fill="line", alpha=TRACK)
    height = (bottom - top) * (1.0 if card.bar is None else card.bar)
    pen.box(left, bottom - height, UPRIGHT, height, fill="danger" if wrong else f"lane{card.face.lane}")
    pen.words(
        card.x + m.card_width / 2,
        bottom + 12,
        short(norm),
        "card-text" if near else "card-title",
        "danger" if wrong else "text",
        by=1.0 if near else TITLE_BY,
        room=m.card_width - 2 * PADDING,
        anchor="middle",
        bold=True,
    )


def _draw_bar(pen: ScenePen, card: Card, *, near: bool) -> None:
    if not card.face.layer_id and card.bar is None:
        return
    m = pen.metrics
    left, y = card.x + PADDING, card.top + m.card_height - (15 if near else 11)
    norm = None if card.state is None else card.state.gradient_norm
    if norm is None:
        ends = (left, y + 3), (card.x + m.card_width - PADDING, y + 3)
        pen.line(*ends, stroke="line-strong", dashed=True, line=0.8)
        return
    wrong, width = card.bar is None, m.card_width - 2 * PADDING - (34 if near else 0)
    pen.box(left, y, width, 6, fill="line", radius=3, alpha=TRACK)
    if card.bar != 0:
        length = width if card.bar is None else max(card.bar * width, 4)
        pen.box(left, y, length, 6, fill="danger" if wrong else f"lane{card.face.lane}", radius=3)
    if near:
        right = card.x + m.card_width - PADDING + 2
        color = "danger" if wrong else "text-muted"
        pen.words(right, y + 3, short(norm), "card-number", color, room=32, anchor="end")


def _draw_outline(pen: ScenePen, shown: CanvasShown, card: Card) -> None:
    m = pen.metrics
    look = {"stroke": "line-strong", "line": 1.0, "dashed": not card.has_value}
    if card.active is not None:
        look = {"stroke": "accent", "line": pen.size("outline"), "dashed": card.active.waiting}
    elif problem_of(shown, card):
        look = {"stroke": "danger", "line": 1.5}
    pen.box(card.x, card.top, m.card_width, m.card_height, radius=pen.size("radius-card"), **look)


def problem_of(shown: CanvasShown, card: Card) -> str:
    """What is wrong with the layer, in words; "" for nothing. Of the whole stack it is said beside its name."""
    return shown.problems.get(card.face.layer_id, "") if card.face.layer_id else ""


def _draw_marks(pen: ScenePen, shown: CanvasShown, card: Card, *, near: bool) -> None:
    m, layer = pen.metrics, card.face.layer_id
    if near and card.active is not None:
        draw_tag(pen, card.x, card.top, card.active)
    if not layer:
        return
    if mark := shown.breakpoints.get(layer):
        x, y, size = card.x, card.top + 3, 7.5
        look = {"fill": "danger", "stroke": "card"} if mark == "on" else {"fill": "card", "stroke": "danger"}
        pen.polygon((x, y - size), (x + size, y), (x, y + size), (x - size, y), **look)
    if near and (factor := shown.factors.get(layer)):
        width = min(width_of(factor, pen.size("card-text"), bold=True) + 10, m.card_width - 16)
        y = card.top + m.card_height - 5.5
        pen.box(card.x + 8, y, width, 15, fill="accent-soft", stroke="line-strong", radius=4)
        pen.words(card.x + 8 + width / 2, y + 7.5, factor, "card-text", room=width - 5, anchor="middle", bold=True)
    if finding := shown.findings.get(layer):
        _draw_finding(pen, card, warns=finding.severity == "warning", first=finding.first, near=near)
    if problem_of(shown, card):
        _draw_sign(pen, card.x + m.card_width - 4, card.top + 3, "!", near=near)


def _draw_finding(pen: ScenePen, card: Card, *, warns: bool, first: bool, near: bool) -> None:
    size = marks.FULL if first else marks.SMALL
    # Names of lanes are large over small cards, and close to them.
    down = -marks.RAISED if near else size + 1.0
    x, y = card.x + pen.metrics.card_width - marks.INSET, card.top + down
    color = "danger" if warns else "text-muted"
    look = {"fill": color, "stroke": "card"} if first else {"fill": "card", "stroke": color}
    if warns:
        pen.polygon((x, y - size), (x + size, y + 0.8 * size), (x - size, y + 0.8 * size), **look)
    else:
        pen.circle(x, y, 0.9 * size, **look)
    if first and near:
        below = 1.5 if warns else 0.0
        pen.words(x, y + below, "!" if warns else "i", "card-text", "card", anchor="middle", bold=True)


def _draw_sign(pen: ScenePen, x: float, y: float, sign: str, *, near: bool) -> None:
    pen.circle(x, y, 8.5, fill="danger", stroke="card")
    if near:
        pen.words(x, y, sign, "card-title", "card", anchor="middle", bold=True)


def draw_tag(pen: ScenePen, x: float, top: float, active: Active) -> None:
    """Direction and operation above a card."""
    left, middle, color = x + 5, top - 12, PHASES[active.phase]
    if active.phase == "update":
        pen.circle(left, middle, 3.5, fill=color)
    else:
        sign = -1 if active.phase == "backward" else 1
        tip, back = left + 4.5 * sign, left - 4 * sign
        pen.polygon((back, middle - 4.5), (tip, middle), (back, middle + 4.5), fill=color)
    words = words_now("waiting" if active.waiting else operation_name(active.op))
    shade = "text-muted" if active.waiting else "text"
    pen.words(x + 14, middle, words, "card-text", shade, room=pen.metrics.card_width - 8, bold=True)

"""The canvas as a diagram: what it says, and that everything is on the page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from bnsim import BatchNorm, Experiment, Linear, Repeat, Residual, Session, Stack, Tanh
from bnsim.plot.diagram import Box, Curve, Diagram, Words
from bnsim.plot.widths import width_of
from bnsim.plot.writers import DIAGRAM_FORMATS, render
from bnsim.spec.layers import Block
from bnsim.spec.tree import walk
from bnsim.ui.canvas.sketch.page import _around_a_fold, part_in_sight
from bnsim.ui.canvas.sketch.shown import CanvasShown, Part
from bnsim.ui.canvas.sketch.stack import canvas_diagram, layout_of
from bnsim.ui.canvas.sketch.wave import middle_of, wave_diagrams

TWO = Experiment(
    stacks=(
        Stack(name="plain", layers=(Linear(8), Tanh(), Linear(10))),
        Stack(name="with BN", layers=(Linear(8), BatchNorm(), Tanh(), Linear(10))),
    )
)
BLOCKS = Experiment(
    stacks=(
        Stack(
            name="a name as long as nobody would type it, but somebody will",
            layers=(
                Linear(8),
                Residual(layers=(Linear(8), BatchNorm(), Tanh())),
                Repeat(layers=(Linear(8), Tanh()), times=3),
                Residual(),
                Linear(10),
            ),
        ),
    )
)


def deep(layers: int) -> Experiment:
    hidden = [layer for _ in range(layers // 2) for layer in (Linear(4), Tanh())]
    return Experiment(stacks=(Stack(name="deep", layers=(*hidden, Linear(10))),))


def opened(experiment: Experiment) -> frozenset[int]:
    return frozenset(
        layer.id for stack in experiment.stacks for layer in walk(stack.layers) if isinstance(layer, Block)
    )


class Mark(NamedTuple):
    severity: str = "warning"
    first: bool = True


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(TWO)
    yield session
    session.close()


def words(diagram: Diagram) -> list[str]:
    return [shape.text for shape in diagram.shapes if isinstance(shape, Words)]


def ends(diagram: Diagram) -> Iterator[tuple[Words, float, float]]:
    """All words, with their left and their right end."""
    for shape in diagram.shapes:
        if isinstance(shape, Words):
            width = width_of(shape.text, shape.size, bold=shape.bold)
            left = shape.x - {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
            yield shape, left, left + width


def held(diagram: Diagram) -> None:
    """Everything is on the page, and no words on a line run into one another."""
    rows: dict[float, list[tuple[float, float, str]]] = {}
    for shape, left, right in ends(diagram):
        assert left >= 0, shape
        assert right <= diagram.width, shape
        assert shape.size <= shape.y <= diagram.height, shape
        rows.setdefault(round(shape.y), []).append((left, right, shape.text))
    for row in rows.values():
        for (_, end, before), (start, _, after) in pairwise(sorted(row)):
            assert end <= start + 0.5, (before, after)
    for shape in diagram.shapes:
        if isinstance(shape, Box):
            assert shape.x >= -1, shape
            assert shape.x + shape.width <= diagram.width + 1, shape
            assert -1 <= shape.y <= shape.y + shape.height <= diagram.height + 1, shape
        if isinstance(shape, Curve):
            assert min(shape.numbers[::2]) >= -1, shape
            assert max(shape.numbers[::2]) <= diagram.width + 1, shape
            assert max(shape.numbers[1::2]) <= diagram.height + 1, shape


def test_it_says_what_the_cards_say(session: Session) -> None:
    session.step("layer")
    frame = session.frame()
    diagram = canvas_diagram(CanvasShown(session.experiment, frame))
    assert words(diagram)[:11] == [
        "plain",
        "2 weight layers",
        "64",
        "8",
        "10",
        "forward",
        "Digits",
        "64 × 64",
        "Linear 1",
        "64 → 8",
        "linear",
    ]
    assert {"BatchNorm", "with BN", "+"} <= set(words(diagram))
    assert diagram.text.splitlines()[:3] == [
        "lane\tcard\tsize\tnote\tgradient norm",
        "plain\tDigits\t64 × 64\t\t",
        "plain\tLinear 1\t64 → 8\t\t",
    ]
    held(diagram)


def test_what_bars_mean_stands_once_on_the_first_line_that_has_room() -> None:
    session = Session(deep(16))
    session.run(1)
    shown = CanvasShown(session.experiment, session.frame())
    diagram = canvas_diagram(shown)
    placed = [mark for mark in diagram.shapes if isinstance(mark, Words)]
    continued = [mark.y for mark in placed if mark.text == "continued"]
    legends = [mark.y for mark in placed if mark.text.startswith("bar: gradient norm, ")]
    assert continued
    assert legends == continued[:1]
    held(diagram)


def test_gradients_losses_and_the_wave_are_those_of_the_frame(session: Session) -> None:
    session.run(2)
    while not (executed := session.frame().lanes[0].executed) or (executed.phase, executed.layer) != ("backward", 1):
        session.step("layer")
    frame = session.frame()
    diagram = canvas_diagram(CanvasShown(session.experiment, frame))
    assert words(diagram).count("backward") == 2
    assert any(text.startswith("bar: gradient norm, ") for text in words(diagram))
    assert any(text.startswith("2 weight layers  ·  loss ") for text in words(diagram))
    norm = frame.lanes[0].cards[3].gradient_norm
    assert norm is not None
    row = next(line for line in diagram.text.splitlines() if line.startswith("plain\tLinear 2"))
    assert float(row.split("\t")[-1]) == pytest.approx(norm, rel=1e-5)
    held(diagram)
    for contents in ("gradients", "structure"):
        other = canvas_diagram(CanvasShown(session.experiment, frame, contents=contents))
        assert len(other.shapes) != len(diagram.shapes)
        held(other)


def test_every_mark_of_a_card_is_drawn(session: Session) -> None:
    layers = session.experiment.stacks[0].layers
    marks = {
        "breakpoints": {layers[0].id: "on", layers[1].id: "off"},
        "factors": {layers[0].id: "×3"},
        "problems": {layers[2].id: "The last width is 2."},
    }
    plain = canvas_diagram(CanvasShown(session.experiment))
    marked = canvas_diagram(CanvasShown(session.experiment, **marks))
    assert sorted(set(words(marked)) - set(words(plain))) == ["!", "The last width is 2.", "×3"]
    assert len(marked.shapes) - len(plain.shapes) == 2 + 2 + 2 + 1
    held(marked)


def test_the_mark_of_a_finding_is_not_over_the_name_of_a_lane() -> None:
    found = {stack.layers[0].id: Mark() for stack in TWO.stacks}
    diagram = canvas_diagram(CanvasShown(TWO, findings=found, detail="middle"))
    bare = canvas_diagram(CanvasShown(TWO, detail="middle"))
    marks = [shape for shape in diagram.shapes if isinstance(shape, Curve) and shape not in bare.shapes]
    names = [shape for shape in diagram.shapes if isinstance(shape, Words) and shape.text in ("plain", "with BN")]
    assert len(marks) == len(names) == 2
    for name, mark in zip(names, marks, strict=True):
        assert min(mark.numbers[1::2]) > name.y


@pytest.mark.parametrize("shows", [frozenset[int](), None])
def test_blocks_are_closed_or_open_with_their_copies_and_skips(shows: frozenset[int] | None) -> None:
    ids = opened(BLOCKS) if shows is None else shows
    diagram = canvas_diagram(CanvasShown(BLOCKS, opened=ids))
    if shows is None:
        assert {"Repeat ×3", "copy 1 of 3", "x + f(x)", "empty"} <= set(words(diagram))
    else:
        assert {"Repeat ×3", "Residual", "BatchNorm"} <= set(words(diagram))
        assert "copy 1 of 3" not in words(diagram)
    held(diagram)


@pytest.mark.parametrize(("layers", "names", "folded"), [(6, 2, 0), (20, 3, 0), (100, 1, 61), (400, 1, 361)])
def test_deep_stacks_go_on_in_further_lines_until_the_middle_is_folded(layers: int, names: int, folded: int) -> None:
    diagram = canvas_diagram(CanvasShown(deep(layers)))
    assert words(diagram).count("deep") == names
    assert words(diagram).count("continued") == names - 1
    titles = [text for text in words(diagram) if text.startswith(("Linear ", "Lin ", "Tanh"))]
    assert len(titles) == layers + 1 - folded
    assert [text for text in words(diagram) if text.startswith("…")] == [f"… {folded} more layers"] * (folded > 0)
    assert 0.9 < diagram.width / diagram.height < 6.0
    held(diagram)


@pytest.mark.parametrize("first", [0, 3])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("per_line", [5, 6, 11])
def test_what_stands_around_a_fold_and_in_it_is_every_card_once(first: int, count: int, per_line: int) -> None:
    last = first + 70
    lines, fold = _around_a_fold(first, last, count, per_line)
    shown = [card for line in lines for piece in line for card in range(piece.first, piece.last + 1)]
    assert shown == [*range(first, fold.first), *range(fold.last + 1, last + 1)]
    assert len(lines) == count
    for number, line in enumerate(lines):
        taken = [piece.at + at for piece in line for at in range(piece.last - piece.first + 1)]
        taken += [fold.at, fold.at + 1] if fold.line == number else []
        assert sorted(taken) == list(range(per_line))
        assert line[0].at == 0


def test_what_is_in_sight_is_a_part_of_all() -> None:
    experiment = deep(20)
    layout = layout_of(experiment)
    assert part_in_sight(layout, 0.0, 0.0, layout.width, layout.height) is None
    part = part_in_sight(layout, 3.4 * layout.metrics.pitch, 0.0, 7.6 * layout.metrics.pitch, 1000.0)
    assert part == Part(3, 7, (0,))
    assert part_in_sight(layout, 420.0, 0.0, 430.0, 10.0) == Part(3, 3, (0,))
    diagram = canvas_diagram(CanvasShown(experiment, part=part))
    assert [text for text in words(diagram) if text.startswith(("Tanh", "Linear"))] == [
        "Linear 2",
        "Tanh",
        "Linear 3",
        "Tanh",
        "Linear 4",
    ]
    held(diagram)


@pytest.mark.parametrize("format", DIAGRAM_FORMATS)
def test_it_is_written_in_every_format_to_the_same_bytes(format: str) -> None:
    diagram = canvas_diagram(CanvasShown(TWO))
    assert render(diagram, format) == render(diagram, format)


def test_a_wave_is_one_page_a_moment_with_gradients_on_one_scale(session: Session) -> None:
    frames = [session.frame()]
    while not session.between_iterations or len(frames) == 1:
        session.step("layer")
        frames.append(session.frame())
    diagrams = wave_diagrams(CanvasShown(session.experiment), frames)
    assert len({(diagram.width, diagram.height) for diagram in diagrams}) == 1
    assert [words(diagram)[-1] for diagram in diagrams][:2] == [
        "iteration 0",
        "iteration 0 · forward · Linear 1 · linear",
    ]
    legends = {text for diagram in diagrams for text in words(diagram) if text.startswith("bar: ")}
    assert len(legends) == 1
    for diagram in diagrams:
        held(diagram)
    backward = middle_of(frames, "backward").lanes[0].executed
    assert backward is not None
    assert backward.phase == "backward"


def test_an_update_leaves_a_dot_below_every_trained_card_on_every_line() -> None:
    session = Session(deep(20))
    session.run(1)
    diagram = canvas_diagram(CanvasShown(session.experiment, session.frame()))
    session.close()
    circles = [shape for shape in diagram.shapes if isinstance(shape, Curve) and shape.commands.count("C") == 4]
    dots = [shape for shape in circles if shape.fill == "ok"]
    assert len(dots) == 10
    assert len({shape.numbers[1] for shape in dots}) == 3


def test_it_is_laid_out_for_the_page_it_is_on() -> None:
    experiment = deep(30)
    slide, column = (canvas_diagram(CanvasShown(experiment), size) for size in ((960.0, 540.0), (460.0, 390.0)))
    for diagram, (width, height) in ((slide, (960.0, 540.0)), (column, (460.0, 390.0))):
        held(diagram)
        scale = min(width / diagram.width, height / diagram.height)
        assert min(shape.size for shape in diagram.shapes if isinstance(shape, Words)) * scale >= 12.0
        assert diagram.width / diagram.height == pytest.approx(width / height, rel=0.25), "the page is not filled"


@pytest.mark.parametrize("letters", range(18, 60, 2))
def test_words_beside_the_name_of_a_lane_neither_come_nor_go_in_a_film(letters: int) -> None:
    experiment = Experiment(stacks=(Stack(name="m" * letters, layers=(Linear(8), Tanh(), Linear(10))),))
    session = Session(experiment)
    session.run(1)
    frame = session.frame()
    session.close()
    waiting = [replace(lane, loss=2.2905, waiting=True) for lane in frame.lanes]
    large = [replace(lane, loss=123456.789) for lane in frame.lanes]
    frames = [replace(frame, lanes=tuple(lanes)) for lanes in ([replace(large[0], loss=1.0)], large, waiting)]
    told = [" · ".join(words(diagram)) for diagram in wave_diagrams(CanvasShown(experiment), frames, (700.0, 500.0))]
    assert len({"weight layers" in each for each in told}) == 1
    assert len({"bar: " in each for each in told}) == 1
    assert all("loss" in each for each in told)

"""The map of a tensor as a diagram."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim import Experiment, Linear, Session, Stack, Tanh
from bnsim.lenses.tensor.lens import TensorLens, TensorSeen
from bnsim.lenses.tensor.summary import grid
from bnsim.plot.diagram import Box, Diagram, Shades, Words
from bnsim.plot.widths import width_of
from bnsim.plot.writers import DIAGRAM_FORMATS, render
from bnsim.session.arrays import GRADIENT, VALUE, Tensor
from bnsim.ui.views.tensor.sketch import tensor_diagram, tensor_diagrams, ticks


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session(Experiment(stacks=(Stack(name="plain", layers=(Linear(12), Tanh(), Linear(10))),)))
    session.run(2)
    session.step("phase")
    yield session
    session.close()


def seen(session: Session, layer: int, name: str) -> TensorSeen:
    found = TensorLens(Tensor(session.lanes[0].stack.id, (layer,), name)).answer(session)
    assert found is not None
    return found


def words(diagram: Diagram) -> list[str]:
    return [shape.text for shape in diagram.shapes if isinstance(shape, Words)]


def held(diagram: Diagram) -> None:
    for shape in diagram.shapes:
        if isinstance(shape, Words) and not shape.turned:
            width = width_of(shape.text, shape.size, bold=shape.bold)
            left = shape.x - {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
            assert 0 <= left <= left + width <= diagram.width + 0.5, shape
            assert shape.size <= shape.y <= diagram.height, shape
        if isinstance(shape, Box):
            assert shape.x + shape.width <= diagram.width, shape


def test_cells_are_square_and_hold_their_numbers(session: Session) -> None:
    tensor = seen(session, 2, "weight")
    diagram = tensor_diagram(tensor, "plain · Linear 2")
    cells, key = (shape for shape in diagram.shapes if isinstance(shape, Shades))
    assert cells.values.shape == (10, 12)
    assert cells.width / 12 == pytest.approx(cells.height / 10)
    assert np.abs(cells.values).max() == 1.0
    assert (key.values.min(), key.values.max()) == (-1.0, 1.0)
    assert words(diagram)[-2:] == [
        "W  ·  weights",
        "plain · Linear 2 · 10 units × 12 inputs · float64 · iteration 2",
    ]
    assert {"input →", "← unit", "0", "9", "11"} <= set(words(diagram))
    numbers = [shape for shape in diagram.shapes if isinstance(shape, Words) and shape.color in ("card", "text")]
    assert len(numbers) == 120 + 1
    assert len({shape.size for shape in numbers[:120]}) == 1
    held(diagram)


def test_its_text_is_every_number_to_the_bit(session: Session) -> None:
    tensor = seen(session, 2, "weight")
    assert tensor.values is not None
    read = [[float(number) for number in row.split("\t")] for row in tensor_diagram(tensor, "").text.splitlines()]
    assert np.array_equal(np.array(read), tensor.values)


def test_larger_cells_have_round_numbers_beside_them(session: Session) -> None:
    diagram = tensor_diagram(seen(session, 0, VALUE), "plain · Linear 1")
    assert {"0", "5", "10", "60", "← sample", "unit →"} <= set(words(diagram))
    assert "1" not in words(diagram)
    held(diagram)


def test_a_vector_is_a_row_and_one_that_is_not_computed_says_what_computes_it(session: Session) -> None:
    bias = tensor_diagram(seen(session, 0, "bias"), "plain · Linear 1")
    assert "unit →" in words(bias)
    assert not any(text.startswith("←") for text in words(bias))
    held(bias)
    gradient = seen(session, 0, GRADIENT)
    assert gradient.values is None
    empty = tensor_diagram(gradient, "plain · Linear 1")
    assert words(empty)[0].startswith("Not computed yet")
    assert empty.text == ""
    held(empty)


def test_what_is_not_finite_is_crossed_and_told(session: Session) -> None:
    whole = seen(session, 2, "weight")
    numbers = np.abs(np.array(whole.values))
    numbers[1, 2], numbers[3, 4] = np.nan, np.inf
    diagram = tensor_diagram(replace(whole, values=numbers, grid=grid(numbers, 256)), "plain")
    assert "× 2 not finite" in words(diagram)
    cells, key = (shape for shape in diagram.shapes if isinstance(shape, Shades))
    assert np.argwhere(np.isnan(cells.values)).tolist() == [[1, 2], [3, 4]]
    assert key.values.min() == 0.0
    held(diagram)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 4000), (4000, 1), (300, 300), (3, 200)])
def test_any_shape_fits(session: Session, rows: int, columns: int) -> None:
    whole = seen(session, 2, "weight")
    numbers = np.linspace(-1.0, 1.0, rows * columns).reshape(rows, columns)
    offer = replace(whole.offer, shape=(rows, columns))
    held(tensor_diagram(replace(whole, offer=offer, values=numbers, grid=grid(numbers, 256)), "a lane · " * 30))


def test_ticks_are_round_and_far_enough_apart() -> None:
    assert list(ticks(5, 0.5)) == [0, 1, 2, 3, 4]
    assert list(ticks(64, 6.0)) == [0, 10, 20, 30, 40, 50, 60]
    assert list(ticks(1000, 150.0)) == [0, 200, 400, 600, 800]


@pytest.mark.parametrize("format", DIAGRAM_FORMATS)
def test_it_is_written_in_every_format_to_the_same_bytes(session: Session, format: str) -> None:
    diagram = tensor_diagram(seen(session, 2, "weight"), "plain")
    assert render(diagram, format) == render(diagram, format)


def test_in_a_film_a_color_means_the_same_number_in_all_pictures_and_it_says_so() -> None:
    session = Session(Experiment(stacks=(Stack(name="plain", layers=(Linear(3), Tanh(), Linear(10))),)))
    moments = []
    for iteration in (1, 12):
        session.seek(iteration)
        moments.append((seen(session, 2, "weight"), "plain · Linear 2"))
    session.close()
    made = tensor_diagrams(moments)
    assert len({(each.width, each.height) for each in made}) == 1
    numbers = [np.abs(each.values).max() for each, _ in moments if each.values is not None]
    assert numbers[0] != numbers[1]
    for largest, diagram in zip(numbers, made, strict=True):
        cells = next(shape for shape in diagram.shapes if isinstance(shape, Shades)).values
        assert np.nanmax(np.abs(cells)) == pytest.approx(largest / max(numbers))
        assert "one scale in the whole film" in words(diagram)
        held(diagram)
    first, last = ({(s.x, s.y, s.size) for s in diagram.shapes if isinstance(s, Words)} for diagram in made)
    assert first == last

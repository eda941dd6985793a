"""Every diagram on slides, measured on what was drawn: nothing that a slide would be ashamed of."""

from __future__ import annotations

from functools import cache

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.cli.diagrams import SHOWN, diagrams_wanted, made
from bnsim.plot.carried import Carried
from bnsim.plot.diagram import Box, Diagram, Words, line
from bnsim.plot.pages import least_words, points, room_of
from bnsim.plot.speaker import Speaker, speaking
from bnsim.plot.style import STYLES, Style
from bnsim.plot.writers import sourced
from bnsim.spec.defaults import default_experiment
from bnsim.spec.languages import catalog_of
from bnsim.ui.canvas.sketch.shown import CanvasShown
from bnsim.ui.canvas.sketch.stack import canvas_diagram
from bnsim.ui.language import Catalog
from tests.figures.test_drawn import experiment
from tests.plot.measuring_diagrams import faults

WANTED = (
    *("canvas", "wave", "timeline", "tensor:layer=2", "chain:lane=2", "graph", "axes", "why:lane=2"),
    "equation:lane=2,layer=2,phase=backward",
)
MORE = (
    *("canvas:contents=gradients", "canvas:contents=structure", "wave:phase=forward", "wave:phase=update"),
    *(
        "tensor:name=weight",
        "tensor:lane=2,layer=2,name=σ²",
        "chain",
        "why",
        "why:of=value,layer=3",
        "equation:layer=2",
    ),
)
ROUNDED = 0.01
PAGES = ("slide", "slide-4-3", "half-slide", "column")
SMALL = (bn.Linear(8), bn.Tanh(), bn.Linear(10)), (bn.Linear(8), bn.BatchNorm(), bn.Tanh(), bn.Linear(10))


@cache
def session(name: str) -> bn.Session:
    stacks = tuple(bn.Stack(name=f"lane {number}", layers=layers) for number, layers in enumerate(SMALL))
    of = {"small": lambda: bn.Experiment(stacks=stacks), "default": default_experiment}
    opened = bn.Session(of[name]() if name in of else experiment(name))
    opened.run(3)
    return opened


def found(name: str, wanted: str, style: str) -> list[str]:
    (each,) = diagrams_wanted([wanted])
    page = STYLES[style]
    size = 72.0 * page.size[0], 72.0 * page.size[1]
    return faults(made(session(name), each, size), page, least_words(size) - ROUNDED)


def test_every_diagram_is_measured() -> None:
    assert {each.partition(":")[0] for each in WANTED} == set(SHOWN)


@pytest.mark.parametrize("wanted", WANTED)
def test_every_diagram_is_drawn_cleanly_on_a_slide(wanted: str) -> None:
    assert not found("small", wanted, "slide")


@pytest.mark.parametrize("number", range(len(WANTED)))
def test_every_diagram_is_drawn_cleanly_on_a_page_of_another_size(number: int) -> None:
    assert not found("two lanes", WANTED[number], PAGES[1 + number % 3])


@pytest.mark.parametrize(("wanted", "style"), [("wave", "half-slide"), ("graph", "column"), ("axes", "half-slide")])
def test_the_line_at_the_foot_of_a_diagram_is_read_and_makes_nothing_too_small(wanted: str, style: str) -> None:
    (each,), page = diagrams_wanted([wanted]), replace(STYLES[style], source=True)
    diagram = made(session("six lanes"), each, room_of(page))
    carried = Carried(source="experiment 1a2b3c4d · seed 1")
    assert not faults(sourced(diagram, page, carried), page, least_words(points(page)) - ROUNDED)


@pytest.mark.parametrize(("wanted", "style"), [("canvas", "slide"), ("why", "slide-4-3"), ("timeline", "column")])
def test_larger_type_makes_words_of_a_diagram_larger(wanted: str, style: str) -> None:
    (each,), usual = diagrams_wanted([wanted]), STYLES[style]
    page = replace(usual, type=1.15 * usual.type)
    assert not faults(made(session("six lanes"), each, room_of(page)), page, 1.15 * least_words(points(page)) - ROUNDED)


@pytest.mark.parametrize(
    ("wanted", "style"), [("chain:lane=2", "column"), ("wave", "half-slide"), ("why:lane=2", "half-slide")]
)
def test_diagrams_are_drawn_as_cleanly_in_a_language_of_longer_words(wanted: str, style: str) -> None:
    (each,), page, catalog = diagrams_wanted([wanted]), STYLES[style], Catalog(catalog_of("de"))
    with speaking(Speaker(catalog.of_phrase, catalog.of_text)):
        diagram = made(session("six lanes"), each, room_of(page))
    assert not faults(diagram, page, least_words(points(page)) - ROUNDED)
    assert not any(shape.text.endswith("…") for shape in diagram.shapes if isinstance(shape, Words))


@pytest.mark.parametrize(("name", "style"), [("small", "slide-4-3"), ("two lanes", "slide")])
def test_cards_have_their_shapes_where_there_is_room(name: str, style: str) -> None:
    diagram = made(session(name), diagrams_wanted(["canvas"])[0], points(STYLES[style]))
    told = [shape.text for shape in diagram.shapes if isinstance(shape, Words)]
    layers = [layer for lane in session(name).experiment.stacks for layer in lane.layers]
    assert sum("→" in text for text in told) == sum(isinstance(layer, bn.Linear) for layer in layers)
    assert not found(name, "canvas", style)


@pytest.mark.parametrize("style", ["half-slide", "column"])
def test_no_operation_of_an_equation_is_left_out_where_it_can_be_drawn_closer(style: str) -> None:
    (each,), page = diagrams_wanted(["equation:lane=2,layer=2,phase=backward"]), STYLES[style]
    diagram = made(session("small"), each, points(page))
    told = {shape.text for shape in diagram.shapes if isinstance(shape, Words)}
    assert {"dβ", "dγ", "dx̂", "dσ²", "dμ", "dx"} <= told
    assert not faults(diagram, page, least_words(points(page)) - ROUNDED)


@pytest.mark.long
@pytest.mark.parametrize("style", PAGES)
@pytest.mark.parametrize("name", ["small", "two lanes", "six lanes", "default"])
@pytest.mark.parametrize("wanted", [*WANTED, *MORE])
def test_every_diagram_of_every_stack_is_drawn_cleanly(wanted: str, name: str, style: str) -> None:
    assert not found(name, wanted, style)


@pytest.mark.parametrize("lanes", [2, 6, 24])
def test_words_of_a_deep_canvas_are_read_in_a_column(lanes: int) -> None:
    stack = bn.Stack(name="with BatchNorm", layers=(bn.Linear(8), bn.BatchNorm(), bn.Tanh()) * 20)
    shown = CanvasShown(bn.Experiment(stacks=tuple(replace(stack, id=number + 1) for number in range(lanes))))
    page = STYLES["column"]
    diagram = canvas_diagram(shown, (72.0 * page.size[0], 72.0 * page.size[1]))
    assert not faults(diagram, page, 6.5)
    told = [shape.text for shape in diagram.shapes if isinstance(shape, Words)]
    assert any(text.endswith("more lanes") for text in told) == (lanes == 24), told


def test_what_a_slide_would_be_ashamed_of_is_found() -> None:
    shapes = (
        Words(10.0, 30.0, "over a line", 12.0),
        line((0.0, 27.0), (90.0, 27.0)),
        Words(20.0, 60.0, "hidden", 12.0),
        line((0.0, 157.0), (90.0, 157.0)),
        Box(0.0, 145.0, 90.0, 20.0, fill="card"),
        Words(10.0, 160.0, "on a ground", 12.0),
        Words(25.0, 62.0, "over it", 12.0),
        Words(10.0, 100.0, "small", 7.0),
        Words(170.0, 100.0, "leaves the page", 12.0),
        Box(190.0, 180.0, 30.0, 10.0, fill="loss"),
    )
    told = faults(Diagram("d", "D", 200.0, 200.0, shapes), Style(size=(200 / 72, 200 / 72)), 8.0)
    assert set(told) == {
        "'over a line' lies over a line",
        "'hidden' lies over 'over it'",
        "'small' has 7.0 points",
        "'leaves the page' leaves the page",
        "a shape is cut",
    }

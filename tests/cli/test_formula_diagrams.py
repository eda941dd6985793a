"""`bnsim run --diagram` with formulas, and the graph of a BatchNorm."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim import BatchNorm, Experiment, LayerNorm, Linear, Session, Stack, Tanh, save
from bnsim.cli.command_line import main
from bnsim.cli.diagrams import diagrams_wanted, made
from bnsim.lenses.equations import ChainLens, EquationLens
from bnsim.lenses.xray.graph import GraphLens, flows
from bnsim.plot.diagram import Curve, Diagram, Words
from bnsim.plot.speaker import speaking
from bnsim.plot.widths import width_of
from bnsim.plot.writers import formats_of, render
from bnsim.session.arrays import Tensor, read
from bnsim.ui.views.equation.sketch import chain_diagram, equation_diagram
from bnsim.ui.views.norm_axes import axes_diagram
from bnsim.ui.views.xray.sketch import graph_diagram
from tests.german import german, german_speaker

LAYERS = Linear(6), BatchNorm(), Tanh(), Linear(10)


@pytest.fixture
def session() -> Session:
    """After the backward pass of BatchNorm in the second iteration."""
    made = Session(Experiment(stacks=(Stack(name="with BN", layers=LAYERS),)))
    made.seek(1)
    lane = made.lanes[0]
    while lane.executed is None or (lane.executed.path, lane.executed.phase) != ((1,), "backward"):
        made.step("layer")
    return made


def test_the_graph_has_what_memory_has(session: Session) -> None:
    stack = session.lanes[0].stack.id
    graph = GraphLens(stack, (1,), feature=2, sample=5).answer(session)
    assert graph is not None
    kept = {name: read(session, Tensor(stack, (1,), name)) for name in ("x̂", "dσ²", "dμ", "dx", "dweight", "dbias")}
    arrays = {name: np.asarray(array, np.float64) for name, array in kept.items() if array is not None}
    assert len(arrays) == len(kept)
    assert graph.values["x̂"] == pytest.approx(arrays["x̂"][5, 2], rel=1e-4, abs=1e-7)
    for edge, name in (("σ²", "dσ²"), ("μ", "dμ"), ("γ", "dweight"), ("β", "dbias")):
        assert graph.gradients[edge] == pytest.approx(arrays[name].ravel()[2], rel=1e-3, abs=1e-7), edge
    assert graph.gradients["x"] == pytest.approx(arrays["dx"][5, 2], rel=1e-3, abs=1e-7)


def test_after_the_update_the_graph_has_the_parameters_of_before(session: Session) -> None:
    lens = GraphLens(session.lanes[0].stack.id, (1,), 1, 3)
    before = lens.answer(session)
    while not session.between_iterations:
        session.step("layer")
    assert before is not None
    assert lens.answer(session) == before


def test_gradients_of_the_graph_are_slopes() -> None:
    rng = np.random.default_rng(1)
    x, dy = rng.normal(size=(2, 7))
    gamma, beta = np.array([1.3]), np.array([0.2])

    def loss(x: np.ndarray) -> float:
        y = gamma * (x - x.mean()) / np.sqrt(x.var() + 1e-2) + beta
        return float(y @ dy)

    columns = {"x": x, "μ": x.mean(keepdims=True), "σ²": x.var(keepdims=True), "γ": gamma, "β": beta, "dy": dy}
    _, gradients = flows(columns, 4, 1e-2)
    step = 1e-6 * np.eye(7)[4]
    assert gradients["x"] == pytest.approx((loss(x + step) - loss(x - step)) / 2e-6, rel=1e-5)


def test_there_is_no_graph_of_another_layer(session: Session) -> None:
    assert GraphLens(session.lanes[0].stack.id, (0,)).answer(session) is None


def test_operations_are_named_in_the_language_and_a_lane_keeps_its_name(session: Session) -> None:
    lane = session.lanes[0]
    chain = ChainLens(lane.stack.id).answer(session)
    while lane.executed is None or (lane.executed.path, lane.executed.phase) != ((1,), "forward"):
        session.step("layer")
    explained = EquationLens(lane.stack.id, whole=True).answer(session)
    assert explained is not None
    assert chain is not None
    assert german("eight") == "acht"
    with speaking(german_speaker()):
        drawn = [equation_diagram(explained, "eight"), chain_diagram(chain, "eight")]
    equation, factors = ({shape.text for shape in each.shapes if isinstance(shape, Words)} for each in drawn)
    assert {"BatchNorm 1  ·  ▶ vorwärts", "eight  ·  Beispiel 0, Einheit 0", "normalisieren"} <= equation
    assert {"Kettenregel", "eight", "am Verlust"} <= factors


def drawings(session: Session) -> list[Diagram]:
    stack = session.lanes[0].stack.id
    explained, chain = EquationLens(stack, whole=True).answer(session), ChainLens(stack).answer(session)
    graph = GraphLens(stack, (1,)).answer(session)
    assert explained is not None
    assert chain is not None
    assert graph is not None
    wide = dict.fromkeys((*graph.values, *graph.gradients), -1.2345e-05)
    numbers = replace(graph, values=wide, gradients=wide)
    bare = replace(graph, affine=False)
    return [
        equation_diagram(explained, "here"),
        chain_diagram(chain, "here"),
        graph_diagram(graph, "here"),
        graph_diagram(numbers, "here"),
        graph_diagram(bare),
        axes_diagram(),
    ]


def test_nothing_is_off_the_page_and_no_words_overlap(session: Session) -> None:
    for diagram in drawings(session):
        for shape in diagram.shapes:
            if isinstance(shape, Curve):
                xs, ys = shape.numbers[::2], shape.numbers[1::2]
                assert 0 <= min(xs) <= max(xs) <= diagram.width, diagram.title
                assert 0 <= min(ys) <= max(ys) <= diagram.height, diagram.title
        boxes = [_box(shape) for shape in diagram.shapes if isinstance(shape, Words) and not shape.turned]
        for at, (left, top, right, bottom) in enumerate(boxes):
            assert left >= 0, diagram.title
            assert right <= diagram.width, diagram.title
            for other in boxes[at + 1 :]:
                apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
                assert apart, (diagram.title, at, (left, top, right, bottom), other)


def _box(words: Words) -> tuple[float, float, float, float]:
    width = width_of(words.text, words.size, bold=words.bold)
    left = words.x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[words.anchor]
    return left, words.y - 0.75 * words.size, left + width, words.y + 0.1 * words.size


def test_an_equation_is_latex_of_all_operations(session: Session) -> None:
    equation, chain, graph, *_ = drawings(session)
    written = render(equation, "tex").decode()
    assert written.count("\\[\n") == written.count("\n\\]") == 6
    assert "\\sigma^2" in written
    assert "\\\\\n&\\quad " in written, "long lines of numbers are not broken"
    assert "tex" in formats_of(chain)
    assert "tex" not in formats_of(graph)
    assert graph.text.startswith("edge\tvalue\tgradient\nx\t")


def test_formulas_are_written_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "net.bnsim", tmp_path / "out"
    save(Experiment(stacks=(Stack(name="with BN", layers=LAYERS),)), file)
    wanted = ["equation:layer=2,unit=1", "chain", "graph", "axes"]
    given = ["run", str(file), "--iterations", "1", "--out", str(out), "--format", "tex,svg"]
    assert main([*given, "--diagram", *wanted]) == 0
    names = {path.name for path in out.iterdir()}
    assert {"equation-layer2-unit1.tex", "equation-layer2-unit1.svg", "chain.tex", "graph.svg", "axes.svg"} <= names
    assert "graph.tex" not in names
    assert re.search(r"graph\.tex is not written", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("equation:layer=9", "There is no layer 9"), ("graph:layer=1", "no BatchNorm"), ("graph:lane=4", "no lane 4")],
)
def test_what_is_not_there_is_said(wanted: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.bnsim"
    save(Experiment(stacks=(Stack(layers=(Linear(4), LayerNorm(), Linear(10))),)), file)
    given = ["run", str(file), "--iterations", "1", "--out", str(tmp_path), "--diagram", wanted]
    assert main(given) == 2
    assert said in capsys.readouterr().err


def test_a_graph_that_is_not_placed_is_of_the_first_batchnorm_there_is(small: Experiment, tmp_path: Path) -> None:
    save(small, tmp_path / "small.bnsim")
    arguments = ["run", str(tmp_path / "small.bnsim"), "--iterations", "1", "--format", "svg", "--out", str(tmp_path)]
    for diagram in ("graph", "graph:lane=2,layer=2"):
        assert main([*arguments, "--diagram", diagram]) == 0
    found = [path.read_bytes() for path in sorted(tmp_path.glob("graph*.svg"))]
    assert len(found) == 2
    assert found[0] == found[1]


@pytest.mark.parametrize("size", [(960.0, 540.0), (460.8, 388.8), (241.2, 180.0)])
def test_no_formula_of_what_norms_average_over_reaches_words(size: tuple[float, float]) -> None:
    diagram = axes_diagram(size)
    words = [shape for shape in diagram.shapes if isinstance(shape, Words) and not shape.turned]
    for curve in (shape for shape in diagram.shapes if isinstance(shape, Curve)):
        left, right = min(curve.numbers[::2]), max(curve.numbers[::2])
        top, bottom = min(curve.numbers[1::2]), max(curve.numbers[1::2])
        assert right <= diagram.width
        for each in words:
            wide = width_of(each.text, each.size, bold=each.bold)
            start = each.x - (wide / 2 if each.anchor == "middle" else 0.0)
            apart = right < start or left > start + wide or bottom < each.y - 0.8 * each.size or top > each.y
            assert apart, each.text


def test_the_direction_of_a_pass_has_its_sign_in_latex(session: Session) -> None:
    (wanted,) = diagrams_wanted(["equation:layer=2,phase=backward"])
    session.seek(1)
    assert r"\ensuremath{\triangleleft} backward" in render(made(session, wanted), "pgf").decode()

"""Every kind a person can choose knows itself: a test fails where hint, icon, equation, flat range or parity lack.

Kinds are found by the unions that files are read with, so that a new one is tested without being listed here.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

import bnsim as bn
from bnsim.engine.flat import FLAT, flat_of
from bnsim.engine.kernels.elementwise import elementwise_of
from bnsim.engine.lowering import lower
from bnsim.lenses.equations.table import FORMULAS
from bnsim.session import Session
from bnsim.spec import activations, normalizations, regularizers
from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.datasets import DATA_SETS, DataShape
from bnsim.spec.initializers import AnyInitializer
from bnsim.spec.kind import Kind
from bnsim.spec.layers import PALETTE, Block, Repeat, Residual
from bnsim.spec.losses import LOSSES
from bnsim.spec.resources import resource
from bnsim.spec.training import Clip, Optimizer, Schedule
from tests.golden import cases, vectors

IN_PALETTE: tuple[type[Kind], ...] = (*DATA_SETS, *PALETTE, *LOSSES)
IN_LISTS: tuple[type[Kind], ...] = tuple(
    kind for union in (AnyInitializer, Optimizer, Schedule, Clip) for kind in get_args(union)
)
ELEMENTWISE = [kind for kind in ACTIVATIONS if kind is not bn.Identity]
VARIANTS = [layer for layer in cases.ACTIVATIONS.values() if isinstance(layer, tuple(ELEMENTWISE))]
BUMPY = (bn.GELU, bn.SiLU)
"""Their derivative is largest somewhere that is no round number."""
LONGEST_HINT, LONGEST_SHORT = 24, 7


def by_name(kind: type) -> str:
    return kind.__name__


@pytest.mark.parametrize("kind", [*IN_PALETTE, *IN_LISTS], ids=by_name)
def test_names_are_said(kind: type[Kind]) -> None:
    assert kind.name
    assert kind.title
    assert kind.about().endswith((".", ";", ":")), "the first line of its docstring is a sentence for the inspector"


@pytest.mark.parametrize("kind", IN_PALETTE, ids=by_name)
def test_what_the_palette_shows_is_there(kind: type[Kind]) -> None:
    assert 0 < len(kind.short) <= LONGEST_SHORT
    assert kind.formula
    assert kind.meaning
    assert "\n" not in kind.meaning
    assert 0 < len(kind.hint) <= LONGEST_HINT
    assert "<svg" in resource(f"icons/{kind.icon()}.svg").read_text(encoding="utf-8")


def test_titles_and_pictures_tell_kinds_apart() -> None:
    for titled in (DATA_SETS, PALETTE, LOSSES):
        assert len({kind.title for kind in titled}) == len(titled)
    pictures = {resource(f"icons/{kind.icon()}.svg").read_bytes() for kind in IN_PALETTE}
    assert len(pictures) == len(IN_PALETTE)


def test_every_kind_is_public() -> None:
    assert set(map(by_name, (*IN_PALETTE, *IN_LISTS))) <= set(bn.__all__)
    families = (activations, normalizations, regularizers)
    listed = {name for family in families for name in family.__all__}
    assert listed == {kind.__name__ for kind in PALETTE} - {"Linear", "Residual", "Repeat"}


@pytest.mark.parametrize("kind", PALETTE, ids=by_name)
def test_every_layer_has_equations_for_all_it_does(kind: type) -> None:
    layer = kind((bn.Linear(6),)) if kind in get_args(Block) else kind()
    stack = bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(6), layer, bn.Linear(2))),)).stacks[0]
    program = lower(stack, bn.Training(batch_size=8), DataShape(8, 3, 2, True))
    shown = {i.operation.key for i in program.instructions if not i.hidden and i.phase in ("forward", "backward")}
    assert shown <= set(FORMULAS)


@pytest.mark.parametrize("kind", LOSSES, ids=by_name)
def test_every_loss_has_equations(kind: type) -> None:
    stack = bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(2),), loss=kind()),)).stacks[0]
    program = lower(stack, bn.Training(batch_size=8), DataShape(8, 3, 2, True))
    assert {i.operation.key for i in program.instructions if not i.hidden and i.phase == "loss"} <= set(FORMULAS)


@pytest.mark.parametrize("kind", PALETTE, ids=by_name)
def test_every_layer_has_parity(kind: type) -> None:
    """A stack with it is among those whose numbers PyTorch's are kept of, and PyTorch itself computes where it is."""
    with_it = {name for name, stack in cases.stacks().items() if _holds(stack.layers, kind)}
    assert with_it
    assert with_it & {name.split("/")[0] for name in vectors.load()}


def _holds(layers: tuple, kind: type) -> bool:
    return any(
        isinstance(layer, kind) or (isinstance(layer, Residual | Repeat) and _holds(layer.layers, kind))
        for layer in layers
    )


@pytest.mark.parametrize("kind", PALETTE, ids=by_name)
def test_every_layer_is_a_module_of_pytorch(kind: type) -> None:
    pytest.importorskip("torch")
    from tests.golden.torch_oracle import module_for

    layer = kind((bn.Linear(6),)) if kind in get_args(Block) else kind()
    assert len(module_for(bn.Stack(layers=(layer,)), 6)) == 1


def slope(layer: bn.Layer, x: np.ndarray) -> np.ndarray:
    """The derivative by central differences of the value."""
    known = elementwise_of(layer)
    step = 1e-6 * np.maximum(1.0, np.abs(x))
    high, low = (known.value(np.float64, at, *known.numbers(layer)) for at in (x + step, x - step))
    return (high - low) / (2 * step)


@pytest.mark.parametrize("layer", VARIANTS, ids=repr)
def test_the_flat_range_is_where_the_derivative_stays_below_a_tenth(layer: bn.Layer) -> None:
    flat = flat_of(layer)
    x = np.linspace(-40, 40, 160_001)
    size = np.abs(slope(layer, x))
    assert flat.top == pytest.approx(size.max(), rel=1e-3)
    steep = x[size >= FLAT * flat.top]
    wanted = (steep[0] if steep[0] > x[0] else -np.inf, steep[-1] if steep[-1] < x[-1] else np.inf)
    assert (flat.below, flat.above) == pytest.approx(wanted, abs=1e-3)
    for end, outside in ((flat.dead_below, x < flat.dead_below), (flat.dead_above, x > flat.dead_above)):
        assert not size[outside & (np.abs(x - end) > 1e-3)].any()
    fading = size[(x < flat.below) | (x > flat.above)]
    if not flat.is_dead and len(fading):
        assert fading.max() > 0


@pytest.mark.parametrize("layer", [layer for layer in VARIANTS if elementwise_of(layer).layer in BUMPY], ids=repr)
def test_the_largest_derivative_is_found_to_many_digits(layer: bn.Layer) -> None:
    known, scalars = elementwise_of(layer), elementwise_of(layer).numbers(layer)
    around = np.linspace(-10, 10, 2001)
    near = float(around[np.abs(known.slope(np.float64, around, *scalars)).argmax()])
    found = minimize_scalar(
        lambda x: -abs(float(known.slope(np.float64, np.array(x), *scalars))),
        bounds=(near - 0.01, near + 0.01),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert flat_of(layer).top == pytest.approx(-found.fun, rel=1e-12)


@pytest.mark.parametrize(
    ("layer", "below", "above"),
    [
        (bn.Sigmoid(), -2 * np.arccosh(np.sqrt(10)), 2 * np.arccosh(np.sqrt(10))),
        (bn.Tanh(), -np.arccosh(np.sqrt(10)), np.arccosh(np.sqrt(10))),
        (bn.Erf(), -np.sqrt(np.log(10)), np.sqrt(np.log(10))),
        (bn.SiLU(), -0.88, np.inf),
        (bn.ReLU(), 0.0, np.inf),
        (bn.ELU(3.0), np.log(0.1), np.inf),
        (bn.ELU(0.5), np.log(0.2), np.inf),
        (bn.LeakyReLU(0.05), 0.0, np.inf),
        (bn.LeakyReLU(0.2), -np.inf, np.inf),
        (bn.Softplus(2.0), -np.log(9) / 2, np.inf),
        (bn.Softplus(1e-6), -np.log(9) * 1e6, np.inf),
        (bn.Hardtanh(0.0, 6.0), 0.0, 6.0),
        (bn.Hardtanh(5000.0, 5001.0), 5000.0, 5001.0),
    ],
    ids=repr,
)
def test_flat_ranges_by_their_formulas(layer: bn.Layer, below: float, above: float) -> None:
    flat = flat_of(layer)
    assert (flat.below, flat.above) == pytest.approx((below, above), rel=1e-12 if layer != bn.SiLU() else 4e-3, abs=0)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1), st.floats(0, 3))
def test_a_flat_range_follows_the_layers_parameters(a: float, alpha: float) -> None:
    leaky, elu = flat_of(bn.LeakyReLU(a)), flat_of(bn.ELU(alpha))
    assert leaky.is_flat == (a < FLAT)
    assert leaky.is_dead == leaky.silent == (a == 0)
    assert elu.is_dead == elu.silent == (alpha == 0)
    if alpha > FLAT:
        assert elu.below == pytest.approx(np.log(FLAT * max(1, alpha) / alpha), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("layer", VARIANTS, ids=repr)
def test_cards_history_and_xray_count_the_same(layer: bn.Layer) -> None:
    from bnsim.lenses.activation.lens import ActivationLens

    stack = bn.Stack(name="a", layers=(bn.Linear(9, init=bn.Normal(std=4.0)), layer, bn.Linear(3)))
    training = bn.Training(batch_size=32, precision="float64")
    session = Session(bn.Experiment(data=bn.Blobs(samples=64), training=training, stacks=(stack,)), recording="all")
    session.step("iteration")
    lane, flat = session.lanes[0], flat_of(layer)
    x = lane.value(0)
    outside = (x <= flat.below) | (x >= flat.above)
    live = ActivationLens(lane.stack.id, (1,)).answer(session).live
    assert live.passed.outside == pytest.approx(outside.mean(), abs=1e-12)
    card = session.frame().lanes[0].cards[2]
    if not flat.is_flat:
        assert card.fraction is None
        assert "saturated" not in lane.history
        return
    dead = (x <= flat.dead_below) | (x >= flat.dead_above)
    if flat.silent:
        assert card.fraction == pytest.approx(dead.all(axis=0).mean() or dead.mean())
    else:
        assert card.fraction == pytest.approx(outside.mean())
        assert lane.history["saturated"][-1] == pytest.approx([outside.mean()])
    assert ("dead" in lane.history) == flat.is_dead
    if flat.is_dead:
        assert lane.history["dead"][-1] == pytest.approx([dead.all(axis=0).mean()])
        assert lane.history["zero"][-1] == pytest.approx([dead.mean()])

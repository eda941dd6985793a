"""What cards show is what the lane holds, at every step, whichever way one came."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.session.cards import MAX_INNER, CardReader
from bnsim.session.frame import CardFrame
from tests.german import german_of_phrase

LAYERS = (
    bn.Linear(12),
    bn.Residual(layers=(bn.Linear(12, bias=False), bn.BatchNorm(), bn.ReLU())),
    bn.Repeat(layers=(bn.Linear(12), bn.Residual(layers=(bn.Sigmoid(),)), bn.Hardtanh()), times=3),
    bn.Tanh(),
    bn.Linear(3),
)


def session(*layers: bn.Layer, precision: str = "float64", **training) -> bn.Session:
    return bn.Session(
        bn.Experiment(
            data=bn.Blobs(samples=96, classes=3),
            training=bn.Training(batch_size=16, precision=precision, optimizer=bn.SGD(lr=0.1), **training),
            stacks=(bn.Stack(name="a", layers=layers or LAYERS),),
        ),
        recording="all",
    )


def read_anew(one: bn.Session) -> tuple[tuple[CardFrame, ...], dict]:
    return CardReader(one.lanes[0]).frames()


def same(a: CardFrame, b: CardFrame) -> bool:
    """Equal to the last bit; NaN equals NaN."""
    names = [name for name in CardFrame.__struct_fields__ if name != "density"]
    return np.array_equal(a.density, b.density) and all(repr(getattr(a, n)) == repr(getattr(b, n)) for n in names)


def assert_is_present(one: bn.Session) -> None:
    """The session's frame is what a reader without a past makes."""
    lane = one.frame().lanes[0]
    cards, inner = read_anew(one)
    assert all(map(same, lane.cards, cards))
    assert lane.inner.keys() == inner.keys()
    assert all(same(lane.inner[path], inner[path]) for path in inner)


def test_norms_and_ranges_are_those_of_the_arrays():
    one = session()
    one.step("iteration")
    frame = one.frame().lanes[0]
    lane = one.lanes[0]
    shown = {(i,): card for i, card in enumerate(frame.cards[1:-1])} | dict(frame.inner)
    assert len(shown) == 5 + 3 + 3 * (3 + 1)
    for path, card in shown.items():
        value, gradient = lane.value(path), lane.gradient(path)
        assert card.shape == value.shape
        assert card.gradient_norm == pytest.approx(np.linalg.norm(gradient), rel=1e-6)
        assert (card.low, card.high) == (value.min(), value.max())
        assert card.density.max() == 1


def test_the_range_is_that_of_all_values_however_many():
    one = session(bn.Linear(700), bn.Linear(3))
    one.step("iteration")
    card, value = one.frame().lanes[0].cards[1], one.lanes[0].value(0)
    assert (card.low, card.high) == (value.min(), value.max())


def test_histograms_count_the_values():
    one = session(bn.Linear(7), bn.Linear(3))
    one.step()
    one.step()
    card = one.frame().lanes[0].cards[1]
    value = one.lanes[0].value(0)
    counts, _ = np.histogram(value, bins=24, range=(value.min(), value.max()))
    assert np.abs(card.density * counts.max() - counts).sum() <= 2  # a value on an edge may go either way


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_flat_fractions_are_those_of_the_history(precision):
    one = session(
        bn.Linear(9), bn.Sigmoid(), bn.Linear(9), bn.Tanh(), bn.Linear(9), bn.ReLU(), bn.Linear(3), precision=precision
    )
    state = one.lanes[0].state_dict()
    one.lanes[0].load_state_dict({key: 40 * value for key, value in state.items()})
    one.step("iteration")
    lane, cards = one.lanes[0], one.frame().lanes[0].cards[1:]
    saturated = lane.current("saturated")
    assert [cards[1].fraction, cards[3].fraction] == pytest.approx(saturated.tolist())
    assert cards[1].note.endswith("% saturated")
    assert german_of_phrase(cards[1].note).endswith("% gesättigt")
    dead, zero = float(lane.current("dead")[0]), float(lane.current("zero")[0])
    assert cards[5].fraction == pytest.approx(dead or zero)
    assert cards[5].flat == ("dead" if dead else "zero")
    assert cards[0].fraction is None


@pytest.mark.parametrize(
    ("layer", "flat"),
    [
        (bn.Hardtanh(min_val=-0.1, max_val=0.1), lambda y: (y <= -0.1) | (y >= 0.1)),
        (bn.ELU(alpha=2.0), lambda y: y + 2.0 < 0.1 * 2.0),
        (bn.Softplus(beta=3.0), lambda y: 1 - np.exp(-3.0 * y) < 0.1),
    ],
)
def test_other_activations_are_flat_where_their_derivative_is_below_a_tenth(layer, flat):
    one = session(bn.Linear(9), layer, bn.Linear(3))
    state = one.lanes[0].state_dict()
    one.lanes[0].load_state_dict({key: 20 * value for key, value in state.items()})
    one.step("iteration")
    card = one.frame().lanes[0].cards[2]
    assert 0 < card.fraction < 1
    assert card.fraction == np.mean(flat(one.lanes[0].value(1)))
    assert card.flat == "saturated"


def test_cards_follow_every_step_forward_and_back():
    one = session(accumulate=2)
    for _ in range(70):
        one.step()
        assert_is_present(one)
    for _ in range(45):
        one.step_back()
        assert_is_present(one)
    one.run(5)
    assert_is_present(one)
    one.seek(2)
    assert_is_present(one)


def test_a_loaded_state_shows_though_the_moment_is_the_same():
    one = session()
    one.step("iteration")
    one.frame()
    one.seek(0)
    one.lanes[0].load_state_dict({key: 2 * value for key, value in one.lanes[0].state_dict().items()})
    one.step("iteration")
    assert_is_present(one)


def test_vanishing_and_broken_numbers_have_norms_too():
    one = session(*(bn.Linear(8), bn.Sigmoid()) * 25, bn.Linear(3), precision="float32")
    one.step("iteration")
    lane = one.lanes[0]
    for index, card in enumerate(one.frame().lanes[0].cards[1:-1]):
        expected = np.linalg.norm(lane.gradient(index).astype(np.float64))
        assert card.gradient_norm == pytest.approx(expected, rel=1e-5)
    lane.load_state_dict({key: np.full_like(value, np.nan) for key, value in lane.state_dict().items()})
    one.step("iteration")
    card = one.frame().lanes[0].cards[1]
    assert card.has_value
    assert card.density is None
    assert_is_present(one)


def test_of_very_many_copies_those_at_work_are_carried():
    one = session(bn.Linear(4), bn.Repeat(layers=(bn.Linear(4), bn.Tanh()), times=310), bn.Linear(3))
    assert len(one.frame().lanes[0].inner) == MAX_INNER
    for _ in range(2 + 2 * 305):
        one.step()
    lane = one.frame().lanes[0]
    assert len(lane.inner) == MAX_INNER
    assert lane.executed.path in lane.inner
    assert lane.inner[lane.executed.path].has_value


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_what_has_all_but_vanished_still_has_a_histogram(precision: str) -> None:
    """Down to the smallest numbers there are, and to exact zeros beyond."""
    weak = bn.Normal(std=1e-9 if precision == "float32" else 1e-63)
    one = session(*[bn.Linear(12, bias=False, init=weak)] * 6, bn.Linear(3), precision=precision)
    one.step("iteration")
    cards = one.frame().lanes[0].cards[1:7]
    spreads = [card.high - card.low for card in cards]
    tiny = float(np.finfo(precision).tiny)
    assert any(0 < spread < tiny for spread in spreads)
    assert spreads[-1] == 0
    for card, spread in zip(cards, spreads, strict=True):
        assert card.density is not None
        assert card.density.max() == 1
        assert np.count_nonzero(card.density) > (1 if spread > 10 * tiny else 0)

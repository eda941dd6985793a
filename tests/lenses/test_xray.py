"""The X-ray's numbers are those of plain NumPy and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim import data
from bnsim.lenses.xray.figures import order_of
from bnsim.lenses.xray.identity import MakeIdentity, PutBack
from bnsim.lenses.xray.lens import BatchNormLens, Seen
from bnsim.lenses.xray.mates import SwapMates, with_other_mates
from bnsim.lenses.xray.whole import WholeSet
from bnsim.spec.errors import InputError

DATA = bn.TwoSpirals(samples=96, noise=0.05)


def session(*layers: bn.Layer, **training: object) -> bn.Session:
    options = {"batch_size": 16, "optimizer": bn.SGD(lr=0.1), "seed": 3, "precision": "float64"} | training
    stack = bn.Stack(name="a", layers=(*layers, bn.Linear(2)))
    return bn.Session(bn.Experiment(data=DATA, training=bn.Training(**options), stacks=(stack,)))


def two_norms(**options: object) -> bn.Session:
    block = (bn.Linear(6, bias=False), bn.BatchNorm(**options), bn.Tanh())
    return session(*block, bn.Linear(5), bn.BatchNorm(**options), bn.Sigmoid())


def ask(inquiry, of: bn.Session):
    return inquiry.inquire(of, lambda share: True)


def answered(of: bn.Session, path=(4,), **options) -> Seen:
    seen = BatchNormLens(of.lanes[0].stack.id, path, **options).answer(of)
    assert seen is not None
    return seen


def forward_whole(of: bn.Session, upto: int) -> tuple[np.ndarray, float]:
    """All training rows as one batch by PyTorch, in train mode: input of layer `upto`, and the loss."""
    torch = pytest.importorskip("torch")
    net = as_torch(of).train()
    loaded = data.load(DATA)
    x = torch.tensor(loaded.x)
    for layer in list(net)[:upto]:
        x = layer(x)
    read = x
    for layer in list(net)[upto:]:
        x = layer(x)
    loss = torch.nn.functional.cross_entropy(x, torch.tensor(loaded.y))
    return read.detach().numpy(), float(loss.detach())


def as_torch(of: bn.Session):
    torch = pytest.importorskip("torch")
    nn, parts = torch.nn, []
    state = of.lanes[0].state_dict()
    for index, layer in enumerate(of.lanes[0].stack.layers):
        if isinstance(layer, bn.Linear):
            weight = state[f"{index}.weight"]
            parts.append(nn.Linear(weight.shape[1], weight.shape[0], bias=f"{index}.bias" in state))
        elif isinstance(layer, bn.BatchNorm):
            parts.append(nn.BatchNorm1d(len(state[f"{index}.weight"]), eps=layer.eps))
        else:
            parts.append({bn.Tanh: nn.Tanh, bn.Sigmoid: nn.Sigmoid}[type(layer)]())
    net = nn.Sequential(*parts).double()
    net.load_state_dict({key: torch.tensor(value) for key, value in state.items()})
    return net


def test_statistics_are_those_of_the_arrays_and_running_ones_of_the_state():
    of = two_norms()
    of.run(7)
    of.step("layer")
    while of.lanes[0].value(4) is None:
        of.step("layer")
    seen, x, y, state = answered(of), of.lanes[0].value(3), of.lanes[0].value(4), of.lanes[0].state_dict()
    np.testing.assert_allclose(seen.mean, x.mean(axis=0), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(seen.var, x.var(axis=0), rtol=1e-12)
    np.testing.assert_allclose(seen.var * seen.unbiased, x.var(axis=0, ddof=1), rtol=1e-12)
    np.testing.assert_array_equal(seen.running_mean, state["4.running_mean"])
    np.testing.assert_array_equal(seen.running_var, state["4.running_var"])
    np.testing.assert_array_equal(seen.gamma, state["4.weight"])
    assert seen.batches == 7
    assert seen.gap == np.abs(y - x).max()
    assert answered(of, sample=5, feature=2).point == (x[5, 2], y[5, 2])


def test_nothing_is_claimed_before_it_is_computed():
    of = two_norms()
    seen = answered(of)
    assert seen.mean is None
    assert seen.modes is None
    assert seen.point is None
    assert seen.boundary
    assert seen.running_var is not None
    assert [line.name for line in seen.figures["mean"].series] == ["running", "chosen"]


def test_both_modes_are_pytorchs():
    torch = pytest.importorskip("torch")
    of = two_norms()
    of.run(5)
    of.step("layer")
    while of.lanes[0].value(4) is None:
        of.step("layer")
    modes, layer = answered(of).modes, as_torch(of)[4]
    x = torch.tensor(of.lanes[0].value(3))
    train, fixed = layer.train()(x).detach().numpy(), None
    layer.load_state_dict(as_torch(of)[4].state_dict())
    fixed = layer.eval()(x).detach().numpy()
    np.testing.assert_allclose(modes.train, train, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(modes.eval, fixed, rtol=1e-9, atol=1e-11)
    assert modes.largest == pytest.approx(np.abs(train - fixed).max(), rel=1e-9)
    assert modes.rms == pytest.approx(np.sqrt(np.mean((train - fixed) ** 2)), rel=1e-9)


@pytest.mark.parametrize("upto", [1, 4])
def test_the_whole_set_is_one_batch_in_train_mode(upto):
    of = two_norms()
    of.run(4)
    whole = ask(WholeSet(of.lanes[0].stack.id, (upto,)), of)
    x, loss = forward_whole(of, upto)
    assert whole.rows == 96
    np.testing.assert_allclose(whole.mean, x.mean(axis=0), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(whole.var, x.var(axis=0), rtol=1e-9)
    assert whole.all_train == pytest.approx(loss, rel=1e-9)
    assert whole.all_eval == of.lanes[0].evaluate("train").loss


def test_losses_of_the_present_batch_in_both_modes():
    torch = pytest.importorskip("torch")
    of = two_norms()
    of.run(4)
    for _ in range(9):
        of.step("layer")
    whole = ask(WholeSet(of.lanes[0].stack.id, (4,)), of)
    lane = of.lanes[0]
    assert whole.batch_train == pytest.approx(lane.loss, rel=1e-12)
    rows = lane.inputs()
    net, loaded = as_torch(of).eval(), data.load(DATA)
    labels = [int(loaded.y[np.flatnonzero((loaded.x == row).all(axis=1))[0]]) for row in rows]
    loss = torch.nn.functional.cross_entropy(net(torch.tensor(rows)), torch.tensor(labels))
    assert whole.batch_eval == pytest.approx(float(loss.detach()), rel=1e-9)


def test_an_inquiry_changes_nothing_and_can_be_given_up():
    of = two_norms()
    of.run(3)
    of.step("layer")
    before, stack = of.lanes[0].machine.memory.copy(), of.lanes[0].stack.id
    ask(WholeSet(stack, (4,)), of)
    ask(SwapMates(stack, (4,), 2, draws=4), of)
    np.testing.assert_array_equal(of.lanes[0].machine.memory, before)
    assert WholeSet(stack, (4,)).inquire(of, lambda share: False) is None
    assert SwapMates(stack, (4,), 2).inquire(of, lambda share: False) is None
    assert WholeSet(stack, (3,)).inquire(of, lambda share: True) is None


def test_mates_are_swapped_and_the_sample_stays():
    chosen = np.array([5, 9, 2, 40])
    drawn = [with_other_mates(chosen, 2, 50, seed=1, draw=draw) for draw in range(200)]
    assert all(batch[2] == 2 and len(set(batch)) == 4 and batch.min() >= 0 and batch.max() < 50 for batch in drawn)
    assert {int(row) for batch in drawn for row in batch} == set(range(50))
    np.testing.assert_array_equal(drawn[7], with_other_mates(chosen, 2, 50, seed=1, draw=7))
    assert not np.array_equal(drawn[7], drawn[8])


def test_swapped_outputs_are_those_of_the_formula_with_the_samples_own_input():
    of = two_norms()
    of.run(5)
    of.step("layer")
    while of.lanes[0].value(4) is None:
        of.step("layer")
    lane, draws = of.lanes[0], 8
    found = ask(SwapMates(lane.stack.id, (4,), 3, draws=draws), of)
    x, y, state = lane.value(3), lane.value(4), lane.state_dict()
    np.testing.assert_allclose(found.own, x[3], rtol=1e-12)
    np.testing.assert_allclose(found.present, y[3], rtol=1e-10)
    np.testing.assert_array_equal(found.own, ask(SwapMates(lane.stack.id, (4,), 3, draws=2), of).own)
    assert found.outputs.shape == (draws, 5)

    net, loaded = as_torch(of).train(), data.load(DATA)
    torch = pytest.importorskip("torch")
    numbers = [int(np.flatnonzero((loaded.x == row).all(axis=1))[0]) for row in lane.inputs()]
    assert found.row == numbers[3]
    for draw in range(draws):
        rows = with_other_mates(np.array(numbers), 3, 96, 3, draw)
        read = torch.tensor(loaded.x[rows])
        for layer in list(net)[:4]:
            read = layer(read)
        for own, outputs in ((found.own, found.outputs), (None, found.through)):
            batch = read.detach().numpy().copy()
            if own is not None:
                batch[3] = own
            x_hat = (batch[3] - batch.mean(axis=0)) / np.sqrt(batch.var(axis=0) + 1e-5)
            wanted = state["4.weight"] * x_hat + state["4.bias"]
            np.testing.assert_allclose(outputs[draw], wanted, rtol=1e-9, atol=1e-11)
    spread = found.outputs.std(axis=0)
    np.testing.assert_allclose(found.noise, spread)
    assert found.relative == pytest.approx(np.sqrt(np.mean(spread**2) / np.mean(y[3] ** 2)))


@pytest.mark.parametrize("updates", [1, 3, None])
def test_amid_and_after_the_update_mates_are_swapped_at_the_parameters_of_the_forward_pass(updates):
    of = two_norms()
    of.run(5)
    of.step("layer")
    lane = of.lanes[0]
    while lane.position < lane.program.first_update + (updates or 0):
        of.step("op")
    if updates is None:
        of.step("iteration")
    found = ask(SwapMates(lane.stack.id, (4,), 3, draws=4), of)
    assert (lane.value(3) != lane.value(4)).any()
    np.testing.assert_allclose(found.own, lane.value(3)[3], rtol=1e-12)
    np.testing.assert_allclose(found.present, lane.value(4)[3], rtol=1e-10)


def test_amid_an_update_the_whole_set_is_not_measured():
    of = two_norms()
    of.run(2)
    of.step("layer")
    lane = of.lanes[0]
    while lane.position <= lane.program.first_update:
        of.step("op")
    with pytest.raises(InputError, match="amid an update"):
        ask(WholeSet(lane.stack.id, (4,)), of)


def test_without_a_norm_before_both_kinds_of_noise_are_one():
    of = two_norms()
    found = ask(SwapMates(of.lanes[0].stack.id, (1,), 0, draws=6), of)
    np.testing.assert_allclose(found.outputs, found.through, rtol=1e-12)


def test_in_eval_mode_mates_do_not_matter():
    of = two_norms(mode="eval")
    found = ask(SwapMates(of.lanes[0].stack.id, (4,), 0, draws=6), of)
    assert found.relative < 1e-14


def test_a_batch_of_all_rows_has_no_other_mates():
    of = session(bn.Linear(4), bn.BatchNorm(), bn.Tanh(), batch_size=96)
    found = ask(SwapMates(of.lanes[0].stack.id, (1,), 0, draws=6), of)
    assert found.relative < 1e-12


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("start", ["boundary", "middle", "beginning"])
def test_made_the_identity_output_is_input_to_rounding(precision, start):
    block = (bn.Linear(6, bias=False), bn.BatchNorm(), bn.Tanh())
    of = session(*block, bn.Linear(5), bn.BatchNorm(), precision=precision)
    of.run(0 if start == "beginning" else 6)
    if start == "middle":
        of.step("layer")
        assert not answered(of).boundary
    back = ask(MakeIdentity(of.lanes[0].stack.id, (4,)), of)
    seen = answered(of)
    assert seen.gap <= 16 * seen.rounding * seen.size
    assert back.iteration == {"boundary": 6, "middle": 7, "beginning": 0}[start]
    np.testing.assert_allclose(seen.gamma, np.sqrt(seen.var + 1e-5), rtol=1e-6)
    np.testing.assert_array_equal(seen.beta, seen.mean)


def test_the_identity_is_replayed_and_can_be_put_back():
    of, other = two_norms(), two_norms()
    of.run(6)
    stack = of.lanes[0].stack.id
    back = ask(MakeIdentity(stack, (4,)), of)
    made = answered(of).gamma
    of.run(3)
    of.seek(2)
    np.testing.assert_array_equal(answered(of).gamma, _run(other, 2)["4.weight"])
    of.seek(6)
    of.step("layer")
    while of.lanes[0].value(4) is None:
        of.step("layer")
    np.testing.assert_array_equal(answered(of).gamma, made)
    ask(back, of)
    assert of.iteration == 6
    of.run(4)
    other.run(8)
    for key, value in other.lanes[0].state_dict().items():
        np.testing.assert_array_equal(of.lanes[0].state_dict()[key], value)


def _run(of: bn.Session, iterations: int) -> dict[str, np.ndarray]:
    of.run(iterations)
    return of.lanes[0].state_dict()


def test_in_eval_mode_the_identity_holds_for_every_batch():
    of = two_norms(mode="eval")
    of.run(2)
    ask(MakeIdentity(of.lanes[0].stack.id, (4,)), of)
    assert answered(of).gap <= 16 * answered(of).rounding * answered(of).size


@pytest.mark.parametrize(
    ("layers", "path", "why"),
    [
        ((bn.Linear(4), bn.BatchNorm(affine=False)), (1,), "no γ and β"),
        ((bn.Linear(4), bn.BatchNorm(virtual_devices=2)), (1,), "virtual device"),
        ((bn.Linear(4), bn.Repeat(layers=(bn.Linear(4), bn.BatchNorm()), tied=True)), (1, 1, 1), "copies share"),
    ],
)
def test_where_no_gamma_and_beta_can_do_it_it_says_why(layers, path, why):
    of = session(*layers)
    with pytest.raises(InputError, match=why):
        ask(MakeIdentity(of.lanes[0].stack.id, path), of)


def test_layers_inside_blocks_by_path():
    inner = (bn.Linear(4), bn.BatchNorm(), bn.Tanh())
    of = session(bn.Linear(4), bn.Repeat(layers=(bn.Residual(layers=inner),), times=3))
    of.run(3)
    of.step("iteration")
    lane = of.lanes[0]
    for copy in range(3):
        seen = answered(of, (1, copy, 0, 1))
        np.testing.assert_allclose(seen.mean, lane.value((1, copy, 0, 0)).mean(axis=0), rtol=1e-12)
        np.testing.assert_array_equal(seen.gamma, lane.state_dict()[f"1.{copy}.0.1.weight"])
        ask(SwapMates(lane.stack.id, (1, copy, 0, 1), 0, draws=2), of)
        assert ask(WholeSet(lane.stack.id, (1, copy, 0, 1)), of).mean.shape == (4,)
    back = ask(MakeIdentity(lane.stack.id, (1, 2, 0, 1)), of)
    assert isinstance(back, PutBack)
    assert answered(of, (1, 2, 0, 1)).gap < 1e-13
    assert answered(of, (1, 1, 0, 1)).gap > 1e-6


def test_tied_copies_show_the_parameters_they_share():
    of = session(bn.Linear(4), bn.Repeat(layers=(bn.Linear(4), bn.BatchNorm()), times=2, tied=True))
    of.run(2)
    of.step("iteration")
    first, second = answered(of, (1, 0, 1)), answered(of, (1, 1, 1))
    np.testing.assert_array_equal(first.gamma, second.gamma)
    assert first.tied
    assert second.batches == first.batches == 6


def test_dropout_noise_accumulation_and_virtual_devices_go_along():
    layers = (bn.Linear(8), bn.Dropout(0.3), bn.BatchNorm(virtual_devices=2), bn.Noise(), bn.Linear(6), bn.BatchNorm())
    of = session(*layers, accumulate=2)
    of.run(2)
    of.step("iteration")
    stack = of.lanes[0].stack.id
    seen, x = answered(of, (5,)), of.lanes[0].value(4)
    np.testing.assert_allclose(seen.mean, x.mean(axis=0), rtol=1e-12, atol=1e-14)
    parts = answered(of, (2,))
    assert parts.rows == 8
    np.testing.assert_allclose(parts.mean, of.lanes[0].value(1)[:8].mean(axis=0), rtol=1e-12, atol=1e-14)
    found = ask(SwapMates(stack, (5,), 1, draws=3), of)
    assert np.isfinite(found.outputs).all()
    assert ask(WholeSet(stack, (5,)), of).var.min() > 0
    ask(MakeIdentity(stack, (5,)), of)
    assert answered(of, (5,)).gap <= 16 * answered(of, (5,)).rounding * answered(of, (5,)).size


def test_strips_have_features_in_order_of_the_batch():
    of = two_norms()
    of.step("iteration")
    seen = answered(of, feature=3)
    figure = seen.figures["variance"]
    lines = {line.name: line for line in figure.series}
    order = order_of(seen.var)
    np.testing.assert_array_equal(lines["batch"].y, seen.var[order])
    np.testing.assert_array_equal(lines["running"].y, seen.running_var[order])
    assert lines["chosen"].y.tolist() == [seen.var[3]]
    assert order[int(lines["chosen"].x[0])] == 3


def test_what_a_reset_has_forgotten_is_not_put_back():
    of = two_norms()
    of.run(3)
    back = ask(MakeIdentity(of.lanes[0].stack.id, (4,)), of)
    of.reset()
    with pytest.raises(InputError, match="nothing to put back"):
        ask(back, of)


def test_where_a_nan_comes_first_it_says_so():
    of = two_norms()
    lane = of.lanes[0]
    lane.load_state_dict(lane.state_dict() | {"0.weight": np.full((6, 2), np.nan)})
    with pytest.raises(InputError, match="NaN"):
        ask(MakeIdentity(lane.stack.id, (4,)), of)
    of.step("iteration")
    seen = answered(of)
    assert np.isnan(seen.mean).all()
    assert set(seen.figures) == {"mean", "variance", "affine", "histogram", "modes"}


def test_every_figure_can_be_written(tmp_path):
    from bnsim.lenses.activation.lens import ActivationLens
    from bnsim.lenses.xray.figures import noise, with_whole

    of = two_norms()
    of.step("iteration")
    stack = of.lanes[0].stack.id
    seen, swapped = answered(of), ask(SwapMates(stack, (4,), 1, draws=4), of)
    whole = ask(WholeSet(stack, (4,)), of)
    figures = [
        *seen.figures.values(),
        with_whole(seen.figures["mean"], seen.mean, whole.mean),
        noise(seen.name, swapped.present, swapped.outputs, 0, 1),
        *ActivationLens(stack, (5,)).answer(of).figures.values(),
    ]
    for number, figure in enumerate(figures):
        columns = figure.data()
        assert len(columns) == 2 * len(figure.series) + 3 * len(figure.bands)
        assert all(np.isfinite(column).any() for column in columns.values())
        for suffix in ("svg", "csv"):
            figure.save(tmp_path / f"{number}.{suffix}")


def test_units_that_differ_by_less_than_a_normal_number_have_a_histogram() -> None:
    from bnsim.lenses.xray.figures import _steps

    x, y = _steps(np.array([0.0, 5e-324, 1e-323]))
    assert np.isfinite(x).all()
    assert y.max() == 1.0

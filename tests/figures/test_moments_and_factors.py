"""What goes up the stack and what comes down, layer by layer, recomputed from the present values and gradients."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import gradient_factors, moments_by_depth
from bnsim.figures.present import key_of, links
from bnsim.spec.tree import ordinal_at


def session_of(*layers: bn.Layer, precision: str = "float64", **training: object) -> bn.Session:
    stack = bn.Stack(name="net", layers=layers)
    made = bn.Training(batch_size=16, precision=precision, **training)  # type: ignore[arg-type]
    return bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=made, stacks=(stack,)), wait=False)


LAYERS = (
    *(bn.Linear(6), bn.BatchNorm(), bn.Tanh()),
    bn.Residual((bn.Linear(6), bn.Sigmoid())),
    bn.Repeat((bn.Linear(6), bn.BatchNorm(), bn.ReLU()), times=2),
    bn.Linear(2),
)


def test_moments_are_those_of_the_outputs_and_of_the_batchnorm_after() -> None:
    session = session_of(*LAYERS)
    session.run(4)
    lane, data = session.lanes[0], moments_by_depth(session).data()
    variances, squares = [], []
    for path in ((0,), (3, 0), (4, 0, 0), (4, 1, 0), (5,)):
        value = lane.value(path)
        assert value is not None
        variances.append(((value - value.mean(axis=0)) ** 2).mean(axis=0))
        squares.append(np.median(value.mean(axis=0) ** 2))
    np.testing.assert_array_equal(data["net, variance.x"], [1, 2, 3, 4, 5])
    np.testing.assert_allclose(data["net, variance"], [np.median(each) for each in variances], rtol=1e-12)
    for edge, percent in (("low", 25), ("high", 75)):
        wanted = [np.percentile(each, percent) for each in variances]
        np.testing.assert_allclose(data[f"net, variance, middle half.{edge}"], wanted, rtol=1e-12)
    np.testing.assert_allclose(data["net, squared mean"], squares, rtol=1e-12)
    state = lane.state_dict()
    running = [np.median(state[f"{key}.running_var"]) for key in ("1", "4.0.1", "4.1.1")]
    wanted = [running[0], np.nan, running[1], running[2], np.nan]
    np.testing.assert_allclose(data["net, running variance"], wanted, rtol=1e-12)
    session.close()


def test_moments_of_all_rows_are_those_of_the_epoch() -> None:
    session = session_of(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(3), optimizer=bn.SGD(lr=0.5))
    session.run(6)
    state = session.lanes[0].state_dict()
    data = moments_by_depth(session, rows="all").data()
    firsts, seconds = [], []
    for iteration in range(4, 8):
        session.seek(iteration)
        session.step("op")
        x = session.lanes[0].inputs()
        assert x is not None
        z = x @ state["0.weight"].T + state["0.bias"]
        normal = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5) * state["1.weight"] + state["1.bias"]
        firsts.append(z)
        seconds.append(np.tanh(normal) @ state["3.weight"].T + state["3.bias"])
    session.close()
    rows = [np.concatenate(each) for each in (firsts, seconds)]
    wanted = [np.median(each.var(axis=0)) for each in rows]
    np.testing.assert_allclose(data["net, variance, all rows"], wanted, rtol=1e-9)
    wanted = [np.median(each.mean(axis=0) ** 2) for each in rows]
    np.testing.assert_allclose(data["net, squared mean, all rows"], wanted, rtol=1e-9)


def test_a_constant_output_and_one_that_is_no_number_are_named() -> None:
    session = session_of(bn.Linear(3), bn.ReLU(), bn.Linear(3), bn.ReLU(), bn.Linear(2), precision="float32")
    lane = session.lanes[0]
    state = lane.state_dict()
    lane.load_state_dict(state | {"0.weight": 0 * state["0.weight"]})
    session.run(1)
    assert "no feature varies in all layers" in moments_by_depth(session).verdict
    figure = moments_by_depth(session)
    assert (figure.data()["net, variance"] == 0).all()
    assert [at.tolist() for _, at in figure.zeros] == [[1, 2, 3]]
    session.reset()
    lane.load_state_dict(state | {key: 1e30 * state[key] for key in ("0.weight", "2.weight")})
    while session.iteration < 1:
        session.run(1)
    assert "no number in layers 2 to 3" in moments_by_depth(session).verdict
    session.close()


def test_factors_are_those_of_the_gradients_and_multiply_to_the_whole() -> None:
    session = session_of(*LAYERS)
    session.run(4)
    lane, data = session.lanes[0], gradient_factors(session).data()
    paths = [(0,), (1,), (2,), (3,), *((4, copy, k) for copy in range(2) for k in range(3)), (5,)]
    norms = []
    for path in paths:
        gradient = lane.gradient(path)
        assert gradient is not None
        norms.append(np.sqrt((gradient**2).sum()))
    ratios = np.array(norms[:-1]) / norms[1:]  # that of each layer but the first
    np.testing.assert_allclose(data["net, Linear"], ratios[[3, 6, 9]], rtol=1e-12)
    np.testing.assert_array_equal(data["net, Linear.x"], [3, 4, 5])
    np.testing.assert_allclose(data["net, BatchNorm"], ratios[[0, 4, 7]], rtol=1e-12)
    np.testing.assert_allclose(data["net, Tanh"], ratios[[1]], rtol=1e-12)
    np.testing.assert_allclose(data["net, Residual"], ratios[[2]], rtol=1e-12)
    product = np.prod([np.prod(column) for name, column in data.items() if not name.endswith(".x")])
    assert product == pytest.approx(norms[0] / norms[-1], rel=1e-12)
    session.close()


def test_a_waterfall_goes_from_product_to_product() -> None:
    session = session_of(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(6), bn.Tanh(), bn.Linear(2))
    session.run(3)
    figure = gradient_factors(session, form="waterfall")
    data, lane = figure.data(), session.lanes[0]
    norms = []
    for layer in range(6):
        gradient = lane.gradient(layer)
        assert gradient is not None
        norms.append(np.linalg.norm(gradient))
    products = np.array(norms) / norms[-1]
    np.testing.assert_allclose(data["net"].reshape(-1, 3)[:, :2], np.column_stack([products, products]), rtol=1e-12)
    for kind, numbers in {"BatchNorm": [0], "Tanh": [1, 3], "Linear": [2, 4]}.items():
        x, y = data[f"net, {kind}.x"].reshape(-1, 3), data[f"net, {kind}"].reshape(-1, 3)
        np.testing.assert_array_equal(x[:, 0], np.array(numbers) + 0.5)
        np.testing.assert_allclose(y[:, :2], [products[k : k + 2] for k in numbers], rtol=1e-12)
        assert np.isnan(y[:, 2]).all()
    assert figure.verdict == gradient_factors(session).verdict
    session.close()


def test_a_linear_layers_factor_is_that_of_its_transposed_weight() -> None:
    session = session_of(bn.Linear(5), bn.Linear(7), bn.Linear(2), optimizer=bn.SGD(lr=0.0))
    session.run(1)
    lane = session.lanes[0]
    g, w = lane.gradient(1), lane.state_dict()["1.weight"]
    assert g is not None
    wanted = np.linalg.norm(g @ w) / np.linalg.norm(g)
    assert gradient_factors(session).data()["net, Linear"][0] == pytest.approx(wanted, rel=1e-12)
    session.close()


def test_where_the_gradient_ends_the_layer_is_named() -> None:
    session = session_of(bn.Linear(4), bn.Tanh(), bn.Linear(4), bn.ReLU(), bn.Linear(2))
    lane = session.lanes[0]
    lane.load_state_dict(lane.state_dict() | {"2.bias": np.full(4, -1e3)})
    session.run(1)
    assert gradient_factors(session).verdict.endswith("zero from ReLU 2 on")
    session.close()


def test_before_there_is_anything_it_says_what_to_do() -> None:
    session = session_of(bn.Linear(4), bn.Tanh(), bn.Linear(2))
    assert gradient_factors(session).verdict == "No gradient yet: step into the backward pass"
    assert moments_by_depth(session).verdict == "Nothing computed yet: step into the forward pass"
    session.close()
    session = session_of(bn.Linear(2))
    session.run(1)
    assert gradient_factors(session).verdict.startswith("Add a second layer")
    session.close()


def test_links_have_the_keys_of_their_parameters() -> None:
    norm = bn.BatchNorm()
    tied = bn.Repeat((bn.Linear(6), bn.Residual((bn.Linear(6), norm))), times=2, tied=True)
    layers = (*LAYERS[:-1], tied, bn.Linear(2))
    session = session_of(*layers)
    keys = set(session.lanes[0].state_dict())
    for link in links(session.experiment.stacks[0].layers):
        if isinstance(link.layer, bn.Linear | bn.BatchNorm):
            assert f"{key_of(session.experiment.stacks[0].layers, link.path)}weight" in keys
        assert link.ordinal == ordinal_at(session.experiment.stacks[0].layers, link.path)
    for link in links(session.experiment.stacks[0].layers, whole_residuals=True):
        assert link.ordinal == ordinal_at(session.experiment.stacks[0].layers, link.path)
    session.close()

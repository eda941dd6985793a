"""What optimizers keep can be watched under PyTorch's names, and what tied copies share by each copy's name."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.spec.watches import completions

LAYERS = (
    bn.Linear(4),
    bn.BatchNorm(),
    bn.Repeat((bn.Linear(4), bn.Tanh()), times=2, tied=True),
    bn.Residual((bn.Linear(4, bias=False),)),
    bn.Linear(2),
)
ADAM, RMS = bn.Adam(lr=0.01), bn.RMSprop(momentum=0.5, centered=True)
ELEMENTS = {
    "W": ('["Linear 1"][2, 1]', "", "dW"),
    "b": ('["Linear 1"][3]', "_b", "db"),
    "γ": ('["BatchNorm 1"][1]', "", "dγ"),
    "β": ('["BatchNorm 1"][0]', "_b", "dβ"),
    "W of a copy": ('["Linear 2, copy 1 of 2"][1, 1]', "", "dW"),
    "W without b": ('["Linear 4"][1, 3]', "", "dW"),
}


def session_of(optimizer: object) -> bn.Session:
    training = bn.Training(batch_size=16, precision="float64", optimizer=optimizer)  # type: ignore[arg-type]
    stack = bn.Stack(name="net", layers=LAYERS)
    return bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,)))


@pytest.mark.parametrize("which", ELEMENTS)
@pytest.mark.parametrize(
    ("optimizer", "name", "decay", "share", "power"),
    [
        (bn.SGD(lr=0.1, momentum=0.9), "momentum_buffer", 0.9, 1.0, 1),
        (ADAM, "exp_avg", 0.9, 0.1, 1),
        (ADAM, "exp_avg_sq", 0.999, 0.001, 2),
        (RMS, "square_avg", 0.99, 0.01, 2),
        (RMS, "grad_avg", 0.99, 0.01, 1),
        (bn.Adagrad(), "sum_of_squares", 1.0, 1.0, 2),
    ],
)
def test_an_average_is_that_of_the_gradients_of_its_parameter(
    optimizer: object, name: str, decay: float, share: float, power: int, which: str
) -> None:
    where, end, gradient = ELEMENTS[which]
    session = session_of(optimizer)
    kept, of = f"{name}{end}{where}", f"{gradient}{where}"
    session.watches.follow([kept, of])
    session.run(6)
    assert session.watch(kept).how == "compiled"
    averages, gradients = session.history[kept]["net"], session.history[of]["net"]
    assert averages[0] == 0
    assert averages[1:] == pytest.approx(decay * averages[:-1] + share * gradients[:-1] ** power, rel=1e-9)
    assert np.abs(averages[1:]).min() > 0


def test_an_optimizer_says_what_it_keeps() -> None:
    session = session_of(ADAM)
    with pytest.raises(bn.InputError, match="Adam keeps no momentum_buffer there; it keeps exp_avg and exp_avg_b"):
        session.watch('norm(momentum_buffer["Linear 1"])')
    with pytest.raises(bn.InputError, match="SGD keeps no exp_avg there; watch something else of that layer"):
        session_of(bn.SGD()).watch('norm(exp_avg["Linear 1"])')
    with pytest.raises(bn.InputError, match="keeps no exp_avg_b there"):
        session.watch('norm(exp_avg_b["Linear 4"])')


def test_names_are_offered_where_an_optimizer_keeps_them() -> None:
    def offered(session: bn.Session) -> set[str]:
        return {each.text for each in completions("exp", 3, session.experiment)}

    assert offered(session_of(ADAM)) == {"exp_avg", "exp_avg_b", "exp_avg_sq", "exp_avg_sq_b"}
    assert not offered(session_of(bn.SGD(momentum=0.9)))


def test_tied_copies_share_what_they_are_asked_for() -> None:
    session = session_of(ADAM)
    session.run(3)
    for name in ("W", "exp_avg"):
        first = session.watch(f'norm({name}["Linear 2, copy 1 of 2"])').value
        assert isinstance(first, dict)
        assert first["net"] > 0
        assert session.watch(f'norm({name}["Linear 3, copy 2 of 2"])').value == first


def test_the_total_norm_has_the_formulas_letter() -> None:
    now = session_of(ADAM).experiment
    clipped = bn.Session(replace(now, training=replace(now.training, clip=bn.ClipNorm(1.0))))
    clipped.run(2)
    assert clipped.watch("N").value == clipped.watch("clip_norm").value

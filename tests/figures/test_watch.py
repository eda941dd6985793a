"""The figure of a watch has the values that the session's history has."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import FIGURES, Known
from bnsim.figures.options import parse, suffix
from tests.session.test_watches import EXPERIMENT


@pytest.fixture
def session() -> bn.Session:
    found = bn.Session(EXPERIMENT)
    found.run(30)
    return found


@pytest.mark.parametrize("expression", ["norm(dW[0]) / norm(W[0])", "std(value[0])", "std(log(abs(value[0])))"])
def test_every_lane_has_its_line(session: bn.Session, expression: str) -> None:
    figure = bn.figures.watch(session, expression=expression)
    past = session.history[expression]
    drawn = {series.name: series for series in figure.series}
    for lane in ("plain", "with BN"):
        np.testing.assert_array_equal(drawn[lane].x, np.arange(30))
        np.testing.assert_array_equal(drawn[lane].y, past[lane])
    assert ("Replayed" in figure.caption) == ("log" in expression)


def test_an_expression_that_names_lanes_is_one_line(session: bn.Session) -> None:
    expression = 'loss("plain") - loss("with BN")'
    first, smooth = bn.figures.watch(session, expression=expression).series
    assert (first.name, smooth.name) == (expression, f"{expression}, smoothed")
    np.testing.assert_array_equal(first.y, session.history[expression])


def test_a_live_panel_has_what_is_replayed_by_now(session: bn.Session) -> None:
    options = {"expression": "std(value[0])", "known": Known()}
    assert bn.figures.watch(session, **options).verdict == "No value yet: step or play"
    while session.watches.fill(0.01):
        pass
    assert len(bn.figures.watch(session, **options).series[0].x) == 30


def test_what_is_not_there_is_said(session: bn.Session) -> None:
    with pytest.raises(bn.InputError, match="no layer 9"):
        bn.figures.watch(session, expression="norm(W[9])")
    assert "no layer 9" in bn.figures.watch(session, expression="norm(W[9])", known=Known()).verdict
    with pytest.raises(bn.InputError, match=r"expression cannot be read: Column 1: there is no nothing"):
        bn.figures.watch(session, expression="nothing")
    with pytest.raises(bn.InputError, match="dead is not recorded here"):
        bn.figures.watch(session, expression="dead[1]")


def test_an_expression_is_written_on_the_command_line() -> None:
    asked = "watch:expression=mean(x[0:2, 1]) / loss"
    name, options = parse(asked)
    assert (name, options) == ("watch", {"expression": "mean(x[0:2, 1]) / loss"})
    assert suffix(FIGURES[name].options, options) == "-mean-x-0-2-1-loss"
    assert parse("loss_slice:direction=random,points=3")[1] == {"direction": "random", "points": "3"}
    with pytest.raises(bn.InputError, match="Cannot read the figure"):
        parse("loss_slice:direction=random,,points=3")

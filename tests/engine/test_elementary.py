"""exp(x) - 1 and log(1 + t) keep their digits, from the smallest numbers to where they end."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.engine.kernels import elementary

SIZES = 10.0 ** np.random.default_rng(0).uniform(-300, 3, 3000)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_exp_minus_one(precision: type) -> None:
    function = elementary.expm1_below64 if precision is np.float64 else elementary.expm1_below32
    close = 4 * float(np.finfo(precision).eps)
    for x in (-SIZES[SIZES > 1e-30]).astype(precision):
        assert function(x) == pytest.approx(np.expm1(np.float64(x)), rel=close, abs=0)
    assert function(precision(3)) == function(precision(0)) == 0
    assert np.isnan(function(precision(np.nan)))
    assert function(precision(-np.inf)) == -1


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_log_of_one_plus(precision: type) -> None:
    function = elementary.log1p_below64 if precision is np.float64 else elementary.log1p_below32
    close = 4 * float(np.finfo(precision).eps)
    for t in SIZES[(SIZES > 1e-30) & (SIZES <= 1)].astype(precision):
        assert function(t) == pytest.approx(np.log1p(np.float64(t)), rel=close, abs=0)
    assert function(precision(1)) == pytest.approx(np.log(2), rel=close)
    assert function(precision(0)) == 0
    assert np.isnan(function(precision(np.nan)))

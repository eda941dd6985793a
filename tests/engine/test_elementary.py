"""exp(x) - 1 and log(1 + t) keep their digits, from the smallest numbers to where they end."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.engine.kernels import exponential, logarithm

SIZES = 10.0 ** np.random.default_rng(0).uniform(-300, 3, 3000)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_exp_minus_one(precision: type) -> None:
    forms = exponential.DOUBLE if precision is np.float64 else exponential.SINGLE
    function = forms.of[exponential.expm1_below]
    close = 4 * float(np.finfo(precision).eps)
    for x in (-SIZES[SIZES > 1e-30]).astype(precision):
        assert function(x) == pytest.approx(np.expm1(np.float64(x)), rel=close, abs=0)
    assert function(precision(3)) == function(precision(0)) == 0
    assert np.isnan(function(precision(np.nan)))
    assert function(precision(-np.inf)) == -1


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_log_of_one_plus(precision: type) -> None:
    forms = logarithm.DOUBLE if precision is np.float64 else logarithm.SINGLE
    function = forms.of[logarithm.log1p_below]
    close = 4 * float(np.finfo(precision).eps)
    for t in SIZES[(SIZES > 1e-30) & (SIZES <= 1)].astype(precision):
        assert function(t) == pytest.approx(np.log1p(np.float64(t)), rel=close, abs=0)
    assert function(precision(1)) == pytest.approx(np.log(2), rel=close)
    assert function(precision(0)) == 0
    assert np.isnan(function(precision(np.nan)))


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_exp(precision: type) -> None:
    forms = exponential.DOUBLE if precision is np.float64 else exponential.SINGLE
    function, beside_one = forms.of[exponential.exp], forms.of[exponential.exp_beside_one]
    limits = np.finfo(precision)
    with np.errstate(all="ignore"):
        for x in np.random.default_rng(0).uniform(-120, 120, 3000).astype(precision):
            wanted = np.exp(np.float64(x)).astype(precision)
            assert function(x) == pytest.approx(wanted, rel=2 * float(limits.eps), abs=float(limits.smallest_subnormal))
            if x > -70:
                assert beside_one(x) == function(x)
            assert precision(1) + beside_one(x) == precision(1) + function(x)
        for name in (function, beside_one):
            assert np.isnan(name(precision(np.nan)))
            assert name(precision(np.inf)) == np.inf
        assert function(precision(-np.inf)) == 0

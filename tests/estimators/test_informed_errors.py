"""Models of errors that see opinions beside the features."""

from __future__ import annotations

import numpy as np
import pytest

from qconf._types import FloatArray
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.estimators.informed_errors import InformedErrors


def fitted(x: FloatArray, residual: FloatArray) -> tuple[InformedErrors, Encoded]:
    table = Encoded.of(x, TableEncoder().fit(x))
    return InformedErrors(60).fit(table, residual, np.random.RandomState(0)), table


def test_it_tells_how_likely_how_large_and_how_far_to_one_side(rng: np.random.Generator) -> None:
    """Errors that scatter, and errors that are all of one sign."""
    x = rng.uniform(size=(3000, 1))
    kind = np.minimum(3 * x[:, 0], 2).astype(int)
    residual = rng.normal(np.array([0, 0, 0.3])[kind], np.array([0.02, 0.3, 0.02])[kind])
    errors, table = fitted(x, residual)
    odds, size, bias = errors.signals(table).T
    calm, wild, biased = (kind == one for one in range(3))
    assert np.median(odds[wild]) > 3 * np.median(odds[calm])
    assert np.median(size[calm]) == pytest.approx(0.02 * 0.53, rel=0.4)
    assert np.median(bias[biased]) == pytest.approx(0.3, rel=0.2)
    # One that scatters about zero has no side.
    assert np.median(bias[wild]) < 0.25 * np.median(bias[biased])


def test_units_are_those_of_the_residuals(rng: np.random.Generator) -> None:
    """Ten times the residuals, ten times all signals."""
    x, residual = rng.uniform(size=(500, 2)), rng.normal(size=500)
    one, ten = (fitted(x, factor * residual) for factor in (1.0, 10.0))
    np.testing.assert_allclose(ten[0].signals(ten[1]), 10 * one[0].signals(one[1]), rtol=1e-3)


@pytest.mark.parametrize("residual", [np.zeros(40), np.full(40, 0.1), np.eye(40)[0]])
def test_nothing_to_learn_leaves_numbers_above_zero(residual: FloatArray) -> None:
    """No error, one error, all errors the same."""
    errors, table = fitted(np.arange(40.0)[:, None], residual)
    said = errors.signals(table)
    assert np.isfinite(said).all()
    assert (said >= 0).all()

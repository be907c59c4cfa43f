"""Residuals of young and old groups tell of one noise: the closed forms of prediction error."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.learners.online.count_rates import CountRates, Rows
from qconf.simulation.settled import expected_error, settled_squares


def stream(
    rng: np.random.Generator, groups: int = 4000, size: int = 20, sigma: float = 0.3
) -> tuple[np.ndarray, np.ndarray]:
    """Make groups far apart, all of one noise, in random order."""
    group = rng.permutation(np.repeat(np.arange(groups), size)).astype(np.int32)
    return group, rng.normal(scale=5.0, size=groups)[group] + rng.normal(
        scale=sigma, size=len(group)
    )


def test_error_of_a_group_with_n_rows(rng: np.random.Generator) -> None:
    """EPE = sigma² (1 + 1/n), for every n; settled, it is sigma² for every n."""
    group, value = stream(rng)
    model = CountRates(4000, 1e-9, centre=False)
    rows = Rows(group[:, None], np.empty((len(group), 0)), value, np.empty(0))
    predicted, novelty = model.progressive_with_novelty(rows)
    square, weight = settled_squares(predicted - value, novelty)
    n = np.rint(1 / novelty)
    for seen in (1, 2, 5, 19):
        at = n == seen
        assert ((predicted - value)[at] ** 2).mean() == pytest.approx(
            0.09 * (1 + 1 / seen), rel=0.1
        )
        assert square[at].mean() == pytest.approx(0.09, rel=0.1)
        assert weight[at].all()
    assert not weight[novelty >= 1].any()


def test_expected_errors_are_inflated_again() -> None:
    """sqrt(square (1 + novelty)); negative squares count as 0; in place if asked."""
    square = np.array([0.04, -1.0])
    assert expected_error(square, np.array([0.25, 1.0])).tolist() == pytest.approx(
        [np.sqrt(0.05), 0.0]
    )
    assert expected_error(square, np.zeros(2), out=square) is square
    assert square.tolist() == pytest.approx([0.2, 0.0])

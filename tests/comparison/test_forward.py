"""Probabilities of a comparison are made before what they are of is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from paged_results import comparison

from qconf.comparison.forward import Forward
from qconf.probability.fitting import fit_error_distribution
from qconf.probability.tiers import TIER_LIMITS, tiers


def test_each_block_is_told_of_by_the_blocks_before_it() -> None:
    """Probabilities are those of the distribution of their errors; the first block has none."""
    told = comparison()
    scores = told.scores
    block, expected, residual = (
        scores[one].to_numpy() for one in ("block", "column:fsd", "signed_residual")
    )
    before, now = block < 3, block == 3
    known = fit_error_distribution(residual[before], expected[before], time=told.time[before])
    wanted = known.probability_within(expected[now], 0.1)
    forward = Forward.of(told, "column:fsd")
    np.testing.assert_array_equal(
        forward.known[2].probability_within(expected[forward.rows[2]], 0.1), wanted
    )
    assert told.reliability(estimator="column:fsd").n == int((block > 0).sum())
    assert told.time[before].max() <= told.time[now].min()


@pytest.mark.parametrize("block", [1, 4])
def test_nothing_of_a_block_or_later_moves_what_is_said_of_it(block: int) -> None:
    """Residuals of its rows and of later ones may be anything."""
    told = comparison()
    own = told.scores["block"].to_numpy() >= block
    moved = told.scores.assign(
        signed_residual=np.where(own, 9.0, told.scores["signed_residual"].to_numpy())
    )
    before, after = (Forward.of(one, "column:fsd") for one in (told, replace(told, scores=moved)))
    expected = before.expected[before.rows[block - 1]]
    for name in range(block):
        np.testing.assert_array_equal(
            before.known[name].probability_within(expected, 0.1),
            after.known[name].probability_within(expected, 0.1),
        )
    if block < 4:
        assert not np.array_equal(
            before.known[block].probability_within(expected, 0.1),
            after.known[block].probability_within(expected, 0.1),
        )


def test_what_came_is_counted_within_x_of_the_truth() -> None:
    """By hand, on the rows of all blocks but the first."""
    told = comparison()
    later = told.scores["block"].to_numpy() > 0
    size = np.abs(told.scores["signed_residual"].to_numpy()[later])
    assert told.reliability(0.1).rate.value == pytest.approx(np.mean(size <= 0.1))
    assert told.reliability(0.3).rate.value == pytest.approx(np.mean(size <= 0.3))


def test_a_ratio_of_logarithms_is_within_x_of_the_truth() -> None:
    """On the log scale, 10 % of the truth is less than 0.1 below and more above."""
    told = comparison()
    scores = told.scores.assign(signed_residual=0.0953)
    scores.loc[scores["block"] == 2, "signed_residual"] = -0.1
    log = replace(told, error="log", scores=scores)
    later = scores["block"].to_numpy() > 0
    # log(1.1) = 0.09531, and exp(-0.1) = 0.905.
    assert log.reliability(0.1).rate.value == pytest.approx(1.0)
    short = replace(log, scores=scores.assign(signed_residual=-0.106))
    assert short.reliability(0.1).rate.value == 0.0
    assert later.any()


def test_tiers_hold_the_rows_that_their_probability_says() -> None:
    """Rows, outliers and means of each tier are those of its rows."""
    told = comparison()
    forward = Forward.of(told, "column:fsd")
    p = np.concatenate(
        [
            one.probability_outlier(forward.expected[rows], told.threshold)
            for one, rows in zip(forward.known, forward.rows, strict=True)
        ]
    )
    rows = np.concatenate(forward.rows)
    outlier = np.abs(forward.residual[rows]) > told.threshold
    named = tiers(p, TIER_LIMITS)
    table = told.tiers(estimator="column:fsd")
    assert set(table.index) == set(named)
    for name, row in table.iterrows():
        own = named == name
        assert row["n"] == own.sum()
        assert row["outlier_rate"] == pytest.approx(outlier[own].mean())
        assert row["expected"] == pytest.approx(p[own].mean())
        assert row["low"] <= row["outlier_rate"] <= row["high"]


def test_what_cannot_be_told_is_said() -> None:
    """Without a time no block is earlier; an estimator that was not compared has no scores."""
    with pytest.raises(ValueError, match="--time"):
        comparison(time=False).reliability()
    with pytest.raises(ValueError, match="Did you mean 'constant'"):
        comparison().tiers(estimator="constnat")

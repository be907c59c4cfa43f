"""Cut-offs are quantiles of scores, whatever the labels."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.certification.cut_offs import CutOffs


def test_quantiles_split_rows_evenly() -> None:
    """A thousand different scores make ten cut-offs with a hundred rows each."""
    scores = np.random.default_rng(0).permutation(1000.0 + np.arange(1000))
    cut_offs = CutOffs.of(scores, 10)
    assert cut_offs.scores.tolist() == [1099.0 + 100 * i for i in range(10)]
    assert cut_offs.cumulated(scores).tolist() == [100.0 * (i + 1) for i in range(10)]
    np.testing.assert_allclose(cut_offs.share, 0.1)


def test_few_distinct_scores_are_all_cut_offs() -> None:
    """Ties are accepted together: there is one cut-off for each value and no other."""
    scores = np.array([0.2, 0.1, 0.2, 0.2, 0.3])
    cut_offs = CutOffs.of(scores, 3)
    assert cut_offs.scores.tolist() == [0.1, 0.2, 0.3]
    assert cut_offs.share.tolist() == [0.2, 0.6, 0.2]
    assert cut_offs.cumulated(scores).tolist() == [1.0, 4.0, 5.0]
    np.testing.assert_allclose(cut_offs.typical, [0.1, 0.2, 0.3])


def test_a_large_tie_is_one_cut_off() -> None:
    """Quantiles that fall on one value count once."""
    scores = np.concatenate([np.zeros(900), np.arange(1, 101)])
    cut_offs = CutOffs.of(scores, 20)
    assert cut_offs.scores.tolist() == [0.0, 50.0, 100.0]


def test_rows_beyond_the_last_cut_off_are_in_none() -> None:
    """Scores of other rows may be higher than any that fixed the cut-offs."""
    cut_offs = CutOffs.of(np.array([1.0, 2.0]), 10)
    assert cut_offs.bin_of(np.array([0.5, 1.0, 1.5, 2.0, 2.5])).tolist() == [0, 0, 1, 1, 2]
    assert cut_offs.cumulated(np.array([0.5, 2.5])).tolist() == [1.0, 1.0]
    assert cut_offs.summed(np.array([0.5, 1.5]), np.array([3.0, 4.0])).tolist() == [3.0, 4.0]


@pytest.mark.parametrize("n_cut_offs", [1, 7, 400])
def test_the_last_accepts_all(n_cut_offs: int) -> None:
    """Whatever their number."""
    scores = np.random.default_rng(1).random(333)
    cut_offs = CutOffs.of(scores, n_cut_offs)
    assert len(cut_offs) <= n_cut_offs
    assert cut_offs.scores[-1] == scores.max()
    assert cut_offs.share.sum() == pytest.approx(1)

"""Benjamini and Hochberg's rule."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf.review.discoveries import discoveries

PS = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=30).map(np.array)


@given(PS, st.floats(0.01, 0.5))
def test_it_is_the_rule_as_it_is_written(p: np.ndarray, fdr: float) -> None:
    """Reject the k smallest, k the largest with p(k) <= fdr k / n; what is not tested, never."""
    known = np.sort(p[np.isfinite(p)])
    fits = [k for k in range(1, len(known) + 1) if known[k - 1] <= fdr * k / len(known)]
    found = discoveries(p, fdr)
    assert found.sum() >= (max(fits) if fits else 0)
    assert not found[np.isnan(p)].any()
    if fits:
        assert (found == (p <= known[max(fits) - 1])).sum() >= len(p) - (len(known) - max(fits))
        assert found[np.isfinite(p)].sum() == max(fits)
    else:
        assert not found.any()


def test_no_more_than_a_tenth_are_chance() -> None:
    """On average, of what is told among 900 of chance and 100 that are not."""
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(200):
        p = np.concatenate([rng.uniform(size=900), rng.uniform(0, 1e-3, 100)])
        found = discoveries(p, 0.1)
        shares.append(found[:900].sum() / max(found.sum(), 1))
    assert 0.05 < np.mean(shares) < 0.105

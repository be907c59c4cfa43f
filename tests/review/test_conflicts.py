"""Conflicts in a table are those of the transformer, at a higher bar."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf import InputConflict
from qconf.encoding.source_pairs import read_pairs
from qconf.review.conflicts import find_conflicts


def test_they_are_those_of_the_transformer() -> None:
    """One bias, one size and one sentence, wherever they are told."""
    rng = np.random.default_rng(0)
    tax = rng.uniform(50, 300, 400)
    listing = 1.1 * tax * np.exp(rng.normal(0, 0.01, 400))
    tax[7] *= 10
    tax[9] = 0.0
    listing[11] = np.nan
    frame = pd.DataFrame({"tax": tax, "listing": listing})
    pairs = [("tax", "listing")]
    told = InputConflict(pairs).fit(frame).describe(frame).set_index("row")
    found = find_conflicts(frame, read_pairs(pairs))
    assert np.flatnonzero(found.excess).tolist() == [7]
    assert found.excess[7] == abs(told["conflict"].to_numpy()[7])
    assert found.in_words(7, frame) == told.loc[7, "sentence"]


def test_the_largest_of_several_pairs_is_told() -> None:
    """And rows within five per cent are left alone, however exact the sources are."""
    size = np.linspace(50.0, 300.0, 60)
    b, c = size.copy(), size.copy()
    b[3] *= 2
    c[3] *= 5
    b[4] *= 1.04
    frame = pd.DataFrame({"a": size, "b": b, "c": c})
    found = find_conflicts(frame, read_pairs([("a", "b"), ("a", "c")]))
    assert np.flatnonzero(found.excess).tolist() == [3]
    assert found.pair[3] == 1
    assert found.columns == ["a", "b", "a", "c"]

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
    frame = pd.DataFrame({"tax": tax, "listing": 1.1 * tax * np.exp(rng.normal(0, 0.01, 400))})
    frame.loc[7, "tax"] *= 10
    frame.loc[9, "tax"] = 0.0
    frame.loc[11, "listing"] = np.nan
    pairs = [("tax", "listing")]
    told = InputConflict(pairs).fit(frame).describe(frame).set_index("row")
    found = find_conflicts(frame, read_pairs(pairs))
    assert np.flatnonzero(found.excess).tolist() == [7]
    assert found.excess[7] == abs(told.loc[7, "conflict"])
    assert found.in_words(7, frame) == told.loc[7, "sentence"]


def test_the_largest_of_several_pairs_is_told() -> None:
    """And rows within five per cent are left alone, however exact the sources are."""
    size = np.linspace(50.0, 300.0, 60)
    frame = pd.DataFrame({"a": size, "b": size, "c": size})
    frame.loc[3, "b"] *= 2
    frame.loc[3, "c"] *= 5
    frame.loc[4, "b"] *= 1.04
    found = find_conflicts(frame, read_pairs([("a", "b"), ("a", "c")]))
    assert np.flatnonzero(found.excess).tolist() == [3]
    assert found.pair[3] == 1
    assert found.columns == ["a", "b", "a", "c"]

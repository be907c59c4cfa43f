"""Where two sources of an input disagree, as far as a model was told which columns should agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

__all__ = ["conflicting_pairs", "conflicts_in"]


def conflicting_pairs(pair: Any) -> list[tuple[str, str]]:
    """List the columns that should agree, in twos.

    Parameters
    ----------
    pair : ConfidentRegressor
        Fitted; its confidence estimator may know an `InputConflict`.
    """
    known = getattr(pair.confidence_, "conflict_", None)
    pairs: Any = () if known is None else known.pairs
    named = pairs.values() if isinstance(pairs, Mapping) else pairs
    return [(str(first), str(second)) for first, second in named]


def conflicts_in(pair: Any, frame: pd.DataFrame) -> dict[tuple[int, str], str]:
    """Say where sources disagree more than usual.

    Parameters
    ----------
    pair : ConfidentRegressor
    frame : DataFrame of shape (n_rows, n_features)
        As the models read it.

    Returns
    -------
    dict of (int, str) to str
        A sentence for each position of a row and column of a pair.
    """
    pairs = conflicting_pairs(pair)
    if not pairs:
        return {}
    told = pair.confidence_.conflict_.describe(frame)
    found: dict[tuple[int, str], str] = {}
    for row, own in told.groupby("row"):
        for names, unusual, sentence in zip(pairs, own["unusual"], own["sentence"], strict=True):
            if unusual:
                found.update({(int(str(row)), name): str(sentence) for name in names})
    return found

"""Whether expected errors are in error units: by decile, on the scores of the leaderboard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.leaderboard import CACHE
from benchmarks.scenarios import available
from benchmarks.scores import Scores
from benchmarks.valuations import Memory
from qconf.evaluation.ranking import rank_within

__all__ = ["by_decile", "run"]

CONTENDERS = ("blend", "residual", "quantile")


def run(folder: Path | None, seeds: int, cache: Path = CACHE) -> pd.DataFrame:
    """Judge what the leaderboard has kept; one row a table, contender and decile.

    Parameters
    ----------
    folder : Path or None
        Of the tables.
    seeds : int
    cache : Path
        Where the leaderboard keeps its scores; run that first.

    Returns
    -------
    DataFrame
        ``within`` is the share of rows whose absolute residual is at most the expected error,
        ``beside_overall`` by how much it is above that of all rows, ``standard_error`` what
        chance alone would do to it in one seed, and ``level`` the mean squared expected error
        over the mean squared residual; means over seeds.
    """
    scores = Scores(cache, Memory())
    rows = []
    for scenario in available(folder):
        for contender in CONTENDERS:
            seeded = [scores.read([contender], scenario.id, seed) for seed in range(seeds)]
            told = [by_decile(one[contender]) for one in seeded if one]
            if told:
                mean = pd.concat(told).groupby(level=0).mean().round(4).reset_index()
                mean.insert(0, "scenario", scenario.id)
                mean.insert(1, "seeds", len(told))
                mean.insert(2, "contender", contender)
                rows.append(mean)
    return pd.concat(rows, ignore_index=True)


def by_decile(scores: pd.DataFrame) -> pd.DataFrame:
    """Compare expected errors with residuals in each decile of the rows of each block.

    Parameters
    ----------
    scores : DataFrame of shape (n_rows, ...)
        With ``score``, ``signed_residual`` and ``block``.

    Returns
    -------
    DataFrame of shape (10, 4)
        The safest decile is 1.
    """
    expected = scores["score"].to_numpy(dtype=np.float64)
    residual = scores["signed_residual"].to_numpy(dtype=np.float64)
    within = np.abs(residual) <= expected
    share = rank_within(expected, scores["block"].to_numpy(dtype=np.intp))
    decile = np.minimum((10 * share).astype(int), 9) + 1
    squares = pd.DataFrame({"expected": expected**2, "found": residual**2}).groupby(decile).mean()
    held = pd.Series(within).groupby(decile)
    overall = within.mean()
    return pd.DataFrame(
        {
            "within": held.mean(),
            "beside_overall": held.mean() - overall,
            "standard_error": np.sqrt(overall * (1 - overall) / held.size()),
            "level": squares["expected"] / squares["found"],
        }
    ).rename_axis("decile")

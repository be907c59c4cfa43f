"""With whom the reference is compared: the best peer of a table, or the best over all tables.

Both are chosen by the very rates that are compared, which is in the peers' favour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.ratios import HALF_A_POINT

__all__ = ["ADDED", "Rival", "best_of_each_table", "best_over_all_tables"]

#: The measures, and what is added to each before ratios are taken.
ADDED = {"best_decile_rate": HALF_A_POINT, "aurc": 0.0}


@dataclass(frozen=True)
class Rival:
    """A peer on a table, over the seeds that the reference has too.

    Attributes
    ----------
    scenario, peer : str
    seeds : tuple of int
    own, theirs : float
        Means over these seeds: the reference's, and the peer's.
    """

    scenario: str
    peer: str
    seeds: tuple[int, ...]
    own: float
    theirs: float

    def log_lead(self, added: float) -> float:
        """Return the log of the peer's mean over ours: negative where the peer is better."""
        return float(np.log((self.theirs + added) / (self.own + added)))


def best_of_each_table(
    measured: pd.DataFrame, measure: str, reference: str, kinds: list[str]
) -> list[Rival]:
    """Find for each table the peer with the lowest ratio to the reference.

    Parameters
    ----------
    measured : DataFrame
        The leaderboard.
    measure : {"best_decile_rate", "aurc"}
    reference : str
    kinds : list of str
        Which contenders are peers.

    Returns
    -------
    list of Rival
        In the order of the tables.
    """
    best: dict[str, Rival] = {}
    for one in _rivals(measured, measure, reference, kinds):
        known = best.get(one.scenario)
        if known is None or one.log_lead(ADDED[measure]) < known.log_lead(ADDED[measure]):
            best[one.scenario] = one
    return list(best.values())


def best_over_all_tables(
    measured: pd.DataFrame, measure: str, reference: str, kinds: list[str]
) -> list[Rival]:
    """Find the peer with the lowest geometric mean, among those that ran on every table.

    It is the one that somebody would choose who does not know the table. Parameters are those of
    `best_of_each_table`.
    """
    rivals = _rivals(measured, measure, reference, kinds)
    tables = {one.scenario for one in rivals}
    by_peer: dict[str, list[Rival]] = {}
    for one in rivals:
        by_peer.setdefault(one.peer, []).append(one)
    whole = [of_one for of_one in by_peer.values() if len(of_one) == len(tables)]
    if not whole:
        return []

    def mean(of_one: list[Rival]) -> float:
        return float(np.mean([one.log_lead(ADDED[measure]) for one in of_one]))

    return min(whole, key=mean)


def _rivals(measured: pd.DataFrame, measure: str, reference: str, kinds: list[str]) -> list[Rival]:
    found = []
    for scenario in dict.fromkeys(measured["scenario"]):
        here = measured[measured["scenario"] == scenario]
        own = here[here["contender"] == reference].set_index("seed")[measure]
        for peer, rows in here[here["kind"].isin(kinds)].groupby("contender"):
            theirs = rows.set_index("seed")[measure]
            seeds = sorted(set(own.index) & set(theirs.index))
            if seeds:
                means = float(own[seeds].mean()), float(theirs[seeds].mean())
                found.append(Rival(scenario, str(peer), tuple(seeds), *means))
    return found

"""The world of four archetypes: easy and hard houses, in groups that are common or rare.

From the published simulation of a house-buying company's data science team (2016-17): for each
replicate there are four groups of houses that differ in size and in noise, and the only feature
is the group. It is the smallest world in which an estimate of the error is itself uncertain.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["ARCHETYPES", "archetypes"]

#: Name, rows a group, sigma.
ARCHETYPES = (
    ("small infill", 10, 0.05),
    ("model match", 40, 0.05),
    ("custom celebrity", 10, 0.10),
    ("McMansion", 40, 0.10),
)


def archetypes(
    replicates: int = 400, *, group_mean_sd: float = 0.5, random_state: int = 0
) -> pd.DataFrame:
    """Draw houses from the four archetypes, in random order.

    Parameters
    ----------
    replicates : int, default=400
        Groups of each archetype; there are 100 rows for each replicate.
    group_mean_sd : float, default=0.5
        Standard deviation of the group means. It was not published; 0.5 in log price is about
        the spread between the neighbourhoods of a city.
    random_state : int, default=0

    Returns
    -------
    DataFrame of shape (100 * replicates, 3)
        ``group`` (a name), ``archetype`` (the truth; not a feature) and ``value``: group mean +
        sigma * Normal.

    Examples
    --------
    >>> archetypes(2).groupby("archetype", sort=False).size().sort_index().to_dict()
    {'McMansion': 80, 'custom celebrity': 20, 'model match': 80, 'small infill': 20}
    """
    rng = np.random.default_rng(random_state)
    names = np.array([name for name, _, _ in ARCHETYPES])
    size = np.tile([rows for _, rows, _ in ARCHETYPES], replicates)
    sigma = np.tile([sigma for _, _, sigma in ARCHETYPES], replicates)
    group = np.repeat(np.arange(len(size)), size)
    mean = rng.normal(scale=group_mean_sd, size=len(size))[group]
    value = mean + sigma[group] * rng.normal(size=len(group))
    world = pd.DataFrame(
        {
            "group": np.char.add("g", (group + 1).astype(str)),
            "archetype": names[group % len(names)],
            "value": value,
        }
    )
    return world.iloc[rng.permutation(len(world))].reset_index(drop=True)

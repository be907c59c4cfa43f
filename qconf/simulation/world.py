"""Draw the world of four archetypes: easy and hard houses, in common and rare groups.

From the published simulation of a house-buying company's data science team (2016-17): as many
groups of houses of each of four archetypes, which differ in size and in noise, and no feature but
the group. It is the smallest world in which an estimate of the error is itself uncertain.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.renamed import renamed
from qconf.simulation.parameters import check_world

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ARCHETYPES", "Archetype", "World", "archetypes", "draw_world"]


#: Rows that are placed at a time, so that what is between stays in the processor's cache.
_AT_ONCE = 1 << 17


class Archetype(NamedTuple):
    """A kind of house.

    Attributes
    ----------
    name : str
    kind : str
        In two words: how many there are, and how hard they are to value.
    rows : int
        Houses in each of its groups.
    sigma : float
        Standard deviation of their values around their group's mean.
    """

    name: str
    kind: str
    rows: int
    sigma: float


ARCHETYPES = (
    Archetype("small infill", "rare, easy", 10, 0.05),
    Archetype("model match", "common, easy", 40, 0.05),
    Archetype("custom celebrity", "rare, hard", 10, 0.10),
    Archetype("McMansion", "common, hard", 40, 0.10),
)


@dataclass(frozen=True, eq=False)
class World:
    """Houses in the order of time.

    Attributes
    ----------
    group : ndarray of shape (n_rows,), dtype int32
        From 0; archetypes take turns.
    value : ndarray of shape (n_rows,)
    n_groups : int
    group_mean_sd : float
    """

    group: NDArray[np.int32]
    value: FloatArray
    n_groups: int
    group_mean_sd: float

    @property
    def archetype(self) -> NDArray[np.int32]:
        """Which of `ARCHETYPES` each row is: the truth, which no estimator sees."""
        return self.group % len(ARCHETYPES)


def draw_world(groups_of_each: int, group_mean_sd: float, seed: int) -> World:
    """Draw as many groups of each archetype, and their houses in random order.

    Parameters
    ----------
    groups_of_each : int
    group_mean_sd : float
        Standard deviation of the group means.
    seed : int

    Returns
    -------
    World
        With 100 rows for four groups, one of each.
    """
    # Order, group means and houses each from a stream of their own: at another spread of group
    # means it is the same world, stretched.
    order, means, houses = np.random.default_rng(seed).spawn(3)
    n_groups = len(ARCHETYPES) * groups_of_each
    size = np.tile([one.rows for one in ARCHETYPES], groups_of_each)
    sigma = np.tile([one.sigma for one in ARCHETYPES], groups_of_each)
    mean = means.normal(scale=group_mean_sd, size=n_groups)
    value = np.empty(int(size.sum()))

    def place(part: slice) -> None:
        value[part] *= sigma[group[part]]
        value[part] += mean[group[part]]

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        # The order is sorted meanwhile, which takes longest.
        noise = pool.submit(houses.standard_normal, out=value)
        group = _in_random_order(np.repeat(np.arange(n_groups, dtype=np.int64), size), order)
        noise.result()
        starts = range(0, len(value), _AT_ONCE)
        list(pool.map(place, [slice(start, start + _AT_ONCE) for start in starts]))
    return World(group, value, n_groups, group_mean_sd)


def _in_random_order(group: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int32]:
    """Shuffle by sorting random numbers with the groups in their last bits.

    Three times as fast as swapping: a sort runs through memory in order, and in vector units.
    """
    bits = int(group.max()).bit_length()
    key = rng.integers(2 ** (62 - bits), size=len(group)) << bits
    key |= group
    key.sort()
    key &= 2**bits - 1
    return key.astype(np.int32)


@renamed(replicates="groups_of_each")
def archetypes(
    groups_of_each: int = 400, *, group_mean_sd: float = 0.1, random_state: int = 0
) -> pd.DataFrame:
    """Draw houses from the four archetypes as a table, in random order.

    Parameters
    ----------
    groups_of_each : int, default=400
        Groups of each archetype; four groups, one of each, have 100 rows.
    group_mean_sd : float, default=0.1
        Standard deviation of the group means. It was not published, but found by matching: with
        0.1 the published method has both published overall figures.
    random_state : int, default=0

    Returns
    -------
    DataFrame of shape (100 * groups_of_each, 3)
        ``group`` (a name), ``archetype`` (the truth; not a feature) and ``value``: group mean +
        sigma * Normal.

    Raises
    ------
    OptionError
        If a parameter breaks its rule.

    Examples
    --------
    >>> archetypes(2).groupby("archetype", sort=False).size().sort_index().to_dict()
    {'McMansion': 80, 'custom celebrity': 20, 'model match': 80, 'small infill': 20}
    """
    import pandas as pd  # noqa: PLC0415 - the simulation itself does without

    check_world(groups_of_each, group_mean_sd, random_state)
    world = draw_world(groups_of_each, group_mean_sd, random_state)
    names = np.array([one.name for one in ARCHETYPES])
    return pd.DataFrame(
        {
            "group": np.char.add("g", (world.group + 1).astype(str)),
            "archetype": names[world.archetype],
            "value": world.value,
        }
    )

"""The published figures of the simulation, to be laid beside ours."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["PUBLISHED", "PublishedRow"]


class PublishedRow(NamedTuple):
    """One line of the published tables.

    Attributes
    ----------
    outlier_rate, mae : float
    composition : tuple of float
        Shares of the four archetypes, in the order of `qconf.simulation.world.ARCHETYPES`.
    """

    outlier_rate: float
    mae: float
    composition: tuple[float, ...]


#: "Confidence models", the data science team of Opendoor, 2016-17. How their group means spread
#: was not published, nor the settings of their learner.
PUBLISHED: Final[dict[str, PublishedRow]] = {
    "overall": PublishedRow(0.1156, 0.074, (0.10, 0.40, 0.10, 0.40)),
    "error model": PublishedRow(0.04453, 0.055, (0.1817, 0.6483, 0.06421, 0.1058)),
    "conservative error model": PublishedRow(0.02582, 0.051, (0.1125, 0.8019, 0.02207, 0.06354)),
}

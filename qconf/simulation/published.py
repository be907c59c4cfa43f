"""List the published figures of the simulation, and the rows of ours that reproduce them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

__all__ = [
    "AS_PUBLISHED", "CONSERVATIVE", "ERROR_MODEL", "OVERALL", "PUBLISHED", "PublishedRow",
    "published_beside",
]  # fmt: skip

#: Our rows of the published method.
OVERALL: Final = "overall, as published"
ERROR_MODEL: Final = "error model, as published"
CONSERVATIVE: Final = "conservative, as published"
#: These judge the residuals of the published valuation model; all other rows, those of ours.
AS_PUBLISHED: Final = (OVERALL, ERROR_MODEL, CONSERVATIVE)


class PublishedRow(NamedTuple):
    """One line of the published tables.

    Attributes
    ----------
    reproduced_by : str
        The row of ours that does what was published.
    outlier_rate, mae : float
    composition : tuple of float
        Shares of the four archetypes, in the order of `qconf.simulation.world.ARCHETYPES`.
    """

    reproduced_by: str
    outlier_rate: float
    mae: float
    composition: tuple[float, ...]

    def to_dict(self, archetypes: list[str]) -> dict[str, Any]:
        """Return plain numbers, ready for JSON."""
        return {
            "outlier_rate": self.outlier_rate,
            "mae": self.mae,
            "composition": dict(zip(archetypes, self.composition, strict=True)),
            "reproduced_by": self.reproduced_by,
        }


#: "Confidence models", the data science team of Opendoor, 2016-17. How their group means spread
#: was not published, nor the settings of their learner: both were found by matching
#: (docs/decisions/0001-published-simulation.md).
PUBLISHED: Final[dict[str, PublishedRow]] = {
    "overall": PublishedRow(OVERALL, 0.1156, 0.074, (0.10, 0.40, 0.10, 0.40)),
    "error model": PublishedRow(ERROR_MODEL, 0.04453, 0.055, (0.1817, 0.6483, 0.06421, 0.1058)),
    "conservative error model": PublishedRow(
        CONSERVATIVE, 0.02582, 0.051, (0.1125, 0.8019, 0.02207, 0.06354)
    ),
}


def published_beside(estimator: str) -> PublishedRow | None:
    """Return what was published of what a row of ours reproduces, if it does."""
    found = [one for one in PUBLISHED.values() if one.reproduced_by == estimator]
    return found[0] if found else None

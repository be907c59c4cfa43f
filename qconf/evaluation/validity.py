"""What limits an interval, said beside it."""

from __future__ import annotations

from qconf.core.estimate import Estimate, in_percent
from qconf.evaluation.sampling import Sampling

__all__ = ["limits_of_validity"]

_FEW_GROUPS = 20
_LARGE_GROUP = 0.2
_FEW_MOMENTS = 20
_FEW_OUTLIERS = 15
#: So many times the variance of independent rows is more than a detail.
_LARGE_EFFECT = 4.0
#: From here on slow waves are too quick: AR(0.9) over 100 periods leaves 88 % where 95 are meant.
_TOO_PERSISTENT = 0.8


def limits_of_validity(rate: Estimate, n_rows: int, sampling: Sampling) -> tuple[str, ...]:
    """Say in one line each why the intervals of an evaluation should be taken with care.

    Parameters
    ----------
    rate : Estimate
        The outlier rate of all rows, with the number of independent rows it is worth.
    n_rows : int
    sampling : Sampling

    Returns
    -------
    tuple of str
        Empty where none of these limits is met.
    """
    told = [*_of_outliers(rate, n_rows), *_of_groups(sampling), *_of_time(rate, n_rows, sampling)]
    return tuple(told)


def _of_outliers(rate: Estimate, n_rows: int) -> list[str]:
    outliers = round(rate.value * n_rows)
    few, what = min((outliers, "outliers"), (n_rows - outliers, "rows that are no outliers"))
    if few >= _FEW_OUTLIERS:
        return []
    return [
        f"Only {few} of {n_rows:,} rows are outliers: the intervals are rough, and for the "
        "safest rows rather too wide."
        if what == "outliers"
        else f"Only {few} of {n_rows:,} rows are no outliers: the intervals are rough."
    ]


def _of_groups(sampling: Sampling) -> list[str]:
    told = []
    if sampling.n_groups is not None and sampling.n_groups < _FEW_GROUPS:
        told.append(
            f"There are only {sampling.n_groups} groups: the intervals rest on how those differ, "
            "and may be too narrow."
        )
    if sampling.largest_share >= _LARGE_GROUP:
        told.append(
            f"One group has {in_percent(sampling.largest_share, 0)} of the rows: the intervals "
            "hang on it, and may be too narrow or too wide."
        )
    return told


def _of_time(rate: Estimate, n_rows: int, sampling: Sampling) -> list[str]:
    waves = sampling.waves
    if waves is None:
        return []
    told = []
    if waves.n_moments < _FEW_MOMENTS:
        told.append(
            f"There are only {waves.n_moments} distinct times: the intervals rest on how those "
            "differ, and may be too narrow or very wide."
        )
    worth = rate.n_effective or n_rows
    if n_rows / worth >= _LARGE_EFFECT:
        line = (
            f"Errors rise and fall slowly in time: the overall rate is worth about {worth:,.0f} "
            f"independent rows, not {n_rows:,}, and the intervals are rough"
        )
        narrow = waves.persistence >= _TOO_PERSISTENT
        told.append(line + ("; they may be too narrow." if narrow else "."))
    return told

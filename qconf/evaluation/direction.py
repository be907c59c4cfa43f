"""A score whose higher values mean more confidence, told by the rows it calls safest."""

from __future__ import annotations

from qconf.core.estimate import Estimate, in_percent

__all__ = ["wrong_way_round"]


def wrong_way_round(
    safest: Estimate, overall: Estimate, aurc_difference: Estimate, name: str = ""
) -> tuple[str, ...]:
    """Say in a line that a score looks the wrong way round.

    Parameters
    ----------
    safest, overall : Estimate
        The outlier rate of the rows that it calls safest, and of all.
    aurc_difference : Estimate
        What the area under the risk-coverage curve is above that without skill.
    name : str, default=""
        Of the score.

    Returns
    -------
    tuple of str
        Empty unless both the safest rows and the order of all rows are worse by more than chance.

    Examples
    --------
    >>> all_rows, area = Estimate(0.42, (0.41, 0.43)), Estimate(0.1, (0.08, 0.12))
    >>> wrong_way_round(Estimate(0.61, (0.58, 0.64)), all_rows, area, "conf")[0].split(":")[0]
    "The score 'conf' looks the wrong way round"
    >>> wrong_way_round(Estimate(0.43, (0.40, 0.46)), all_rows, area)
    ()
    """
    if safest.interval[0] <= overall.value or aurc_difference.interval[0] <= 0:
        return ()
    which = f"The score {name!r}" if name else "The score"
    line = (
        f"{which} looks the wrong way round: of the rows that it calls safest "
        f"{in_percent(safest.value)} are outliers, of all rows {in_percent(overall.value)}. Lower "
        "must mean more confident: turn it round, such as to 1 - score."
    )
    return (line,)

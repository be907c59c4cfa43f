"""What a shadow says of a batch of predictions."""

from __future__ import annotations

from dataclasses import dataclass

from qconf.core.estimate import in_percent

__all__ = ["Verdict", "statement"]

_WHAT_TO_DO = (
    "Fit again with these predictions; or, if the model is the same and follows the market, say "
    "--changed-valuation-ok."
)


@dataclass(frozen=True)
class Verdict:
    """Whether predictions can come from the valuation model of `fit`.

    Attributes
    ----------
    p_value : float
        At most x with a chance of at most x, if the model is the same; from 0 to 1.
    changed : bool
        Whether it is at most the level.
    statement : str
        One line: what was found, on how many rows, how large it is, what to do.
    n_rows : int
        Rows that could be judged: unlike those of `fit`, but nowhere outside of their values.
    difference : float
        Median difference from what the model of `fit` is expected to say: relative, or, where
        its predictions were not all positive, in mean distances of these to their median. Not a
        number without such rows.
    usual_difference : float
        The same of held-out rows of `fit`.
    """

    p_value: float
    changed: bool
    statement: str
    n_rows: int
    difference: float
    usual_difference: float


def statement(
    changed: bool, what: str, n_rows: int, difference: float, usual: float, unit: str
) -> str:
    """Say a verdict in one line."""
    if not changed:
        return f"Nothing says that the predictions of {n_rows:,} rows come from another model."
    return (
        f"The valuation model has changed: {what}{_how_far(n_rows, difference, usual, unit)}. "
        f"{_WHAT_TO_DO}"
    )


def _how_far(n_rows: int, difference: float, usual: float, unit: str) -> str:
    """Say how far predictions are off; rows that were in the fit are not among these."""
    if n_rows == 0:
        return ""
    rows = "the 1 row that was" if n_rows == 1 else f"the {n_rows:,} rows that were"
    of = f" {unit}" if unit else ""
    return (
        f" (of {rows} not in the fit, the median prediction is {in_percent(difference)}{of} away "
        f"from what the model of the fit would say, where {in_percent(usual)} is usual)"
    )

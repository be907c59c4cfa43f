"""Read what experts believe of the size of errors: effects on the log of the expected error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, Final

import numpy as np
import pandas as pd

from qconf._types import FloatArray, TableLike
from qconf.core.frames import as_frame_if_table
from qconf.core.plain_columns import plain_columns
from qconf.core.row_by_row import product
from qconf.core.validation import check_no_infinity
from qconf.encoding.readable_design import BASE
from qconf.errors import OptionError, TableError
from qconf.learners.linear.coefficient_prior import OTHERS, CoefficientPrior
from qconf.learners.linear.prior_columns import (
    named_frame,
    read_terms,
    seen_ranges,
    term_values,
    within_reason,
)

__all__ = [
    "ErrorPrior",
    "believed_of_errors",
    "expected_by_rules",
    "read_prior",
    "rows_for",
    "rules_as_prior",
]

#: Effects of terms with their standard deviations, or what a fit believes.
ErrorPrior = Mapping[str, Any] | CoefficientPrior
#: What is learned is the logarithm of so many times a power of the error.
_FACTORS: Final = {"squared": 2.0, "absolute": 1.0}
#: A typical error may be wrong by a factor of e.
_SD_OF_BASE = 1.0
#: What there is no rule for matters little: a tenth for one standard deviation of a number.
_SD_OF_OTHERS = 0.1
_VALUE_AND_SD = 2
_MISSING = " missing"
#: Logarithms of larger numbers are no numbers.
_MOST = 150.0


def read_prior(prior: ErrorPrior | None, learner: Any, target: str) -> CoefficientPrior | None:
    """Read a prior, in the units of what is learned.

    Parameters
    ----------
    prior : mapping, CoefficientPrior or None
        Of the logarithm of the expected error.
    learner : str or regressor
    target : str
        What is learned of residuals; of squares, a coefficient is twice the effect.

    Returns
    -------
    CoefficientPrior or None
        None where nothing is believed of anything.

    Raises
    ------
    OptionError
    """
    if prior is None:
        return None
    if learner != "glm" or target not in _FACTORS:
        msg = (
            "prior is for learner='glm' with the target 'squared' or 'absolute', got learner="
            f"{learner!r} and target={target!r}."
        )
        raise OptionError(msg)
    read = prior if isinstance(prior, CoefficientPrior) else CoefficientPrior.of(prior)
    if read.has_base and target != "squared":
        msg = f"A typical error is for target='squared', got target={target!r}."
        raise OptionError(msg)
    return read.scaled(_FACTORS[target]) if read.says_anything else None


def believed_of_errors(posterior: CoefficientPrior, target: str, factor: float) -> CoefficientPrior:
    """Return what is believed of what was learned as belief of the expected error.

    Parameters
    ----------
    posterior : CoefficientPrior
        In the units of what was learned.
    target : str
    factor : float
        What expected errors were multiplied with to calibrate them.
    """
    return posterior.scaled(1.0 / _FACTORS[target]).shifted(float(np.log(factor)))


def rules_as_prior(
    typical_error: float | Sequence[float],
    effects: Mapping[str, Any],
    typical: Mapping[str, float] | None,
) -> CoefficientPrior:
    """Make the prior of an expert's rules, which says of any row how large its error is.

    Parameters
    ----------
    typical_error : float or (float, float)
        The expected error of a typical row; and the standard deviation of its logarithm.
    effects : mapping of str to (float, float)
    typical : mapping of str to float or None

    Raises
    ------
    OptionError
    """
    given = typical_error
    two = (given, _SD_OF_BASE) if isinstance(given, Real) else tuple(given)  # type: ignore[arg-type]
    right = len(two) == _VALUE_AND_SD and all(isinstance(one, Real) for one in two)
    if not (right and 0 < float(two[0]) < np.inf and 0 < float(two[1]) < np.inf):
        msg = (
            "typical_error must be a number > 0, or one and the standard deviation of its "
            f"logarithm, such as (0.08, 0.5); got {typical_error!r}."
        )
        raise OptionError(msg)
    if BASE in effects:
        msg = f"What rules say of {BASE!r} is their typical_error; leave it out."
        raise OptionError(msg)
    base = float(np.log(float(two[0]))), float(two[1])
    return CoefficientPrior.of({OTHERS: (0.0, _SD_OF_OTHERS), BASE: base, **effects}, typical)


def expected_by_rules(prior: CoefficientPrior, X: TableLike, z: float) -> FloatArray:
    """Expect errors by rules alone.

    Parameters
    ----------
    prior : CoefficientPrior
        Of the logarithm of the expected error, with a base.
    X : DataFrame or array-like of shape (n_samples, n_features)
        May have more columns than there are rules for.
    z : float
        How many standard deviations higher, in logarithms.

    Returns
    -------
    ndarray of shape (n_samples,)

    Raises
    ------
    OptionError
        If there is no column for a rule.
    TableError
        If it is no table.
    """
    table = as_frame_if_table(X)
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(np.asarray(table))
    if len(frame) == 0:
        msg = f"The table is empty: {frame.shape[0]} rows, {frame.shape[1]} columns."
        raise TableError(msg)
    frame = named_frame(plain_columns(frame))
    check_no_infinity(frame)
    terms = read_terms(prior.terms, frame)
    place = [prior.terms.index(BASE), *(prior.terms.index(term.name) for term in terms)]
    values = term_values(terms, prior.typical, frame)
    seen = seen_ranges(terms, prior.typical, prior.seen)
    values = within_reason(values, terms, prior.mean[place[1:]], seen, prior.lowers)
    matrix = np.column_stack([np.ones(len(frame)), values])
    eta = product(matrix, prior.mean[place])
    if z != 0.0:
        covariance = np.asarray(np.linalg.inv(prior.precision), np.float64)[np.ix_(place, place)]
        eta += z * np.sqrt((product(matrix, covariance) * matrix).sum(axis=1))
    return np.exp(np.clip(eta, -_MOST, _MOST))


def rows_for(prior: CoefficientPrior) -> pd.DataFrame:
    """Make a few rows that rules speak of, by which these are known again.

    Parameters
    ----------
    prior : CoefficientPrior

    Returns
    -------
    DataFrame of shape (3, n_columns)
        Numbers around the typical one, or the levels that there are rules for, and a gap.
    """
    cells: dict[str, list[Any]] = {}
    for term in prior.terms:
        column, is_level, level = term.removesuffix(_MISSING).partition("=")
        if is_level:
            cells[column] = [level, "another", None]
        elif term != BASE:
            centre = prior.typical.get(column, 0.0)
            cells.setdefault(column, [centre - 1.0, centre + 1.0, np.nan])
    return pd.DataFrame(cells, index=range(3))

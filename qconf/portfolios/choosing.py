"""Choose a model for each portfolio: another than before only where it is shown to be better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from qconf._types import FloatArray
from qconf.core.error_scale import ErrorScale
from qconf.evaluation.equal_periods import FEWEST_PERIODS, EqualPeriods
from qconf.portfolios.differences import Seen, fit_differences, means_by
from qconf.portfolios.result import PortfolioChoice
from qconf.portfolios.rows import Rows
from qconf.portfolios.summing import SumsByLabels, SumsByTime

__all__ = ["LEAST_ROWS", "choose_by_fit", "choose_by_labels"]

#: Fewer labelled portfolios do not tell how far expected differences come true in one of them.
_LEAST_PORTFOLIOS = 5
LEAST_ROWS = 50
#: A larger squared residual, of all that any model has, counts as this quantile of them.
_LARGEST = 0.995
_AS_OF = (
    "Rows have no time: sums are told as of the labelled rows, and where the market has moved "
    "since, all of them are off by that as well. Name the time of both tables: time=..."
)
_FEW_PERIODS = (
    f"The labelled rows make fewer than {FEWEST_PERIODS} periods of 30 rows, too few to tell how "
    "far the level of all values moves: how sure a sum is cannot be said."
)
_TOO_FAR = (
    "Of {} of {} portfolios rows lie further ahead than the labelled ones reach back: how sure "
    "their sums are cannot be said."
)
_TINY = float(np.finfo(float).tiny)


def choose_by_labels(
    rows: Rows, labelled: Rows, scale: ErrorScale, confidence_level: float
) -> PortfolioChoice:
    """Hold what models expect of their errors against what came, and choose.

    Parameters
    ----------
    rows : Rows
        Without outcomes.
    labelled : Rows
        With outcomes, of the same models.
    scale : ErrorScale
    confidence_level : float

    Returns
    -------
    PortfolioChoice
    """
    came = _capped_squares(labelled)
    errors = {name: float(np.sqrt(one.mean())) for name, one in came.items()}
    ratios = {
        name: errors[name] / float(np.sqrt(max(float(one.mean()), _TINY)))
        for name, one in labelled.squared.items()
    }
    rows, labelled = rows.scaled(ratios), labelled.scaled(ratios)
    before = min(errors, key=lambda name: errors[name])
    portfolios = np.unique(rows.portfolio)
    told = _differences(rows, labelled, came, before, portfolios)
    sums, notes = _sums(list(errors), rows, labelled, scale, portfolios)
    if told is None:
        notes.append(
            f"The labelled rows are of fewer than {_LEAST_PORTFOLIOS} portfolios, too few to tell "
            "how far expected differences come true in one: nothing is distinguishable."
        )
    return _chosen(rows, portfolios, errors, ratios, told, sums, scale, confidence_level, notes)


def choose_by_fit(
    rows: Rows, errors: Mapping[str, float], scale: ErrorScale, confidence_level: float
) -> PortfolioChoice:
    """Take the model that was better before, and tell what each expects.

    Parameters
    ----------
    rows : Rows
    errors : mapping of str to float
        Root mean squared residuals of rows that were held out.
    scale : ErrorScale
    confidence_level : float

    Returns
    -------
    PortfolioChoice
    """
    note = (
        "Without labelled rows nobody knows how far what models expect of their errors comes true: "
        "nothing is distinguishable, and how sure a sum is cannot be said; pass labelled=(X, y)."
    )
    portfolios, ratios = np.unique(rows.portfolio), dict.fromkeys(errors, 1.0)
    unknown = {name: SumsByLabels(name, scale) for name in errors}
    return _chosen(rows, portfolios, errors, ratios, None, unknown, scale, confidence_level, [note])


def _sums(
    names: list[str], rows: Rows, labelled: Rows, scale: ErrorScale, portfolios: Any
) -> tuple[dict[str, SumsByLabels | SumsByTime], list[str]]:
    """Learn how sure sums are, and say what is not known of them."""
    if rows.time is None or labelled.time is None:
        return {name: SumsByLabels.learn(name, labelled, scale) for name in names}, [_AS_OF]
    periods = EqualPeriods.of(labelled.time)
    if periods is None:
        return {name: SumsByLabels(name, scale) for name in names}, [_FEW_PERIODS]
    sums = {name: SumsByTime.learn(name, labelled, scale, periods) for name in names}
    if any(one.market is None for one in sums.values()):
        return dict(sums), [_FEW_PERIODS]
    far = len(np.unique(rows.portfolio[periods.is_too_far(rows.time)]))
    return dict(sums), [_TOO_FAR.format(far, len(portfolios))] if far else []


def _capped_squares(labelled: Rows) -> dict[str, FloatArray]:
    """Square residuals, so that no single row decides between two models."""
    squares = {name: one**2 for name, one in labelled.residual.items()}
    cap = float(np.quantile(np.concatenate(list(squares.values())), _LARGEST))
    return {name: np.minimum(one, cap) for name, one in squares.items()}


def _differences(
    rows: Rows,
    labelled: Rows,
    came: Mapping[str, FloatArray],
    before: str,
    portfolios: Any,
) -> dict[str, tuple[FloatArray, FloatArray]] | None:
    """Return mean and standard deviation of how much worse each other model is, by portfolio."""
    # Of all labelled portfolios it is learned how far expected differences come true.
    learned = np.unique(labelled.portfolio)
    if len(learned) < _LEAST_PORTFOLIOS:
        return None
    own, codes = labelled.codes(learned), rows.codes(portfolios)
    known = labelled.codes(portfolios)
    told = {}
    for name in came:
        if name == before:
            continue
        difference = came[name] - came[before]
        expected = labelled.squared[name] - labelled.squared[before]
        fitted = fit_differences(Seen.of(difference, expected, own, len(learned)))
        n, mean, square = means_by(
            rows.squared[name] - rows.squared[before], codes, len(portfolios)
        )
        of_rows = np.maximum(square - mean**2, 0.0) / np.maximum(n - 1, 1)
        seen = Seen.of(difference, expected, known, len(portfolios))
        posterior, variance = fitted.posterior(mean, of_rows, seen)
        told[name] = posterior, np.sqrt(variance)
    return told


def _chosen(
    rows: Rows,
    portfolios: Any,
    errors: Mapping[str, float],
    ratios: Mapping[str, float],
    told: Mapping[str, tuple[FloatArray, FloatArray]] | None,
    sums: Mapping[str, SumsByLabels | SumsByTime],
    scale: ErrorScale,
    confidence_level: float,
    notes: list[str],
) -> PortfolioChoice:
    """Put everything together, a line for each portfolio and model."""
    before = min(errors, key=lambda name: errors[name])
    codes, n_all = rows.codes(portfolios), len(portfolios)
    # Of all differences of a portfolio at once (Šidák).
    reach = float(norm.ppf((1 + confidence_level ** (1 / max(len(errors) - 1, 1))) / 2))
    parts = []
    for name in errors:
        difference, error = np.full(n_all, np.nan), np.full(n_all, np.nan)
        if name == before:
            difference = error = np.zeros(n_all)
        elif told is not None:
            difference, error = told[name]
        summed = sums[name].sums(rows, codes, n_all)
        sum_reach = summed.reach(confidence_level)
        told_of_model = {
            "portfolio": portfolios,
            "model": name,
            "n": np.bincount(codes, minlength=n_all),
            "expected_rms": np.sqrt(means_by(rows.squared[name], codes, n_all)[1]),
            "difference": difference,
            "difference_low": difference - reach * error,
            "difference_high": difference + reach * error,
            "sum": np.bincount(codes, rows.value[name], n_all),
            "expected_sum": summed.expected,
            "sum_std": summed.std,
            "sum_low": summed.expected - sum_reach,
            "sum_high": summed.expected + sum_reach,
        }
        parts.append(pd.DataFrame(told_of_model))
    table = pd.concat(parts, ignore_index=True)
    return PortfolioChoice(
        table=table.sort_values(["portfolio", "model"], kind="stable", ignore_index=True),
        better_before=before,
        held_out_rms=dict(errors),
        calibration_ratio=dict(ratios),
        correlation={name: one.correlation for name, one in sums.items()},
        error=scale.name,
        confidence_level=confidence_level,
        notes=tuple(notes),
    )

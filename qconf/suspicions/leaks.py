"""Say which features leak the target: hold it, or let it be computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from qconf._types import FloatArray
from qconf.suspicions.copies import bands, copies, equals
from qconf.suspicions.error_columns import error_columns
from qconf.suspicions.formula import Formula
from qconf.suspicions.formula_search import find_formula
from qconf.suspicions.names import words_of
from qconf.suspicions.view import View
from qconf.suspicions.wording import listed, option, percent

__all__ = ["leaks"]

_MOST_FORMULAS = 3

_ERROR_WORDS: Final = frozenset(
    ("error", "err", "residual", "difference", "diff", "delta", "deviation", "ape", "mape")
)


def leaks(
    view: View, prediction: FloatArray | None, scores: pd.DataFrame | None
) -> tuple[list[str], list[str]]:
    """Say which features hold the target, in whole or in parts.

    Parameters
    ----------
    view : View
    prediction : ndarray of shape (n_samples,) or None
        Of the rows of the view.
    scores : DataFrame of shape (n_samples, n_scores) or None
        Of the rows of the view: columns that are to be judged as estimators.

    Returns
    -------
    lines, names : list of str
        What to say, and the features that it names.
    """
    found = dict.fromkeys(copies(view), "is almost a copy of the target")
    computed, named = _formulas(view, list(found))
    others = dict.fromkeys(bands(view), "cuts the target into bands")
    if prediction is not None:
        others |= error_columns(view, prediction)
    for name, share in equals(view).items():
        others[name] = f"equals the target in {percent(share)} of the rows"
    found |= {name: what for name, what in others.items() if name not in (*found, *named)}
    single = [
        f"The feature {name!r} {what}; if it is not known before the target is, drop it "
        f"({option('drop', name)})."
        for name, what in found.items()
    ]
    on_scores = [] if prediction is None else _scores(scores, view, prediction)
    return [*computed, *single, *on_scores], [*named, *found]


def _scores(scores: pd.DataFrame | None, view: View, prediction: FloatArray) -> list[str]:
    """Say which columns that are judged as estimators are made from the errors themselves."""
    if scores is None or scores.columns.empty:
        return []
    return [
        f"The score {name!r} {what}: it cannot be known beforehand; judge another one "
        "(--estimators column:NAME)."
        for name, what in error_columns(View(scores, view.y, view.target, {}), prediction).items()
    ]


def _formulas(view: View, copied: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return lines on formulas, and the features that these name."""
    lines: list[str] = []
    named: list[str] = []
    without = frozenset(copied)
    for _ in range(_MOST_FORMULAS):
        found = find_formula(view, without)
        if found is None:
            break
        formula, share = found
        suspects = _suspects(formula, view)
        if suspects:
            lines.append(_formula_line(formula, share, view.target, suspects))
            named += suspects
        without |= frozenset(suspects or formula.columns)
    return lines, named


def _formula_line(formula: Formula, share: float, target: str, suspects: list[str]) -> str:
    if len(suspects) == 1:
        remedy = f"if {suspects[0]!r} is not known before the target is, drop it"
    else:
        remedy = f"of {listed(suspects)}, drop what is not known before the target is"
    return (
        f"The target can be computed: {formula.in_words(target)} (within 1 % in "
        f"{percent(share)} of the rows); {remedy} ({option('drop', suspects)})."
    )


def _suspects(formula: Formula, view: View) -> list[str]:
    """Choose what was made from the target, as far as names tell: *price_per_m2*, *error*.

    The prediction is what is judged, and a trend over time no secret: with these alone, or with
    levels, nothing is suspected.
    """
    features = [name for name in formula.columns if name in view.features]
    numbers = [name for term, _ in formula.parts for name in term.columns]
    if numbers and all(name in view.beside or _holds_dates(view, name) for name in numbers):
        dates = [name for name in features if _holds_dates(view, name)]
        features = dates if len(dates) > 1 else []
    elif numbers and formula.by_level is not None:
        features = [name for name in features if name in numbers]
    telling = _ERROR_WORDS | {word for word in words_of(view.target) if len(word) > 1}
    named = [name for name in features if not telling.isdisjoint(words_of(name))]
    return named or features


def _holds_dates(view: View, name: str) -> bool:
    return name in view.features and pd.api.types.is_datetime64_any_dtype(view.features[name].dtype)

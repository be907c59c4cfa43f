"""Reasons for an expected error: factors that multiply to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import TableLike
from qconf.core.error_scale import error_scale
from qconf.explanation.cells import Cells
from qconf.explanation.contributions import Contributions, contributions_of
from qconf.explanation.pool import Pool, pair_of
from qconf.explanation.sentences import product_in_words, sentence, told_error
from qconf.explanation.told_rows import ToldRows
from qconf.report.contributions import ContributionsDisplay

__all__ = ["ErrorExplanation", "error_reasons", "explain_error"]

_COLUMNS = (
    "row",
    "property",
    "cell",
    "typical",
    "mark",
    "factor",
    "contribution",
    "factor_alone",
    "sentence",
)
_ERROR = 1


def explain_error(
    model: Any, X: TableLike, *, together: Iterable[Sequence[str]] | None = None
) -> ErrorExplanation:
    """Split the expected error of each row into factors, one a column.

    The factors are baseline Shapley values of the model itself, valuation and confidence, on the
    logarithm of the expected error: a column's mean effect over all orders in which the cells of
    the typical row can be changed to those of the row. For a Gamma model with a log link alone
    they are its coefficients; no surrogate is asked.

    Parameters
    ----------
    model : ConfidentRegressor, SelectiveRegressor, FittedModel or CertifiedModel
        Fitted, or loaded.
    X : DataFrame or array-like of shape (n_rows, n_features)
        No column of the target is looked at.
    together : iterable of sequences of str, default=None
        Columns that are changed as one: ``[("lat", "long")]``. Columns that the model was told
        should agree (its `conflicts`) are so too.

    Returns
    -------
    ErrorExplanation

    Raises
    ------
    OptionError
        If the model cannot be explained, or `together` names no column of it.
    ValueError
        If the table breaks its rule, or its columns are others than in `fit`.

    References
    ----------
    Sundararajan & Najmi (2020). The many Shapley values for model explanation. ICML.

    Examples
    --------
    >>> from qconf import ConfidentRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"kind": rng.choice(["a", "b"], 2000), "area": rng.uniform(1, 2, 2000)})
    >>> y = X["area"] * np.exp(rng.normal(scale=np.where(X["kind"] == "a", 0.05, 0.1)))
    >>> model = ConfidentRegressor(confidence="residual", random_state=0).fit(X, y)
    >>> found = explain_error(model, pd.DataFrame({"kind": ["a"], "area": [1.5]}))
    >>> top = found.table.iloc[0]
    >>> top["property"], top["cell"], top["typical"], round(float(top["factor"]), 1)
    ('kind', 'a', 'b', 0.5)
    """
    pool = Pool(model, X)
    return error_reasons(model, Cells(pool), contributions_of(pool, together))


def error_reasons(model: Any, cells: Cells, found: Contributions) -> ErrorExplanation:
    """Put contributions that are known already into words."""
    unit = "units" if error_scale(pair_of(model).error).name == "absolute" else "percent"
    rows = [one for row in range(len(found.index)) for one in _reasons(cells, found, row, unit)]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    summary = pd.DataFrame(
        {
            "typical_error": np.exp(found.typical[_ERROR]),
            "expected_error": np.exp(found.total[:, _ERROR]),
            "standard_error": found.standard_error[:, :, _ERROR].max(axis=1, initial=0.0),
        },
        index=found.index.rename("row"),
    )
    return ErrorExplanation(table, summary, unit)


def _reasons(cells: Cells, found: Contributions, row: int, unit: str) -> Iterator[dict[str, Any]]:
    """Tell the reasons of one row, in their order."""
    parts = found.parts[row, :, _ERROR]
    for i in found.reasons(row):
        names = found.properties[i].columns
        own = [cells.cell(row, name) for name in names]
        yield {
            "row": found.index[row],
            "property": found.properties[i].name,
            "cell": ", ".join(one.text for one in own),
            "typical": ", ".join(cells.typical(name) for name in names),
            "mark": next((one.mark for one in own if one.mark), ""),
            "factor": float(np.exp(parts[i])),
            "contribution": float(parts[i]),
            "factor_alone": float(np.exp(found.alone[row, i, _ERROR])),
            "sentence": sentence(cells, row, names, float(parts[i]), unit),
        }


@dataclass(frozen=True, eq=False, repr=False)
class ErrorExplanation(ToldRows):
    """Expected errors of rows as products of factors.

    Attributes
    ----------
    table : DataFrame
        By row: ``row`` (label in the index of `X`), ``property``, ``cell``, ``typical`` (the cell
        of the typical row), ``mark`` (never seen, missing, out of range, conflict, rare, or
        nothing), ``factor``, ``contribution`` (its logarithm), ``factor_alone`` (by which the
        expected error is larger than with this property, and it alone, as in the typical row)
        and ``sentence``. First comes what makes the largest difference both on average and alone.
    summary : DataFrame of shape (n_rows, 3)
        ``typical_error`` (expected error of the typical row), ``expected_error``: that times all
        factors; ``standard_error`` of the least known contribution, 0 where all orders were asked.
    unit : {"percent", "units"}
        How errors are written.
    """

    table: pd.DataFrame
    summary: pd.DataFrame
    unit: str

    def _words(self, own: pd.DataFrame, line: pd.Series[Any]) -> str:
        """Write the expected error of a row as a product."""
        names = [
            f"{name} ({mark})" if mark else name
            for name, mark in zip(own["property"], own["mark"], strict=True)
        ]
        factors = dict(zip(names, own["factor"], strict=True))
        return product_in_words(
            float(line["typical_error"]), float(line["expected_error"]), factors, self.unit
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        return {"unit": self.unit, "rows": self._rows("reasons")}

    def _display(
        self, own: pd.DataFrame, line: pd.Series[Any], names: list[str]
    ) -> ContributionsDisplay:
        times, label = (100.0, "expected error, %")
        if self.unit != "percent":
            times, label = 1.0, "expected error"
        steps, typical = own["contribution"].to_numpy(), times * float(line["typical_error"])
        return ContributionsDisplay(names, steps, typical, label, multiply=True)

    def _figure(self, line: pd.Series[Any]) -> tuple[str, str]:
        return "expected error", told_error(float(line["expected_error"]), self.unit)

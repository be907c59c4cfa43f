"""What each column adds to a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import TableLike
from qconf.explanation.cells import Cells
from qconf.explanation.contributions import Contributions, contributions_of
from qconf.explanation.money import in_steps
from qconf.explanation.pool import Pool
from qconf.explanation.told_rows import ToldRows
from qconf.report.contributions import ContributionsDisplay

__all__ = ["ValueExplanation", "explain_value", "value_contributions"]

_COLUMNS = ("row", "property", "cell", "typical", "contribution")
_SHOWN_COLUMNS = 4
#: What is less than this share of the value is not told.
_NOTHING = 1e-4
_VALUE = 0


def explain_value(
    model: Any, X: TableLike, *, together: Iterable[Sequence[str]] | None = None
) -> ValueExplanation:
    """Split the value of each row into what each of its columns adds to that of a typical row.

    The same baseline Shapley values as those of `explain_error`, in units of the target. Where
    the valuation model is a column of somebody else's predictions, all of it is that column's.

    Parameters
    ----------
    model : ConfidentRegressor, SelectiveRegressor, FittedModel or CertifiedModel
        Fitted, or loaded.
    X : DataFrame or array-like of shape (n_rows, n_features)
    together : iterable of sequences of str, default=None
        Columns that are changed as one, as in `explain_error`.

    Returns
    -------
    ValueExplanation

    Raises
    ------
    OptionError, ValueError
        As `explain_error`.

    Examples
    --------
    >>> from qconf import ConfidentRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"area": rng.uniform(50, 150, 2000), "zone": rng.choice(["a", "b"], 2000)})
    >>> y = 1000 * X["area"] + 20_000 * (X["zone"] == "a") + rng.normal(scale=5000, size=2000)
    >>> model = ConfidentRegressor(confidence="constant", random_state=0).fit(X, y)
    >>> found = explain_value(model, X.head(3))
    >>> total = found.summary["typical_value"] + found.table.groupby("row")["contribution"].sum()
    >>> np.allclose(total, model.predict(X.head(3)), rtol=1e-9)
    True
    """
    pool = Pool(model, X)
    return value_contributions(Cells(pool), contributions_of(pool, together))


def value_contributions(cells: Cells, found: Contributions) -> ValueExplanation:
    """Tell contributions that are known already."""
    rows = []
    for row, label in enumerate(found.index):
        parts = found.parts[row, :, _VALUE]
        for i in np.argsort(-np.abs(parts), kind="stable"):
            names = found.properties[i].columns
            own = ", ".join(cells.cell(row, name).text for name in names)
            typical = ", ".join(cells.typical(name) for name in names)
            rows.append((label, found.properties[i].name, own, typical, float(parts[i])))
    summary = pd.DataFrame(
        {
            "typical_value": found.typical[_VALUE],
            "value": found.total[:, _VALUE],
            "standard_error": found.standard_error[:, :, _VALUE].max(axis=1, initial=0.0),
        },
        index=found.index.rename("row"),
    )
    return ValueExplanation(pd.DataFrame(rows, columns=list(_COLUMNS)), summary)


@dataclass(frozen=True, eq=False, repr=False)
class ValueExplanation(ToldRows):
    """Values of rows as sums of contributions.

    Attributes
    ----------
    table : DataFrame
        By row, the largest first: ``row`` (label in the index of `X`), ``property``, ``cell``,
        ``typical`` (the cell of the typical row) and ``contribution``, in units of the target.
    summary : DataFrame of shape (n_rows, 3)
        ``typical_value``, that of the typical row; ``value``: that plus all contributions; and
        ``standard_error`` of the least known contribution, 0 where all orders were asked.
    """

    table: pd.DataFrame
    summary: pd.DataFrame

    def _words(self, own: pd.DataFrame, line: pd.Series[Any]) -> str:
        """Write the value of a row as a sum."""
        first = own[own["contribution"] != 0].head(_SHOWN_COLUMNS)
        parts = [
            f"{in_steps(one, sign=True)} {name}"
            for name, one in zip(first["property"], first["contribution"], strict=True)
        ]
        rest = float(line["value"] - line["typical_value"] - first["contribution"].sum())
        if abs(rest) > _NOTHING * abs(float(line["value"])):
            parts.append(f"{in_steps(rest, sign=True)} all else")
        start = f"typical {in_steps(float(line['typical_value']))}"
        return f"{' '.join([start, *parts])} = {in_steps(float(line['value']))}"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        return {"rows": self._rows("contributions")}

    def _display(
        self, own: pd.DataFrame, line: pd.Series[Any], names: list[str]
    ) -> ContributionsDisplay:
        steps = own["contribution"].to_numpy()
        return ContributionsDisplay(
            names, steps, float(line["typical_value"]), "value", multiply=False
        )

    def _figure(self, line: pd.Series[Any]) -> tuple[str, str]:
        return "value", in_steps(float(line["value"]))

"""Laws of what a table may hold: arrays, texts, categories, gaps, and levels that are new."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf.checks.answers import same
from qconf.checks.trying import (
    expected_errors,
    fitted_on,
    must_work,
    named_rows,
    numeric_rows,
    require,
    require_expected_errors,
    unfitted,
)

__all__ = [
    "check_categories",
    "check_gaps",
    "check_levels_never_seen",
    "check_strings",
    "check_table_equals_array",
]


def check_table_equals_array(estimator: Any) -> None:
    """Answer for a DataFrame of numbers as for the array of the same numbers, or refuse it."""
    table, residual = numeric_rows()
    named = expected_errors(fitted_on(estimator, table, residual), table)
    array = table.to_numpy()
    law = "An array must be taken as the DataFrame of the same numbers, or refused"
    with must_work(law, "If you need names, raise ValueError, saying which."):
        try:
            nameless = expected_errors(unfitted(estimator).fit(array, residual), array)
        except ValueError:
            # An estimator that works on a named column has nothing to say about an array.
            return
    law = "A DataFrame and an array of the same numbers must give the same expected errors"
    require(same(named, nameless), law, "Take columns in the order they have.")


def check_strings(estimator: Any) -> None:
    """Take columns of text, and know a level by its name, whatever else is in the batch."""
    table, residual = named_rows()
    remedy = (
        "Encode them in fit, and keep the codes; or say in __sklearn_tags__ that "
        "input_tags.string is False."
    )
    with must_work("Columns of text must be taken", remedy):
        _require_by_name(unfitted(estimator).fit(table, residual), table, "text", remedy)


def check_categories(estimator: Any) -> None:
    """Take columns of categories, and know one by its name, not by its code."""
    table, residual = named_rows()
    table["zone"] = pd.Categorical(table["zone"])
    remedy = (
        "Go by the names of categories, for codes differ from table to table; or say in "
        "__sklearn_tags__ that input_tags.categorical is False."
    )
    with must_work("Columns of categories must be taken", remedy):
        fitted = unfitted(estimator).fit(table, residual)
        _require_by_name(fitted, table, "categories", remedy)


def _require_by_name(fitted: Any, table: pd.DataFrame, what: str, remedy: str) -> None:
    """Require that rows of one zone get the same answers without the other zones."""
    together = expected_errors(fitted, table)
    require_expected_errors(together, f"of rows with {what}")
    for zone in ("west", "south"):
        rows = np.flatnonzero(table["zone"] == zone)
        part = table.iloc[rows]
        if what == "categories":
            part = part.assign(zone=part["zone"].cat.remove_unused_categories())
        law = f"A level must be known by its name: in columns of {what} {zone!r} is another alone"
        require(same(expected_errors(fitted, part), together[rows]), law, remedy)


def check_levels_never_seen(estimator: Any) -> None:
    """Answer for rows of a level that `fit` has not seen."""
    table, residual = named_rows()
    fitted = fitted_on(estimator, table, residual)
    new = table.iloc[:20].assign(zone="never seen")
    remedy = "Expect of it what is expected where nothing is known, such as the error of all rows."
    with must_work("Rows of a level that fit has not seen must be answered", remedy):
        require_expected_errors(expected_errors(fitted, new), "of a level that fit has not seen")


def check_gaps(estimator: Any) -> None:
    """Take missing numbers: in `fit`, later in a column that had none, and in a row alone."""
    table, residual = numeric_rows()
    holed = table.copy()
    holed.loc[::9, "size"] = np.nan
    remedy = (
        "Learn what to put in their place; or say in __sklearn_tags__ that input_tags.allow_nan "
        "is False."
    )
    with must_work("Missing values must be taken in fit", remedy):
        fitted = unfitted(estimator).fit(holed, residual)
    with must_work("Missing values must be taken in predict", remedy):
        together = expected_errors(fitted, holed)
        require_expected_errors(together, "where values are missing")
        alone = expected_errors(fitted, holed.iloc[[9]])
        new = expected_errors(fitted, table.iloc[:20].assign(age=np.nan))
    law = "A row with a missing value must get the same expected error alone"
    require(same(alone, together[[9]]), law, "Take what stands in for it from fit, and keep it.")
    require_expected_errors(new, "where a column had all its values in fit")

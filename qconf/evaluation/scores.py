"""Check a column that ranks rows."""

from __future__ import annotations

import numpy as np

from qconf._types import ArrayLike, FloatArray
from qconf.core.validation import check_column
from qconf.errors import TableError

__all__ = ["check_score"]


def check_score(name: str, values: ArrayLike, n_rows: int) -> FloatArray:
    """Check a score: finite numbers, one a row, and not only whether something holds.

    Raises
    ------
    TableError
        If it is truth values, which often are the outcome itself, or breaks the rule of
        `check_column`.
    """
    # By its name, which pandas, polars and Arrow each write in their way.
    kind = getattr(values, "dtype", None)
    if str(np.asarray(values).dtype if kind is None else kind).lower().startswith("bool"):
        msg = (
            f"The {name} must be numbers, lower for rows that are surer; found False and True. "
            "Give the score that they were made of, or 0 and 1 if they are all there is."
        )
        raise TableError(msg)
    return check_column(name, values, n_rows)

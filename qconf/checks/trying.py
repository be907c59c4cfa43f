"""What every check needs: rows to try an estimator on, and words for a law that is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from qconf._types import FloatArray, Table
from qconf.core.conventions import PREDICTION

__all__ = [
    "expected_errors",
    "fit",
    "fitted_on",
    "must_work",
    "named_rows",
    "needs_fit",
    "numeric_rows",
    "require",
    "require_expected_errors",
    "unfitted",
]


#: Enough for a fit of any kind, and few enough for many of them.
_N_ROWS = 300


def numeric_rows() -> tuple[pd.DataFrame, FloatArray]:
    """Make numeric rows whose noise depends on the first feature, and their residuals."""
    rng = np.random.default_rng(20)
    table = pd.DataFrame(rng.uniform(size=(_N_ROWS, 3)), columns=["size", "age", PREDICTION])
    return table, rng.normal(scale=0.05 + 0.1 * table["size"].to_numpy())


def named_rows() -> tuple[pd.DataFrame, FloatArray]:
    """Add a column of names, that noise depends on too."""
    table, residual = numeric_rows()
    # Not in alphabetical order of appearance: a code made on the fly would be another one.
    zone = np.array(["west", "east", "north", "south"])[np.arange(len(table)) * 7 % 4]
    return table.assign(zone=zone), residual * np.where(zone == "west", 2.0, 1.0)


def unfitted(estimator: Any) -> Any:
    """Clone, with a seed where there is one: two fits are compared, not two draws."""
    copied = clone(estimator)
    if "random_state" in copied.get_params(deep=False):
        copied.set_params(random_state=3)
    return copied


def fitted_on(estimator: Any, X: Table, residual: FloatArray, **roles: Any) -> Any:
    """Fit a seeded clone, and return it."""
    return fit(unfitted(estimator), X, residual, **roles)


def fit(own: Any, X: Table, residual: FloatArray, **roles: Any) -> Any:
    """Fit an estimator, and return what that gave."""
    with must_work("fit(X, residual) must work with nothing else", "Give the rest a default."):
        return own.fit(X, residual, **roles)


def expected_errors(fitted: Any, X: Table) -> FloatArray:
    """Return what `predict` says, as an array of whatever shape."""
    return np.asarray(fitted.predict(X))


def require(holds: bool, law: str, remedy: str = "") -> None:
    """Raise AssertionError with a law, and what to do, if it is broken."""
    if not holds:
        raise AssertionError(f"{law}. {remedy}".rstrip())


def require_expected_errors(expected: FloatArray, where: str) -> None:
    """Require finite numbers >= 0, and say where they were not."""
    n_bad = int((~np.isfinite(expected)).sum())
    law = f"Expected errors must be finite; {n_bad} of {expected.size} are not, {where}"
    require(n_bad == 0, law, "Fall back on the error of all rows where nothing is known.")
    n_bad = int((expected < 0).sum())
    law = f"Expected errors must be >= 0; {n_bad} of {expected.size} are not, {where}"
    require(n_bad == 0, law, "Cut them at 0, or learn what cannot be negative.")


@contextmanager
def must_work(law: str, remedy: str) -> Iterator[None]:
    """Tell of a law if what is done raises anything but a law that is told already."""
    try:
        yield
    except AssertionError:
        raise
    except Exception as error:
        msg = f"{law}; it raised {type(error).__name__}: {error}. {remedy}"
        raise AssertionError(msg) from error


def needs_fit(ask: Callable[[Any], Any], estimator: Any) -> bool:
    """Tell whether an estimator refuses to answer, as scikit-learn's do before `fit`."""
    try:
        ask(estimator)
    except NotFittedError:
        return True
    # Whatever else is raised does not say what is wrong.
    except Exception:  # noqa: BLE001
        return False
    return False

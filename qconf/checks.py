"""The contract of a confidence estimator, as checks that anyone can run on theirs.

>>> from qconf.checks import check_confidence_estimator
>>> from qconf import ResidualConfidence
>>> check_confidence_estimator(ResidualConfidence(random_state=0))

Or one test for each law, with pytest::

    @pytest.mark.parametrize("check", list(yield_checks(MyConfidence())), ids=check_name)
    def test_contract(check):
        check()
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from qconf._types import FloatArray
from qconf.base import PREDICTION

__all__ = ["check_confidence_estimator", "check_name", "yield_checks"]


def yield_checks(estimator: Any) -> Iterator[Callable[[], None]]:
    """Yield the checks for an unfitted estimator, each a function without arguments.

    Parameters
    ----------
    estimator : estimator
        Cloned by each check, and seeded if it has a ``random_state``.

    Yields
    ------
    callable
        Raises ``AssertionError``, with a message that names the law, if the law is broken.
    """
    for check in _CHECKS:
        yield partial(check, estimator)


def check_name(check: Any) -> str:
    """Return the name of a check from `yield_checks`, as an id for a test."""
    return str(check.func.__name__)


def check_confidence_estimator(estimator: Any) -> None:
    """Run all checks.

    Parameters
    ----------
    estimator : estimator
        Unfitted.

    Raises
    ------
    AssertionError
        At the first law that is broken.
    """
    for check in yield_checks(estimator):
        check()


def _rows(n_rows: int = 400) -> tuple[pd.DataFrame, FloatArray]:
    """Make numeric rows whose noise depends on the first feature."""
    rng = np.random.default_rng(20)
    table = pd.DataFrame(rng.uniform(size=(n_rows, 3)), columns=["size", "age", PREDICTION])
    return table, rng.normal(scale=0.05 + 0.1 * table["size"].to_numpy())


def _unfitted(estimator: Any) -> Any:
    """Clone, with a seed where there is one: two fits are compared, not two draws."""
    copied = clone(estimator)
    if "random_state" in copied.get_params(deep=False):
        copied.set_params(random_state=3)
    return copied


def _fitted(estimator: Any) -> tuple[Any, pd.DataFrame, FloatArray]:
    table, residual = _rows()
    return _unfitted(estimator).fit(table, residual), table, residual


def _global_state() -> str:
    state = np.random.get_state(legacy=False)  # the generator that must not be touched
    return repr((state["state"]["key"].tobytes(), state["state"]["pos"]))


def _require(holds: bool, law: str) -> None:
    if not holds:
        raise AssertionError(law)


def check_shape(estimator: Any) -> None:
    """Give one number a row."""
    fitted, table, _ = _fitted(estimator)
    expected = np.asarray(fitted.predict(table.iloc[:7]))
    _require(expected.shape == (7,), f"predict must give shape (n_rows,), got {expected.shape}")


def check_finite_and_non_negative(estimator: Any) -> None:
    """Give finite expected errors >= 0, also far from the rows of `fit`."""
    fitted, table, _ = _fitted(estimator)
    for rows in (table, table * 100.0 - 50.0):
        try:
            expected = np.asarray(fitted.predict(rows))
        except ValueError:
            # An estimator may refuse values that it has no meaning for, such as negative scores.
            continue
        _require(bool(np.isfinite(expected).all()), "expected errors must be finite")
        _require(bool((expected >= 0).all()), "expected errors must be >= 0")


def check_fit_returns_self(estimator: Any) -> None:
    """Return the estimator from `fit`."""
    table, residual = _rows()
    unfitted = clone(estimator)
    _require(unfitted.fit(table, residual) is unfitted, "fit must return self")


def check_batch_mates_do_not_matter(estimator: Any) -> None:
    """Answer for a row alone as in any batch, in any order."""
    fitted, table, _ = _fitted(estimator)
    together = fitted.predict(table)
    order = np.random.default_rng(0).permutation(len(table))
    shuffled = fitted.predict(table.iloc[order])
    alone = np.concatenate([fitted.predict(table.iloc[[i]]) for i in range(10)])
    law = "a row's expected error must not depend on the other rows of the batch"
    _require(np.allclose(shuffled, together[order], rtol=1e-9, atol=1e-12), law)
    _require(np.allclose(alone, together[:10], rtol=1e-9, atol=1e-12), law)


def check_same_seed_same_answer(estimator: Any) -> None:
    """Give the same numbers with the same seed."""
    first, table, _ = _fitted(estimator)
    second, _, _ = _fitted(estimator)
    law = "the same seed must give the same expected errors"
    _require(np.array_equal(first.predict(table), second.predict(table)), law)


def check_global_random_state_untouched(estimator: Any) -> None:
    """Leave NumPy's global generator alone."""
    table, residual = _rows()
    before = _global_state()
    clone(estimator).fit(table, residual).predict(table)
    same = before == _global_state()
    _require(same, "NumPy's global random state must not be touched")


def check_inputs_unchanged(estimator: Any) -> None:
    """Write to nothing that was passed in."""
    table, residual = _rows()
    kept_table, kept_residual = table.copy(deep=True), residual.copy()
    clone(estimator).fit(table, residual).predict(table)
    _require(table.equals(kept_table), "the table must not be changed")
    _require(np.array_equal(residual, kept_residual), "the residuals must not be changed")


def check_parameters_unchanged(estimator: Any) -> None:
    """Leave the parameters as they were."""
    unfitted = clone(estimator)
    before = copy.deepcopy(unfitted.get_params(deep=False))
    table, residual = _rows()
    after = unfitted.fit(table, residual).get_params(deep=False)
    _require(repr(before) == repr(after), "fit must not change a parameter")


def check_table_equals_array(estimator: Any) -> None:
    """Answer for a DataFrame of numbers as for the array of the same numbers."""
    table, residual = _rows()
    named = _unfitted(estimator).fit(table, residual).predict(table)
    try:
        nameless = _unfitted(estimator).fit(table.to_numpy(), residual).predict(table.to_numpy())
    except ValueError:
        # An estimator that works on a named column has nothing to say about an array.
        return
    law = "a DataFrame and an array of the same numbers must give the same expected errors"
    _require(np.allclose(named, nameless, rtol=1e-9), law)


def check_pickle(estimator: Any) -> None:
    """Survive pickling."""
    fitted, table, _ = _fitted(estimator)
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - our own bytes
    law = "a pickled estimator must give the same expected errors"
    _require(np.array_equal(fitted.predict(table), again.predict(table)), law)


def check_clone(estimator: Any) -> None:
    """Clone to the same parameters."""
    table, residual = _rows()
    again = clone(clone(estimator).fit(table, residual))
    same = repr(again.get_params(deep=False)) == repr(estimator.get_params(deep=False))
    _require(same, "a clone must have the same parameters")


def check_refit_equals_fresh_fit(estimator: Any) -> None:
    """Forget the first fit when fitted again."""
    table, residual = _rows()
    fresh = _unfitted(estimator).fit(table, residual).predict(table)
    used = _unfitted(estimator).fit(table.iloc[::-1][:200], residual[:200] * 3)
    law = "a second fit must forget the first"
    _require(np.array_equal(used.fit(table, residual).predict(table), fresh), law)


def check_sign_does_not_matter_to_range(estimator: Any) -> None:
    """Take residuals of one sign like any others."""
    table, residual = _rows()
    for one_sided in (np.abs(residual), -np.abs(residual)):
        expected = _unfitted(estimator).fit(table, one_sided).predict(table)
        _require(bool((np.asarray(expected) >= 0).all()), "expected errors must be >= 0")


_CHECKS: tuple[Callable[[Any], None], ...] = (
    check_shape,
    check_finite_and_non_negative,
    check_fit_returns_self,
    check_batch_mates_do_not_matter,
    check_same_seed_same_answer,
    check_global_random_state_untouched,
    check_inputs_unchanged,
    check_parameters_unchanged,
    check_table_equals_array,
    check_pickle,
    check_clone,
    check_refit_equals_fresh_fit,
    check_sign_does_not_matter_to_range,
)

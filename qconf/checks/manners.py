"""Laws of conduct: scikit-learn's manners, and nothing touched that belongs to others."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
from sklearn.base import clone

from qconf.checks.trying import (
    expected_errors,
    fit,
    fitted_on,
    must_work,
    needs_fit,
    numeric_rows,
    require,
    unfitted,
)

__all__ = [
    "check_clone",
    "check_fit_returns_self",
    "check_global_random_state_untouched",
    "check_inputs_unchanged",
    "check_parameters_unchanged",
    "check_pickle",
    "check_predict_needs_fit",
    "check_refit_equals_fresh_fit",
    "check_same_seed_same_answer",
]


def check_fit_returns_self(estimator: Any) -> None:
    """Return the estimator from `fit`."""
    table, residual = numeric_rows()
    own = unfitted(estimator)
    require(fit(own, table, residual) is own, "fit must return self", "End it with: return self.")


def check_predict_needs_fit(estimator: Any) -> None:
    """Refuse to predict before `fit`."""
    table, _ = numeric_rows()
    law = "predict before fit must raise sklearn.exceptions.NotFittedError"
    refused = needs_fit(lambda own: own.predict(table), unfitted(estimator))
    require(refused, law, "Begin it with: check_is_fitted(self).")


def check_same_seed_same_answer(estimator: Any) -> None:
    """Give the same numbers with the same seed."""
    table, residual = numeric_rows()
    first, second = [
        expected_errors(fitted_on(estimator, table, residual), table) for _ in range(2)
    ]
    law = "The same seed must give the same expected errors"
    remedy = "Draw from sklearn.utils.check_random_state(self.random_state)."
    require(np.array_equal(first, second), law, remedy)


def check_global_random_state_untouched(estimator: Any) -> None:
    """Leave NumPy's global generator alone."""
    table, residual = numeric_rows()
    before = _global_state()
    fitted_on(estimator, table, residual).predict(table)
    law = "NumPy's global random state must not be touched"
    remedy = "Draw from sklearn.utils.check_random_state(self.random_state), seeded."
    require(before == _global_state(), law, remedy)


def _global_state() -> str:
    state = np.random.get_state(legacy=False)  # the generator that must not be touched
    return repr((state["state"]["key"].tobytes(), state["state"]["pos"]))


def check_inputs_unchanged(estimator: Any) -> None:
    """Write to nothing that was passed in."""
    table, residual = numeric_rows()
    kept_table, kept_residual = table.copy(deep=True), residual.copy()
    fitted_on(estimator, table, residual).predict(table)
    remedy = "Work on a copy."
    require(table.equals(kept_table), "fit and predict must not change the table", remedy)
    unchanged = np.array_equal(residual, kept_residual)
    require(unchanged, "fit must not change the residuals", remedy)


def check_parameters_unchanged(estimator: Any) -> None:
    """Leave the parameters as they were."""
    own = unfitted(estimator)
    before = copy.deepcopy(own.get_params(deep=False))
    after = fit(own, *numeric_rows()).get_params(deep=False)
    changed = [name for name in before if repr(before[name]) != repr(after[name])]
    law = f"fit must not change a parameter; it changed {', '.join(changed)}"
    require(not changed, law, "Keep what is learned in attributes whose names end in _.")


def check_pickle(estimator: Any) -> None:
    """Survive pickling."""
    table, residual = numeric_rows()
    fitted = fitted_on(estimator, table, residual)
    with must_work("A fitted estimator must survive pickling", "Keep no lambda or open file."):
        again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - our own bytes
    law = "A pickled estimator must give the same expected errors"
    same = np.array_equal(expected_errors(fitted, table), expected_errors(again, table))
    require(same, law, "Keep all that predict needs in attributes of the estimator.")


def check_clone(estimator: Any) -> None:
    """Clone to an unfitted estimator with the same parameters."""
    table, residual = numeric_rows()
    fitted = fitted_on(estimator, table, residual)
    again = clone(fitted)
    same = repr(again.get_params(deep=False)) == repr(fitted.get_params(deep=False))
    remedy = "Let __init__ store its parameters as they are, and leave cloning to scikit-learn."
    require(same, "A clone must have the same parameters", remedy)
    refused = needs_fit(lambda own: own.predict(table), again)
    require(refused, "A clone must not be fitted", remedy)


def check_refit_equals_fresh_fit(estimator: Any) -> None:
    """Forget the first fit when fitted again."""
    table, residual = numeric_rows()
    fresh = expected_errors(fitted_on(estimator, table, residual), table)
    used = fitted_on(estimator, table.iloc[::-1][:200], residual[:200] * 3)
    again = expected_errors(fit(used, table, residual), table)
    law = "A second fit must forget the first"
    require(np.array_equal(again, fresh), law, "Make every learned attribute anew in fit.")

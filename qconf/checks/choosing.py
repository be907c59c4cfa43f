"""Which checks an estimator is held against, by what it can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sklearn.utils.validation import has_fit_parameter

from qconf.checks.answers import (
    check_finite_and_non_negative,
    check_index,
    check_larger_errors,
    check_one_row,
    check_other_residuals_other_answer,
    check_row_order,
    check_shape,
    check_sign_does_not_matter_to_range,
    check_size,
    check_units,
)
from qconf.checks.columns import (
    check_categories,
    check_gaps,
    check_levels_never_seen,
    check_strings,
    check_table_equals_array,
)
from qconf.checks.manners import (
    check_clone,
    check_fit_returns_self,
    check_global_random_state_untouched,
    check_inputs_unchanged,
    check_parameters_unchanged,
    check_pickle,
    check_predict_needs_fit,
    check_refit_equals_fresh_fit,
    check_same_seed_same_answer,
)
from qconf.checks.options import (
    check_groups,
    check_share,
    check_share_of_fitted,
    check_signals,
    check_signals_are_of_their_row,
    check_signals_need_fit,
    check_signals_units,
    check_target,
    check_time,
)
from qconf.core.validation import input_tags

__all__ = ["check_confidence_estimator", "check_name", "yield_checks"]

Check = Callable[[Any], None]

_OF_ALL: tuple[Check, ...] = (
    check_shape,
    check_finite_and_non_negative,
    check_sign_does_not_matter_to_range,
    check_row_order,
    check_one_row,
    check_index,
    check_fit_returns_self,
    check_predict_needs_fit,
    check_same_seed_same_answer,
    check_global_random_state_untouched,
    check_inputs_unchanged,
    check_parameters_unchanged,
    check_pickle,
    check_clone,
    check_refit_equals_fresh_fit,
    check_table_equals_array,
)
_OF_UNITS: tuple[Check, ...] = (
    check_other_residuals_other_answer,
    check_units,
    check_size,
    check_larger_errors,
)
_OF_TAGS: dict[str, tuple[Check, ...]] = {
    "string": (check_strings, check_levels_never_seen),
    "categorical": (check_categories,),
    "allow_nan": (check_gaps,),
}
_OF_SIGNALS: tuple[Check, ...] = (
    check_signals,
    check_signals_are_of_their_row,
    check_signals_need_fit,
)
_OF_SHARE: tuple[Check, ...] = (check_share, check_share_of_fitted)
_OF_ROLES: dict[str, Check] = {
    "time": check_time,
    "groups": check_groups,
    "target": check_target,
}


def yield_checks(estimator: Any) -> Iterator[Callable[[], None]]:
    """Yield the checks for an unfitted estimator, each a function without arguments.

    Parameters
    ----------
    estimator : estimator
        Cloned by each check, and seeded if it has a ``random_state``. What it can do says which
        checks there are (`qconf.checks`).

    Yields
    ------
    callable
        Raises ``AssertionError`` if its law is broken, with a message that says the law, what was
        found and what to do.
    """
    for check in _chosen(estimator):
        yield partial(check, estimator)


def check_name(check: Any) -> str:
    """Return the name of a check from `yield_checks`, as an id for a test."""
    return str(check.func.__name__)


def check_confidence_estimator(estimator: Any) -> None:
    """Run all checks that apply.

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


def _chosen(estimator: Any) -> Iterator[Check]:
    yield from _OF_ALL
    in_error_units = getattr(estimator, "in_error_units", True)
    if in_error_units:
        yield from _OF_UNITS
    tags = input_tags(estimator)
    for tag, checks in _OF_TAGS.items():
        if getattr(tags, tag):
            yield from checks
    if hasattr(estimator, "signals"):
        yield from _OF_SIGNALS
        if in_error_units:
            yield check_signals_units
    if hasattr(estimator, "share"):
        yield from _OF_SHARE
    for role, check in _OF_ROLES.items():
        if has_fit_parameter(estimator, role):
            yield check

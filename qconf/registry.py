"""Estimators by name: ours and other people's, through entry points."""

from __future__ import annotations

import inspect
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from qconf.errors import EstimatorError, did_you_mean

__all__ = ["ENTRY_POINT_GROUP", "estimator_names", "make_estimator"]

ENTRY_POINT_GROUP = "qconf.estimators"


def _registered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}


def estimator_names() -> list[str]:
    """Return the names of all estimators that are installed, in alphabetical order.

    Examples
    --------
    >>> "residual" in estimator_names()
    True
    """
    return sorted(_registered())


def make_estimator(spec: str) -> Any:
    """Make an unfitted estimator from its name.

    Parameters
    ----------
    spec : str
        A registered name, or ``NAME:ARGUMENT``, where the argument is passed on as the first
        one: ``column:fsd`` is ``ColumnConfidence("fsd")``.

    Returns
    -------
    estimator

    Raises
    ------
    EstimatorError
        If no such estimator is installed, or if it cannot be imported or made.

    Examples
    --------
    >>> make_estimator("column:fsd")
    ColumnConfidence(column='fsd')
    """
    name, has_argument, argument = spec.partition(":")
    registered = _registered()
    if name not in registered:
        msg = f"There is no estimator {name!r}. {did_you_mean(name, sorted(registered))}"
        raise EstimatorError(msg)
    factory = _load(registered[name])
    if has_argument and not argument:
        msg = f"The estimator {spec!r} ends in a colon; write {name}:NAME, or {name} alone."
        raise EstimatorError(msg)
    try:
        return factory(argument) if has_argument else factory()
    except TypeError as error:
        msg = f"The estimator {spec!r} cannot be made: {error}. Its form is {_form(name, factory)}."
        raise EstimatorError(msg) from error


def _load(point: EntryPoint) -> Any:
    try:
        return point.load()
    except Exception as error:
        # Whatever a plug-in does when it is imported, it is one line to the user.
        msg = f"The estimator {point.name!r} ({point.value}) cannot be imported: {error}"
        raise EstimatorError(msg) from error


def _form(name: str, factory: Any) -> str:
    positional = [
        parameter.name
        for parameter in inspect.signature(factory).parameters.values()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    return f"{name}:{positional[0].upper()}" if positional else name

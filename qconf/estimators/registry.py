"""Make estimators by name: the built-in ones, and plug-ins through entry points."""

from __future__ import annotations

import inspect
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from qconf.errors import EstimatorError, QconfError, did_you_mean

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = [
    "BUILT_IN", "ENTRY_POINT_GROUP", "blamed", "check_estimator", "estimator_names",
    "make_estimator", "plug_in", "plug_in_name",
]  # fmt: skip

ENTRY_POINT_GROUP = "qconf.estimators"

#: Ours, known without anything being installed, and never replaced.
BUILT_IN = {
    "residual": "qconf.estimators.residual:ResidualConfidence",
    "quantile": "qconf.estimators.quantile:QuantileConfidence",
    "forest": "qconf.estimators.forest:ForestConfidence",
    "neighbors": "qconf.estimators.neighbors:NeighborConfidence",
    "count": "qconf.estimators.count:CountConfidence",
    "second-opinion": "qconf.estimators.second_opinion:SecondOpinionConfidence",
    "online": "qconf.estimators.online:OnlineConfidence",
    "empirical-bayes": "qconf.estimators.empirical_bayes:EmpiricalBayesConfidence",
    "blend": "qconf.estimators.blend:BlendConfidence",
    "constant": "qconf.estimators.constant:ConstantConfidence",
    "column": "qconf.estimators.column:ColumnConfidence",
    "interval": "qconf.estimators.interval:IntervalConfidence",
}

#: What those of ours judge that cannot be made from their name alone.
_NEEDED = {
    "column": "a column, and needs the name of one: column:NAME",
    "interval": "an interval, and needs the names of its ends: interval:LOW,HIGH",
}


def estimator_names() -> list[str]:
    """Return the names of all estimators that are installed, in alphabetical order.

    Examples
    --------
    >>> "residual" in estimator_names()
    True
    """
    return sorted({*BUILT_IN, *_plug_ins()})


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
        If no such estimator is installed, if two packages have one of that name, or if it cannot
        be imported or made.

    Warns
    -----
    UserWarning
        If a package has an estimator that is named like one of qconf's own, which is then used.

    Examples
    --------
    >>> make_estimator("column:fsd")
    ColumnConfidence(column='fsd')
    """
    name, has_argument, argument = spec.partition(":")
    factory = _factory(name)
    if name in _NEEDED and not argument.strip():
        msg = f"The estimator {name!r} judges {_NEEDED[name]}."
        raise EstimatorError(msg)
    if has_argument and not argument:
        msg = f"The estimator {spec!r} ends in a colon; write {name}:NAME, or {name} alone."
        raise EstimatorError(msg)
    try:
        with blamed(f"The estimator {spec!r} cannot be made", let=TypeError):
            return factory(argument) if has_argument else factory()
    except TypeError as error:
        msg = f"The estimator {spec!r} cannot be made: {error}. Its form is {_form(name, factory)}."
        raise EstimatorError(msg) from error


@contextmanager
def blamed(what: str, let: type[Exception] | tuple[()] = ()) -> Iterator[None]:
    """Turn whatever other people's code raises into an error that says whose it is.

    Also an attempt to end the program, which would otherwise look like success.

    Parameters
    ----------
    what : str
        The beginning of the message.
    let : type of exception, default=()
        To be passed on as it is, as are interrupts and qconf's own errors.

    Raises
    ------
    EstimatorError
    """
    try:
        yield
    except (KeyboardInterrupt, QconfError):
        raise
    except BaseException as error:
        if isinstance(error, let):
            raise
        msg = f"{what}: {_reason(error)}"
        raise EstimatorError(msg) from error


def check_estimator(estimator: Any, what: str) -> None:
    """Check that an object can be cloned, fitted and asked.

    Parameters
    ----------
    estimator : object
    what : str
        The beginning of the message.

    Raises
    ------
    EstimatorError
    """
    if isinstance(estimator, type):
        msg = f"{what} is a class; pass one that is made: {estimator.__name__}()."
        raise EstimatorError(msg)
    if not all(hasattr(estimator, method) for method in ("fit", "predict", "get_params")):
        msg = (
            f"{what} must have fit, predict and get_params, as scikit-learn's do; "
            f"got {estimator!r}."
        )
        raise EstimatorError(msg)


def _reason(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"it tried to end the program, with status {error.code!r}."
    # Not `str(error)`, which may itself raise.
    kind, colon, words = traceback.format_exception_only(error)[-1].partition(":")
    return " ".join((words if colon else kind).split())


def _factory(name: str) -> Any:
    plug_ins = _plug_ins()
    others = plug_ins.get(name, [])
    if name in BUILT_IN:
        if others:
            msg = (
                f"The package {_packages(others)} has an estimator named {name!r}, as one of "
                "qconf's own is, which is used; the other needs another name."
            )
            warnings.warn(msg, UserWarning, stacklevel=3)
        module, _, attribute = BUILT_IN[name].partition(":")
        return getattr(import_module(module), attribute)
    return plug_in(name)


def plug_in(name: str) -> Any:
    """Load what another package offers under a name.

    Raises
    ------
    EstimatorError
        If there is no such package, if there are two, or if it cannot be imported.
    """
    others = _plug_ins().get(name, [])
    if not others:
        msg = f"There is no estimator {name!r}. {did_you_mean(name, estimator_names())}"
        raise EstimatorError(msg)
    if len(others) > 1:
        msg = (
            f"The estimator {name!r} comes from {len(others)} packages, {_packages(others)}; "
            "uninstall all but one, or pass the estimator itself in Python."
        )
        raise EstimatorError(msg)
    point = others[0]
    with blamed(f"The estimator {name!r} ({point.value}) cannot be imported"):
        return point.load()


def plug_in_name(kind: type[Any]) -> str | None:
    """Return the name under which another package offers a class, or None.

    Nothing is imported for that.
    """
    for name, points in _plug_ins().items():
        if any(point.value == f"{kind.__module__}:{kind.__qualname__}" for point in points):
            return name
    return None


def _plug_ins() -> dict[str, list[EntryPoint]]:
    """List what packages offer, by name; the same object twice is one."""
    found: dict[str, dict[str, EntryPoint]] = {}
    from importlib.metadata import entry_points  # noqa: PLC0415 - help must not wait for it

    for point in entry_points(group=ENTRY_POINT_GROUP):
        # Earlier versions registered their own.
        if BUILT_IN.get(point.name) != point.value:
            found.setdefault(point.name, {}).setdefault(point.value, point)
    return {name: list(points.values()) for name, points in found.items()}


def _packages(points: list[EntryPoint]) -> str:
    return " and ".join(repr(point.dist.name if point.dist else point.module) for point in points)


def _form(name: str, factory: Any) -> str:
    positional = [
        parameter.name
        for parameter in inspect.signature(factory).parameters.values()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    return f"{name}:{positional[0].upper()}" if positional else name

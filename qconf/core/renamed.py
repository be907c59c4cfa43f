"""Refuse the former name of a parameter, and say what it is called now."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, Self, TypeVar

__all__ = ["TellsNewNames", "renamed"]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def renamed(**new_names: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Refuse keywords by their former names, as Python refuses unknown ones, and name the new ones.

    The signature stays the function's own, so that scikit-learn finds the parameters of a
    constructor, and editors and type checkers see only what there is.

    Parameters
    ----------
    **new_names : str
        For each former name the one that took its place.

    Returns
    -------
    callable
        Decorates a function, or a constructor.

    Examples
    --------
    >>> @renamed(colour="color")
    ... def paint(*, color="red"):
    ...     return color
    >>> paint(colour="blue")
    Traceback (most recent call last):
        ...
    TypeError: paint() has no parameter 'colour'. It is called color now.
    """

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(function)
        def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            for old in new_names.keys() & kwargs:
                raise TypeError(_told(function, old, new_names[old]))
            return function(*args, **kwargs)

        vars(checked)["new_names"] = new_names
        return checked

    return decorate


class TellsNewNames:
    """Mixin of estimators whose constructor is `renamed`: `set_params` names the new ones too."""

    def set_params(self, **params: Any) -> Self:
        """Set parameters, as scikit-learn's do.

        Raises
        ------
        ValueError
            If there is no such parameter.
        """
        constructor: Any = type(self).__init__
        new_names = getattr(constructor, "new_names", {})
        for old in new_names.keys() & params:
            raise ValueError(_told(constructor, old, new_names[old]))
        set_: Self = super().set_params(**params)  # type: ignore[misc]
        return set_


def _told(function: Callable[..., Any], old: str, new: str) -> str:
    name = function.__qualname__.removesuffix(".__init__")
    return f"{name}() has no parameter {old!r}. It is called {new} now."

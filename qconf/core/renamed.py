"""Refuse the former name of a parameter, and say what it is called now."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["renamed"]

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
            for old in kwargs:
                if old in new_names:
                    name = function.__qualname__.removesuffix(".__init__")
                    msg = f"{name}() has no parameter {old!r}. It is called {new_names[old]} now."
                    raise TypeError(msg)
            return function(*args, **kwargs)

        return checked

    return decorate

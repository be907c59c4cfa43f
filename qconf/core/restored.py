"""Check what was restored from a file that need not be trusted.

A class whose objects reach compiled code has a method ``check_restored``, which is called when one
was restored, and holds each array against the others: compiled loops look up what they are told to.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["is_array", "is_count", "require"]


def require(sound: bool, what: str) -> None:
    """Raise an error that says what is wrong, unless it is sound.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> require(False, "two arrays differ in length")
    Traceback (most recent call last):
        ...
    ValueError: two arrays differ in length
    """
    if not sound:
        raise ValueError(what)


def is_array(value: Any, dtype: Any, shape: tuple[int | None, ...]) -> bool:
    """Tell whether a value is an array of a type and a shape, in the order of C.

    Parameters
    ----------
    value : object
    dtype : dtype
    shape : tuple of int or None
        None is any number.

    Examples
    --------
    >>> is_array(np.zeros((2, 3)), np.float64, (None, 3))
    True
    """
    return (
        isinstance(value, np.ndarray)
        and value.dtype == np.dtype(dtype)
        and value.ndim == len(shape)
        and all(wanted in (None, have) for wanted, have in zip(shape, value.shape, strict=True))
        and value.flags.c_contiguous
    )


def is_count(value: Any, least: int = 0, most: int = 2**62) -> bool:
    """Tell whether a value is a whole number from `least` to `most`."""
    return type(value) is int and least <= value <= most

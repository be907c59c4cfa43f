"""Undo what a call did to an object when the call does not come to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["all_or_nothing"]


@contextmanager
def all_or_nothing(estimator: object) -> Iterator[None]:
    """Give an object's attributes back as they were, if the block raises.

    What attributes hold is not copied: a block that changes an array or a dictionary in place has
    to do so last, when nothing can be refused any more.

    Parameters
    ----------
    estimator : object

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(level=1.0)
    >>> try:
    ...     with all_or_nothing(model):
    ...         model.level, model.rows = 2.0, 10
    ...         raise ValueError("refused")
    ... except ValueError:
    ...     print(model)
    namespace(level=1.0)
    """
    before = vars(estimator).copy()
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise

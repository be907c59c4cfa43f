"""Complete the values of options in a shell.

What an option may be is decided by the library; these are the same words, written out, so that a
shell does not wait for what the library loads. `tests/cli/test_completing.py` holds them together.
"""

from __future__ import annotations

from collections.abc import Callable

from qconf.estimators.registry import estimator_names

__all__ = ["an_estimator", "one_of", "some_estimators", "some_of"]

#: Estimators that judge a column of the table need its name.
_WITH_COLUMNS = ("column", "interval")


def one_of(*names: str) -> Callable[[str], list[str]]:
    """Complete one of some words.

    Parameters
    ----------
    *names : str

    Returns
    -------
    callable
        For ``autocompletion`` of an option: from what was typed to what it could become.

    Examples
    --------
    >>> one_of("group", "keep")("k")
    ['keep']
    """

    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete


def some_of(*names: str) -> Callable[[str], list[str]]:
    """Complete the last of several words with commas between, by one that is not there yet.

    Examples
    --------
    >>> some_of("ppe10", "bias")("ppe10,")
    ['ppe10,bias']
    """

    def complete(incomplete: str) -> list[str]:
        return _last_of(incomplete, names)

    return complete


def an_estimator(incomplete: str) -> list[str]:
    """Complete the name of an estimator, or ``auto``; plug-ins too.

    Examples
    --------
    >>> an_estimator("au"), an_estimator("col")
    (['auto'], ['column:'])
    """
    return [name for name in ("auto", *_estimators()) if name.startswith(incomplete)]


def some_estimators(incomplete: str) -> list[str]:
    """Complete the last of several names of estimators.

    Examples
    --------
    >>> some_estimators("count,resi")
    ['count,residual']
    """
    return _last_of(incomplete, _estimators())


def _estimators() -> list[str]:
    return [f"{name}:" if name in _WITH_COLUMNS else name for name in estimator_names()]


def _last_of(incomplete: str, names: list[str] | tuple[str, ...]) -> list[str]:
    before, comma, last = incomplete.rpartition(",")
    there = before.split(",")
    return [
        f"{before}{comma}{name}" for name in names if name.startswith(last) and name not in there
    ]

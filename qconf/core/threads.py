"""Choose how many threads an engine may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import TypeVar

from joblib import cpu_count

__all__ = ["rows_side_by_side", "side_by_side", "threads_for"]

T = TypeVar("T")
R = TypeVar("R")

#: Threads of a boosting engine meet after every few splits, and wait for each other by spinning.
#: On 17,000 rows two of them save a quarter of the time; but two such programs at once on two
#: cores take ten times as long as one after the other.
_ROWS_A_THREAD = 25_000
#: Threads that never meet, in loops of ours, pay for themselves sooner.
_ROWS_A_THREAD_OF_OURS = 512
#: Whether this thread is one of several already: threads of threads would be more than cores.
_HERE = local()


def threads_for(n_rows: int, n_jobs: int | None = None) -> int:
    """Choose a number of threads that the rows keep busy.

    Parameters
    ----------
    n_rows : int
    n_jobs : int or None, default=None
        The number itself, if the user has a wish.

    Returns
    -------
    int
        `n_jobs`; or else one for each 25,000 rows, at least 1, and at most OMP_NUM_THREADS or the
        cores that the process, or its container, may use.
    """
    if n_jobs is not None:
        return n_jobs
    n_threads = n_rows // _ROWS_A_THREAD
    # To count cores, files are read.
    return min(n_threads, _most()) if n_threads > 1 else 1


def side_by_side(
    function: Callable[[T], R], items: Sequence[T], n_rows: int, *, ours: bool
) -> Iterator[R]:
    """Call a function with each of several items, as many at once as have threads left.

    Parameters
    ----------
    function : callable
        Fits something, say.
    items : sequence
    n_rows : int
        On so many rows each, which tells how many threads one takes by itself.
    ours : bool
        Whether what runs is known to be safe in threads; others' models are not, and run one after
        another.

    Yields
    ------
    object
        What the function returns, in the order of the items.
    """
    at_once = min(len(items), _most() // threads_for(n_rows)) if ours else 1
    if at_once <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(function, items)


def rows_side_by_side(
    work: Callable[[slice], None], n_rows: int, n_jobs: int | None = None
) -> None:
    """Call a function with stretches of rows, in as many threads as they keep busy.

    For work without the GIL, such as compiled loops, in which no row hangs on another.

    Parameters
    ----------
    work : callable
        Gets a stretch of rows; what it does in threads itself, it does in this one.
    n_rows : int
    n_jobs : int or None, default=None
        At most so many threads; None is `OMP_NUM_THREADS`, or the cores there are.
    """
    n_parts = n_rows // _ROWS_A_THREAD_OF_OURS
    if n_parts > 1:
        # Asked only here: to count cores, files are read.
        alone = getattr(_HERE, "is_one_of_several", False)
        n_parts = min(n_parts, 1 if alone else n_jobs or _most())
    if n_parts <= 1:
        work(slice(0, n_rows))
        return

    def one(part: int) -> None:
        _HERE.is_one_of_several = True
        work(slice(part * n_rows // n_parts, (part + 1) * n_rows // n_parts))

    with ThreadPoolExecutor(n_parts) as pool:
        list(pool.map(one, range(n_parts)))


def _most() -> int:
    return _asked() or _cores()


def _asked() -> int:
    """Return the threads that OMP_NUM_THREADS asks for; 0 if it is no number, or none is given."""
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    # Not all digits are: "²".isdigit() is true.
    return int(first) if first.isascii() and first.isdigit() else 0


def _cores() -> int:
    try:
        return int(cpu_count())
    except ValueError:
        # joblib reads LOKY_MAX_CPU_COUNT, and trips over words and zeros in it.
        return os.cpu_count() or 1

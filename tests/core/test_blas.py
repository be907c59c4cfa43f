"""One thread for small products, and all of them again afterwards."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from qconf.core.blas import one_blas_thread

#: Two, so that there is something to take away on a machine of one core too.
MANY = 2


def threads() -> set[int]:
    """Tell how many threads the libraries that were found may use."""
    found = ThreadpoolController().select(user_api="blas").info()
    return {library["num_threads"] for library in found}


def test_one_inside_and_as_many_as_before_outside() -> None:
    """Whatever happens inside."""
    with threadpool_limits(MANY, user_api="blas"):
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {MANY}
        with pytest.raises(ZeroDivisionError), one_blas_thread():
            _ = 1 / 0
        assert threads() == {MANY}


def test_nested_limits_end_with_the_outer_one() -> None:
    """The inner one neither sets nor takes back anything."""
    with threadpool_limits(MANY, user_api="blas"):
        with one_blas_thread():
            with one_blas_thread():
                assert threads() == {1}
            assert threads() == {1}
        assert threads() == {MANY}


def test_limits_that_overlap_leave_nothing_behind() -> None:
    """The thread that came first may leave first; afterwards all is as it was."""
    before = threads()
    both_inside, first_is_out = Barrier(2), Barrier(2)
    seen: list[set[int]] = []

    def first() -> None:
        with one_blas_thread():
            both_inside.wait(10)
            seen.append(threads())
        first_is_out.wait(10)

    def second() -> None:
        both_inside.wait(10)
        with one_blas_thread():
            first_is_out.wait(10)

    workers = [Thread(target=first), Thread(target=second)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert seen == [{1}]
    assert threads() == before

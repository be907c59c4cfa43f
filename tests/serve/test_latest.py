"""What takes a while is made once for those who ask one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from qconf.serve.latest import Latest


def test_the_one_not_asked_for_longest_goes() -> None:
    """It is made anew when somebody asks again; a result of None is one, too."""
    made: list[str] = []

    def of(name: str) -> None:
        assert kept.of(name, lambda: made.append(name)) is None

    kept: Latest[None] = Latest(2)
    for name in "abacab":
        of(name)
    assert made == ["a", "b", "c", "b"]


def test_what_cannot_be_made_is_not_kept() -> None:
    """Who asks next has it tried again."""
    kept: Latest[int] = Latest(2)
    with pytest.raises(ZeroDivisionError):
        kept.of("a", lambda: 1 // 0)
    assert kept.of("a", lambda: 7) == 7


def test_many_at_once() -> None:
    """Each has what it asked for, and no more are kept than may be."""
    kept: Latest[int] = Latest(3)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda i: kept.of(i % 7, lambda: i % 7), range(500)))
    assert told == [i % 7 for i in range(500)]
    assert len(kept._known) <= 3

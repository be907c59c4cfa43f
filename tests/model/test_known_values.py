"""What rows of a fit held is known, however many parts they come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import sales_table

from qconf.core.validation import check_table
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.model.known_values import KnownValues

SALES: Any = check_table(TableEncoder(), sales_table(400), reset=True)


@pytest.mark.parametrize("size", [1, 30, 400])
def test_parts_are_known_as_the_whole(size: int) -> None:
    """Levels, their codes, ranges and gaps are those of all rows at once."""
    whole, some = KnownValues.of(SALES), KnownValues.of(SALES.iloc[:20])
    known = some.widened(SALES.iloc[at : at + size] for at in range(0, 400, size))
    for i, levels in whole.encoder.levels_.items():
        assert known.encoder.levels_[i].tolist() == levels.tolist()
    for name in ("low", "high", "gaps"):
        np.testing.assert_array_equal(getattr(known.support, name), getattr(whole.support, name))
    np.testing.assert_array_equal(known.encoder.encode(SALES), whole.encoder.encode(SALES))
    odd = sales_table(50, seed=9).assign(rooms=99, zone="new")
    np.testing.assert_array_equal(unlike(known, odd), unlike(whole, odd))
    assert unlike(some, SALES).any()
    assert not unlike(known, SALES).any()


def unlike(known: KnownValues, table: Any) -> Any:
    """Ask for the cells that hold what was not known."""
    return known.unlike(Encoded.of(table, known.encoder))

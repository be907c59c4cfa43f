"""Codes of one encoder as those of another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.recoder import Recoder

LEVELS = ["a", "b", "c", "d", None]


def table(rows: list[tuple[str | None, float]]) -> pd.DataFrame:
    level = np.array([one[0] for one in rows], dtype=object)
    return pd.DataFrame({"number": [one[1] for one in rows], "level": level})


ROWS = st.lists(st.tuples(st.sampled_from(LEVELS), st.sampled_from([1.0, 2.5, np.nan])), min_size=1)


@pytest.mark.slow
@given(ROWS, ROWS, st.data())
def test_recoded_is_as_encoded(fitted: list, asked: list, data: st.DataObject) -> None:  # type: ignore[type-arg]
    """Whatever part of the rows the other encoder has seen; gaps and unknown levels too."""
    whole = [("a", 1.0), *fitted]
    part = [("a", 1.0), *data.draw(st.lists(st.sampled_from(whole)))]
    first, second = TableEncoder().fit(table(whole)), TableEncoder().fit(table(part))
    rows = table(asked)
    recoder = Recoder.between(first, np.arange(2), second)
    assert recoder is not None
    told, wanted = recoder.of(Encoded.of(rows, first)), Encoded.of(rows, second)
    np.testing.assert_array_equal(told.matrix, wanted.matrix)
    for one in (told, wanted):
        assert one.unseen is None or one.unseen.any()
    nothing = np.zeros((len(rows), 2), dtype=bool)
    np.testing.assert_array_equal(
        nothing if told.unseen is None else told.unseen,
        nothing if wanted.unseen is None else wanted.unseen,
    )


def test_numbers_beside_are_as_encoded() -> None:
    """Cut to what short floats hold, as an encoder does."""
    rows = table([("a", 1.0), ("b", 2.0)])
    first = TableEncoder().fit(rows)
    second = TableEncoder().fit(rows.assign(more=[1.0, 2.0]))
    recoder = Recoder.between(first, np.arange(2), second)
    assert recoder is not None
    more = np.array([1e300, np.nan])
    wanted = Encoded.of(rows.assign(more=more), second)
    np.testing.assert_array_equal(recoder.of(Encoded.of(rows, first), more).matrix, wanted.matrix)


def test_a_number_beside_the_columns_is_no_level() -> None:
    """Where the other encoder reads levels there, it is shown the rows themselves."""
    fitted = pd.DataFrame({"zone": ["a", "b"], "prediction": ["low", "high"]})
    source, target = TableEncoder().fit(fitted[["zone"]]), TableEncoder().fit(fitted)
    assert Recoder.between(source, np.array([0]), target) is None


def test_what_cannot_be_recoded_is_not() -> None:
    """A level that the first does not know, and a column of another kind."""
    few, more = table([("a", 1.0)]), table([("a", 1.0), ("b", 1.0)])
    encoders = [TableEncoder().fit(one) for one in (few, more)]
    assert Recoder.between(encoders[0], np.arange(2), encoders[1]) is None
    assert Recoder.between(encoders[1], np.arange(2), encoders[0]) is not None
    dated = TableEncoder().fit(few.assign(number=[pd.Timestamp("2026-01-01")]))
    assert Recoder.between(encoders[0], np.arange(2), dated) is None

"""Terms of a prior are found in a table, and taken out of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf.errors import OptionError
from qconf.learners.linear.prior_columns import (
    columns_named,
    commonest,
    read_terms,
    term_values,
    without,
)

TABLE = pd.DataFrame(
    {
        "age": [10.0, 20.0, None, 40.0],
        "zone": ["a", "b", "c", None],
        "zone=x": [1.0, 2.0, 3.0, 4.0],
        "empty": [np.nan] * 4,
    }
)


def test_terms_are_numbers_levels_and_gaps() -> None:
    """A column whose own name looks like a level is a column."""
    terms = read_terms(["(base)", "age", "age missing", "zone=b", "zone missing", "zone=x"], TABLE)
    assert [(one.column, one.kind) for one in terms] == [
        ("age", "number"),
        ("age", "missing"),
        ("zone", "level"),
        ("zone", "missing"),
        ("zone=x", "number"),
    ]
    np.testing.assert_array_equal(
        term_values(terms, {"age": 20.0}, TABLE),
        [[-10, 0, 0, 0, 1], [0, 0, 1, 0, 2], [0, 1, 0, 0, 3], [20, 0, 0, 1, 4]],
    )


def test_empty_columns_may_be_anything() -> None:
    """A number or a level, which no row has."""
    terms = read_terms(["empty", "empty=b"], TABLE)
    np.testing.assert_array_equal(term_values(terms, {}, TABLE), np.zeros((4, 2)))


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("agee", "no column for 'agee'. Did you mean 'age'?"),
        ("zne=b", "no column for 'zne=b'. Did you mean 'zone'?"),
        ("zone", "holds text; name a level, such as 'zone=a'"),
        ("age=10", "holds numbers; name the column alone, or make it text"),
    ],
)
def test_what_is_not_there_is_refused(term: str, words: str) -> None:
    """With what to do."""
    with pytest.raises(OptionError) as refused:
        read_terms([term], TABLE)
    assert words in str(refused.value)


def test_a_table_without_terms_says_nothing_of_them() -> None:
    """Numbers are alike, levels the common one; gaps stay where the prior is not of them."""
    terms = read_terms(["age", "zone=a", "zone=b"], TABLE)
    common = commonest(terms, {}, TABLE)
    assert common == {"zone": "zone=c"}
    plain = without(terms, common, TABLE)
    np.testing.assert_array_equal(plain["age"], [0.0, 0.0, np.nan, 0.0])
    assert plain["zone"].tolist() == ["c", "c", "c", None]
    gone = without(read_terms(["age", "age missing", "zone missing"], TABLE), common, TABLE)
    assert gone["age"].tolist() == [0.0] * 4
    assert gone["zone"].tolist() == ["a", "b", "c", "c"]
    assert TABLE["zone"].tolist()[:3] == ["a", "b", "c"]


def test_columns_are_named_by_terms() -> None:
    """Each once; those that are not there are left out."""
    assert columns_named(["age", "age missing", "zone=q", "no"], TABLE) == ["age", "zone"]

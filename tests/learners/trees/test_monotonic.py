"""Signs of columns, by name or position; errors name the column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qconf.errors import OptionError
from qconf.learners.trees.monotonic import monotone_signs

LEVELS = np.array([True, False, False])
NAMES = ["zone", "area", "age"]


def test_names_and_positions() -> None:
    """A table with names is asked by name, also where names are numbers; another by position."""
    assert monotone_signs({"age": 1, "area": -1}, NAMES, LEVELS) == [0, -1, 1]
    assert monotone_signs({np.int64(2): 1}, None, LEVELS) == [0, 0, 1]
    assert monotone_signs({}, None, LEVELS) == [0, 0, 0]


@pytest.mark.parametrize(
    ("monotonic", "names", "words"),
    [
        ({"aeg": 1}, NAMES, "'aeg', which the table does not have. Did you mean 'age'?"),
        ({2: 1}, NAMES, "2, which the table does not have. There are: zone, area, age."),
        ({"zone": 1}, NAMES, "'zone', which holds levels"),
        ({"age": 2}, NAMES, r"monotonic\['age'\] must be \+1 .* got 2"),
        ({"age": True}, NAMES, "got True"),
        ({"age": "up"}, NAMES, "got 'up'"),
        ({"age": 1}, None, "has no names: give positions, 0 to 2"),
        ({3: 1}, None, "positions, 0 to 2"),
        ({-1: 1}, None, "positions, 0 to 2"),
    ],
)
def test_what_cannot_be_is_named(monotonic: Any, names: Any, words: str) -> None:
    """The column, the rule, what was found."""
    with pytest.raises(OptionError, match=words):
        monotone_signs(monotonic, names, LEVELS)

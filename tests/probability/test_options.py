"""Options of probabilities have their rules, told in one line."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.errors import OptionError, TableError
from qconf.probability.options import check_expected_error, check_level, check_positive_number


@pytest.mark.parametrize("value", [0, 1, True, "0.5", float("nan"), None])
def test_a_level_lies_strictly_between_0_and_1(value: object) -> None:
    """A Boolean or a text is no number."""
    with pytest.raises(OptionError, match="limit must lie strictly between 0 and 1"):
        check_level("limit", value)
    check_level("limit", 0.5)


@pytest.mark.parametrize("value", [0, -1.0, float("inf"), True])
def test_a_positive_number_is_finite_and_above_0(value: object) -> None:
    """The message has an example of what would do."""
    with pytest.raises(OptionError, match=r"such as 90 days; got"):
        check_positive_number("half-life", value, "90 days")


def test_expected_errors_are_not_negative() -> None:
    """Zero is one; below it a score has no units."""
    assert check_expected_error([0.0, 0.2], 2).tolist() == [0.0, 0.2]
    with pytest.raises(TableError, match="1 of 2 are negative"):
        check_expected_error(np.array([0.1, -0.1]), 2)

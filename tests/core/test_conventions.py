"""Shares, seeds and thresholds are what everyone takes them for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.core.conventions import accepted_rows, check_options, check_resamples, check_seed
from qconf.errors import OptionError


@pytest.mark.parametrize(
    ("fraction", "n_rows", "expected"),
    [
        (0.1, 13_508, 1351),
        (0.1, 15, 2),
        (0.1, 25, 3),
        (0.1, 35, 4),
        (0.29, 50, 15),
        (0.07, 50, 4),
        (0.1, 14, 1),
        (0.1, 1, 1),
        (1.0, 7, 7),
    ],
)
def test_the_safest_share_is_rounded_half_up(fraction: float, n_rows: int, expected: int) -> None:
    """To the nearest row, halves up, never to none; floating point does not decide."""
    assert accepted_rows(fraction, n_rows) == expected


@given(st.integers(1, 100), st.integers(1, 10**6))
def test_the_safest_share_grows_with_the_rows(percent: int, n_rows: int) -> None:
    """One more row never makes the share smaller, and it is within half a row of exact."""
    own = accepted_rows(percent / 100, n_rows)
    assert own <= accepted_rows(percent / 100, n_rows + 1) <= own + 1
    assert own == max(1, (percent * n_rows + 50) // 100)


@pytest.mark.parametrize("bad", [-1, 0, 1, 2.5, 10.0, True, "100", np.nan, [100]])
def test_resamples_are_a_whole_number_of_two_or_more(bad: Any) -> None:
    """One resample has no spread, and none or fewer cannot be drawn."""
    with pytest.raises(OptionError, match="number of resamples must be an integer >= 2"):
        check_resamples(bad)
    check_resamples(None)
    check_resamples(2)
    check_resamples(np.int64(50))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["threshold", "fraction", "confidence_level"])
@pytest.mark.parametrize("bad", [True, np.bool_(True), "0.5", np.nan, np.inf, None, [0.5], 0, -0.1])
def test_options_are_numbers_in_their_range(name: str, bad: Any) -> None:
    """Truth values, strings and what is not finite are refused by name."""
    good: dict[str, Any] = {
        "threshold": 0.1,
        "fraction": 0.1,
        "confidence_level": 0.9,
        "outlier_rates": (0.1,),
    }
    with pytest.raises(OptionError, match=name.replace("_", " ")):
        check_options(**{**good, name: bad})
    check_options(**{**good, name: np.float32(0.5)})


@pytest.mark.parametrize("bad", ["0.05", 0.05, [True], ["0.1"], [np.nan], [1.5], None])
def test_outlier_rates_are_a_list_of_shares(bad: Any) -> None:
    """One number, a word, or anything outside [0, 1] is refused."""
    with pytest.raises(OptionError, match="outlier rate"):
        check_options(threshold=0.1, fraction=0.1, confidence_level=0.9, outlier_rates=bad)


@pytest.mark.parametrize("bad", [-1, 2**32, 1.0, "0", None])
def test_a_seed_is_a_whole_number(bad: Any) -> None:
    """From 0 to 2**32 - 1."""
    with pytest.raises(OptionError, match="seed"):
        check_seed(bad)


def test_the_safest_share_may_be_the_whole_table() -> None:
    """A fraction of 1, and outlier rates of 0 and of 1, are in their range."""
    check_options(threshold=0.1, fraction=1, confidence_level=0.9, outlier_rates=[0, 1])
    assert accepted_rows(1, 7) == 7

"""What limits an interval is said beside it, and only then."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qconf import evaluate


def notes(n_rows: int = 2000, *, rate: float = 0.2, **options: Any) -> tuple[str, ...]:
    rng = np.random.default_rng(0)
    outlier = np.arange(n_rows) < round(rate * n_rows)
    residual = rng.permutation(outlier).astype(float)
    score = rng.random(n_rows)
    return evaluate(score, residual, threshold=0.5, n_resamples=50, **options).notes


def test_nothing_is_said_of_many_independent_rows() -> None:
    """With 400 outliers in 2,000 rows, many groups and a time, there is nothing to say."""
    assert notes() == ()
    assert notes(groups=np.arange(2000) // 4) == ()
    assert notes(time=np.random.default_rng(1).permutation(2000)) == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_rows": 200, "rate": 0.025}, "Only 5 of 200 rows are outliers"),
        ({"n_rows": 200, "rate": 0.975}, "Only 5 of 200 rows are no outliers"),
        ({"n_rows": 200, "rate": 0.0}, "Only 0 of 200"),
        ({"groups": np.arange(2000) // 200}, "There are only 10 groups"),
        ({"groups": np.maximum(np.arange(2000) - 600, 0) // 4}, "One group has 30 % of the rows"),
        ({"time": np.arange(2000) // 200}, "There are only 10 distinct times"),
    ],
)
def test_each_limit_has_its_line(options: dict[str, Any], words: str) -> None:
    """Few outliers, few groups, a large group, few times: one line that names the number."""
    told = notes(**options)
    assert len(told) == 1
    assert words in told[0]


def test_slow_movement_is_told_with_what_the_rows_are_worth() -> None:
    """Half of the time calm, half of it not: many rows, few of them independent."""
    residual = np.where(np.arange(2000) < 1000, 0.0, 1.0)
    one = evaluate(
        np.random.default_rng(0).random(2000),
        residual,
        threshold=0.5,
        time=np.arange(2000),
        n_resamples=50,
    )
    (told,) = one.notes
    assert "Errors rise and fall slowly in time" in told
    assert "not 2,000" in told
    assert "may be too narrow" in told
    assert one.to_dict()["notes"] == [told]


def test_enough_is_enough() -> None:
    """Of fifteen outliers, twenty groups and twenty times nothing is said; of one fewer it is."""
    rows = np.arange(2000)
    assert notes(1500, rate=0.01) == ()
    assert "Only 14 of 1,400" in notes(1400, rate=0.01)[0]
    assert notes(groups=rows // 100) == ()
    assert "only 19 groups" in notes(groups=rows // 106)[0]
    assert notes(time=rows // 100) == ()
    assert "only 19 distinct times" in notes(time=rows // 106)[0]

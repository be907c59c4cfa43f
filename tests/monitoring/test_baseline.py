"""A baseline is a small summary, kept in the model's card."""

from __future__ import annotations

import json

import numpy as np
import pytest
from watched_rows import THRESHOLD, baseline, stream

from qconf.errors import ModelFileError, TableError
from qconf.monitoring.baseline import Baseline


def test_it_sums_up_rows() -> None:
    """Rate, deciles, size of errors, tiers and periods are those of the rows."""
    rows, told = stream(3000, seed=99), baseline()
    assert told.outlier_rate == pytest.approx((np.abs(rows.residual) > THRESHOLD).mean())
    assert told.edges == np.quantile(rows.expected, np.arange(1, 10) / 10).tolist()
    assert np.mean(told.scale) == pytest.approx(1.0, abs=0.1)
    assert told.shares["the rows accepted"] == pytest.approx(rows.accepted.mean())
    assert [one.n_rows for one in told.past] == [750] * 4
    assert [one.name for one in told.columns] == ["region"]


def test_it_is_plain_json() -> None:
    """Written and read again it is the same, and it is small."""
    text = json.dumps(baseline().to_dict())
    assert Baseline.from_dict(json.loads(text)) == baseline()
    assert len(text) < 5000


def test_what_is_none_is_refused() -> None:
    """A card from elsewhere need not hold one; fewer than 50 rows make none."""
    with pytest.raises(ModelFileError, match="certify the model again"):
        Baseline.from_dict({"rows": 3})
    with pytest.raises(ModelFileError, match="certify the model again"):
        Baseline.from_dict({**baseline().to_dict(), "columns": [{"name": "a"}]})
    few = stream(40)
    with pytest.raises(TableError, match="at least 50 rows"):
        Baseline.of(
            few.expected, few.residual, few.table, threshold=0.1, kinds={}, probability=None
        )

"""Columns get their roles; what cannot be used is left out or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from qconf.core.error_scale import error_scale
from qconf.errors import TableError
from qconf.tables.dataset import Dataset, make_dataset


def made(table: Any, y: Any = "price", error: str = "relative", **roles: Any) -> Dataset:
    return make_dataset(table, y, error_scale(error), **roles)


@pytest.fixture
def table() -> pd.DataFrame:
    return sales_table(100)


def test_roles_are_not_features(table: pd.DataFrame) -> None:
    """Target, prediction, time, group, scores and dropped columns are no features."""
    table["avm"], table["fsd"] = table["price"] * 1.1, 0.1
    dataset = made(
        table,
        prediction="avm",
        time="sold_on",
        groups="parcel",
        scores=["fsd"],
        drop=["rooms"],
    )
    assert list(dataset.features) == ["zone", "area", "garden", "built"]
    assert list(dataset.scores) == ["fsd"]
    assert dataset.time_name == "sold_on"
    assert dataset.warnings == ()


def test_features_can_be_chosen(table: pd.DataFrame) -> None:
    """Only the named ones, in their order, dropped ones left out."""
    assert list(made(table, features=["rooms", "area", "zone"], drop=["area"]).features) == [
        "rooms",
        "zone",
    ]


def test_empty_columns_are_not_used(table: pd.DataFrame) -> None:
    """A column without values is left out with a warning."""
    dataset = made(table.assign(nothing=np.nan))
    assert "nothing" not in dataset.features
    assert "'nothing' has no values" in dataset.warnings[0]


def test_the_callers_table_is_not_changed(table: pd.DataFrame) -> None:
    """Neither columns nor index move."""
    table.index = table.index[::-1]
    kept = table.copy()
    made(table)
    pd.testing.assert_frame_equal(table, kept)


@pytest.mark.parametrize(
    ("change", "roles", "words"),
    [
        ({}, {"y": "pirce"}, "no column 'pirce'. Did you mean 'price'"),
        ({}, {"time": "sold"}, "Did you mean 'sold_on'"),
        ({}, {"drop": ["zon"]}, "Did you mean 'zone'"),
        ({}, {"features": ["price", "area"]}, "target 'price' is among the features"),
        ({}, {"prediction": "price"}, "is the target and cannot be the prediction"),
        ({}, {"scores": ["price"]}, "score of itself"),
        ({}, {"features": ["area"], "drop": ["area"]}, "No feature is left"),
        ({"prediction": 1.0}, {}, "named 'prediction'"),
        ({"price": "a"}, {}, "target 'price' must be numbers"),
        ({"price": 5.0}, {}, "constant"),
        ({"price": np.nan}, {}, r"Too few rows: 0 can be used, 100 left out \(missing target\)"),
        ({"area": np.inf}, {}, r"'area' has 100 infinite value\(s\)"),
        ({"built": np.nan, "area": np.nan}, {"features": ["area", "built"]}, "missing in every"),
        ({}, {"time": "zone"}, "must hold dates"),
        ({}, {"prediction": "zone"}, "prediction must be numbers"),
        ({}, {"y": None}, "A target is needed"),
        ({}, {"y": [1.0, 2.0]}, "target has 2 values, the table 100 rows"),
    ],
)
def test_what_cannot_be_used_is_named(
    change: dict[str, Any], roles: dict[str, Any], words: str, table: pd.DataFrame
) -> None:
    """One line says which column, and what to do."""
    with pytest.raises(TableError, match=words):
        made(table.assign(**change), **{"y": "price", **roles})


@pytest.mark.parametrize(
    ("price", "error", "words"),
    [
        (0.0, "relative", "1 of 100 values are zero or negative"),
        (-3.0, "log", "log error needs a positive target"),
        (np.inf, "absolute", "target 'price' must be finite; 1 of 100"),
    ],
)
def test_targets_must_suit_the_error(
    price: float, error: str, words: str, table: pd.DataFrame
) -> None:
    """Relative and log error need positive targets, all need finite ones."""
    table.loc[0, "price"] = price
    with pytest.raises(TableError, match=words):
        made(table, error=error)
    if price <= 0:
        assert made(table, error="absolute").y.min() == price


def test_predictions_must_suit_the_error(table: pd.DataFrame) -> None:
    """Log error needs positive predictions; all need finite ones."""
    table["avm"] = table["price"]
    table.loc[0, "avm"] = -1.0
    with pytest.raises(TableError, match="positive prediction"):
        made(table, error="log", prediction="avm")
    table.loc[0, "avm"] = np.inf
    with pytest.raises(TableError, match="prediction must be finite; 1 of 100"):
        made(table, prediction="avm")


def test_names_must_differ(table: pd.DataFrame) -> None:
    """Two columns of one name cannot be told apart."""
    with pytest.raises(TableError, match="two columns named 'area'"):
        made(table.rename(columns={"rooms": "area"}))


def test_an_empty_table() -> None:
    """No rows, no columns."""
    with pytest.raises(TableError, match="empty: 0 rows, 1 columns"):
        made(pd.DataFrame({"price": []}))


def test_several_predictions_are_judged_on_the_same_rows(table: pd.DataFrame) -> None:
    """None is a feature, rows that lack one are left out, and each can be the prediction."""
    table["old"], table["new"] = table["price"] * 1.1, table["price"] * 0.9
    table.loc[3, "old"] = table.loc[4, "new"] = np.nan
    dataset = made(table, valuations=["old", "new"], time="sold_on")
    assert not {"old", "new"} & set(dataset.features)
    assert dataset.left_out == {"missing_prediction": 2}
    assert dataset.prediction is None
    valued = dataset.valued_by("new")
    assert valued.prediction_name == "new"
    assert valued.prediction is not None
    np.testing.assert_allclose(valued.prediction, dataset.y * 0.9)
    part = valued.take(np.arange(5))
    assert len(part.valuations) == 5
    with pytest.raises(TableError, match="positive prediction 'old'"):
        made(table.assign(old=-1.0), error="log", valuations=["old"])
    with pytest.raises(TableError, match="as a prediction of itself"):
        made(table, valuations=["price"])
    with pytest.raises(TableError, match="Did you mean 'old'"):
        made(table, valuations=["odl"])


def test_columns_of_predictions_need_no_feature() -> None:
    """As one prediction alone needs none."""
    table = sales_table(100)[["price"]].assign(old=1e5, new=2e5)
    assert made(table, valuations=["old", "new"]).features.shape == (100, 0)

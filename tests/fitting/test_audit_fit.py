"""A table is scored by models that have not seen a row, and its slices are audited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from qconf import ConfidentRegressor, ConstantConfidence, ModelCard, save
from qconf.errors import OptionError, TableError
from qconf.fitting.audit_fit import audit_fit, audit_kept
from qconf.learners.trees.boosted import BoostedTrees

QUICK: dict[str, Any] = {"min_rows": 50, "levels": False}


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    """Sales with a vendor's values and scores, which are wrong in one zone."""
    table = sales_table(3000).sort_values("sold_on", ignore_index=True)
    rng = np.random.default_rng(0)
    fsd = rng.uniform(0.05, 0.2, 3000)
    zone = table["zone"].mode()[0]
    wrong = np.where(table["zone"] == zone, 2.0, 1.0)
    values = table["price"] * np.exp(rng.normal(scale=fsd) * wrong)
    return table.assign(fsd=fsd, avm=values)


def test_a_vendors_score_is_audited_as_it_stands(sales: pd.DataFrame) -> None:
    """The zone where it is wrong is told; the score and the value are properties, too."""
    audit, _ = audit_fit(
        sales, "price", time="sold_on", prediction="avm", estimator="column:fsd", drop=["parcel"],
        **QUICK,
    )  # fmt: skip
    wrong = [one for one in audit.worse if one.figures["calibration"].verdict == "worse"]
    assert f"zone {sales['zone'].mode()[0]}" in {one.text for one in wrong}
    names = {name for one in audit.slices for name in one.properties}
    assert names >= {"prediction", "expected_error", "area"}
    assert not names & {"price", "sold_on", "fsd", "avm"}


def test_any_column_can_be_sliced_by(sales: pd.DataFrame) -> None:
    """Also one that is no feature."""
    table = sales.assign(agent=np.random.default_rng(1).choice(["x", "y"], len(sales)))
    audit, _ = audit_fit(
        table, "price", prediction="avm", estimator="column:fsd", drop=["agent"], by=["agent"],
        **QUICK,
    )  # fmt: skip
    assert {one.text for one in audit.slices} == {"agent x", "agent y"}
    with pytest.raises(TableError, match="no column 'agant'"):
        audit_fit(table, "price", by="agant")


def test_what_came_out_is_no_property_and_what_was_predicted_is(sales: pd.DataFrame) -> None:
    """High outcomes look valued too low in any table; predictions are known before."""
    given = {"prediction": "avm", "estimator": "column:fsd", **QUICK}
    with pytest.raises(OptionError, match="--by prediction"):
        audit_fit(sales, "price", by=["zone", "price"], **given)
    audit, _ = audit_fit(sales, "price", by=["prediction", "expected_error"], **given)
    names = {name for one in audit.slices for name in one.properties}
    assert names == {"prediction", "expected_error"}


def test_a_kept_model_is_audited_on_rows_from_after_its_fit(
    sales: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the columns of the table; rows of the fit are refused."""
    monkeypatch.chdir(tmp_path)
    table = sales.drop(columns=["fsd", "avm"])
    older, newer = table.iloc[:2500], table.iloc[2500:]
    newer = newer[newer["sold_on"] > older["sold_on"].max()]
    pair = ConfidentRegressor(BoostedTrees(n_estimators=10), ConstantConfidence())
    pair.fit(older.drop(columns="price"), older["price"], time="sold_on")
    save(pair, "avm.qconf", card=ModelCard(target="price", time="sold_on", threshold=0.3))
    newer.to_parquet("newer.parquet", index=False)
    table.to_parquet("all.parquet", index=False)
    audit, warnings = audit_kept("avm.qconf", "newer.parquet", **QUICK)
    assert warnings == ()
    assert audit.n_older + audit.n_newer <= len(newer)
    assert {"zone"} <= {name for one in audit.slices for name in one.properties}
    assert not {"price", "sold_on"} & {name for one in audit.slices for name in one.properties}
    with pytest.raises(TableError, match="may have seen them"):
        audit_kept("avm.qconf", "all.parquet", **QUICK)
    with pytest.raises(OptionError, match="at least one column"):
        audit_kept("avm.qconf", "newer.parquet", by=[], **QUICK)
    with pytest.raises(OptionError, match="--by prediction"):
        audit_kept("avm.qconf", "newer.parquet", by="price", **QUICK)
    audit, _ = audit_kept("avm.qconf", "newer.parquet", by="prediction", **QUICK)
    assert {name for one in audit.slices for name in one.properties} == {"prediction"}

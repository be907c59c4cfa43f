"""A model that is kept is certified on rows that came after those it has learned from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from worlds import sales_table

from qconf import ConfidentRegressor, ConstantConfidence, ModelCard, certify, save
from qconf.errors import OptionError, TableError
from qconf.fitting.certify_model import certify_model
from qconf.learners.trees.boosted import BoostedTrees
from qconf.model.shadow import PredictionShadow

CARD = ModelCard(target="price", time="sold_on", threshold=0.3, reading={"text": ["zip"]})
FEATURES = ["zone", "rooms", "area", "garden", "built", "zip", "sold_on"]


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    table = sales_table(1500).sort_values("sold_on", ignore_index=True)
    return table.assign(zip=[f"{i % 7 + 10:05}" for i in range(1500)])


@pytest.fixture
def place(sales: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model of the older rows, and newer ones as CSV and Parquet."""
    monkeypatch.chdir(tmp_path)
    save(fitted(sales), "avm.qconf", card=CARD)
    newer(sales).to_csv("newer.csv", index=False)
    newer(sales).to_parquet("newer.parquet", index=False)
    sales.to_parquet("all.parquet", index=False)
    return tmp_path


def is_old(sales: pd.DataFrame) -> Any:
    return sales["sold_on"] < pd.Timestamp("2021-08-01")


def newer(sales: pd.DataFrame) -> pd.DataFrame:
    rows: pd.DataFrame = sales[~is_old(sales)].reset_index(drop=True)
    return rows


def fitted(sales: pd.DataFrame, **roles: Any) -> ConfidentRegressor:
    old = sales[is_old(sales)]
    model = ConfidentRegressor(
        BoostedTrees(n_estimators=20, random_state=0), "residual", folds=3, random_state=0
    )
    return model.fit(old[FEATURES], old["price"], **{"time": "sold_on", **roles})


@pytest.mark.slow
@pytest.mark.parametrize("table", ["newer.csv", "newer.parquet"])
def test_the_certificate_is_that_of_its_own_scores(
    sales: pd.DataFrame, place: Path, table: str
) -> None:
    """Of the columns that the card names, with codes that look like numbers as text."""
    certified = certify_model(str(place / "avm.qconf"), table, outlier_rate=0.1)
    rows, model = newer(sales), fitted(sales)
    prediction, expected = model.predict_with_error(rows[model.feature_names_in_])
    wanted = certify(
        expected, prediction / rows["price"].to_numpy() - 1, threshold=0.3, outlier_rate=0.1,
        periods=rows["sold_on"],
    )  # fmt: skip
    told = certified.to_dict()
    assert told.pop("calibration") == f"{len(rows):,} rows of {table!r}"
    assert told == wanted.to_dict()
    assert certified.warnings == ()
    certified.save("certified.qconf")
    again = certify_model("certified.qconf", table, threshold=0.2, side="over", groups="parcel")
    assert isinstance(again.card.figures["certificate"]["cut_off"], float)
    assert (again.certificate.threshold, again.certificate.side) == (0.2, "over")  # type: ignore[union-attr]
    assert again.to_dict()["groups"] is not None


def test_rows_of_the_fit_are_refused(sales: pd.DataFrame, place: Path) -> None:
    """A model knows the errors of rows that it has learned from."""
    n_old = int(is_old(sales).sum())
    with pytest.raises(TableError, match=f"{n_old:,} of 1,500 rows are not from after 2021-07-31"):
        certify_model("avm.qconf", "all.parquet")
    newer(sales).drop(columns="sold_on").assign(sold=7.0).to_parquet("none.parquet")
    with pytest.raises(TableError, match="no column 'sold_on'"):
        certify_model("avm.qconf", "none.parquet")
    with pytest.raises(TableError, match="of the kind of the fit's, which ended with 2021-07-31"):
        certify_model("avm.qconf", "newer.parquet", time="rooms")
    assert place.exists()


@pytest.mark.slow
def test_without_a_time_nothing_is_known(sales: pd.DataFrame, place: Path) -> None:
    """That is said; where a model has one, it has to be named."""
    save(fitted(sales, time=None), "timeless.qconf", card=CARD)
    (warning,) = certify_model("timeless.qconf", "newer.parquet").warnings
    assert "Nothing tells whether the model has seen these rows" in warning
    with pytest.raises(TableError, match="Nothing tells whether"):
        certify_model("timeless.qconf", "newer.parquet", strict=True)
    old, beside = sales[is_old(sales)], fitted(sales)
    beside.fit(old[["rooms", "area"]], old["price"], time=old["sold_on"])
    save(beside, "beside.qconf", card=ModelCard(target="price", threshold=0.3))
    with pytest.raises(OptionError, match="was fitted forward in time: --time"):
        certify_model("beside.qconf", "newer.parquet")
    certify_model("beside.qconf", "newer.parquet", time="sold_on")
    assert place.exists()


def test_what_cannot_be_certified(sales: pd.DataFrame, place: Path) -> None:
    """A line for each: no target, no threshold, no regressor, rows that cannot be scored."""
    save(fitted(sales), "bare.qconf")
    with pytest.raises(OptionError, match="--target"):
        certify_model("bare.qconf", "newer.parquet", time="sold_on")
    with pytest.raises(OptionError, match="--threshold"):
        certify_model("bare.qconf", "newer.parquet", time="sold_on", target="price")
    save(ConstantConfidence().fit(sales[["area"]], np.ones(len(sales))), "alone.qconf")
    with pytest.raises(OptionError, match="holds a ConstantConfidence"):
        certify_model("alone.qconf", "newer.parquet")
    bad = newer(sales)
    bad.loc[3, "area"] = np.inf
    bad.to_parquet("bad.parquet")
    with pytest.raises(TableError, match=r"Row 4 cannot be scored. .* 1 of"):
        certify_model("avm.qconf", "bad.parquet")
    assert place.exists()


@pytest.mark.slow
def test_predictions_of_another_model_are_refused(sales: pd.DataFrame, place: Path) -> None:
    """The predictions are held against the model's shadow, as in scoring."""
    rows, model = newer(sales), fitted(sales)
    seen = rows.drop(columns=["price", "sold_on", "parcel"])
    doubled = 2 * model.predict(rows[model.feature_names_in_])
    model.shadow_ = PredictionShadow(random_state=0).fit(seen, doubled)
    save(model, "other.qconf", card=CARD)
    with pytest.raises(TableError, match="The valuation model has changed"):
        certify_model("other.qconf", "newer.parquet")
    assert place.exists()


def test_a_fitted_model_is_certified_without_a_file(sales: pd.DataFrame, place: Path) -> None:
    """On a frame, with values beside it, and with what acting is worth: as from files."""
    kept = certify_model("avm.qconf", "newer.parquet", loss=4.0)
    asked: dict[str, Any] = {"time": "sold_on", "threshold": 0.3, "loss": 4.0}
    rows = newer(sales)
    one = certify_model(fitted(sales), rows, target=rows["price"], **asked)
    assert one.certificate.to_dict() == kept.certificate.to_dict()
    assert one.value is not None
    assert kept.value is not None
    assert one.value.to_dict() == kept.value.to_dict()
    assert one.calibration == f"{len(rows):,} rows"
    two = certify_model(place / "avm.qconf", rows, outlier_rate=[0.1, 0.2], several="joint")
    assert [told.confidence_level for told in two.certificate.told] == [0.975, 0.975]  # type: ignore[union-attr]
    with pytest.raises(NotFittedError):
        certify_model(ConfidentRegressor(), rows, target="price", threshold=0.3)

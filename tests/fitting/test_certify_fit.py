"""A pair of models is certified on rows that neither has seen, and kept with its promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from worlds import sales_table

from qconf import Certificate, certify, open_model
from qconf.errors import OptionError, TableError
from qconf.fitting import certify_fit
from qconf.fitting.certify_fit import fit_certified
from qconf.fitting.intake import Intake
from qconf.scoring.batch import score_batch
from qconf.scoring.decisions import Decisions

FEATURES = ["zone", "rooms", "area", "garden", "built"]


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    """Half of the values of a vendor are good, and its score knows which."""
    table = sales_table(1500).sort_values("sold_on", ignore_index=True)
    rng = np.random.default_rng(0)
    fsd = np.where(rng.uniform(size=1500) < 0.5, 0.05, 0.2)
    return table.assign(fsd=fsd, avm=table["price"] * np.exp(rng.normal(scale=fsd)))


def fit(table: pd.DataFrame, **options: Any) -> Any:
    settings: dict[str, Any] = {"estimator": "residual", "folds": 3, "drop": ["avm", "fsd"]}
    return fit_certified(table, "price", **{**settings, "threshold": 0.3, **options})


def vendor(table: pd.DataFrame, **options: Any) -> Any:
    asked = {"prediction": "avm", "estimator": "column:fsd", "drop": ["parcel"], "threshold": 0.15}
    return fit_certified(table, "price", **{"time": "sold_on", **asked, **options})


@pytest.fixture(scope="module")
def certified(sales: pd.DataFrame) -> Any:
    return fit(sales, time="sold_on", outlier_rate=0.1)


def test_the_newest_rows_have_no_say_in_the_models(sales: pd.DataFrame, certified: Any) -> None:
    """Their targets move the certificate, and neither a prediction nor an expected error."""
    newest = np.arange(len(sales)) >= len(sales) - certified.certificate.n_rows
    assert 0.19 < newest.mean() < 0.22
    moved = sales.assign(price=sales["price"] * np.where(newest, 3, 1))
    other = fit(moved, time="sold_on", outlier_rate=0.1)
    rows = sales[["sold_on", *FEATURES, "parcel"]]
    for one, two in zip(
        certified.model.predict_with_error(rows[certified.model.feature_names_in_]),
        other.model.predict_with_error(rows[certified.model.feature_names_in_]),
        strict=True,
    ):
        np.testing.assert_array_equal(one, two)
    assert certified.certificate.certified
    assert not other.certificate.certified


def test_score_accepts_what_was_certified(
    sales: pd.DataFrame, certified: Any, tmp_path: Path
) -> None:
    """As many calibration rows as the certificate tells, and it stands in the file in words."""
    certified.save(tmp_path / "avm.qconf")
    file = open_model(tmp_path / "avm.qconf")
    card = file.manifest.card
    assert card is not None
    told = card.figures["certificate"]
    assert told["cut_off"] == certified.certificate.cut_off
    assert told["in_words"].startswith("Act on expected errors up to")
    assert not any("guarantee" in one for one in card.not_for)
    batch = pa.RecordBatch.from_pandas(sales[-certified.certificate.n_rows :], preserve_index=False)
    scored = score_batch(file.model, batch, decisions=Decisions().of_card(card)).to_pandas()
    assert scored["accept"].sum() == certified.certificate.n_accepted
    assert (scored["p_outlier"] > 0).all()


def test_a_score_is_certified_as_it_stands(sales: pd.DataFrame) -> None:
    """Older rows say where to start; the certificate is that of the library."""
    certified = vendor(sales, outlier_rate=[0.05, 0.1])
    residual = (sales["avm"] / sales["price"] - 1).to_numpy()
    n = certified.certificate.told[0].n_rows
    fsd = sales["fsd"].to_numpy()
    wanted = certify(
        fsd[-n:], residual[-n:], threshold=0.15, outlier_rate=[0.05, 0.1],
        history=(fsd[:-n], residual[:-n]), periods=sales["sold_on"][-n:],
    )  # fmt: skip
    plain = {name: value for name, value in certified.to_dict().items() if name != "calibration"}
    assert plain == wanted.to_dict()
    assert certified.certificate[0.1].cut_off == 0.05
    assert list(certified.table.index) == [0.05, 0.1]
    with pytest.raises(OptionError, match=r"keeps one promise, and there are rates 0\.05, 0\.1"):
        certified.save("never.qconf")


def test_what_has_learned_from_older_rows_has_no_history(
    sales: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors of rows that were learned from are too small to say anything."""
    seen: list[Any] = []

    def watched(*columns: Any, **options: Any) -> Any:
        seen.extend([options["history"]] if "history" in options else [])
        return certify(*columns, **options)

    monkeypatch.setattr(certify_fit, "certify", watched)
    assert isinstance(fit(sales[:600], time="sold_on").certificate, Certificate)
    vendor(sales[:600])
    assert seen[0] is None
    assert len(seen[1][0]) > 400


def test_groups_are_certified_as_groups(sales: pd.DataFrame) -> None:
    """Whole ones at random, without a time."""
    certified = vendor(sales, time=None, groups="parcel", drop=())
    assert certified.certificate.n_groups is not None
    assert certified.certificate.n_effective <= certified.certificate.n_accepted
    assert "held out at random" in str(certified)


def test_nothing_certified_is_not_saved(sales: pd.DataFrame, tmp_path: Path) -> None:
    """And a table without enough rows says so."""
    certified = vendor(sales, outlier_rate=0.001)
    assert not certified.certificate.certified
    with pytest.raises(OptionError, match="Nothing is certified"):
        certified.save(tmp_path / "avm.qconf")
    assert not list(tmp_path.iterdir())
    with pytest.raises(TableError):
        vendor(sales[:5])


def test_a_wrong_promise_is_refused_before_the_fit(
    sales: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fit may take minutes."""
    monkeypatch.delattr(Intake, "fitted_on")
    for wrong in ({"outlier_rate": 1.0}, {"side": "under"}, {"confidence_level": 0.0}):
        with pytest.raises(OptionError):
            fit(sales, **wrong)

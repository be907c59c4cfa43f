"""A pair of models is certified on rows that neither has seen, and kept with its promise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from worlds import sales_table

from qconf import Certificate, certify, open_model, save
from qconf.errors import ModelFileError, OptionError, TableError
from qconf.fitting import certify_fit
from qconf.fitting.certify_fit import fit_certified
from qconf.fitting.choosing import choose
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_nor_have_they_in_what_is_told_targets(sales: pd.DataFrame) -> None:
    """Other models of the target learn it from the older rows alone."""
    table = sales[:400]
    said = []
    for factor in (1, 3):
        newest = np.arange(400) >= 330
        moved = table.assign(price=table["price"] * np.where(newest, factor, 1))
        found = vendor(moved, estimator="second-opinion", drop=["parcel", "fsd"])
        assert found.certificate.n_rows > 70
        said.append(found.model.predict_error(table[found.model.feature_names_in_]))
    np.testing.assert_array_equal(*said)


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_auto_chooses_on_the_older_rows(
    sales: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Targets of the calibration rows move neither the ranking nor the choice; steps are told."""
    monkeypatch.setattr("qconf.fitting.intake.choose", partial(choose, among=("count", "constant")))
    steps: list[str] = []
    asked: dict[str, Any] = {"estimator": "auto", "time": "sold_on", "outlier_rate": 0.3}
    one = fit(sales[:800], progress=lambda *step: steps.append(step[2]), **asked)
    newest = np.arange(800) >= 800 - one.certificate.n_rows
    other = fit(sales[:800].assign(price=sales["price"][:800] * np.where(newest, 3, 1)), **asked)
    assert one.card.estimator == other.card.estimator
    assert one.card.figures == other.card.figures
    assert set(one.card.figures["chosen_among"]) == {"count", "constant"}
    assert one.certificate.to_dict() != other.certificate.to_dict()
    assert steps[0].startswith("choose: ")
    assert steps[-2:] == [
        f"fit both models on the older {800 - newest.sum():,} rows",
        f"certify on {newest.sum():,} rows",
    ]


@pytest.mark.slow
def test_columns_of_amounts_are_no_features(sales: pd.DataFrame) -> None:
    """A fee that is a share of the price would tell the target; named, it is one all the same."""
    table = sales[:600].assign(fee=0.01 * sales["price"][:600])
    asked: dict[str, Any] = {"time": "sold_on", "gain": "fee", "excess_loss": "price"}
    one = fit(table, **asked)
    assert "fee" not in one.model.feature_names_in_
    assert one.value is not None
    given = table["fee"].to_numpy(), table["price"].to_numpy()
    beside = fit(table, time="sold_on", gain=given[0], excess_loss=given[1],
                 drop=["avm", "fsd", "fee"])  # fmt: skip
    assert one.to_dict() == beside.to_dict()
    named = fit(table, features=["area", "fee"], drop=(), **asked)
    assert "fee" in named.model.feature_names_in_
    with pytest.raises(TableError, match="gain has 3 values"):
        fit(table, time="sold_on", gain=[1, 2, 3], loss=1.0)


def test_groups_do_not_part_what_nothing_is_learned_from(sales: pd.DataFrame) -> None:
    """A vendor's score of groups that last through all times is certified, a fit is refused."""
    table = sales.assign(zip=np.arange(len(sales)) % 9)
    certified = vendor(table, groups="zip")
    assert certified.certificate.n_groups == 9
    assert "tests start where" in certified.calibration
    with pytest.raises(TableError, match=r"Fit without the groups .* certify that model with them"):
        fit(table, time="sold_on", groups="zip")


def test_another_fit_voids_the_certificate(
    sales: pd.DataFrame, certified: Any, tmp_path: Path
) -> None:
    """A file with it is neither written nor opened; the same fit keeps it."""
    path = tmp_path / "avm.qconf"
    certified.save(path)
    file = open_model(path)
    card = file.manifest.card
    assert card is not None
    save(file.model, path, card=card)
    assert open_model(path).manifest.card == card
    again = file.model
    again.fit(sales[again.feature_names_in_][:900], sales["price"][:900], time="sold_on")
    with pytest.raises(OptionError, match="certificate is of another fit, and a fit voids it"):
        save(again, path, card=card)
    figures = {"certificate": {**card.figures["certificate"], "model": "0" * 64}}
    monkey = replace(card, figures=figures)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("qconf.saving.writing._check_certificate", lambda *_: None)
        save(certified.model, path, card=monkey)
    with pytest.raises(ModelFileError, match="has a certificate of another fit of its model"):
        open_model(path)

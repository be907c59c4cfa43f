"""The errors of rows nearby."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from explained_rows import one_row
from sklearn.base import clone

import qconf
from qconf import BlendConfidence, ConfidentRegressor, CountConfidence, ForestConfidence
from qconf._types import FloatArray
from qconf.cli.main import main
from qconf.errors import OptionError, TableError
from qconf.estimators.blend_folds import dealt
from qconf.estimators.conflict import ConflictConfidence
from qconf.estimators.nearby import NearbyConfidence
from qconf.estimators.second_opinion import SecondOpinionConfidence
from qconf.evaluation.evaluate import evaluate_scores
from qconf.explanation.row_explanation import explain_row
from qconf.scoring.decisions import Decisions


def homes(n_rows: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    where = rng.uniform([47, -123], [48, -122], size=(n_rows, 2))
    value = np.exp(rng.normal(size=n_rows))
    return pd.DataFrame({"lat": where[:, 0], "long": where[:, 1], "prediction": value})


def streets(n_rows: int, seed: int = 0) -> tuple[pd.DataFrame, FloatArray]:
    """Make homes in 289 streets, each of which is over- or undervalued as a whole."""
    rng = np.random.default_rng(seed)
    where = rng.uniform(size=(n_rows, 2))
    north, east = (17 * where.T).astype(int)
    off = np.random.default_rng(7).normal(scale=0.2, size=(17, 17))
    table = pd.DataFrame(rng.normal(size=(n_rows, 6)), columns=list("abcdef"))
    table = table.assign(
        lat=47 + where[:, 0], long=where[:, 1] - 123, prediction=np.exp(table["a"])
    )
    return table, off[north, east] + rng.normal(scale=0.04, size=n_rows)


def test_is_the_root_mean_square_of_the_rows_nearby() -> None:
    """Of the two rows of a place, and of all rows as one more; and so is their mean."""
    X = pd.DataFrame({"y": [47.0, 47.0, 48.0, 48.0], "x": [-122.0, -122.0, -121.0, -121.0]})
    residual = np.array([0.1, -0.3, 2.0, 0.0])
    est = NearbyConfidence(2, places=("y", "x")).fit(X, residual)
    usual = np.sqrt(np.mean(residual**2))
    expected = np.sqrt([(0.1**2 + 0.3**2 + usual**2) / 3, (2.0**2 + usual**2) / 3])
    np.testing.assert_allclose(est.predict(X.iloc[[0, 2]]), expected)
    signals = est.signals(X.iloc[[0, 2]])
    np.testing.assert_allclose(signals[:, 0], expected)
    np.testing.assert_allclose(signals[:, 1], np.array([0.2 / 3, 2.0 / 3]) + 0.1 * usual)


def test_flats_of_a_like_value_are_asked() -> None:
    """Of a hundred in one building, the ten dearest are the nearest of the dearest."""
    X = pd.DataFrame({"lat": 47.0, "long": -122.0, "prediction": np.linspace(1, 5, 300)})
    X["lat"] += 0.01 * (np.arange(300) % 3) + 0.0001 * (np.arange(300) // 30)
    X.loc[X.index % 3 == 0, "lat"] = 47.0
    residual = np.where(X["prediction"] > 4, 0.5, 0.01)
    est = NearbyConfidence().fit(X, residual)
    asked = pd.DataFrame({"lat": 47.0, "long": -122.0, "prediction": [1.5, 4.8]})
    cheap, dear = est.predict(asked)
    assert cheap < 0.1
    assert dear == pytest.approx(0.5, abs=0.05)


def test_a_row_without_a_place_has_the_errors_of_all() -> None:
    """Neither an error nor a safe row."""
    X = homes()
    X.loc[:99, "lat"] = np.nan
    residual = np.where(X.index < 100, 9.0, 0.1)
    est = NearbyConfidence().fit(X, residual)
    asked = X.iloc[[0, 200]].assign(long=[-122.5, np.nan])
    np.testing.assert_allclose(est.predict(asked), np.sqrt(np.mean(residual**2)))
    assert len(est.residual_) == 300
    nowhere = NearbyConfidence(places=("lat", "long")).fit(X.assign(lat=np.nan), residual)
    np.testing.assert_allclose(nowhere.predict(asked), np.sqrt(np.mean(residual**2)))


def test_large_tables_are_thinned_out() -> None:
    """Evenly: from the first row to the last."""
    X = homes()
    est = NearbyConfidence(max_rows=40).fit(X, np.arange(400.0))
    assert len(est.residual_) == 40
    assert est.residual_[[0, -1]].tolist() == [0, 399]


def test_fewer_rows_than_are_asked() -> None:
    """All of them are."""
    X = homes(3)
    est = NearbyConfidence(places=("lat", "long")).fit(X, [0.1, 0.2, 0.3])
    assert np.isfinite(est.signals(X)).all()


def test_without_places_it_is_refused() -> None:
    """By a message that says how to name them."""
    for X in (homes().drop(columns="long"), homes().to_numpy()):
        with pytest.raises(TableError, match="no columns of latitude and longitude; name the two"):
            NearbyConfidence().fit(X, np.ones(400))
    with pytest.raises(OptionError, match="no column 'lng' for the places"):
        NearbyConfidence(places=("lat", "lng")).fit(homes(), np.ones(400))


def test_a_row_says_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error and its target are changed: what a blend learns of it, when held out, is not."""
    X, residual = streets(400)
    price = X["prediction"].to_numpy() * np.exp(-residual)
    said: list[FloatArray] = []
    monkeypatch.setattr(BlendConfidence, "_combine", lambda _, logs, *__: said.append(logs))
    other, other_price = residual.copy(), price.copy()
    other[17], other_price[17] = 0.2, 5.0
    for y, target in ((residual, price), (other, other_price)):
        blend = BlendConfidence([NearbyConfidence()], folds=4, random_state=0)
        blend.fit(X, y, target=target)
    differ = (said[0] != said[1]).any(axis=1)
    order = np.concatenate([np.flatnonzero(fold == k) for fold in [folds_of(X)] for k in range(4)])
    assert not differ[order == 17].any()
    assert differ.any()


def folds_of(X: pd.DataFrame) -> Any:
    """Deal rows out as the blend above does."""
    return dealt(len(X), None, 4, np.random.RandomState(0))


def score_of(blend: Any, seed: int) -> float:
    """Fit on streets, and tell the outlier rate in the safest tenth of other homes there."""
    X, residual = streets(3000, seed)
    new, truth = streets(3000, seed + 100)
    expected = blend.fit(X, residual).predict(new)
    found = evaluate_scores({"it": expected}, truth, threshold=0.15, n_resamples=2)["it"]
    return float(found.best_decile.outlier_rate.value)


def test_where_errors_are_those_of_a_street_it_helps_a_blend() -> None:
    """Streets are smaller than what trees cut out, and other columns say nothing of them."""
    forest = ForestConfidence(20)
    without, with_it = (
        np.mean([score_of(BlendConfidence(members, random_state=0), seed) for seed in (1, 2)])
        for members in ([forest], [forest, NearbyConfidence()])
    )
    assert with_it < 0.4 * without


@pytest.mark.slow
def test_the_blend_finds_streets_by_itself() -> None:
    """Its members see latitude and longitude too, but cut them into larger pieces."""
    without, with_it = (
        np.mean([score_of(BlendConfidence(places=one, random_state=0), seed) for seed in (1, 2)])
        for one in (None, "infer")
    )
    assert with_it < 0.6 * without


@pytest.mark.parametrize("told", [False, True])
def test_a_table_without_places_is_judged_as_before(told: bool) -> None:
    """To the last bit, with a target and without one."""
    X, residual = streets(100)
    X = X.rename(columns={"lat": "x", "long": "y"})
    price = X["prediction"] * np.exp(-residual) if told else None

    def said(places: Any) -> FloatArray:
        blend = BlendConfidence(folds=2, places=places, random_state=0)
        return blend.fit(X, residual, target=price).predict(X)

    np.testing.assert_array_equal(said("infer"), said(None))


@pytest.mark.parametrize("told", [False, True])
def test_the_blend_uses_places(told: bool) -> None:
    """Those it finds, those it is told, or none."""
    X, residual = streets(100)
    price = X["prediction"] * np.exp(-residual) if told else None

    def fitted(table: Any, places: Any) -> BlendConfidence:
        blend = BlendConfidence(folds=2, places=places, random_state=0)
        return blend.fit(table, residual, target=price)

    found = fitted(X, "infer")
    assert found.places_ == ("lat", "long")
    assert found.shares_.index[-1] == "nearby"


def test_a_blend_is_told_of_places_or_of_none() -> None:
    """By names that nobody would guess; an array has no names, and so no places."""
    X, residual = streets(100)
    unusual = X.rename(columns={"lat": "y", "long": "x"})
    told: list[tuple[Any, Any, Any]] = [
        (unusual, ("y", "x"), ("y", "x")), (X, None, None), (X.to_numpy(), "infer", None),
    ]  # fmt: skip
    for table, places, used in told:
        blend = BlendConfidence(folds=2, places=places, random_state=0).fit(table, residual)
        assert blend.places_ == used
        assert ("nearby" in blend.shares_.index) == (used is not None)


def test_places_of_a_blend_are_checked() -> None:
    """A wrong word, a missing column, and members of the user's own."""
    X, residual = streets(200)
    with pytest.raises(ValueError, match="'places' parameter of BlendConfidence must be"):
        BlendConfidence(places="guess").fit(X, residual)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="no column 'latt' for the places"):
        BlendConfidence(places=("latt", "long")).fit(X, residual)
    with pytest.raises(OptionError, match=r"NearbyConfidence\(places=.* among yours"):
        BlendConfidence([CountConfidence()], places=("lat", "long")).fit(X, residual)
    blend = BlendConfidence([CountConfidence()], folds=2).fit(X, residual)
    assert blend.places_ is None


@pytest.fixture(scope="module")
def model() -> ConfidentRegressor:
    """A small model of a table with places."""
    X, residual = streets(300)
    X = X.rename(columns={"prediction": "area"})
    target = X["area"].to_numpy() * np.exp(-residual)
    opinion = SecondOpinionConfidence(4, n_error_trees=8)
    members = [NearbyConfidence(), opinion, CountConfidence()]
    blend = BlendConfidence(members, folds=2)
    return ConfidentRegressor(confidence=blend, random_state=0).fit(X, target)


def test_a_model_with_places_is_kept(model: ConfidentRegressor, tmp_path: Any) -> None:
    """It says the same when it is opened, also of rows whose place is not known."""
    path = tmp_path / "homes.qconf"
    qconf.save(model, path)
    X = streets(50, 3)[0].rename(columns={"prediction": "area"})
    X.loc[:5, "lat"] = np.nan
    np.testing.assert_array_equal(qconf.load(path).predict_error(X), model.predict_error(X))


def test_reasons_of_a_model_with_places(model: ConfidentRegressor) -> None:
    """Latitude and longitude are changed as one, and have their share of the error."""
    frame, schema = one_row(model, streets(5, 3)[0].rename(columns={"prediction": "area"}))
    found = explain_row(
        model, frame, schema=schema, decisions=Decisions(), together=[("lat", "long")]
    ).to_dict()
    assert "lat + long" in [one["property"] for one in found["error"]["reasons"]]


def test_a_card_tells_that_places_are_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a blend, also inside of what lets it see conflicts; of none where there are none."""
    X, residual = streets(100)
    blend = BlendConfidence(folds=2, random_state=0)
    pairs = [("lat", "prediction")]
    for number, (estimator, table, told) in enumerate(
        [
            (blend, X, "lat, long"),
            (ConflictConfidence(blend, pairs), X, "lat, long"),
            (blend, X.drop(columns="lat"), None),
        ]
    ):
        path = tmp_path / str(number)
        qconf.save(clone(estimator).fit(table, residual), path)
        assert qconf.read_manifest(path).model.get("places") == told
        with pytest.raises(SystemExit):
            main(["inspect", str(path)])
        assert ("Places        lat, long" in capsys.readouterr().out) == (told is not None)

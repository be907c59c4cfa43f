"""A regressor that accepts rows with a guarantee."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression
from worlds import sales_table

from qconf import (
    BlendConfidence,
    ConfidentRegressor,
    SecondOpinionConfidence,
    SelectiveRegressor,
    certify,
)
from qconf.errors import EstimatorError, TableError
from qconf.model.selective_regressor import NothingCertifiedWarning

rng = np.random.default_rng(0)
X = rng.uniform(size=(3000, 2))
Y = np.exp(X[:, 0] + rng.normal(scale=np.where(X[:, 1] < 0.5, 0.03, 0.3)))


def pair(**more: Any) -> ConfidentRegressor:
    return ConfidentRegressor(LinearRegression(), "neighbors", error="log", **more)


@pytest.fixture(scope="module")
def model() -> SelectiveRegressor:
    return SelectiveRegressor(pair(), random_state=0).fit(X, Y)


def test_it_certifies_on_rows_that_neither_model_has_seen(model: SelectiveRegressor) -> None:
    """A fifth of the rows; the certificate is that of `certify` on them."""
    own = model.calibration_
    assert len(own) == 600
    assert len(model.estimator_.residual_) == 2400
    residual = np.log(model.predict(X[own])) - np.log(Y[own])
    one = certify(model.predict_error(X[own]), residual, threshold=0.15, error="log")
    assert model.cut_off_ == model.certificate_.cut_off == one.cut_off
    assert str(one) == str(model.certificate_)


def test_it_accepts_the_easy_rows(model: SelectiveRegressor) -> None:
    """And few of the others."""
    accepted = model.accepts(X)
    easy = X[:, 1] < 0.5
    assert accepted.dtype == bool
    assert accepted[easy].mean() > 0.8
    assert accepted[~easy].mean() < 0.2
    np.testing.assert_array_equal(accepted, model.predict_error(X) <= model.cut_off_)


def test_that_nothing_is_certified_is_said() -> None:
    """With what was asked, what was found and what would help; and a certificate is no warning."""
    with pytest.warns(NothingCertifiedWarning) as warned:
        model = SelectiveRegressor(pair(), outlier_rate=0.001, random_state=0).fit(X, Y)
    (message,) = [str(one.message) for one in warned]
    assert message.startswith("No row will be accepted. Accept nothing: that at most 0.1 % are off")
    assert "on these 600 rows. What helps: a higher rate." in message
    assert warned[0].filename == __file__
    assert not model.accepts(X).any()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SelectiveRegressor(pair(), random_state=0).fit(X, Y)


def told() -> ConfidentRegressor:
    """Make a pair whose blend is told targets."""
    blend = BlendConfidence([SecondOpinionConfidence(3)], folds=2)
    return ConfidentRegressor(LinearRegression(), blend, error="log")


@pytest.mark.filterwarnings("ignore:No row will be accepted")
@pytest.mark.slow
@pytest.mark.parametrize("time", [None, np.arange(3000)], ids=["random", "newest"])
def test_nor_do_they_reach_who_is_told_targets(time: Any) -> None:
    """Change them all and nothing moves; change those of the other rows and all moves."""
    model, *others = (SelectiveRegressor(told(), random_state=0) for _ in range(3))
    kept = model.fit(X, Y, time=time).calibration_
    calibration = np.isin(np.arange(3000), kept)
    again, moved = (
        one.fit(X, np.where(rows, Y[::-1], Y), time=time)
        for one, rows in zip(others, (calibration, ~calibration), strict=True)
    )
    np.testing.assert_array_equal(again.calibration_, kept)
    np.testing.assert_array_equal(again.predict_error(X), model.predict_error(X))
    assert (moved.predict_error(X) != model.predict_error(X)).mean() > 0.9


@pytest.mark.filterwarnings("ignore:No row will be accepted")
def test_targets_of_calibration_rows_do_not_reach_the_models(model: SelectiveRegressor) -> None:
    """Change them all: predictions and expected errors stay to the last bit."""
    other = Y.copy()
    other[model.calibration_] *= 3
    again = SelectiveRegressor(pair(), random_state=0).fit(X, other)
    np.testing.assert_array_equal(again.calibration_, model.calibration_)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    np.testing.assert_array_equal(again.predict_error(X), model.predict_error(X))
    assert not again.certificate_.certified
    assert not again.accepts(X).any()


def test_a_refit_voids_the_certificate() -> None:
    """Of the valuation model, the confidence, or both; the same fit again does not."""
    one = SelectiveRegressor(pair(), random_state=0).fit(X, Y)
    kept = pickle.dumps(one)
    one.estimator_.fit(X[:1000], Y[:1000])
    with pytest.raises(EstimatorError, match="The certificate is void"):
        one.accepts(X)
    assert pickle.loads(kept).accepts(X).any()  # noqa: S301 - our own
    other = pickle.loads(kept)  # noqa: S301
    other.estimator_.regressor_.fit(X[:500], Y[:500])
    with pytest.raises(EstimatorError, match="fitted again"):
        other.accepts(X)
    third = pickle.loads(kept)  # noqa: S301
    third.estimator_.confidence_.fit(np.column_stack([X, Y]), Y)
    with pytest.raises(EstimatorError, match="fitted again"):
        third.accepts(X)


def test_with_a_time_the_newest_rows_are_kept() -> None:
    """No group of theirs is in the fit, and dates make periods."""
    table = sales_table(1500)
    features, price = table.drop(columns="price"), table["price"]
    one = SelectiveRegressor(
        ConfidentRegressor(confidence="count", folds=2, random_state=0), threshold=0.5
    ).fit(features, price, time="sold_on", groups="parcel")
    sold = table["sold_on"]
    newest = sold.iloc[one.calibration_]
    assert (sold >= newest.min()).sum() == len(newest) >= 300
    assert one.estimator_.time_range_[1] < np.datetime64(newest.min())
    assert len(one.estimator_.residual_) < 1500 - len(newest)
    assert one.certificate_.period is not None
    assert one.certificate_.n_groups is not None
    by_values = SelectiveRegressor(
        ConfidentRegressor(confidence="count", folds=2, random_state=0), threshold=0.5
    ).fit(features.drop(columns="parcel"), price, time=sold, groups=table["parcel"].tolist())
    np.testing.assert_array_equal(by_values.calibration_, one.calibration_)


def test_a_frozen_pair_is_certified_on_all_rows() -> None:
    """It was fitted elsewhere, and is not fitted again."""
    fitted = pair().fit(X[:2000], Y[:2000])
    one = SelectiveRegressor(FrozenEstimator(fitted)).fit(X[2000:], Y[2000:])
    assert one.calibration_.tolist() == list(range(1000))
    np.testing.assert_array_equal(one.predict(X), fitted.predict(X))
    assert one.certificate_.n_rows == 1000
    assert one.accepts(X).any()
    assert one.error == "log"


def test_predictions_of_somebody_else() -> None:
    """A column of them is no feature, and copies are looked for beside it."""
    table = pd.DataFrame({"x": X[:, 1], "avm": np.exp(X[:, 0]), "y": Y})
    one = SelectiveRegressor(
        ConfidentRegressor("column:avm", "neighbors", error="log"), random_state=0
    ).fit(table[["x", "avm"]], table["y"])
    assert one.accepts(table[["x", "avm"]]).any()
    np.testing.assert_array_equal(one.predict(table[["x", "avm"]]), table["avm"])


def test_manners_of_scikit_learn(model: SelectiveRegressor) -> None:
    """A clone is unfitted with equal parameters; what is not fitted says so."""
    copy: Any = clone(model)
    assert copy.get_params(deep=False).keys() == vars(SelectiveRegressor()).keys()
    assert "estimator__folds" in copy.get_params()
    for asked in (copy.accepts, copy.predict, copy.predict_error):
        with pytest.raises(NotFittedError):
            asked(X)
    prediction, std = model.predict(X, return_std=True)
    np.testing.assert_allclose(std, model.predict_error(X) * prediction)
    assert vars(model)["n_features_in_"] == 2
    assert SelectiveRegressor().error == "relative"


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ({"outlier_rate": 0.0}, "outlier_rate"),
        ({"calibration": 1.0}, "calibration"),
        ({"confidence_level": 2}, "confidence_level"),
        ({"side": "left"}, "side"),
        ({"threshold": 0}, "threshold"),
        ({"estimator": LinearRegression()}, "predict_error"),
    ],
)
def test_parameters_have_rules(parameter: dict[str, Any], message: str) -> None:
    """Checked at fit, as scikit-learn does."""
    with pytest.raises(ValueError, match=message):
        SelectiveRegressor(**({"estimator": pair()} | parameter)).fit(X, Y)


def test_few_rows_are_refused() -> None:
    """One cannot be split, and of ten the pair gets eight."""
    with pytest.raises(TableError, match="at least 2 rows to split, got n_samples = 1"):
        SelectiveRegressor(pair()).fit(X[:1], Y[:1])
    with pytest.raises(TableError, match="at least 10 rows to split, got n_samples = 8"):
        SelectiveRegressor(pair()).fit(X[:10], Y[:10])


def test_targets_that_cannot_be_measured_are_refused() -> None:
    """Before anything is fitted."""
    with warnings.catch_warnings(), pytest.raises(TableError, match="needs a positive target"):
        SelectiveRegressor(pair()).fit(X, np.append(Y[1:], -1.0))

"""Other models of the target, and how far they are from the prediction."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf import BlendConfidence, ConfidentRegressor, SecondOpinionConfidence
from qconf._types import FloatArray
from qconf.errors import TableError

_SMALL = {"n_trees": 10, "n_boosted_trees": 40}


def wrong_in_half(n: int = 2000) -> tuple[pd.DataFrame, FloatArray, FloatArray]:
    """Prices that follow size, and a valuation that is a fifth too high for every large house."""
    rng = np.random.default_rng(3)
    size = rng.uniform(1, 2, size=n)
    price = size * np.exp(rng.normal(scale=0.03, size=n))
    value = np.where(size < 1.5, size, 1.2 * size)
    return pd.DataFrame({"size": size, "prediction": value}), np.log(value / price), price


def test_others_disagree_where_the_prediction_is_wrong() -> None:
    """Both distances of large houses are about the fifth by which these are off."""
    table, residual, price = wrong_in_half()
    est = SecondOpinionConfidence(**_SMALL, random_state=0).fit(table, residual, target=price)
    away = est.signals(table)[:, 2:]
    large = table["size"].to_numpy() > 1.55
    assert np.median(away[large], axis=0) == pytest.approx(np.log(1.2), abs=0.03)
    assert (np.median(away[table["size"] < 1.45], axis=0) < 0.06).all()


def test_trees_disagree_more_and_leaves_are_wider_where_targets_scatter() -> None:
    """Targets that differ for no reason can be known by nobody."""
    rng = np.random.default_rng(4)
    x = rng.uniform(size=3000)
    target = np.exp(x + rng.normal(scale=np.where(x < 0.5, 0.02, 0.3)))
    table = pd.DataFrame({"x": x, "prediction": np.exp(x)})
    est = SecondOpinionConfidence(**_SMALL, random_state=0)
    spread = est.fit(table, np.log(table["prediction"] / target), target=target).signals(table)
    assert (
        np.median(spread[x > 0.55, :2], axis=0) > 2 * np.median(spread[x < 0.45, :2], axis=0)
    ).all()


@pytest.mark.parametrize("error", ["absolute", "relative"])
def test_values_are_compared_as_errors_are(error: str) -> None:
    """Absolute errors in units of the target, relative ones on the log scale."""
    table, _, price = wrong_in_half()
    value = table["prediction"].to_numpy()
    given = value - price if error == "absolute" else value / price - 1
    est = SecondOpinionConfidence(**_SMALL, random_state=0).fit(table, given, target=price)
    assert est.on_logs_ == (error == "relative")
    large = table["size"].to_numpy() > 1.55
    off = np.median(np.abs(est.signals(table)[large, 3]))
    truth = np.log(1.2) if error == "relative" else np.median(0.2 * table["size"][large])
    assert off == pytest.approx(truth, rel=0.2)


def test_the_prediction_itself_is_no_feature() -> None:
    """Opinions of two rows that differ in the prediction alone are the same value."""
    table, residual, price = wrong_in_half()
    est = SecondOpinionConfidence(**_SMALL, random_state=0).fit(table, residual, target=price)
    raised = table.assign(prediction=3 * table["prediction"])
    np.testing.assert_array_equal(est.signals(table)[:, :2], est.signals(raised)[:, :2])
    apart = est.signals(raised)[:, 2:] - est.signals(table)[:, 2:]
    assert (apart > np.log(3) - 0.6).all()


def test_without_a_target_opinions_are_of_the_residual() -> None:
    """What is left of the residual is held against zero, and is lower where errors are small."""
    table, residual, _ = wrong_in_half()
    est = SecondOpinionConfidence(**_SMALL, random_state=0).fit(table, residual)
    assert est.prediction_ is None
    expected = est.predict(table)
    large = table["size"].to_numpy() > 1.55
    assert np.median(expected[large]) > 2 * np.median(expected[~large])


def test_targets_are_one_a_row() -> None:
    """A target that is missing or too few is refused by name."""
    table, residual, price = wrong_in_half(200)
    for wrong in (price[:-1], np.where(price > 1.9, np.nan, price)):
        with pytest.raises(TableError, match="The target must"):
            SecondOpinionConfidence(**_SMALL).fit(table, residual, target=wrong)


def test_shares_add_up() -> None:
    """Five folds have as many trees as one whole."""
    share = SecondOpinionConfidence(100, n_boosted_trees=500).share(5)
    assert (share.n_trees, share.n_boosted_trees) == (20, 100)


def test_a_blend_takes_it_in_when_it_is_told_the_target() -> None:
    """By default there is one more member; without targets there is none to ask."""
    table, residual, price = wrong_in_half(600)
    told = BlendConfidence(random_state=0).fit(table, residual, target=price)
    assert told.shares_.index[-1] == "secondopinion"
    assert "secondopinion" not in BlendConfidence(random_state=0).fit(table, residual).shares_


def test_no_row_of_a_blend_is_weighed_by_who_was_told_its_target() -> None:
    """Garbled targets of the rows that decide the weights leave their own signals as they were."""
    table, residual, price = wrong_in_half(600)
    member = SecondOpinionConfidence(**_SMALL)
    time = np.arange(len(table))
    newest = time >= 480
    garbled = np.where(newest, price[::-1], price)
    blends = [
        BlendConfidence([member], random_state=0).fit(table, residual, time=time, target=target)
        for target in (price, garbled)
    ]
    # The last fold is fitted on all other stretches, and so on none of the rows that changed.
    said = [blend.members_[-1][0].signals(table) for blend in blends]
    np.testing.assert_array_equal(*said)
    assert not np.array_equal(*[blend.members_[0][0].signals(table) for blend in blends])


def test_a_confident_regressor_passes_targets_on() -> None:
    """Its blend has the member, so that what was compared is what is fitted."""
    table, _, price = wrong_in_half(400)
    blend = BlendConfidence([SecondOpinionConfidence(**_SMALL)], folds=2)
    model = ConfidentRegressor(confidence=blend, random_state=0).fit(table[["size"]], price)
    assert model.confidence_.members_[0][0].prediction_ is not None

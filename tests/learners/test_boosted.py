"""Boosted trees recover what the data were made with."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from qconf.learners.boosted import BoostedTrees


@pytest.mark.parametrize("loss", ["squared", "gamma"])
def test_recovers_group_means(loss: str, rng: np.random.Generator) -> None:
    """With one categorical feature, the prediction is the group's mean."""
    group = rng.integers(0, 3, 6000)
    y = np.array([1.0, 2.0, 5.0])[group] * rng.gamma(4, 0.25, 6000)
    table = pd.DataFrame({"group": np.array(list("abc"))[group]})
    predicted = BoostedTrees(loss, random_state=0).fit(table, y).predict(table)
    for g in range(3):
        assert predicted[group == g].mean() == pytest.approx(y[group == g].mean(), rel=0.02)


def test_recovers_quantiles(rng: np.random.Generator) -> None:
    """A quantile loss gives that quantile."""
    x = rng.uniform(size=(8000, 1))
    y = rng.uniform(size=8000)
    predicted = BoostedTrees("quantile", quantile=0.8, random_state=0).fit(x, y).predict(x)
    assert predicted.mean() == pytest.approx(0.8, abs=0.02)


def test_gamma_does_not_care_for_units(rng: np.random.Generator) -> None:
    """A million times the target is a million times the prediction."""
    x, y = rng.uniform(size=(500, 2)), rng.gamma(1, 1, 500)
    small = BoostedTrees("gamma", random_state=0).fit(x, y * 1e-9).predict(x)
    large = BoostedTrees("gamma", random_state=0).fit(x, y * 1e9).predict(x)
    np.testing.assert_allclose(small * 1e18, large, rtol=1e-6)


def test_gamma_takes_zeros_and_refuses_less(rng: np.random.Generator) -> None:
    """Zero residuals are fine, all of them too; negative targets are named."""
    x = rng.uniform(size=(100, 1))
    assert BoostedTrees("gamma").fit(x, np.zeros(100)).predict(x).max() == 0.0
    half = np.repeat([0.0, 1.0], 50)
    assert np.isfinite(BoostedTrees("gamma").fit(x, half).predict(x)).all()
    with pytest.raises(ValueError, match=r"targets >= 0, got -1"):
        BoostedTrees("gamma").fit(x, half - 1)


def test_missing_values_and_unseen_levels(rng: np.random.Generator) -> None:
    """Whatever comes at prediction time gets an answer."""
    table = pd.DataFrame({"z": list("ab") * 200, "v": rng.normal(size=400)})
    model = BoostedTrees(random_state=0).fit(table, np.tile([0.0, 1.0], 200))
    new = pd.DataFrame({"z": ["a", "b", "never", None], "v": [0.0, 0.0, np.nan, np.nan]})
    predicted = model.predict(new)
    assert predicted[0] < 0.1
    assert predicted[1] > 0.9
    assert np.isfinite(predicted).all()


def test_a_missing_system_library_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without OpenMP the message says which package brings it."""

    class Unloadable:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "lightgbm":
                msg = "libgomp.so.1: cannot open shared object file"
                raise OSError(msg)

    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Unloadable(), *sys.meta_path])
    with pytest.raises(ValueError, match="apt-get install libgomp1"):
        BoostedTrees().fit([[0.0], [1.0]], [0.0, 1.0])

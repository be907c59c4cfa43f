"""Replicates by refits and by leaves learned anew."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression

from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.replicated import Replicated, has_leaves


def test_which_learners_have_leaves_to_learn_anew() -> None:
    """Boosted trees with a loss whose steps are known, and free to go anywhere."""
    assert has_leaves(BoostedTrees("gamma"))
    assert has_leaves(BoostedTrees("squared"))
    assert not has_leaves(BoostedTrees("binary"))
    assert not has_leaves(BoostedTrees("gamma", monotonic={"age": 1}))
    assert not has_leaves(LinearRegression())


def test_each_refit_has_its_rows() -> None:
    """A mean of the rows drawn, and no other."""
    x, y = np.zeros((4, 1)), np.array([1.0, 2.0, 3.0, 6.0])
    samples = [np.array([0, 0, 1, 1]), np.array([3, 3, 3, 3])]
    part = Replicated(DummyRegressor(), 2, leaves=False).fit(
        x, y, samples, np.random.RandomState(0)
    )
    assert part.predict([[0.0]]).tolist() == [[1.5], [6.0]]  # type: ignore[arg-type]
    assert part.reduce(x, lambda p: p.max(axis=0)).tolist() == [6.0] * 4
    assert len(part.models_) == 2


@pytest.mark.parametrize(("n_bootstrap", "shape"), [(0, (1, 300)), (20, (20, 300))])
def test_leaves_are_one_model(n_bootstrap: int, shape: tuple[int, int]) -> None:
    """One fitted model; its replicates scatter around what it says."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(300, 1))
    y = rng.chisquare(1, 300) * (1 + 3 * (x[:, 0] > 0.5))
    learner = BoostedTrees("gamma", n_estimators=30)
    part = Replicated(learner, n_bootstrap, leaves=True).fit(x, y, [], np.random.RandomState(0))
    predicted = part.predict(x)
    assert predicted.shape == shape
    assert len(part.models_) == 1
    assert predicted.mean() == pytest.approx(part.models_[0].predict(x).mean(), rel=0.1)
    np.testing.assert_allclose(
        part.reduce(x, lambda p: p.mean(axis=0)), predicted.mean(axis=0), rtol=1e-12
    )

"""Values by a few rows alike: between their targets, adjusted for differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsRegressor

import qconf
from qconf import ComparablesRegressor
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.learners.trees.shared_leaves import leaves_of


def homes(n: int = 600, seed: int = 0) -> tuple[pd.DataFrame, pd.Series[float]]:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "area": rng.uniform(50, 150, n),
            "zone": rng.choice(["a", "b", "c"], n),
            "noise": rng.normal(size=n) * 1000,
        }
    )
    price = 3 * X["area"] + 100 * (X["zone"] == "a") + rng.normal(scale=5, size=n)
    return X, price


def small(**options: object) -> ComparablesRegressor:
    made = ComparablesRegressor(n_estimators=60, learning_rate=0.2, random_state=0)
    return made.set_params(**options)


def test_plain_values_are_means_of_five_rows_that_share_leaves() -> None:
    """Weighted by the twelfth power of the share of trees."""
    X, y = homes()
    model = small(adjusted=False).fit(X, y)
    new, _ = homes(20, 1)
    matrices = [Encoded.of(one, model.encoder_).matrix for one in (X, new)]
    known, asked = (leaves_of([model.model_.trees_], one) for one in matrices)
    for row, predicted in enumerate(model.predict(new)):
        share = (known == asked[:, [row]]).mean(axis=0)
        five = np.lexsort((-np.arange(len(X)), -share))[:5]
        weight = share[five] ** 12
        assert predicted == pytest.approx(np.average(y.to_numpy()[five], weights=weight))


def test_they_are_closer_than_as_many_neighbours() -> None:
    """Where a column is noise, which leaves do not look at; adjusted they are closer still."""
    X, y = homes(1500)
    new, truth = homes(500, 1)
    numbers = [one[["area", "noise"]].assign(zone=one["zone"].map(ord)) for one in (X, new)]
    nearest = KNeighborsRegressor(5).fit(numbers[0], y).predict(numbers[1])
    plain, adjusted = (small(adjusted=one).fit(X, y).predict(new) for one in (False, True))
    off = [float(np.abs(one - truth).mean()) for one in (nearest, plain, adjusted)]
    assert off[1] < 0.7 * off[0]
    assert off[2] < off[1]


def test_adjusted_values_are_means_of_adjusted_targets() -> None:
    """Each moved by what the trees say of the row beyond what they say of the comparable."""
    X, y = homes()
    plain, adjusted = (small(adjusted=one).fit(X, y) for one in (False, True))
    new, _ = homes(20, 1)
    said = pd.Series(adjusted.model_.predict(X))
    # A target that is what the trees say of it brings nothing with it.
    mean = plain.fit(X, said.to_numpy()).predict(new)
    assert mean.shape == (20,)
    np.testing.assert_allclose(adjusted.carried_, y - said)
    odd = adjusted.predict(new) - adjusted.model_.predict(new)
    assert np.abs(odd).max() <= np.abs(adjusted.carried_).max()
    assert (odd != 0).all()


def test_rows_do_not_hang_on_each_other() -> None:
    """A row alone is valued as in a table; an encoded table as one that is not."""
    X, y = homes()
    model = small().fit(X, y)
    new, _ = homes(30, 1)
    assert model.predict(new[4:5]).tolist() == model.predict(new)[4:5].tolist()
    rows = Encoded.of(X, TableEncoder().fit(X))
    np.testing.assert_array_equal(small().fit(rows, y).predict(rows), model.predict(X))


def test_a_model_of_it_can_be_kept(tmp_path: object) -> None:
    """And says the same when it is opened."""
    X, y = homes(100)
    model = small().fit(X, y)
    path = f"{tmp_path}/one.qconf"
    qconf.save(model, path)
    np.testing.assert_array_equal(qconf.load(path).predict(X), model.predict(X))


@pytest.mark.parametrize("broken", ["leaves_", "carried_"])
def test_a_file_that_does_not_fit_together_is_refused(broken: str) -> None:
    """Loops look up what arrays say."""
    X, y = homes(100)
    model = small().fit(X, y)
    setattr(model, broken, getattr(model, broken)[..., :-1])
    with pytest.raises(ValueError, match="not one a"):
        model.check_restored()

"""The online learner keeps scikit-learn's habits, and its own promises."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import r2_score
from worlds import mixed_table

from qconf import OnlineLinearRegressor
from qconf.errors import OptionError, TableError
from qconf.learners.online.coordinates import ActiveCoordinates
from qconf.learners.online.count_rate_loops import learn_rows
from qconf.learners.online.count_rates import CountRates


def houses(n: int = 400, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "zone": rng.choice(list("abcde"), size=n),
            "size": rng.normal(100, 20, size=n),
            "code": rng.integers(4, size=n),
        }
    )
    table.loc[rng.random(n) < 0.1, "zone"] = None
    table.loc[rng.random(n) < 0.1, "size"] = np.nan
    effect = table["zone"].map(dict(zip("abcde", [0, 1, 2, 3, 4], strict=True))).fillna(2)
    y = effect + 0.05 * table["size"].fillna(100) + rng.normal(scale=0.2, size=n)
    return table, y.to_numpy()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(-50, 50)), min_size=1, max_size=30))
def test_one_category_is_its_shrunken_mean(seen: list[tuple[str, float]]) -> None:
    """sum(y) / (prior_count + n), in whatever batches."""
    X = np.array([[level] for level, _ in seen], dtype=object)
    y = np.array([value for _, value in seen])
    model = OnlineLinearRegressor(prior_count=2.0, fit_intercept=False)
    model.partial_fit(X[:1], y[:1])
    if len(y) > 1:
        model.partial_fit(X[1:], y[1:])
    for level in "abc":
        of_level = y[X[:, 0] == level]
        assert model.predict([[level]])[0] == pytest.approx(
            of_level.sum() / (2.0 + len(of_level)), abs=1e-9
        )


def test_it_learns_a_linear_model_of_mixed_columns() -> None:
    """Levels, numbers and gaps: most of the variance is explained by one pass."""
    X, y = houses(5000)
    model = OnlineLinearRegressor().fit(X, y)
    X_new, y_new = houses(500, seed=1)
    assert r2_score(y_new, model.predict(X_new)) > 0.9
    # Five zones and a gap, and two for each of two numbers.
    assert model.n_coordinates_ == 6 + 4


def test_bins_find_what_is_not_linear(rng: np.random.Generator) -> None:
    """A parabola is nothing to a line and plain to bins."""
    X = rng.uniform(-1, 1, size=(4000, 1))
    y = X[:, 0] ** 2
    assert r2_score(y, OnlineLinearRegressor().fit(X, y).predict(X)) < 0.1
    assert r2_score(y, OnlineLinearRegressor(bins=16).fit(X, y).predict(X)) > 0.95


def test_batches_and_one_pass_agree() -> None:
    """partial_fit twice is fit once, replicates too."""
    X, y = houses()
    at_once = OnlineLinearRegressor(n_bootstrap=5, random_state=3).fit(X, y)
    in_two = OnlineLinearRegressor(n_bootstrap=5, random_state=3)
    in_two.partial_fit(X[:150], y[:150]).partial_fit(X[150:], y[150:])
    np.testing.assert_allclose(at_once.predict(X), in_two.predict(X))
    np.testing.assert_allclose(at_once.predict_replicates(X), in_two.predict_replicates(X))


def test_progressive_predict_is_predict_then_partial_fit() -> None:
    """The compiled pass gives what single steps give, numbers and all."""
    X, y = houses(120)
    told = OnlineLinearRegressor().progressive_predict(X, y)
    model = OnlineLinearRegressor().partial_fit(X[:1], y[:1])
    for i in range(1, 120):
        assert told[i] == pytest.approx(model.predict(X[i : i + 1])[0])
        model.partial_fit(X[i : i + 1], y[i : i + 1])


def test_a_target_that_cannot_be_written_to_compiles_nothing_anew() -> None:
    """That of a column of pandas is such a one; compiling takes ten seconds."""
    X, y = houses(20)
    OnlineLinearRegressor().fit(X, pd.Series(y))
    signatures = [str(one) for one in learn_rows.signatures]  # type: ignore[attr-defined]
    assert signatures
    assert not any("readonly" in one for one in signatures)


def test_a_weight_is_so_many_rows() -> None:
    """For one category, where the order of rows does not matter; a row of weight 0 is none."""
    X = np.array([["a"], ["b"], ["a"], ["c"]], dtype=object)
    y = np.array([1.0, 2.0, 5.0, 9.0])
    weight = [2, 1, 3, 0]
    model = OnlineLinearRegressor(fit_intercept=False)
    weighted = model.fit(X, y, weight).predict(X[:3])
    repeated = model.fit(X.repeat(weight, axis=0), y.repeat(weight)).predict(X[:3])
    np.testing.assert_allclose(weighted, repeated)


def test_refused_rows_change_nothing() -> None:
    """A gap in the target is refused, and what was learned is kept."""
    X, y = houses()
    model = OnlineLinearRegressor().fit(X, y)
    before = model.predict(X)
    bad = y.copy()
    bad[3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        model.partial_fit(X, bad)
    with pytest.raises(ValueError, match="sample_weight must not be negative; 1 weights are"):
        model.partial_fit(X, y, np.where(np.arange(400) == 0, -1.0, 1.0))
    with pytest.raises(ValueError, match="feature names"):
        model.partial_fit(X.rename(columns={"zone": "zona"}), y)
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"link": "log"}, "there are 2 columns of numbers: cut them with bins=32"),
        ({"link": "log", "bins": 8, "fit_intercept": False}, "needs fit_intercept=True"),
        ({"prior_count": 0.0}, "prior_count"),
        ({"bins": 1}, "bins"),
        ({"link": "logit"}, "link"),
    ],
)
def test_parameters_out_of_rule(options: dict[str, Any], message: str) -> None:
    """Each is named, with what was found."""
    X, y = houses()
    with pytest.raises(ValueError, match=message):
        OnlineLinearRegressor(**options).fit(X, np.abs(y))


def test_log_link_refuses_negative_targets() -> None:
    """A product of factors cannot be negative."""
    X, y = houses()
    model = OnlineLinearRegressor(link="log", bins=8)
    with pytest.raises(TableError, match="1 of 400 are negative"):
        model.fit(X, np.append(-1.0, np.abs(y[1:])))


def test_no_replicates_to_predict_with() -> None:
    """Said with what to do."""
    X, y = houses()
    with pytest.raises(OptionError, match="n_bootstrap >= 1"):
        OnlineLinearRegressor().fit(X, y).predict_replicates(X)


def test_every_kind_of_column(rng: np.random.Generator) -> None:
    """Dates, booleans, categories and mixed objects are read."""
    X = mixed_table(300)
    model = OnlineLinearRegressor().fit(X, rng.normal(size=300))
    assert np.isfinite(model.predict(X)).all()


def everything(model: Any) -> dict[str, Any]:
    """Take down all that was learned."""
    active = model._active
    return {
        "names": list(vars(model)["feature_names_in_"]),
        "levels": {i: dict(levels) for i, levels in active.levels.items()},
        "coordinates": active.n_coordinates,
        "moments": active.moments.tolist(),
        **{
            f"{name} {part}": np.array(getattr(learned, part)).tolist()
            for name, learned in enumerate(model._models())
            for part in ("state", "origin", "others", "rows_learned")
        },
    }


#: Refused whenever they come.
BAD_BATCHES: list[Any] = [
    lambda X, y: (X.assign(code=np.inf), y, None),
    lambda X, y: (X, np.append(np.inf, y[1:]), None),
    lambda X, y: (X, y[1:], None),
    lambda X, y: (X, y, np.append(np.nan, np.ones(len(y) - 1))),
    lambda X, y: (X, y, -np.ones(len(y))),
    lambda X, y: (X[:0], y[:0], None),
    lambda X, y: (X, -1.0 - np.abs(y), None),
]
#: Refused after others: the columns are not those that were learned.
OTHER_COLUMNS: list[Any] = [
    lambda X, y: (X.assign(code="n/a"), y, None),
    lambda X, y: (X.assign(size=pd.Timestamp("2026-01-01")), y, None),
    lambda X, y: (X.drop(columns="code"), y, None),
    lambda X, y: (X.rename(columns={"zone": "zona"}), y, None),
]


@pytest.mark.parametrize(
    ("method", "batch"),
    [
        *product(["partial_fit", "fit", "progressive_predict"], BAD_BATCHES),
        *product(["partial_fit", "progressive_predict"], OTHER_COLUMNS),
    ],
)
def test_a_refused_batch_leaves_no_trace(method: str, batch: Any) -> None:
    """Bit for bit: levels, moments, weights, replicates; new levels stay unseen."""
    X, y = houses(200)
    options: dict[str, Any] = {"link": "log", "bins": 8, "n_bootstrap": 3, "random_state": 0}
    model = OnlineLinearRegressor(**options).fit(X, np.abs(y))
    before, n_known = everything(model), model.n_coordinates_
    new = X.assign(zone=[f"new{i}" for i in range(200)])
    bad, target, weight = batch(new, np.abs(y))
    with pytest.raises(ValueError):  # noqa: PT011 - each batch breaks another rule
        getattr(model, method)(bad, target, sample_weight=weight)
    assert everything(model) == before
    told = model.predict(new[:3].assign(size=100.0, code=1))
    assert len(np.unique(told)) == 1
    model.partial_fit(new, np.abs(y))
    assert model.n_coordinates_ == n_known + 200


def test_a_refused_first_batch_leaves_nothing() -> None:
    """Neither names of columns nor a model; the next batch may have other columns."""
    model = OnlineLinearRegressor()
    with pytest.raises(ValueError, match="NaN"):
        model.partial_fit(pd.DataFrame({"a": [1.0, 2.0]}), [1.0, np.nan])
    assert vars(model) == vars(OnlineLinearRegressor())
    assert model.partial_fit([["x"]], [1.0]).n_coordinates_ == 1


def test_stopped_while_it_learns_no_row_is_looked_up_beyond_the_arrays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stopped at whatever point before the sums move, the model predicts as before."""
    X, y = houses(200)
    new = X.assign(zone=[f"new{i}" for i in range(200)])
    for owner, name in ((CountRates, "grow"), (ActiveCoordinates, "accept")):
        model = OnlineLinearRegressor(n_bootstrap=2, random_state=0).fit(X, y)
        before = model.predict(X)
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, interrupt)
            with pytest.raises(KeyboardInterrupt):
                model.partial_fit(new, y)
        np.testing.assert_array_equal(model.predict(X), before)
        assert len(np.unique(model.predict(new.assign(size=1.0, code=1)))) == 1


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "known", [[0, 0], [0, 2, 2], [0, 1, 0], [-1, 0, 0], [0.0, 1.0, 2.0], [[0], [1], [2]], [0, 1, 9]]
)
def test_what_is_known_when_breaks_its_rule(known: Any) -> None:
    """Refused: compiled loops would read beyond the rows, or learn a row before predicting it."""
    model = OnlineLinearRegressor(n_bootstrap=2)
    with pytest.raises(OptionError, match="known must say of each of the 3 rows"):
        model.progressive_predict([["a"], ["b"], ["c"]], [1.0, 2.0, 3.0], known=known)
    assert not hasattr(model, "n_features_in_")


def test_later_rows_cut_no_bins(rng: np.random.Generator) -> None:
    """In a progressive pass the first row of a stretch does not know the spread of what follows."""
    x = rng.normal(size=1500)
    y = np.abs(x) * rng.gamma(1.0, size=1500)
    model = OnlineLinearRegressor(link="log", bins=16)
    one = model.progressive_predict(x[:, None], y)
    for cut in (5, 40, 200, 700, 1200):
        other = np.where(np.arange(1500) > cut, 50 * x, x)
        two = OnlineLinearRegressor(link="log", bins=16).progressive_predict(other[:, None], y)
        np.testing.assert_array_equal(one[: cut + 1], two[: cut + 1])
    # And bins are of use: rows with large x are expected to be large.
    assert one[500:][np.abs(x[500:]) > 1.5].mean() > 2 * one[500:][np.abs(x[500:]) < 0.5].mean()


@pytest.mark.parametrize("unit", [1e-60, 1e-20, 1e20, 1e60])
def test_replicates_of_any_scale(rng: np.random.Generator, unit: float) -> None:
    """Targets times a number give predictions times that number."""
    X, y = rng.choice(list("abcd"), size=(300, 2)), rng.gamma(1.0, size=300)
    options: dict[str, Any] = {"link": "log", "n_bootstrap": 4, "random_state": 0}
    plain = OnlineLinearRegressor(**options).fit(X, y)
    scaled = OnlineLinearRegressor(**options).fit(X, y * unit)
    np.testing.assert_allclose(scaled.predict(X), plain.predict(X) * unit, rtol=1e-9)
    np.testing.assert_allclose(
        scaled.predict_replicates(X), plain.predict_replicates(X) * unit, rtol=1e-9
    )

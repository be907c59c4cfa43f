"""Every prediction is made from what was known before its time, and from nothing else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import SGDRegressor

from qconf import (
    EmpiricalBayesConfidence,
    OnlineConfidence,
    OnlineLinearRegressor,
    progressive_validation,
)
from qconf.errors import OptionError, TableError
from qconf.residuals.progressive import known_rows


class StepByStep(OnlineLinearRegressor):
    """The same model, without the compiled pass."""

    progressive_predict = None  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        if name == "progressive_predict":
            raise AttributeError(name)
        return super().__getattribute__(name)


MODELS = [
    OnlineLinearRegressor(),
    StepByStep(),
    OnlineConfidence(),
    OnlineConfidence("mean+sd", random_state=0),
    OnlineConfidence(0.8, random_state=0),
    EmpiricalBayesConfidence(),
]


def rows(n: int = 40, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"zone": rng.choice(list("abc"), size=n), "size": rng.normal(size=n)})
    return X, rng.normal(size=n), rng.integers(0, 15, size=n)


@given(
    st.lists(st.integers(0, 8), min_size=1, max_size=25),
    st.one_of(st.none(), st.integers(0, 5), st.floats(0, 5)),
)
def test_known_is_what_arrived_before(times: list[int], delay: float | None) -> None:
    """time + delay < t, by counting; a delay that is whole but for rounding is whole."""
    order, known = known_rows(len(times), times, delay)
    ordered = np.array(times)[order]
    assert (np.diff(ordered) >= 0).all()
    exact = delay or 0
    exact = round(exact) if abs(exact - round(exact)) < 1e-14 else exact
    for i, t in enumerate(ordered):
        assert known[i] == sum(ordered + exact < t)
        assert known[i] <= i


@settings(max_examples=40)
@given(
    st.sampled_from(MODELS),
    st.integers(0, 39),
    st.integers(0, 1000),
    st.booleans(),
    st.sampled_from([None, 3]),
)
def test_no_label_and_no_later_row_changes_an_earlier_prediction(
    model: Any, changed: int, seed: int, timed: bool, delay: int | None
) -> None:
    """Change one row's label, and every row after it: all that did not know it stay the same."""
    X, y, time = rows(seed=seed)
    when = time if timed else np.arange(40)
    other_X, other_y = X.copy(), y.copy()
    later = when > when[changed]
    other_y[changed] += 100.0
    other_y[later] -= 50.0
    other_X.loc[later, "zone"] = "never seen"
    other_X.loc[later, "size"] = 1e6
    options = {"time": time if timed else None, "delay": delay}
    one = progressive_validation(model, X, y, **options)
    two = progressive_validation(model, other_X, other_y, **options)
    blind = when <= when[changed]
    np.testing.assert_array_equal(one[blind], two[blind])
    if delay is not None:
        late = (when <= when[changed] + delay) & ~later
        np.testing.assert_array_equal(one[late], two[late])


@pytest.mark.slow
@pytest.mark.parametrize("delay", [None, 4])
@pytest.mark.parametrize("timed", [True, False])
def test_the_compiled_pass_is_what_steps_give(timed: bool, delay: int | None) -> None:
    """With one categorical column, where features move no running means."""
    X, y, time = rows(200)
    options = {"time": time if timed else None, "delay": delay}
    fast = progressive_validation(OnlineLinearRegressor(), X[["zone"]], y, **options)
    slow = progressive_validation(StepByStep(), X[["zone"]], y, **options)
    np.testing.assert_allclose(fast, slow)
    weight = np.arange(200) % 3
    fast = progressive_validation(
        OnlineLinearRegressor(), X[["zone"]], y, sample_weight=weight, **options
    )
    slow = progressive_validation(StepByStep(), X[["zone"]], y, sample_weight=weight, **options)
    np.testing.assert_allclose(fast, slow)


def test_other_peoples_models() -> None:
    """Whatever has partial_fit and predict; it is not fitted itself."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    y = X @ [1.0, -1.0]
    model = SGDRegressor(learning_rate="constant", eta0=0.1, random_state=0)
    predicted = progressive_validation(model, X, y)
    assert np.isnan(predicted[0])
    assert np.abs(predicted[200:] - y[200:]).mean() < 0.1
    assert not hasattr(model, "coef_")


def test_dates_and_delays_of_days() -> None:
    """A label is learned once its days are over; rows come back in their own order."""
    day = pd.to_datetime(["2026-01-09", "2026-01-01", "2026-01-02", "2026-01-05"])
    X = [["a"]] * 4
    model = OnlineLinearRegressor(fit_intercept=False)
    at_once = progressive_validation(model, X, [8.0, 2.0, 4.0, 6.0], time=day)
    np.testing.assert_allclose(at_once, [3.0, np.nan, 1.0, 2.0])
    late = progressive_validation(
        model, X, [8.0, 2.0, 4.0, 6.0], time=day, delay=pd.Timedelta(days=3)
    )
    np.testing.assert_allclose(late, [3.0, np.nan, np.nan, 1.0])


@pytest.mark.parametrize("kind", ["zoned", "period", "plain"])
def test_dates_of_every_kind(kind: str) -> None:
    """With a time zone, as periods, or plain: the same order and the same delays."""
    day: Any = pd.Series(pd.to_datetime(["2026-01-09", "2026-01-01", "2026-01-02"]))
    if kind == "zoned":
        day = day.dt.tz_localize("Europe/Oslo")
    if kind == "period":
        day = day.dt.to_period("D")
    order, known = known_rows(3, day, pd.Timedelta(days=1))
    assert order.tolist() == [1, 2, 0]
    assert known.tolist() == [0, 0, 2]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"time": [1, 2]}, TableError, r"The time has 2 values, the table 3 rows"),
        ({"time": ["a", "b", "c"]}, TableError, "must be numbers or dates"),
        ({"time": pd.Series(["2026-01-01"] * 3)}, TableError, "type string; pandas.to_datetime"),
        ({"time": [1, "a", 2.0]}, TableError, "must be numbers or dates"),
        ({"time": [True, False, True]}, TableError, "got values of type bool"),
        ({"time": [1.0, np.nan, 2.0]}, TableError, "1 of 3 are missing. Leave these rows out"),
        ({"time": [None, None, 2]}, TableError, "2 of 3 are missing"),
        ({"time": pd.Series([1, None, 2], dtype="Int64")}, TableError, "1 of 3 are missing"),
        (
            {"time": np.array(["2026-01-01", "", ""], "M8[D]")},
            TableError,
            "2 of 3 are missing",
        ),
        ({"time": [1.0, np.inf, 2.0]}, TableError, "must be finite; 1 of 3 are not"),
        ({"time": [10**20, 1, 2]}, TableError, "must be numbers or dates, got .* type integer"),
        (
            {"time": [pd.Timestamp("2026", tz="UTC"), *[pd.Timestamp("2026")] * 2]},
            TableError,
            "1 of 3 have a time zone and the others none",
        ),
        ({"delay": -1}, OptionError, "must not be negative, got -1"),
        ({"delay": "3 days"}, OptionError, "must be a number, as the times are; got '3 days'"),
        (
            {"time": np.array(["2026-01-01"] * 3, dtype="M8[D]"), "delay": 0.5},
            OptionError,
            "must be a timedelta, as the times are dates",
        ),
        (
            {"time": np.array(["2026-01-01"] * 3, dtype="M8[D]"), "delay": np.timedelta64(1, "M")},
            OptionError,
            r"Type pandas.DateOffset\(months=1\)",
        ),
    ],
)
def test_times_out_of_rule(options: dict[str, Any], error: type, message: str) -> None:
    """Each is named, with what was found."""
    with pytest.raises(error, match=message):
        progressive_validation(OnlineLinearRegressor(), [["a"]] * 3, [1.0, 2.0, 3.0], **options)


MAY: Any = [dt.date(2026, 5, 3), dt.date(2026, 5, 1), dt.date(2026, 5, 2)]


ARROW_IN_UTC: Any = "timestamp[us, UTC][pyarrow]"


@pytest.mark.parametrize(
    "time",
    [
        MAY,
        [pd.Timestamp(day) for day in MAY],
        [pd.Timestamp(day, tz="Europe/Oslo") for day in MAY],
        [np.datetime64(day) for day in MAY],
        [pd.Period(day, "D") for day in MAY],
        pd.Series(MAY),
        pd.Series(pd.to_datetime(MAY)).astype(object),
        pd.Series(pd.to_datetime(MAY)).astype("timestamp[us][pyarrow]"),
        pd.Series(pd.to_datetime(MAY)).dt.tz_localize("UTC").astype(ARROW_IN_UTC),
        pd.Series(MAY).astype("date32[pyarrow]"),
        np.array(["2026-05", "2026-03", "2026-04"], dtype="M8[M]"),
        [dt.timedelta(days=3), dt.timedelta(days=1), dt.timedelta(days=2)],
    ],
)
def test_times_that_are_dates_without_a_guess(time: Any) -> None:
    """Objects, Arrow, months: the same order, and delays of days."""
    assert known_rows(3, time)[0].tolist() == [1, 2, 0]
    assert known_rows(3, time, dt.timedelta(days=0))[1].tolist() == [0, 1, 2]
    assert known_rows(3, time, dt.timedelta(days=100))[1].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "time", [[3, 1, 2], [Decimal("3.5"), Decimal(1), Decimal(2)], [3.5, 1, 2], [2**63, 1, 2]]
)
@pytest.mark.parametrize("as_objects", [True, False])
def test_times_that_are_numbers(time: Any, as_objects: bool) -> None:
    """Whole numbers, decimals and both, as objects too."""
    order, known = known_rows(3, pd.Series(time, dtype=object) if as_objects else time, 1)
    assert order.tolist() == [1, 2, 0]
    assert known.tolist() == [0, 0, 1 if time[0] == 3 else 2]


@pytest.mark.parametrize("model", [OnlineConfidence(), OnlineConfidence("max", random_state=0)])
def test_the_moment_a_label_arrives_is_too_late(model: Any) -> None:
    """Nanoseconds as whole numbers and tenths as floats: the same predictions as whole steps."""
    X, y, _ = rows(60)
    expected = progressive_validation(model, X, y, time=np.arange(60), delay=3)
    for time, delay in (
        (1_700_000_000_000_000_000 + np.arange(60), 3),
        (np.arange(60) * 0.1, 0.3),
        (np.datetime64("2026-01-01") + np.arange(60), pd.Timedelta(days=3)),
    ):
        found = progressive_validation(model, X, y, time=time, delay=delay)
        np.testing.assert_array_equal(found, expected)


def test_a_model_that_cannot_learn_row_by_row() -> None:
    """Said before anything is done; and labels must be finite."""
    with pytest.raises(OptionError, match="it has no partial_fit"):
        progressive_validation(object(), [["a"]], [1.0])
    with pytest.raises(TableError, match="1 of 2 values are missing or infinite"):
        progressive_validation(OnlineLinearRegressor(), [["a"]] * 2, [1.0, np.nan])

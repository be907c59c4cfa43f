"""The compiled loops do what their formulas say, and never look ahead."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.online.count_rates import ABSENT, IMMEDIATELY, UNSEEN, CountRates, Rows

#: As the estimators have it: another precision would have all loops compiled once more.
rates = partial(CountRates, precision=np.float64)


def rows_of(
    coordinates: object, target: object, values: object = None, weight: object = ()
) -> Rows:
    """Make rows from lists."""
    place: NDArray[np.int32] = np.asarray(coordinates, dtype=np.int32)
    x = np.empty((len(place), 0)) if values is None else np.asarray(values, dtype=float)
    return Rows(place, x, np.asarray(target, dtype=float), np.asarray(weight, dtype=float))


def some_rows(rng: np.random.Generator, n: int = 60, active: int = 3, of: int = 7) -> Rows:
    coordinates = np.stack([rng.permutation(of)[:active] for _ in range(n)])
    coordinates[rng.random(coordinates.shape) < 0.1] = ABSENT
    return rows_of(
        coordinates,
        rng.normal(size=n),
        rng.normal(size=coordinates.shape),
        rng.integers(0, 3, size=n),
    )


def by_the_formula(rows: Rows, n: int, prior: float, *, centre: bool) -> FloatArray:
    """Predict each row, then learn it: the docstring's formula, in plain Python."""
    weights, counts = np.zeros(n), np.zeros(n)
    mean, total = 0.0, 0.0
    predicted = []
    for place, x, y, s in zip(*rows, strict=True):
        here = [(c, v) for c, v in zip(place, x, strict=True) if c >= 0]
        prediction = mean * centre + sum(weights[c] * v for c, v in here)
        predicted.append(prediction)
        unsure = sum(v * v / (prior + counts[c]) for c, v in here)
        step = s * (y - prediction) / (1 + s * unsure)
        for c, v in here:
            weights[c] += step * v / (prior + counts[c])
            counts[c] += s * v * v
        total += s
        mean += s * (y - mean) / total if s else 0.0
    return np.array(predicted)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(-100, 100)), min_size=1, max_size=40),
    st.floats(0.01, 10),
)
def test_one_category_is_the_shrunken_running_mean(
    seen: list[tuple[int, float]], prior: float
) -> None:
    """sum(y) / (prior + n) over the earlier rows of the category, exactly."""
    group = np.array([g for g, _ in seen])
    y = np.array([value for _, value in seen])
    model = CountRates(4, prior, centre=False)
    predicted = model.progressive(rows_of(group[:, None], y))[:, 0]
    for i in range(len(y)):
        earlier = y[:i][group[:i] == group[i]]
        assert predicted[i] == pytest.approx(earlier.sum() / (prior + len(earlier)), abs=1e-9)


@pytest.mark.parametrize("centre", [True, False])
def test_several_features_follow_the_formula(rng: np.random.Generator, centre: bool) -> None:
    """The same numbers as a plain loop."""
    rows = some_rows(rng)
    predicted = CountRates(7, 0.5, centre=centre).progressive(rows)[:, 0]
    np.testing.assert_allclose(predicted, by_the_formula(rows, 7, 0.5, centre=centre))


def test_no_row_overshoots(rng: np.random.Generator) -> None:
    """After learning a row, its prediction lies between the old one and the label."""
    model = CountRates(7, 0.01, centre=False)
    rows = some_rows(rng)
    for i in range(len(rows.target)):
        one = rows.part(slice(i, i + 1))
        before = model.predict(one)[0, 0]
        model.learn(one)
        after = model.predict(one)[0, 0]
        low, high = sorted([before, rows.target[i]])
        assert low - 1e-9 <= after <= high + 1e-9


def test_one_multiplied_category_is_the_shrunken_mean_too(rng: np.random.Generator) -> None:
    """Shrunk to the running mean of all rows: (prior mean + sum) / (prior + n), once it settles."""
    group = rng.integers(4, size=(4000, 1))
    target = (1.0 + group[:, 0]) * rng.gamma(2.0, 0.5, size=4000)
    model = CountRates(4, 5.0, multiply=True)
    model.learn(rows_of(group, target))
    found = model.predict(rows_of(np.arange(4)[:, None], []))[:, 0]
    np.testing.assert_allclose(
        found, [target[group[:, 0] == g].mean() for g in range(4)], rtol=0.02
    )


def test_factors_of_several_columns_are_told_apart(rng: np.random.Generator) -> None:
    """Effects that multiply are found, each beside the other, and never give a negative."""
    n = 60_000
    place = np.column_stack([rng.integers(3, size=n), 3 + rng.integers(2, size=n)])
    truth = np.array([1.0, 2.0, 4.0, 1.0, 3.0])
    target = truth[place].prod(axis=1) * rng.gamma(1.0, 1.0, size=n)
    model = CountRates(5, 5.0, multiply=True)
    predicted = model.progressive(rows_of(place, target))[:, 0]
    assert (predicted >= 0).all()
    found = model.predict(rows_of([[0, 3], [1, 3], [2, 4]], []))[:, 0]
    np.testing.assert_allclose(found, [1.0, 2.0, 12.0], rtol=0.15)


def test_learning_in_batches_is_learning_at_once(rng: np.random.Generator) -> None:
    """State, and replicates' draws, do not hang on where batches end."""
    rows = some_rows(rng)
    for replicates in (0, 6):
        at_once = rates(7, 1.0, replicates=replicates, seed=5)
        at_once.learn(rows)
        in_two = rates(7, 1.0, replicates=replicates, seed=5)
        in_two.learn(rows.part(slice(None, 20)))
        in_two.learn(rows.part(slice(20, None)))
        np.testing.assert_array_equal(at_once.state, in_two.state)


@pytest.mark.slow
@settings(max_examples=30)
@given(st.integers(0, 59), st.integers(0, 2**32 - 1), st.booleans())
def test_a_later_label_never_changes_an_earlier_prediction(
    changed: int, seed: int, delayed: bool
) -> None:
    """Neither at once nor with labels that arrive late; with replicates just as without."""
    rng = np.random.default_rng(seed)
    rows = some_rows(rng)
    known = np.maximum(np.arange(60) - 5, 0) if delayed else IMMEDIATELY
    target = rows.target.copy()
    target[changed] += 1000.0
    other = rows._replace(target=target)
    first_to_know = int(np.argmax(known > changed)) if delayed and changed < 54 else changed + 1
    first_to_know = first_to_know if not delayed or changed < 54 else 60
    for replicates in (0, 4):
        one = rates(7, 1.0, replicates=replicates).progressive(rows, known)
        two = rates(7, 1.0, replicates=replicates).progressive(other, known)
        np.testing.assert_array_equal(one[:first_to_know], two[:first_to_know])


def test_progressive_is_predict_and_learn_in_turns(rng: np.random.Generator) -> None:
    """One pass gives what single steps give, and leaves the same state."""
    rows = some_rows(rng)
    known = np.sort(rng.integers(0, 60, size=60))
    known = np.minimum(known, np.arange(60))
    at_once, by_hand = CountRates(7, 1.0), CountRates(7, 1.0)
    predicted = at_once.progressive(rows, known)
    learned = 0
    for i in range(60):
        by_hand.learn(rows.part(slice(learned, known[i])))
        learned = int(known[i])
        one = rows.part(slice(i, i + 1))
        np.testing.assert_allclose(predicted[i], by_hand.predict(one)[0])
    by_hand.learn(rows.part(slice(learned, None)))
    np.testing.assert_allclose(at_once.state, by_hand.state)
    assert at_once.rows_learned == by_hand.rows_learned == 60


def test_a_weight_is_so_many_equal_rows() -> None:
    """Weight 3 is three times the row, for one category; weight 0 is nothing."""
    weighted, repeated = CountRates(2, 1.0, centre=False), CountRates(2, 1.0, centre=False)
    weighted.learn(rows_of([[0], [1]], [5.0, 9.0], weight=[3.0, 0.0]))
    repeated.learn(rows_of([[0], [0], [0]], [5.0, 5.0, 5.0]))
    np.testing.assert_allclose(weighted.state, repeated.state)


def test_spread_of_replicates_is_the_bootstrap_variance_of_a_mean(
    rng: np.random.Generator,
) -> None:
    """sum((y - mean)²) / n², the exact variance of a resampled mean, within its own chance."""
    y = rng.gamma(2.0, size=400)
    model = rates(1, 1e-6, replicates=4000, seed=1, centre=False)
    model.learn(rows_of(np.zeros((400, 1)), y))
    replicates = model.predict(rows_of([[0]], []))[0]
    exact = ((y - y.mean()) ** 2).sum() / 400**2
    assert replicates.var(ddof=1) == pytest.approx(exact, rel=0.08)
    assert replicates.mean() == pytest.approx(y.mean(), abs=4 * np.sqrt(exact / 4000) + 0.001)


@pytest.mark.slow
def test_the_summary_sums_up_the_lanes(rng: np.random.Generator) -> None:
    """Mean, standard deviation and maximum of what `progressive` gives."""
    rows = some_rows(rng)
    lanes = CountRates(7, 1.0, replicates=6).progressive(rows)
    mean, sd, largest = CountRates(7, 1.0, replicates=6).progressive_summary(rows)
    np.testing.assert_allclose(mean, lanes.mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(sd, lanes.std(axis=1, ddof=1), atol=1e-6)
    np.testing.assert_allclose(largest, lanes.max(axis=1), atol=1e-6)


def test_novelty_of_known_unknown_and_absent() -> None:
    """1 / (prior + n); 1 / prior for the first of its kind; nothing for what is not there."""
    rows = rows_of([[0], [0], [0], [1], [ABSENT]], np.ones(5))
    _, novelty = CountRates(2, 2.0).progressive_with_novelty(rows)
    np.testing.assert_allclose(novelty, [1 / 2, 1 / 3, 1 / 4, 1 / 2, 0.0])


def test_room_for_more_keeps_what_is_known() -> None:
    """New coordinates start from nothing, old ones stay."""
    model = CountRates(1, 1.0, centre=False)
    model.learn(rows_of([[0]], [4.0]))
    model.grow(3)
    assert model.predict(rows_of([[0], [2]], []))[:, 0].tolist() == [2.0, 0.0]


def shrunken_means(group: NDArray[np.int64], target: FloatArray, prior: float) -> FloatArray:
    """Shrink the mean of each group to that of all rows."""
    sums, counts = np.bincount(group, target), np.bincount(group)
    shrunken: FloatArray = (sums + prior * target.mean()) / (counts + prior)
    return shrunken


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([0.0, 1e-12, 1e-6, 1.0, 3.0, 1e6])),
        min_size=1,
        max_size=60,
    ),
    st.floats(0.01, 20),
    st.sampled_from([1e-40, 1.0, 1e30]),
)
def test_one_multiplied_category_is_exact_whatever_came_first(
    seen: list[tuple[int, float]], prior: float, unit: float
) -> None:
    """(prior mean + sum) / (prior + n), for rows as far apart as a trillion, in any unit."""
    group = np.array([g for g, _ in seen])
    target = np.array([value for _, value in seen]) * unit
    model = CountRates(4, prior, multiply=True)
    model.learn(rows_of(group[:, None], target))
    found = model.predict(rows_of(np.unique(group)[:, None], []))[:, 0]
    expected = shrunken_means(group, target, prior)[np.unique(group)]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-14 * unit)


def test_each_replicate_of_a_multiplied_category_is_a_shrunken_mean_of_its_own_rows(
    rng: np.random.Generator,
) -> None:
    """Lanes are bootstrap samples of the same formula, first row near zero or not."""
    group = rng.integers(6, size=500)
    target = rng.gamma(0.5, size=500)
    target[0] = 1e-12
    model = rates(6, 5.0, replicates=5, seed=3, multiply=True)
    model.learn(rows_of(group[:, None], target))
    found = model.predict(rows_of(np.arange(6)[:, None], []))
    # How often each row was drawn: its own coordinate's count.
    drawn = rates(500, 5.0, replicates=5, seed=3)
    drawn.learn(rows_of(np.arange(500)[:, None], target))
    for lane in range(5):
        times = drawn.state[:500, 1, lane].astype(int)
        expected = shrunken_means(group.repeat(times), target.repeat(times), 5.0)
        np.testing.assert_allclose(found[:, lane], expected, rtol=1e-9)


@pytest.mark.parametrize("columns", [2, 5, 10])
@pytest.mark.parametrize("first", [1, 10, 100, 101, 1000])
@pytest.mark.parametrize("tiny", [0.0, 1e-12])
def test_tiny_rows_first_do_not_ruin_several_factors(
    rng: np.random.Generator, columns: int, first: int, tiny: float
) -> None:
    """The ordinary rows that follow are expected within a factor of 16 of their mean square."""
    n = 4000
    place = rng.integers(8, size=(n, columns)) + 8 * np.arange(columns)
    target = rng.normal(size=n) ** 2
    target[:first] = tiny
    model = CountRates(8 * columns, 5.0 * columns, multiply=True)
    model.learn(rows_of(place, target))
    found = model.predict(rows_of(place, []))[:, 0] / target.mean()
    assert 0.5 < np.median(found) < 4.0
    assert 0.4 < found.min() < found.max() < 16.0


def test_no_row_overshoots_several_factors(rng: np.random.Generator) -> None:
    """A row a million times the others moves what is expected of it as one category would."""
    place = np.column_stack([rng.integers(4, size=900) + 4 * j for j in range(10)])
    target = rng.gamma(1.0, size=900)
    model = CountRates(40, 50.0, multiply=True)
    model.learn(rows_of(place, target))
    one = rows_of(place[:1], [1e6])
    before = model.predict(one)[0, 0]
    model.learn(one)
    least_known = min((place[:, j] == place[0, j]).sum() for j in range(10))
    mean = (target.sum() + 1e6) / 901
    most = mean * (before / target.mean()) * (1 + 1e6 / mean / (50 + least_known))
    assert before < model.predict(one)[0, 0] < 1.05 * most


def test_what_was_never_seen_is_the_mean_of_all_rows_at_least(rng: np.random.Generator) -> None:
    """Beside another column, whatever part of the scale that column's factors have taken."""
    n = 3000
    rare = rng.random(n) < 0.1
    place = np.column_stack([np.where(rare, 8, rng.integers(8, size=n)), rng.integers(9, 40, n)])
    target = np.where(rare, 0.09, 0.0004) * rng.normal(size=n) ** 2
    model = CountRates(40, 10.0, multiply=True)
    model.learn(rows_of(place, target))
    new = rows_of(np.column_stack([np.full(n, UNSEEN), place[:, 1]]), [])
    assert model.predict(new).mean() > 0.75**2 * target.mean()
    assert model.predict(rows_of([[UNSEEN, ABSENT]], []))[0, 0] >= target.mean() * (1 - 1e-12)

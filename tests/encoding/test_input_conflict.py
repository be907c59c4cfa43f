"""Conflicts are what is left of the difference of two sources beyond their bias."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from benchmarks.two_sources import two_sources
from qconf import InputConflict
from qconf.errors import TableError

PAIR = [("tax", "listing")]


def table(tax: Any, listing: Any) -> pd.DataFrame:
    return pd.DataFrame({"tax": tax, "listing": listing}, dtype=float)


def test_the_bias_between_sources_is_no_conflict() -> None:
    """Listings 5 % above the tax roll agree with it; 30 % above is log(1.3 / 1.05) beyond."""
    tax = np.linspace(50, 300, 41)
    conflict = InputConflict(PAIR).fit(table(tax, 1.05 * tax))
    assert conflict.agreements_[0].bias == pytest.approx(-np.log(1.05))
    made = conflict.transform(table([100, 100, 100], [105, 130, 80]))
    beyond = [0.0, np.log(1.3 / 1.05), np.log(1.05 / 0.8)]
    np.testing.assert_allclose(made[:, 0], beyond, atol=1e-12)
    np.testing.assert_allclose(made[:, 1], [0.0, -beyond[1], beyond[2]], atol=1e-12)
    np.testing.assert_array_equal(made[:, 2:], 0.0)


def test_the_bias_is_robust() -> None:
    """A third of absurd rows moves the median of the others by nothing."""
    tax = np.full(99, 100.0)
    listing = np.append(np.full(66, 103.0), np.full(33, 1e6))
    (agreement,) = InputConflict(PAIR).fit(table(tax, listing)).agreements_
    assert agreement.bias == pytest.approx(-np.log(1.03))


def test_what_is_missing_is_told() -> None:
    """One source or both; a conflict with what is missing is none that is known."""
    conflict = InputConflict(PAIR).fit(table([100, 200], [100, 200]))
    made = conflict.transform(table([100, None, 100, None], [100, 100, 0, None]))
    np.testing.assert_array_equal(made[:, 2], [0, 1, 1, 0])
    np.testing.assert_array_equal(made[:, 3], [0, 0, 0, 1])
    assert np.isnan(made[1:, :2]).all()


def test_numbers_around_zero_are_compared_by_difference() -> None:
    """Counts with many zeros have no ratios; a few zeros among sizes are gaps, and can be told."""
    counts = InputConflict(PAIR).fit(table([0, 1, 2, 3], [1, 2, 3, 4]))
    assert not counts.agreements_[0].by_ratio
    np.testing.assert_allclose(counts.transform(table([0], [0]))[0, :2], [1.0, 1.0])
    sizes = np.append(np.arange(1.0, 200.0), 0.0)
    assert InputConflict(PAIR).fit(table(sizes, sizes)).agreements_[0].by_ratio
    for scale in ("ratio", "difference"):
        told = InputConflict(PAIR, scale=scale).fit(table([0, 1], [1, 2]))
        assert told.agreements_[0].by_ratio == (scale == "ratio")


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.floats(1, 1e6), st.floats(1, 1e6)), min_size=3, max_size=30),
    st.floats(1e-3, 1e3),
)
def test_the_unit_of_a_source_does_not_matter(rows: list[Any], unit: float) -> None:
    """Square feet against square metres is a bias, and none is a conflict; turned round, a sign."""
    tax, listing = np.array(rows).T
    plain = InputConflict(PAIR).fit(table(tax, listing)).transform(table(tax, listing))
    scaled = (
        InputConflict(PAIR).fit(table(unit * tax, listing)).transform(table(unit * tax, listing))
    )
    turned = InputConflict(PAIR).fit(table(listing, tax)).transform(table(listing, tax))
    np.testing.assert_allclose(plain, scaled, atol=1e-9)
    np.testing.assert_allclose(plain[:, 0], turned[:, 0], atol=1e-9)
    np.testing.assert_allclose(plain[:, 1], -turned[:, 1], atol=1e-9)


def test_what_is_usual_comes_from_the_rows_of_fit() -> None:
    """New rows, however far apart, change nothing of what they are held against."""
    homes, _ = two_sources(500)
    conflict = InputConflict(PAIR).fit(homes[:300])
    alone = conflict.transform(homes[300:])
    wild = homes[300:].assign(tax=homes["tax"][300:] * np.arange(200))
    wild.iloc[:100] = homes[300:400]
    np.testing.assert_array_equal(conflict.transform(wild)[:100], alone[:100])


def test_it_is_a_transformer_like_others() -> None:
    """Names, set_output, clone and pickle; columns that are no pair may be anything."""
    homes = two_sources(60)[0].assign(zone="a")
    conflict = InputConflict({"floor area": ("tax", "listing")}).set_output(transform="pandas")
    made = conflict.fit_transform(homes)
    names = ["tax~listing", "tax~listing signed", "tax~listing one missing"]
    assert list(made.columns) == [*names, "tax~listing both missing"]
    assert list(made.index) == list(homes.index)
    again = clone(conflict).fit(homes)
    pd.testing.assert_frame_equal(again.transform(homes), made)
    pickled = pickle.loads(pickle.dumps(conflict))  # noqa: S301 - our own
    pd.testing.assert_frame_equal(pickled.transform(homes), made)
    array = (
        InputConflict([(0, 1)])
        .fit(homes[["tax", "listing"]].to_numpy())
        .transform(homes[["tax", "listing"]].to_numpy())
    )
    np.testing.assert_array_equal(array, made.to_numpy())


def test_a_pair_that_was_never_there_at_once_has_no_bias() -> None:
    """What begins later is compared as it is, and nothing of it is unusual."""
    conflict = InputConflict(PAIR).fit(table([1, None], [None, 1]))
    np.testing.assert_allclose(conflict.transform(table([2], [1]))[0, 1], np.log(2))


def test_errors_name_the_column() -> None:
    """A mistyped one, with the closest name; a parameter outside its rule."""
    with pytest.raises(TableError, match="Did you mean 'listing'"):
        InputConflict([("tax", "listin")]).fit(table([1], [1]))
    with pytest.raises(ValueError, match="'scale' parameter of InputConflict"):
        InputConflict(PAIR, scale="log").fit(table([1], [1]))  # type: ignore[arg-type]


def test_each_conflict_is_described() -> None:
    """The numbers, how rare it is, and a sentence; one line for each row and pair."""
    homes, _ = two_sources(2000)
    homes.loc[:2, "tax"] = 2100.0
    homes.loc[:2, "listing"] = [1700.0, 2190.0, np.nan]
    pairs = {"floor area": ("tax", "listing"), "luck": ("noise", "more noise")}
    conflict = InputConflict(pairs).fit(homes)
    told = conflict.describe(homes[:3])
    assert told["row"].tolist() == [0, 0, 1, 1, 2, 2]
    area = told[told["pair"] == "tax~listing"].set_index("row")
    bias = np.expm1(-conflict.agreements_[0].bias)
    assert area["sentence"][0] == (
        "two sources disagree on the floor area: tax 2100, listing 1700; listing is usually "
        f"{100 * bias:.0f} % above"
    )
    assert area["sentence"][1].startswith("two sources agree on the floor area: tax 2100")
    assert area["sentence"][2] == (
        "one source alone tells the floor area: tax 2100, listing is missing"
    )
    assert area["exceeded_by"][0] < 0.16
    assert area["exceeded_by"][1] >= 0.5
    assert area["unusual"].tolist() == [True, False, False]
    assert np.isnan(area["exceeded_by"][2])
    assert area["conflict"][0] == pytest.approx(np.log(2100 / 1700) + np.log1p(bias))
    assert InputConflict().fit(homes).describe(homes).empty


def test_sentences_without_a_name_and_by_difference() -> None:
    """Nothing is said of what nobody named; long numbers have a mark at their thousands."""
    rooms = table([0, 1, 12_000], [1, 2, 12_001])
    said = InputConflict(PAIR).fit(rooms).describe(table([0, 12_000, None], [4, 12_001, None]))
    assert said["sentence"].tolist() == [
        "two sources disagree: tax 0, listing 4; listing is usually 1 above",
        "two sources agree: tax 12,000, listing 12,001; listing is usually 1 above",
        "no source tells tax or listing",
    ]
    same = InputConflict(PAIR).fit(table([1, 2], [1, 2])).describe(table([1], [2]))
    assert same["sentence"][0] == "two sources disagree: tax 1, listing 2; neither is usually above"

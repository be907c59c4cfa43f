"""Schedules keep apart what must not meet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf._types import IntArray
from qconf.errors import OptionError, TableError
from qconf.residuals.schedules import Schedule, blocks_in_time, schedule


def everything_seen(plan: Schedule, number: int) -> IntArray:
    """Collect all rows that had a part in the scores of one round."""
    one = plan.rounds[number]
    trained = [plan.fits[fit].train for fit, _ in (*one.history, one.scored_by)]
    return np.unique(np.concatenate([one.seen, *trained]))


@given(st.integers(10, 80), st.integers(2, 6), st.integers(0, 5))
@settings(max_examples=60)
def test_shuffled_rounds_never_see_what_they_score(n_rows: int, folds: int, seed: int) -> None:
    """Nothing that has a part in a row's score was fitted on that row; every row is scored once."""
    plan = schedule(n_rows, folds=folds, random_state=seed)
    for number, one in enumerate(plan.rounds):
        assert np.intersect1d(everything_seen(plan, number), one.scored).size == 0
        assert len(one.seen) + len(one.scored) == n_rows
    assert np.array_equal(plan.scored, np.arange(n_rows))


@given(st.integers(10, 80), st.integers(2, 6))
@settings(max_examples=60)
def test_shuffled_residuals_never_come_from_a_model_that_saw_their_row(
    n_rows: int, folds: int
) -> None:
    """In every round, the model behind a residual was fitted neither on it nor on scored rows."""
    plan = schedule(n_rows, folds=folds)
    for one in plan.rounds:
        for fit, block in one.history:
            held_out = plan.fits[fit].held_out[block]
            assert np.intersect1d(plan.fits[fit].train, held_out).size == 0
            assert np.intersect1d(plan.fits[fit].train, one.scored).size == 0


@given(st.lists(st.integers(0, 30), min_size=20, max_size=80), st.integers(2, 5))
@settings(max_examples=80)
def test_forward_rounds_never_see_the_present_or_the_future(time: list[int], folds: int) -> None:
    """Whatever has a part in a score is strictly earlier; equal times share a block."""
    moments = np.array(time)
    needed = folds + 3
    if len(np.unique(moments)) < needed:
        with pytest.raises(TableError, match="distinct"):
            schedule(len(moments), folds=folds, time=moments)
        return
    plan = schedule(len(moments), folds=folds, time=moments)
    for number, one in enumerate(plan.rounds):
        assert moments[everything_seen(plan, number)].max() < moments[one.scored].min()
        for fit, block in one.history:
            held_out = plan.fits[fit].held_out[block]
            assert moments[plan.fits[fit].train].max() < moments[held_out].min()
    assert len(plan.rounds) == folds
    assert len(np.unique(np.concatenate([one.scored for one in plan.rounds]))) == len(plan.scored)


@pytest.mark.parametrize("forward", [False, True])
def test_groups_are_never_on_both_sides(forward: bool, rng: np.random.Generator) -> None:
    """A scored row's group is neither among the residuals seen nor in its valuation model."""
    group = rng.integers(0, 40, 300)
    time = np.arange(300) if forward else None
    plan = schedule(300, folds=4, time=time, groups=group)
    for one in plan.rounds:
        valued_by = plan.fits[one.scored_by[0]]
        assert np.intersect1d(group[one.seen], group[one.scored]).size == 0
        assert np.intersect1d(group[valued_by.train], group[one.scored]).size == 0
        for fit, block in one.history:
            held_out = plan.fits[fit].held_out[block]
            assert np.intersect1d(group[plan.fits[fit].train], group[held_out]).size == 0
            # Nor in what is behind the residuals that its score is learned from.
            assert np.intersect1d(group[plan.fits[fit].train], group[one.scored]).size == 0


def test_fits_that_saw_nothing_of_a_block_serve_its_round() -> None:
    """Groups that do not come back cost no fit; each one that does costs those before it."""
    time = np.arange(800)
    alone = schedule(800, folds=5, time=time)
    never_again = schedule(800, folds=5, time=time, groups=time // 2)
    assert len(never_again.fits) == len(alone.fits) == 7
    once_again = np.where(time == 799, 0, time)
    again = schedule(800, folds=5, time=time, groups=once_again)
    # The last round is learned from six blocks of residuals, and their fits all saw row 0.
    assert len(again.fits) == 7 + 6
    assert again.residual_fits == tuple(again.fits[:7])


@pytest.mark.parametrize("predicted", [False, True])
def test_groups_that_last_through_time_are_told(predicted: bool) -> None:
    """Airports by month: without those of the block, nothing earlier is left."""
    month = np.repeat(np.arange(60), 4)
    airport = np.tile(np.arange(4), 60)
    with pytest.raises(TableError, match=r"last through the whole time: .* Leave the groups out"):
        schedule(240, time=month, groups=airport, predicted=predicted)


def test_roles_are_one_a_row() -> None:
    """A time or group of another length would silently shorten the table."""
    with pytest.raises(TableError, match="The time has 5 values, the table 80 rows"):
        schedule(80, time=np.arange(5))
    with pytest.raises(TableError, match="The group has 5 values, the table 80 rows"):
        schedule(80, groups=np.arange(5))


def test_shuffled_folds_need_a_fit_for_each_pair() -> None:
    """Five folds take 5 fits without one fold and 10 without two."""
    assert len(schedule(100, folds=5).fits) == 15


def test_missing_groups_are_groups_of_their_own() -> None:
    """Rows without a group may be spread over all folds."""
    group = np.array([None] * 50, dtype=object)
    plan = schedule(50, folds=5, groups=group)
    assert [len(one.scored) for one in plan.rounds] == [10] * 5


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"folds": 1}, OptionError, "at least 2"),
        ({"folds": 20}, TableError, "20 folds need at least 20 rows, found 10"),
        ({"groups": [0] * 10}, TableError, "groups, found 1"),
        ({"time": [0] * 10}, TableError, "found 1"),
    ],
)
def test_errors_name_what_is_short(options: dict[str, Any], error: type, words: str) -> None:
    """Too few folds, rows, groups or times are one clear line."""
    with pytest.raises(error, match=words):
        schedule(10, **options)


def test_a_moment_with_most_of_the_rows_leaves_no_block_empty() -> None:
    """A day with very many sales does not starve the days around it."""
    time = np.concatenate([np.arange(10), np.full(500, 10), np.arange(11, 15)])
    plan = schedule(len(time), folds=5, time=time)
    assert all(len(one.scored) for one in plan.rounds)
    assert all(len(fit.train) for fit in plan.fits)


def test_given_predictions_need_less_history() -> None:
    """With predictions given, even the first block has residuals and more rows are scored."""
    time = np.arange(700)
    fitted = schedule(700, folds=5, time=time)
    given_ = schedule(700, folds=5, time=time, predicted=True)
    assert len(given_.scored) > len(fitted.scored)
    assert given_.rounds[0].seen.min() == 0


@given(st.lists(st.integers(0, 10), min_size=1, max_size=50), st.integers(1, 60))
def test_blocks_in_time_rise_and_leave_no_number_out(time: list[int], n_blocks: int) -> None:
    """Codes are 0..k-1, rise with time, and equal times share one."""
    codes = blocks_in_time(np.array(time), n_blocks)
    assert np.array_equal(np.unique(codes), np.arange(codes.max() + 1))
    order = np.argsort(time, kind="stable")
    assert (np.diff(codes[order]) >= 0).all()
    assert all(len(set(codes[np.array(time) == moment])) == 1 for moment in set(time))


def test_repeats_are_learned_from_and_have_no_residual() -> None:
    """Of a copy of an earlier row the residual would be too small: neither seen nor scored."""
    again = np.arange(200) % 4 == 3
    plan = schedule(200, folds=3, time=np.arange(200), repeats=again)
    held_out = np.concatenate([fit.held_out[0] for fit in plan.residual_fits])
    assert not again[held_out].any()
    assert not again[plan.scored].any()
    assert not again[np.concatenate([one.seen for one in plan.rounds])].any()
    assert again[np.concatenate([fit.train for fit in plan.residual_fits])].any()


def test_the_seed_decides_the_folds() -> None:
    """The same one deals the same folds, another one others."""
    first, again, other = [
        schedule(60, folds=3, random_state=seed).rounds[0].scored for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)

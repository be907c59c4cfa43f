"""Rounds are played on what may be seen, and some of their rows can be judged alone."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import sales_table

from qconf.comparison.contenders import make_contenders
from qconf.comparison.intake import Settings, take_in
from qconf.comparison.rounds import Contest
from qconf.core.error_scale import error_scale
from qconf.learners.trees.boosted import BoostedTrees

SETTINGS = Settings.checked("relative", None, 0.1, 0.95)


def played() -> Contest:
    dataset, _ = take_in(
        sales_table(400), "price", SETTINGS, prediction=None, time=None, groups=None,
        features=None, drop=["sold_on", "parcel"], scores=(), copies="group", strict=False,
    )  # fmt: skip
    contest = Contest(
        make_contenders(["count", "constant"]), dataset, error_scale("relative"), 3, 0, None
    )
    contest.play(BoostedTrees(n_estimators=20, random_state=0))
    return contest


def test_some_rows_are_judged_alone() -> None:
    """Their rates are those of their residuals; which others there are makes no difference."""
    contest = played()
    some = np.arange(100, 250)
    judged = contest.evaluate(among=some, **SETTINGS.numbers)
    assert list(judged) == ["count", "constant"]
    wrong = np.abs(contest.residual[some]) > SETTINGS.threshold
    assert judged["count"].overall.n == 150
    assert judged["count"].overall.outlier_rate.value == pytest.approx(wrong.mean())
    everything = contest.evaluate(**SETTINGS.numbers)
    assert everything["count"].overall.n == 400


def test_every_row_is_scored_in_one_round() -> None:
    """Without a time no row is history only."""
    contest = played()
    assert set(contest.block) == {0, 1, 2}
    assert len(contest.scores()) == 400
    assert contest.history == 0


def test_the_errors_of_scored_rows_have_a_distribution() -> None:
    """It is that of the residuals and expected errors that were judged, on their error scale."""
    contest = played()
    count, constant = contest.contenders
    known = contest.error_distribution(constant)
    assert (known.error, known.n_rows) == ("relative", 400)
    within = np.abs(contest.residual) <= 0.1
    told = contest.error_distribution(count).probability_within(
        contest.scores()["count"].to_numpy(), 0.1
    )
    assert told.mean() == pytest.approx(within.mean(), abs=0.01)
    assert told.std() > known.probability_within(contest.scores()["constant"], 0.1).std()

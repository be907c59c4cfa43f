"""A score whose higher values mean more confidence is told to be the wrong way round."""

from __future__ import annotations

import numpy as np
import pytest

from qconf import RiskCoverageCounts, evaluate
from qconf.evaluation.evaluate import evaluate_scores


@pytest.mark.parametrize(("turned", "said"), [(1.0, False), (-1.0, True)])
def test_a_score_the_wrong_way_round_is_told_everywhere(turned: float, said: bool) -> None:
    """Of one score, of counts, and of any of several; not of the same score turned round."""
    rng = np.random.default_rng(0)
    sigma = rng.uniform(0.05, 0.3, 2000)
    given = 1 + turned * sigma, rng.normal(0, sigma)
    counted = RiskCoverageCounts(threshold=0.15)
    counted.update(*given)
    several = evaluate_scores({"s": sigma, "conf": given[0]}, given[1], threshold=0.15)
    told = [evaluate(*given, threshold=0.15), counted.evaluate(), several["conf"]]
    for one in told:
        assert ("looks the wrong way round" in " ".join(one.notes)) is said
        assert ("turn it round, such as to 1 - score." in " ".join(str(one).split())) is said
    assert several["s"].notes == ()


def test_scores_without_skill_are_not_told_to_be_turned_round() -> None:
    """Of 40 of them in any order, two at most by chance."""
    rng = np.random.default_rng(0)
    residual = rng.normal(0, 0.15, 1000)
    scores = {str(i): rng.random(1000) for i in range(40)}
    told = evaluate_scores(scores, residual, threshold=0.15, n_resamples=200)
    assert sum(one.notes != () for one in told.values()) <= 2

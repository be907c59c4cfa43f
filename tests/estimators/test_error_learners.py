"""The learners that have names, and options that not all of them take."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.linear_model import LinearRegression

from qconf.errors import OptionError
from qconf.estimators.error_learners import make_learner
from qconf.learners.linear.gamma_glm import GammaGLM
from qconf.learners.trees.boosted import BoostedTrees


def test_names_make_learners_that_suit_the_target() -> None:
    """The loss or the link follows from what is learned."""
    assert make_learner("boosted", "squared", 3).loss == "gamma"
    assert make_learner("boosted", "squared", 3, loss="squared").loss == "squared"
    assert make_learner("boosted", "log", 3).loss == "squared"
    assert make_learner("boosted", "outlier", 3).loss == "binary"
    assert isinstance(make_learner("glm", "absolute", 3), GammaGLM)
    assert make_learner("online", "outlier", 3).link == "log"
    assert make_learner("online", "log", 3).link == "identity"
    assert make_learner("online", "log", 3).prior_count == 15


def test_options_reach_the_trees() -> None:
    """Signs also reach trees of the user's own, which keep their other settings."""
    stopped = make_learner("boosted", "squared", 3, early_stopping=True, monotonic={"age": 1})
    assert (stopped.early_stopping, stopped.n_estimators) == (True, 1000)
    assert stopped.monotonic == {"age": 1}
    own = BoostedTrees("gamma", n_estimators=7)
    made = make_learner(own, "squared", 3, monotonic={"age": 1})
    assert (made.n_estimators, made.monotonic, own.monotonic) == (7, {"age": 1}, None)


@pytest.mark.parametrize(
    ("learner", "target", "options", "words"),
    [
        ("glm", "squared", {"monotonic": {"age": 1}}, "the learner 'glm' cannot be held to a sign"),
        (LinearRegression(), "squared", {"monotonic": {"age": 1}}, "LinearRegression cannot be"),
        ("online", "squared", {"early_stopping": True}, "early_stopping is for .* got 'online'"),
        (BoostedTrees(), "squared", {"early_stopping": True}, "set it on the learner itself"),
        ("glm", "log", {}, "'glm' learns the targets 'squared' and 'absolute', and not 'log'"),
    ],
)
def test_options_that_do_not_apply_are_refused(
    learner: Any, target: str, options: dict[str, Any], words: str
) -> None:
    """Nothing is ignored in silence."""
    with pytest.raises(OptionError, match=words):
        make_learner(learner, target, 3, **options)

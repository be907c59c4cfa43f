"""Former names of parameters: refused, with the name to use."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from sklearn.base import clone

from qconf import BlendConfidence, ConfidentRegressor, compare, evaluate, simulate
from qconf.core.renamed import renamed
from qconf.evaluation.evaluate import evaluate_scores
from qconf.simulation.world import archetypes


@pytest.mark.parametrize(
    ("call", "old", "new"),
    [
        (compare, "group", "groups"),
        (compare, "level", "confidence_level"),
        (evaluate, "level", "confidence_level"),
        (evaluate_scores, "level", "confidence_level"),
        (ConfidentRegressor, "cv", "folds"),
        (BlendConfidence, "cv", "folds"),
        (simulate, "replicates", "groups_of_each"),
        (archetypes, "replicates", "groups_of_each"),
    ],
)
def test_a_former_name_is_refused_in_one_line_with_the_new_one(
    call: Any, old: str, new: str
) -> None:
    """Before anything is done, and whatever else is passed; the new name is a parameter."""
    with pytest.raises(TypeError) as raised:
        call(**{old: 3})
    line = f"{call.__name__}() has no parameter {old!r}. It is called {new} now."
    assert str(raised.value) == line
    named = inspect.signature(call).parameters
    assert new in named
    assert old not in named


@pytest.mark.parametrize("estimator", [ConfidentRegressor(folds=3), BlendConfidence(folds=3)])
def test_a_renamed_parameter_of_a_constructor_is_scikit_learns(estimator: Any) -> None:
    """It is read, set and cloned, and told when it is set by the former name."""
    assert estimator.get_params()["folds"] == 3
    assert clone(estimator).folds == 3
    assert clone(estimator).set_params(folds=4).folds == 4
    for old in ({"cv": 4}, {"cv": 4, "folds": 3}):
        with pytest.raises(ValueError, match="has no parameter 'cv'"):
            clone(estimator).set_params(**old)
    with pytest.raises(ValueError, match="Invalid parameter 'fold'"):
        estimator.set_params(fold=4)


def test_a_nested_parameter_is_told_too() -> None:
    """As a grid search writes it."""
    with pytest.raises(ValueError, match=r"BlendConfidence\(\) has no parameter 'cv'"):
        ConfidentRegressor(confidence=BlendConfidence()).set_params(confidence__cv=3)


def test_other_keywords_are_left_to_python() -> None:
    """A name that never was is an unexpected keyword, and arguments come through."""

    @renamed(old="new")
    def product(one: int, *, new: int = 1) -> int:
        return one * new

    assert product(2, new=3) == 6
    with pytest.raises(TypeError, match="unexpected keyword argument 'older'"):
        product(2, older=3)  # type: ignore[call-arg]

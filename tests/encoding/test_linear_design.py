"""The design of linear models is what scikit-learn's steps make of a table, in a few arrays."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context  # type: ignore[attr-defined]
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from qconf._types import BoolArray, FloatArray
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.linear_design import GAP, OTHERS, LinearDesign


def scikit_learns(
    is_number: BoolArray, is_categorical: BoolArray, max_levels: int, drop: str | None
) -> Any:
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    levels = OneHotEncoder(
        drop=drop,
        handle_unknown="infrequent_if_exist",
        max_categories=max_levels,
        sparse_output=False,
    )
    return ColumnTransformer(
        [
            ("numbers", numbers, np.flatnonzero(is_number)),
            ("levels", levels, np.flatnonzero(is_categorical)),
        ]
    )


def drawn(rng: np.random.Generator, n_rows: int, is_categorical: BoolArray) -> FloatArray:
    columns = []
    for categorical in is_categorical:
        n_codes = rng.integers(1, 8)
        column = rng.integers(n_codes, size=n_rows) if categorical else rng.normal(size=n_rows)
        gaps = rng.uniform(size=n_rows) < rng.choice([0.0, 0.2, 1.0 if not categorical else 0.5])
        columns.append(np.where(gaps, np.nan, column))
    return np.column_stack(columns).astype(np.float64)


@pytest.mark.slow
@given(seed=st.integers(0, 10**6), drop=st.sampled_from(["first", None]), most=st.integers(2, 5))
@settings(deadline=None, max_examples=40)
def test_it_is_what_scikit_learns_steps_make(seed: int, drop: str | None, most: int) -> None:
    """To the last bit, with gaps, rare levels, and codes that were not in `fit`.

    scikit-learn marks gaps of a column without any value, a constant; here it has no column.
    """
    rng = np.random.default_rng(seed)
    is_categorical = rng.uniform(size=rng.integers(1, 6)) < 0.5
    X = drawn(rng, 30, is_categorical)
    new = drawn(rng, 10, is_categorical)
    design = LinearDesign(is_categorical, most, drop=drop)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        is_number = ~is_categorical & ~np.isnan(X).all(axis=0)
        steps = scikit_learns(is_number, is_categorical, most, drop).fit(X)
        np.testing.assert_array_equal(design.fit(X).transform(X), steps.transform(X))
        np.testing.assert_array_equal(design.transform(new), steps.transform(new))


def test_indicators_say_what_they_stand_for() -> None:
    """A code, a gap, or all rarer levels together."""
    column = np.repeat([0.0, 1.0, 2.0, 3.0, np.nan], [9, 8, 1, 1, 5])
    design = LinearDesign(np.array([True]), 4, drop=None).fit(column[:, None])
    assert design.indicators_.tolist() == [[0, 0], [0, 1], [0, GAP], [0, OTHERS]]


def test_designs_are_finite_and_knows_its_gaps() -> None:
    """Gaps are filled and marked, numbers standardised, levels indicated, new ones ignored."""
    frame = pd.DataFrame({"x": [0.0, 2.0, np.nan, 4.0], "z": ["a", "b", "b", None]})
    encoder = TableEncoder().fit(frame)
    design = LinearDesign(encoder.is_categorical_).fit(encoder.transform(frame))
    matrix = design.transform(encoder.transform(frame))
    assert np.isfinite(matrix).all()
    np.testing.assert_allclose(matrix[:, 0].mean(), 0, atol=1e-12)
    assert matrix.shape == (4, 2 + 2)
    new = encoder.transform(pd.DataFrame({"x": [1.0], "z": ["never seen"]}))
    assert np.isfinite(design.transform(new)).all()


@pytest.mark.parametrize("output", ["pandas", "polars"])
def test_designs_are_arrays_whatever_scikit_learn_is_told(output: str) -> None:
    """Also those that were made before it was told."""
    frame = pd.DataFrame({"x": [0.0, 2.0, np.nan, 4.0], "z": ["a", "b", "b", None]})
    encoder = TableEncoder().fit(frame)
    before = LinearDesign(encoder.is_categorical_).fit(encoder.transform(frame))
    wanted = before.transform(encoder.transform(frame))
    with config_context(transform_output=output):
        within = LinearDesign(encoder.is_categorical_).fit(encoder.transform(frame))
        for design in (before, within):
            made = design.transform(encoder.transform(frame))
            assert isinstance(made, np.ndarray)
            np.testing.assert_array_equal(made, wanted)


@pytest.mark.parametrize("names", [["zone", "rooms"], ["rooms", "zone"], ["rooms", "area"]])
def test_levels_are_looked_up_in_columns_of_levels(names: list[str]) -> None:
    """A number of another table would be taken for the code of a level."""
    table = pd.DataFrame(
        {"rooms": [3.0, np.nan, 5.0], "zone": ["a", "b", "a"], "area": [9.0, 8.0, 7.0]}
    )
    encoder = TableEncoder().fit(table[["rooms", "zone"]])
    design = LinearDesign(encoder.is_categorical_)
    design.fit(encoder.transform(table[["rooms", "zone"]])[:1])
    other = TableEncoder().fit(table[names])
    if names == ["rooms", "zone"]:
        design.check_columns(other)
        # As a file of before has it, that was fitted to rooms without any value.
        design.numbers_, design.with_gaps_ = np.array([], dtype=np.intp), np.array([0])
        design.check_columns(other)
        return
    with pytest.raises(ValueError, match="of other columns"):
        design.check_columns(other)

"""The background of a fit: a summary of each column, and a row that is typical."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from new_rows import features, fitted_model, new_rows
from worlds import sales_table

from qconf import ConfidentRegressor, explain_error, load, save


def test_the_typical_row_is_a_row_of_the_fit_in_the_middle() -> None:
    """In the types that `fit` was given; its expected error is in the middle fifth."""
    table = features(sales_table(400))
    model = fitted_model()
    typical = model.background_.typical
    assert isinstance(typical, pd.DataFrame)
    assert typical.dtypes.tolist() == table.dtypes.tolist()
    assert len(table.merge(typical)) == 1
    expected = model.predict_error(table)
    assert 0.3 < np.mean(expected < model.predict_error(typical)) < 0.7
    assert 2 <= typical["rooms"].item() <= 6


def test_groups_are_no_column_of_it() -> None:
    """No model sees them; the typical row has some group, for the model asks for the column."""
    background = fitted_model().background_
    assert "parcel" not in [one.name for one in background.columns]
    assert "parcel" in background.typical


def test_errors_are_those_of_the_residuals() -> None:
    """The median of their sizes, where there are some."""
    model = fitted_model()
    known = model.residual_[~np.isnan(model.residual_)]
    assert model.background_.error == pytest.approx(np.median(np.abs(known)))


def test_arrays_have_one_too() -> None:
    """Columns without names are x0, x1, ..."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(80, 2))
    model = ConfidentRegressor(confidence="constant", error="absolute", random_state=0)
    background = model.fit(x, x[:, 0]).background_
    assert [one.name for one in background.columns] == ["x0", "x1"]
    assert np.asarray(background.typical).shape == (1, 2)
    assert 0.3 < np.asarray(background.typical)[0, 0] < 0.7


def test_a_column_that_is_mostly_missing_is_typically_missing() -> None:
    """The typical row has a gap there."""
    x = pd.DataFrame({"a": np.arange(60.0), "b": np.where(np.arange(60) < 40, np.nan, 1.0)})
    model = ConfidentRegressor(confidence="constant", error="absolute", random_state=0)
    typical = model.fit(x, x["a"]).background_.typical
    assert np.isnan(typical["b"].item())


def test_it_is_kept_in_the_file_of_a_model(tmp_path: Path) -> None:
    """A loaded model explains to the last bit what the saved one did."""
    model, X = fitted_model(), features(new_rows(4))
    save(model, tmp_path / "avm.qconf")
    loaded = load(tmp_path / "avm.qconf")
    pd.testing.assert_frame_equal(explain_error(model, X).table, explain_error(loaded, X).table)


def test_one_that_was_tampered_with_is_refused() -> None:
    """Two typical rows, a column less, counts of other values."""
    background = fitted_model().background_
    two = pd.concat([pd.DataFrame(background.typical)] * 2)
    short = replace(background.columns[0], counts=background.columns[0].counts[1:])
    for broken in (
        replace(background, typical=two),
        replace(background, columns=background.columns[1:]),
        short,
    ):
        with pytest.raises(ValueError, match=r"is not told|is none"):
            broken.check_restored()

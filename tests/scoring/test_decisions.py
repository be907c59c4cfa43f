"""What to do with a row follows from its expected error, in any batch."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import sales_table

from qconf import ConfidentRegressor, ModelCard, score_batch, tiers
from qconf.errors import ModelFileError, OptionError, TableError
from qconf.learners.trees.boosted import BoostedTrees
from qconf.scoring.decisions import Decisions

FEATURES = ["zone", "rooms", "area", "garden", "built"]
ALL = ["p_within_10", "p_outlier", "tier", "accept"]
KNOWN = Decisions(threshold=0.15, cut_off=0.1)


@cache
def fitted(error: str = "relative", **options: Any) -> ConfidentRegressor:
    table = sales_table(400)
    settings: dict[str, Any] = {"probabilities": True, "random_state": 0, **options}
    model = ConfidentRegressor(
        BoostedTrees(n_estimators=20, random_state=0),
        "residual",
        error=error,  # type: ignore[arg-type]
        folds=3,
        **settings,
    )
    return model.fit(table[FEATURES], table["price"])


def rows(n_rows: int = 100) -> pd.DataFrame:
    return sales_table(n_rows, seed=7)[FEATURES]


def scored(model: Any, decisions: Decisions, table: pd.DataFrame | None = None) -> pd.DataFrame:
    table = rows() if table is None else table
    batch = pa.RecordBatch.from_pandas(table, preserve_index=False)
    told: pd.DataFrame = score_batch(model, batch, decisions=decisions).to_pandas()
    return told


def test_what_is_told_is_what_the_model_says() -> None:
    """Probabilities, intervals and tiers of its distribution; accepted up to the cut-off."""
    model = fitted()
    told = scored(model, KNOWN)
    assert list(told)[6:] == ALL
    known, expected = model.error_distribution_, model.predict_error(rows())
    assert known is not None
    np.testing.assert_array_equal(told["p_within_10"], model.predict_within(rows()))
    outlier = known.probability_outlier(expected, 0.15)
    np.testing.assert_array_equal(told["p_outlier"], outlier)
    assert told["tier"].tolist() == tiers(outlier).tolist()
    assert told["accept"].dtype == bool
    np.testing.assert_array_equal(told["accept"], expected <= 0.1)
    assert 0 < told["accept"].mean() < 1
    for level in (None, 0.5):
        low, high = model.predict_interval(rows(), level or 0.8)
        told = scored(model, Decisions(level))
        np.testing.assert_array_equal(told[["low", "high"]], np.column_stack([low, high]))


def test_own_tiers() -> None:
    """With their names, and "refer" beyond the last."""
    told = scored(fitted(), Decisions(tiers=(("sure", 0.1), ("likely", 0.4)), threshold=0.15))
    wanted = np.where(told["p_outlier"] <= 0.1, "sure", "likely")
    assert told["tier"].tolist() == np.where(told["p_outlier"] > 0.4, "refer", wanted).tolist()


def test_only_what_is_known_is_told() -> None:
    """No outliers without a threshold, no ten per cent on the absolute scale, nothing alone."""
    assert list(scored(fitted(), Decisions()))[6:] == ["p_within_10"]
    absolute = Decisions(threshold=50_000.0)
    assert list(scored(fitted("absolute"), absolute))[6:] == ["p_outlier", "tier"]
    plain = fitted(probabilities=False)
    assert list(scored(plain, KNOWN))[6:] == ["accept"]
    expected = plain.predict_error(rows())
    np.testing.assert_allclose(scored(plain, KNOWN)["high"], plain.predict(rows()) * (1 + expected))


def test_an_upper_bound_is_accepted_by_and_no_probability() -> None:
    """Replicates make expected errors larger; probabilities are those of one fit."""
    model = fitted(n_bootstrap=2, bound="max")
    told = scored(model, KNOWN)
    np.testing.assert_array_equal(told["p_within_10"], model.predict_within(rows()))
    np.testing.assert_array_equal(told["accept"], model.predict_error(rows()) <= 0.1)
    assert (model.predict_error(rows()) > model.predict_central_error(rows())).any()


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_a_row_is_told_the_same_in_any_batch(data: st.DataObject) -> None:
    """Cut and shuffled, to the last bit."""
    whole = pa.RecordBatch.from_pandas(rows(60), preserve_index=False)
    order = data.draw(st.permutations(range(60)))
    cuts = sorted(data.draw(st.lists(st.integers(0, 60), max_size=6)))
    shuffled = whole.take(pa.array(order))
    pieces = [shuffled[one:two] for one, two in zip([0, *cuts], [*cuts, 60], strict=True)]
    score = partial(score_batch, fitted(), decisions=KNOWN)
    assert score(whole[:0]).schema == score(whole).schema
    together = pa.Table.from_batches([score(piece) for piece in pieces])
    assert together.equals(pa.Table.from_batches([score(whole).take(pa.array(order))]))


@pytest.mark.parametrize(
    ("asked", "probabilities", "message"),
    [
        (Decisions(0.9), False, "An interval cannot be told: .*qconf fit"),
        (Decisions(tiers=(("A", 0.1),), threshold=0.1), False, "Tiers cannot be told"),
        (Decisions(tiers=(("A", 0.1),)), True, "no threshold of an outlier"),
        (Decisions(tiers=(("A", 0.1), ("A", 0.2)), threshold=0.1), True, "a name of its own"),
        (Decisions(tiers=(("A", 0.3), ("B", 0.2)), threshold=0.1), True, "must rise"),
        (Decisions(1.5), True, "confidence level"),
        (Decisions(0.9999), True, "needs at least 20000 residuals"),
    ],
)
def test_what_cannot_be_told_is_refused(
    asked: Decisions, probabilities: bool, message: str
) -> None:
    """In a line, before any row is scored."""
    with pytest.raises(OptionError, match=message):
        scored(fitted(probabilities=probabilities), asked)


def test_a_kept_column_must_not_be_named_like_a_decision() -> None:
    """As with any score."""
    batch = pa.RecordBatch.from_pandas(rows().assign(tier="x"), preserve_index=False)
    with pytest.raises(TableError, match="'tier' of the table has the name of a score"):
        score_batch(fitted(), batch, keep=["tier"], decisions=KNOWN)


def test_a_card_knows_the_threshold_and_the_cut_off() -> None:
    """A certificate without a cut-off is none, whoever wrote it."""
    card = ModelCard(threshold=0.2, figures={"certificate": {"cut_off": 0.07}})
    asked = Decisions(0.5)
    assert asked.of_card(card) == Decisions(0.5, threshold=0.2, cut_off=0.07)
    assert asked.of_card(None) is asked
    assert asked.of_card(ModelCard()) == asked
    for wrong in (7, {}, {"cut_off": "all"}, {"cut_off": None}, {"cut_off": True}):
        with pytest.raises(ModelFileError, match="certify the model again"):
            asked.of_card(ModelCard(figures={"certificate": wrong}))

"""A batch is scored as the model predicts, whatever its size, order and neighbours."""

from __future__ import annotations

import pickle
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from new_rows import features, fitted_model, new_rows

from qconf import ResidualConfidence
from qconf.errors import TableError
from qconf.scoring.batch import one_batch, score_batch, score_rows
from qconf.tables.schema import Schema

SCORES = ["prediction", "expected_error", "fsd", "std", "low", "high"]


def as_batch(table: pd.DataFrame) -> pa.RecordBatch:
    return pa.RecordBatch.from_pandas(table, preserve_index=False)


@pytest.mark.parametrize("error", ["relative", "log", "absolute"])
def test_scores_are_what_the_model_predicts(error: str) -> None:
    """To the last bit, and each in its unit."""
    model, table = fitted_model(error), new_rows()
    scored = score_batch(model, as_batch(table)).to_pandas()
    prediction, std = model.predict(features(table), return_std=True)
    expected = model.predict_error(features(table))
    assert list(scored) == SCORES
    np.testing.assert_array_equal(scored["prediction"], prediction)
    np.testing.assert_array_equal(scored["std"], std)
    np.testing.assert_array_equal(scored["expected_error"], expected)
    np.testing.assert_allclose(scored["fsd"], std / prediction)
    if error == "absolute":
        low, high = prediction - expected, prediction + expected
    else:
        ratio = np.exp(expected) if error == "log" else 1 + expected
        low, high = prediction / ratio, prediction * ratio
        assert (scored["low"] > 0).all()
    np.testing.assert_allclose(scored["low"], low, rtol=1e-14)
    np.testing.assert_allclose(scored["high"], high, rtol=1e-14)


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_a_row_is_scored_alike_in_any_batch(data: st.DataObject) -> None:
    """Cut and shuffled, each row has the scores that it has among all rows."""
    model, whole = fitted_model(), as_batch(new_rows(60))
    order = data.draw(st.permutations(range(60)))
    cuts = sorted(data.draw(st.lists(st.integers(0, 60), max_size=6)))
    shuffled = whole.take(pa.array(order))
    pieces = [shuffled[one:two] for one, two in zip([0, *cuts], [*cuts, 60], strict=True)]
    score = partial(score_batch, model, keep=["id"])
    together = pa.Table.from_batches([score(piece) for piece in pieces])
    assert together.equals(pa.Table.from_batches([score(whole).take(pa.array(order))]))


def test_it_can_be_sent_to_where_the_rows_are() -> None:
    """With the model in it, it is pickled, and scores the same."""
    score = partial(score_batch, fitted_model(), keep=["id"])
    batch = as_batch(new_rows(50))
    assert pickle.loads(pickle.dumps(score))(batch).equals(score(batch))  # noqa: S301


def test_kept_columns_come_first_and_as_they_are() -> None:
    """An id with zeros in front stays one."""
    scored = score_batch(fitted_model(), as_batch(new_rows(20)), keep=["id", "parcel"])
    assert scored.schema.names == ["id", "parcel", *SCORES]
    assert scored.column("id").to_pylist() == new_rows(20)["id"].tolist()


def test_a_kept_column_must_be_there_and_be_called_otherwise() -> None:
    """Two columns of one name could not be told apart."""
    table = new_rows(20).assign(prediction=1.0)
    with pytest.raises(TableError, match=r"no column 'idd' to keep. Did you mean 'id'"):
        score_batch(fitted_model(), as_batch(table), keep=["idd"])
    with pytest.raises(TableError, match="'prediction' of the table has the name of a score"):
        score_batch(fitted_model(), as_batch(table), keep=["prediction"])
    assert score_batch(fitted_model(), as_batch(table)).num_rows == 20


def test_a_batch_without_rows() -> None:
    """It has the same columns as any other."""
    empty = score_batch(fitted_model(), as_batch(new_rows(20))[:0], keep=["id"])
    assert empty.num_rows == 0
    assert empty.schema == score_batch(fitted_model(), as_batch(new_rows(20)), keep=["id"]).schema


def test_a_row_that_cannot_be_scored_is_named() -> None:
    """The first, with the reason; beside it, the others are scored as without it."""
    table = new_rows(20)
    table.loc[[3, 8], "area"] = np.inf
    batch, model = as_batch(table), fitted_model()
    with pytest.raises(TableError, match=r"Row 4 of the batch .* 'area' must hold finite.* 1 more"):
        score_batch(model, batch)
    scored = score_rows(model, batch, Schema.of_model(model))
    assert list(scored.reasons) == [3, 8]
    good = [at for at in range(20) if at not in (3, 8)]
    assert scored.batch.equals(score_batch(model, batch.take(pa.array(good))))
    assert scored.prediction is not None
    assert len(scored.table) == len(scored.prediction) == 18


class Somewhere:
    """A valuation model that predicts what it is told."""

    def __init__(self) -> None:
        self.n_features_in_ = 1
        self.feature_names_in_ = np.array(["x"])
        self.error = "relative"

    def predict_with_error(self, table: pd.DataFrame) -> Any:
        return table["x"].to_numpy(), np.full(len(table), 0.1)


def test_a_prediction_that_cannot_be_measured() -> None:
    """A missing one, and on the relative scale one that is not positive."""
    batch = pa.RecordBatch.from_pydict({"x": [1.0, None, -2.0, 0.0]})
    scored = score_rows(Somewhere(), batch, Schema.of_model(Somewhere()))
    assert scored.batch.column("prediction").to_pylist() == [1.0]
    assert scored.reasons[1] == "The model's prediction is missing."
    assert "must be positive on the relative and the log error scale; found -2" in scored.reasons[2]
    assert set(scored.reasons) == {1, 2, 3}


def test_a_prediction_that_is_given_is_looked_at_first() -> None:
    """The confidence is not asked about rows that have none."""
    given = Somewhere()
    given.regressor_ = SimpleNamespace(column="x")  # type: ignore[attr-defined]
    seen: list[int] = []

    def predict(table: pd.DataFrame) -> Any:
        seen.append(len(table))
        return Somewhere().predict_with_error(table)

    vars(given)["predict_with_error"] = predict
    batch = pa.RecordBatch.from_pydict({"x": [1.0, None, -2.0]})
    scored = score_rows(given, batch, Schema.of_model(given))
    assert (seen, set(scored.reasons)) == ([1], {1, 2})
    assert scored.reasons[1] == "The prediction 'x' is missing."


def test_the_relative_error_of_a_prediction_of_zero_is_missing() -> None:
    """On the absolute scale zero is a prediction like any other."""
    nought = Somewhere()
    nought.error = "absolute"
    [row] = score_batch(nought, pa.RecordBatch.from_pydict({"x": [0.0]})).to_pylist()
    assert row == {
        "prediction": 0.0, "expected_error": 0.1, "fsd": None, "std": 0.1, "low": -0.1, "high": 0.1
    }  # fmt: skip


def test_a_confidence_estimator_alone() -> None:
    """It knows no error scale: its expected errors are all there is to say."""
    table = pd.DataFrame({"area": np.arange(200.0), "prediction": np.arange(200.0) + 1})
    residual = np.random.default_rng(0).normal(size=200)
    model = ResidualConfidence(random_state=0).fit(table, residual)
    scored = score_batch(model, as_batch(table), keep=["prediction"])
    assert scored.schema.names == ["prediction", "expected_error"]
    np.testing.assert_array_equal(scored.column("expected_error"), model.predict(table))
    with pytest.raises(TableError, match="no column 'prediction', which the model was fitted on"):
        score_batch(model, as_batch(table[["area"]]))


def test_fields_of_structs_and_names_with_spaces() -> None:
    """They are found as a table that is read has them."""
    table = as_batch(new_rows(20))
    spaced = table.rename_columns([f" {name} " for name in table.schema.names])
    assert score_batch(fitted_model(), spaced).equals(score_batch(fitted_model(), table))
    nested = pa.RecordBatch.from_pydict({"x": [{"y": 1.0}, {"y": 2.0}]})
    model = Somewhere()
    model.feature_names_in_ = np.array(["x.y"])
    vars(model)["predict_with_error"] = lambda rows: (rows["x.y"].to_numpy(), np.ones(2))
    assert score_batch(model, nested).column("prediction").to_pylist() == [1.0, 2.0]


@pytest.mark.parametrize("kind", ["pandas", "polars", "table"])
def test_tables_of_other_libraries_are_one_batch(kind: str) -> None:
    """The same bits as of a batch of Arrow."""
    rows = features(new_rows(40))
    batch = as_batch(rows)
    table: Any = pa.Table.from_batches([batch.slice(0, 10), batch.slice(10)])
    if kind == "pandas":
        table = rows
    if kind == "polars":
        table = pytest.importorskip("polars").from_arrow(table)
    assert score_batch(fitted_model(), table).equals(score_batch(fitted_model(), batch))


def test_what_is_no_table_is_named() -> None:
    """A list has no columns."""
    with pytest.raises(TableError, match="got a list"):
        score_batch(fitted_model(), [1, 2])


def test_a_frame_put_together_of_others_is_one_batch() -> None:
    """Its text lies in pieces; `score_batch` and all that reads frames take it as any other."""
    half = pd.DataFrame({"zone": ["a", "b"], "lot": [1.0, 2.0]})
    assert one_batch(pd.concat([half, half], ignore_index=True)).num_rows == 4
    assert one_batch(half.iloc[:0]).num_rows == 0

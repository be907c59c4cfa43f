"""All of one row: inputs, what would change, and what an objection would do."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from explained_rows import one_row
from new_rows import features, fitted_model, new_rows
from saved_models import fitted
from saved_models import new_rows as rows_of_kept

from qconf.explanation.alternatives import alternatives
from qconf.explanation.objection import Changes, Explained
from qconf.explanation.row_explanation import RowExplanation, explain_row
from qconf.explanation.telling import headline
from qconf.scoring.decisions import Decisions

DECIDED = Decisions(threshold=0.15)


def told(name: str = "model-probabilities", decisions: Decisions = DECIDED) -> RowExplanation:
    model = fitted(name)
    frame, schema = one_row(model, rows_of_kept(1))
    return explain_row(model, frame, schema=schema, decisions=decisions)


@pytest.mark.parametrize(
    "name", ["model", "model-log", "model-absolute", "model-probabilities", "given"]
)
def test_every_kind_of_model_is_told(name: str) -> None:
    """With JSON that has nothing but plain values."""
    found = told(name, DECIDED if name == "model-probabilities" else Decisions())
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["score"]["expected_error"] == pytest.approx(plain["error"]["expected_error"])
    assert plain["score"]["prediction"] == pytest.approx(plain["value"]["value"])
    assert headline(found)


def test_the_schema_of_json_is_stable() -> None:
    """Keys of each part, in their order."""
    found = Explained("new.parquet", 1, told(), Changes({})).to_dict()
    assert list(found) == [
        "table", "row", "score", "inputs", "comparables", "error", "value", "alternatives",
        "changes", "after",
    ]  # fmt: skip
    assert list(found["inputs"][0]) == ["property", "cell", "typical", "mark", "note"]
    assert list(found["error"]) == [
        "unit", "typical_error", "expected_error", "standard_error", "in_words", "reasons",
    ]  # fmt: skip
    assert list(found["value"]) == [
        "typical_value", "value", "standard_error", "in_words", "contributions",
    ]  # fmt: skip
    assert list(found["alternatives"][0]) == [
        "property", "cell", "to", "which", "value", "value_change", "expected_error",
        "error_factor", "tier", "accept", "changes_decision",
    ]  # fmt: skip
    assert found["changes"] == {"set": {}, "without": [], "added_sales": 0}
    assert found["after"] is None
    assert found["comparables"] is None


@pytest.mark.slow
def test_alternatives_are_what_the_model_says_of_such_rows() -> None:
    """Each, scored by hand; the time and the prediction of others are not theirs to change."""
    model = fitted_model(confidence="blend")
    frame, schema = one_row(model, features(new_rows(4)).dropna())
    table = alternatives(model, frame, schema, Decisions())
    assert not table.empty
    assert set(table["property"]) <= {"zone", "rooms", "area", "garden", "built"}
    before = model.predict(frame)[0]
    typical = model.background_.typical
    for one in table[table["which"] == "typical"].to_dict("records"):
        name = one["property"]
        moved = frame.assign(**{name: typical[name].astype(frame[name].dtype)})
        value, error = model.predict_with_error(moved)
        assert one["value"] == pytest.approx(value[0])
        assert one["expected_error"] == pytest.approx(error[0])
        assert one["value_change"] == pytest.approx(value[0] - before)
    assert {"lower", "higher"} & set(table["which"])
    assert (table["value_change"].abs().diff().dropna() <= 0).all()


def test_what_changes_the_decision_stands_first() -> None:
    """And then how far the value moves."""
    model = fitted_model()
    frame, schema = one_row(model, features(new_rows(9)).iloc[3:].dropna())
    error = float(model.predict_error(frame)[0])
    cut_off = Decisions(cut_off=error)
    table = alternatives(model, frame, schema, cut_off)
    assert table["changes_decision"].tolist() == sorted(table["changes_decision"], reverse=True)
    above = table["expected_error"] > error
    assert (table["changes_decision"] == above).all()
    assert above.any()


def test_columns_together_are_set_together() -> None:
    """And not one by one."""
    model = fitted_model()
    frame, schema = one_row(model, features(new_rows(9)).dropna())
    table = alternatives(model, frame, schema, Decisions(), [("zone", "rooms")])
    own = table[table["property"] == "zone + rooms"]
    assert own["which"].tolist() == ["typical"]
    assert not {"zone", "rooms"} & set(table["property"])
    typical = model.background_.typical
    moved = frame.assign(zone=typical["zone"].item(), rooms=float(typical["rooms"].item()))
    assert own["value"].item() == pytest.approx(model.predict(moved)[0])


def test_the_typical_row_has_typical_alternatives_of_no_column() -> None:
    """Only those beside its cells."""
    model = fitted_model()
    frame, schema = one_row(model, pd.DataFrame(model.background_.typical))
    assert set(alternatives(model, frame, schema, Decisions())["which"]) <= {"lower", "higher"}

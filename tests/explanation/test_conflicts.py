"""Two sources that disagree are marked, are a reason, and are one property."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from explained_rows import one_row

from qconf import ConfidentRegressor, explain_error
from qconf.explanation.alternatives import alternatives
from qconf.explanation.cells import Cells
from qconf.explanation.conflicts import conflicting_pairs, conflicts_in
from qconf.explanation.pool import Pool
from qconf.scoring.decisions import Decisions


class Described:
    """What an `InputConflict` says of pairs: a row is unusual whose ratio is above 1.2."""

    pairs = (("tax", "listing"), ("a", "b"))

    def describe(self, X: pd.DataFrame) -> pd.DataFrame:
        """Say a sentence of each row and pair."""
        told = [
            {"row": row, "unusual": one["tax"] > 1.2 * one["listing"] and pair == self.pairs[0],
             "sentence": f"two sources disagree: {one['tax']:.0f}, {one['listing']:.0f}"}
            for row, one in enumerate(X.to_dict("records"))
            for pair in self.pairs
        ]  # fmt: skip
        return pd.DataFrame(told)


@pytest.fixture(scope="module")
def model() -> Any:
    """A model whose confidence knows pairs of columns that should agree."""
    rng = np.random.default_rng(0)
    tax = rng.uniform(50, 300, 800)
    X = pd.DataFrame({"tax": tax, "listing": tax, "a": rng.random(800), "b": rng.random(800)})
    made = ConfidentRegressor(confidence="residual", random_state=0)
    made.fit(X, tax * np.exp(rng.normal(scale=0.1, size=800)))
    made.confidence_.conflict_ = Described()
    return made


ROWS = pd.DataFrame(
    {"tax": [100.0, 200.0], "listing": [101.0, 100.0], "a": [0.5, 0.5], "b": [0.5, 0.5]}
)


def test_rows_where_sources_disagree_are_found(model: Any) -> None:
    """By position and column; of a mapping of pairs likewise, and none without pairs."""
    sentence = "two sources disagree: 200, 100"
    assert conflicts_in(model, ROWS) == {(1, "tax"): sentence, (1, "listing"): sentence}
    named = SimpleNamespace(pairs={"area": ("tax", "listing")})
    other = SimpleNamespace(confidence_=SimpleNamespace(conflict_=named))
    assert conflicting_pairs(other) == [("tax", "listing")]
    assert conflicts_in(SimpleNamespace(confidence_=None), ROWS) == {}


def test_they_are_marked_and_told_once(model: Any) -> None:
    """Both cells are marked; the property has one sentence."""
    cells = Cells(Pool(model, ROWS))
    assert [cells.cell(1, name).mark for name in cells.names] == ["conflict", "conflict", "", ""]
    assert [cells.cell(0, name).mark for name in cells.names] == [""] * 4
    assert cells.cell(1, "tax").note == "two sources disagree: 200, 100"


def test_sources_are_one_property_unless_they_are_grouped_otherwise(model: Any) -> None:
    """Changed one by one, they would disagree in rows that are mixed."""
    found = explain_error(model, ROWS).table
    assert set(found["property"]) == {"tax + listing", "a + b"}
    other = explain_error(model, ROWS, together=[("tax", "a")]).table
    assert set(other["property"]) == {"tax + a", "listing", "b"}


def test_one_source_as_the_other_is_what_could_be_otherwise(model: Any) -> None:
    """Either of the two that disagree, and none of those that agree."""
    frame, schema = one_row(model, ROWS.iloc[[1]])
    table = alternatives(model, frame, schema, Decisions()).set_index("which")
    assert list(table.loc["as listing", ["property", "cell", "to"]]) == ["tax", "200", "100"]
    assert list(table.loc["as tax", ["property", "cell", "to"]]) == ["listing", "100", "200"]
    wanted = model.predict(frame.assign(tax=100.0))
    assert table.loc["as listing", "value"] == pytest.approx(wanted[0])
    frame, schema = one_row(model, ROWS.iloc[[0]])
    assert "as tax" not in set(alternatives(model, frame, schema, Decisions())["which"])


def test_the_product_names_what_is_marked(model: Any) -> None:
    """A conflict is told beside the factor."""
    assert "tax + listing (conflict)" in explain_error(model, ROWS).in_words(1)
    assert "tax + listing (" not in explain_error(model, ROWS).in_words(0)


@pytest.mark.slow
def test_a_model_that_was_told_of_pairs_gives_the_conflict_as_its_reason() -> None:
    """From the fit to the words: two sources disagree on the floor area."""
    rng = np.random.default_rng(0)
    tax, wrong = rng.uniform(50, 300, 2000), rng.random(2000) < 0.1
    X = pd.DataFrame({"tax": tax, "listing": 1.03 * tax * np.where(wrong, 1.4, 1.0)})
    y = 1000 * tax * np.exp(rng.normal(scale=np.where(wrong, 0.3, 0.08)))
    pairs = {"floor area": ("tax", "listing")}
    told = ConfidentRegressor(confidence="residual", conflicts=pairs, random_state=0).fit(X, y)
    found = explain_error(told, pd.DataFrame({"tax": [120.0], "listing": [180.0]})).table
    assert found["property"].tolist() == ["tax + listing"]
    assert found["factor"].item() > 2
    assert found["sentence"].item().startswith("two sources disagree on the floor area: tax 120")

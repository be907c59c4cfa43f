"""A valuation model learns from all rows of a table of which some are in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from qconf import compare, fit_model, load
from qconf.errors import TableError
from qconf.estimators.online import OnlineConfidence
from qconf.fitting.result import FittedModel
from qconf.learners.log_target import LogTargetRegressor
from qconf.learners.trees.boosted import BoostedTrees
from qconf.tables import large_tables

SALES = sales_table(1000)
MODEL = LogTargetRegressor(BoostedTrees(n_estimators=8, max_rows=None, random_state=0))
ROLES = {"time": "sold_on", "groups": "parcel"}
#: In which about half of the rows fit.
MEMORY = 280_000


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is taken at rest, so that a limit for a small table means something."""
    monkeypatch.setattr(large_tables, "_AT_REST", 0)
    monkeypatch.setattr(large_tables, "_FEWEST", 100)


def kept(folder: Path, n_parts: int = 2, table: pd.DataFrame = SALES) -> str:
    """Write a table as files of unequal length."""
    folder.mkdir()
    edges = (len(table) * np.linspace(0, 1, n_parts + 1) ** 1.5).astype(int)
    for part in range(n_parts):
        rows = table.iloc[edges[part] : edges[part + 1]]
        rows.to_parquet(folder / f"part-{part}.parquet", row_group_size=150, index=False)
    return str(folder)


def fit(source: str, **options: Any) -> FittedModel:
    settings: dict[str, Any] = {"model": MODEL, "estimator": "count", "folds": 2, **ROLES}
    return fit_model(source, "price", **{**settings, "memory": MEMORY, **options})


def test_the_value_is_learned_from_all_rows(tmp_path: Path) -> None:
    """To the last bit as in memory; what was drawn is told, and kept in the file."""
    source = kept(tmp_path / "sales")
    drawn, whole = fit(source), fit(source, memory=None)
    X = SALES[list(whole.model.feature_names_in_)]
    np.testing.assert_array_equal(drawn.model.predict(X), whole.model.predict(X))
    assert whole.learned is None
    told = drawn.learned
    assert told is not None
    assert 0.3 * len(SALES) < told.confidence < 0.8 * len(SALES)
    assert (told.rows, told.valuation, drawn.n_rows) == (1000, 1000, 1000)
    assert "the valuation model that is kept learned from 1,000." in str(drawn)
    assert drawn.judged.overall.n < told.confidence
    assert drawn.model.time_range_ == whole.model.time_range_
    drawn.save(tmp_path / "avm.qconf")
    again = load(str(tmp_path / "avm.qconf"))
    np.testing.assert_array_equal(again.predict(X), drawn.model.predict(X))
    np.testing.assert_array_equal(again.predict_error(X), drawn.model.predict_error(X))
    assert drawn.card().figures["learned_from"]["confidence"] == told.confidence


@pytest.mark.slow
@pytest.mark.parametrize("n_parts", [1, 7])
def test_the_same_model_however_rows_lie_in_files(tmp_path: Path, n_parts: int) -> None:
    """One file, two or seven: the same figures, values and expected errors."""
    two, other = fit(kept(tmp_path / "two")), fit(kept(tmp_path / "other", n_parts))
    assert other.figures == two.figures
    X = SALES[list(two.model.feature_names_in_)]
    np.testing.assert_array_equal(other.model.predict(X), two.model.predict(X))
    np.testing.assert_array_equal(other.model.predict_error(X), two.model.predict_error(X))


def test_levels_that_were_not_drawn_are_known(tmp_path: Path) -> None:
    """A level, a gap and a range of rows that were not drawn are not called unseen."""
    room = large_tables.Room(MEMORY, "sold_on", "parcel")
    drawn = large_tables.read_within(kept(tmp_path / "before"), room).drawn
    assert drawn is not None
    others = np.setdiff1d(np.arange(len(SALES)), drawn.rows)[:20]
    table = SALES.copy()
    table.loc[others, "zone"], table.loc[others, "rooms"] = "rare", 50
    fitted = fit(kept(tmp_path / "after", 2, table)).model
    odd = table[list(fitted.feature_names_in_)].head(2).assign(zone=["rare", "never"], rooms=40)
    unlike = fitted.unlike(odd)
    assert unlike["zone"].tolist() == [False, True]
    assert not unlike["rooms"].any()
    assert np.isfinite(fitted.predict_error(odd)).all()


def test_later_labels_move_nothing_earlier(tmp_path: Path) -> None:
    """Rows that are scored before the newest stretch get the same scores, whatever comes then."""
    newest = SALES["sold_on"] > SALES["sold_on"].quantile(0.9)
    moved = SALES.assign(price=SALES["price"].where(~newest, 3 * SALES["price"]))
    options: Any = {
        "model": MODEL, "estimators": ["count"], "folds": 2, "memory": MEMORY, **ROLES,
    }  # fmt: skip
    one = compare(kept(tmp_path / "one"), "price", **options)
    two = compare(kept(tmp_path / "two", 2, moved), "price", **options)
    assert "rows drawn at random (whole groups, evenly in time)" in one.scheme
    assert one.to_dict()["drawn_from"] == len(SALES) > one.rows
    np.testing.assert_array_equal(one.scores["row"], two.scores["row"])
    truth = SALES["price"].to_numpy()[one.scores["row"]]
    np.testing.assert_allclose(one.scores["prediction"] / truth - 1, one.scores["signed_residual"])
    early = one.scores["block"] < one.scores["block"].max()
    pd.testing.assert_frame_equal(one.scores[early], two.scores[early])
    assert not one.scores["signed_residual"].equals(two.scores["signed_residual"])


def test_other_models_learn_from_what_was_drawn(tmp_path: Path) -> None:
    """A model that needs its rows at once has those; given predictions have none to learn."""
    source = kept(tmp_path / "sales", 2, SALES.assign(avm=SALES["price"] * 1.01))
    trees = fit(source, model=BoostedTrees(n_estimators=5, random_state=0), drop=["avm"])
    assert trees.learned is not None
    assert trees.learned.valuation == trees.learned.confidence == trees.n_rows
    given = fit(source, model=None, prediction="avm")
    assert given.learned is not None
    assert given.learned.valuation is None


def test_rows_that_were_not_drawn_are_held_to_the_same_rules(tmp_path: Path) -> None:
    """A price below zero and a number without end are refused wherever they are."""
    room = large_tables.Room(MEMORY, "sold_on", "parcel")
    drawn = large_tables.read_within(kept(tmp_path / "sales"), room).drawn
    assert drawn is not None
    at_drawn, at_other = drawn.rows[5], np.setdiff1d(np.arange(len(SALES)), drawn.rows)[5]
    for column, value, words in (
        ("price", -1.0, "needs a positive target"),
        ("area", np.inf, "The column 'area' must hold finite numbers|infinite value"),
    ):
        for at in (at_drawn, at_other):
            table = SALES.copy()
            table.loc[at, column] = value
            source = kept(tmp_path / f"{column}{at}", 2, table)
            with pytest.raises(TableError, match=words):
                fit(source)


ONLINE: dict[str, Any] = {"estimator": "online"}


def without_copies(table: pd.DataFrame = SALES) -> pd.DataFrame:
    """Give each row an area of its own."""
    return table.assign(area=table["area"].fillna(100) + np.arange(len(table)) * 1e-6)


def test_an_online_confidence_learns_from_all_rows(tmp_path: Path) -> None:
    """Drawn rows first, and then each other one that a model of earlier rows can value; once."""
    table = without_copies()
    drawn = fit(kept(tmp_path / "sales", 2, table), **ONLINE)
    told = drawn.learned
    assert told is not None
    # All but those of the first block in time, of five.
    assert told.row_by_row == pytest.approx(0.8 * (1000 - told.confidence), abs=30)
    words = f"and its confidence, row by row, from {told.row_by_row:,} more."
    assert words in str(drawn)
    assert drawn.card().figures["learned_from"]["row_by_row"] == told.row_by_row
    count = fit(kept(tmp_path / "again", 2, table))
    assert count.learned is not None
    assert count.learned.row_by_row == 0
    assert "row by row" not in str(count)


@pytest.mark.slow
@pytest.mark.parametrize("n_parts", [1, 7])
def test_the_same_online_confidence_however_rows_lie_in_files(tmp_path: Path, n_parts: int) -> None:
    """One file, two or seven: the same figures and expected errors, to the bit."""
    two = fit(kept(tmp_path / "two"), **ONLINE)
    other = fit(kept(tmp_path / "other", n_parts), **ONLINE)
    assert other.figures == two.figures
    X = SALES[list(two.model.feature_names_in_)]
    np.testing.assert_array_equal(other.model.predict_error(X), two.model.predict_error(X))
    assert two.learned is not None
    assert two.learned.row_by_row > 0


def test_residuals_of_rows_that_were_not_drawn_are_of_earlier_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels of the newest third change no residual of an earlier row; nor do their own.

    Whatever order rows lie in: these are shuffled. No residual comes from a model that has seen
    the row's time, nor from one that was fitted on all rows.
    """
    table = without_copies().sample(frac=1, random_state=1).reset_index(drop=True)
    border = table["sold_on"].quantile(0.7)
    newest = table["sold_on"] > border
    moved = table.assign(price=table["price"].where(~newest, 5 * table["price"]))
    learned: list[pd.DataFrame] = []
    usual = OnlineConfidence.partial_fit

    def noted(self: Any, X: pd.DataFrame, y: Any) -> Any:
        learned.append(X.assign(residual=y))
        return usual(self, X, y)

    monkeypatch.setattr(OnlineConfidence, "partial_fit", noted)
    told = []
    for name, one in (("one", table), ("two", moved)):
        learned.clear()
        fitted = fit(kept(tmp_path / name, 2, one), **ONLINE)
        assert fitted.learned is not None
        told.append(pd.concat(learned, ignore_index=True))
        assert len(told[-1]) == fitted.learned.row_by_row
    assert told[0]["area"].equals(told[1]["area"])
    when = table.set_index("area")["sold_on"].reindex(told[0]["area"])
    early = when.to_numpy() <= border
    assert 50 < early.sum() < len(early) - 50
    np.testing.assert_array_equal(told[0]["prediction"][early], told[1]["prediction"][early])
    np.testing.assert_array_equal(told[0]["residual"][early], told[1]["residual"][early])
    # Those of the newest are of the same prediction, unless a model had newer rows than the border.
    late = told[1]["residual"][~early]
    assert (late < -0.5).mean() > 0.3
    assert len(told[0]["area"].unique()) == len(told[0])
    room = large_tables.Room(MEMORY, "sold_on", "parcel")
    drawn = large_tables.read_within(kept(tmp_path / "again", 2, table), room).drawn
    assert drawn is not None
    assert not told[0]["area"].isin(table["area"].iloc[drawn.rows]).any()


@pytest.mark.slow
def test_a_copy_of_an_earlier_drawn_row_is_not_learned_from(tmp_path: Path) -> None:
    """Its residual would be small because the model knows its label; kept copies are learned."""
    table = without_copies()
    room = large_tables.Room(MEMORY, "sold_on", "parcel")
    drawn = large_tables.read_within(kept(tmp_path / "sales", 2, table), room).drawn
    assert drawn is not None
    middle = table["sold_on"].quantile([0.3, 0.5]).to_numpy()
    earlier = [at for at in drawn.rows if table["sold_on"][at] < middle[0]]
    others = np.setdiff1d(np.arange(len(table)), drawn.rows)
    later = [at for at in others if table["sold_on"][at] > middle[1]][:40]
    features = [name for name in table.columns if name not in {"price", "sold_on", "parcel"}]
    copied = table.copy()
    copied.loc[later, features] = table.loc[earlier[: len(later)], features].to_numpy()
    copied = copied.astype(table.dtypes)
    before = fit(kept(tmp_path / "before", 2, table), **ONLINE).learned
    after = fit(kept(tmp_path / "after", 2, copied), **ONLINE).learned
    kept_ones = fit(kept(tmp_path / "kept", 2, copied), **ONLINE, copies="keep").learned
    assert before is not None
    assert after is not None
    assert kept_ones is not None
    assert len(later) == 40
    assert before.row_by_row - after.row_by_row == len(later)
    assert kept_ones.row_by_row == before.row_by_row


def test_without_a_time_it_learns_from_drawn_rows(tmp_path: Path) -> None:
    """Nothing says which rows are earlier: the line names no others."""
    fitted = fit(kept(tmp_path / "sales"), **ONLINE, time=None, folds=3, drop=["sold_on"])
    assert fitted.learned is not None
    assert fitted.learned.row_by_row == 0

"""Files of scored rows, read as often as it takes, tell what `qconf.evaluate` tells of them."""

from __future__ import annotations

import io
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from counted_rows import few_kept, scored_rows

from qconf import evaluate, evaluate_files, evaluate_parts
from qconf.counting import evaluate_files as evaluate_files_module
from qconf.errors import OptionError, TableError


def scored_table(n: int = 600) -> pd.DataFrame:
    """Make rows with a truth, a prediction and a score; some have no truth yet."""
    score, residual, parcel = scored_rows(n, 1, 4)
    price = np.random.default_rng(2).uniform(1e5, 1e6, n).round(2)
    table = pd.DataFrame(
        {"expected_error": score, "prediction": price * (1 + residual), "price": price}
    )
    table["parcel"], table["residual"] = parcel, (table["prediction"] - price) / price
    table.loc[::50, "price"] = np.nan
    return table


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Rows in the current folder: as one file of Parquet, one of CSV, and as seven of each."""
    monkeypatch.chdir(tmp_path)
    made = scored_table()
    made.to_parquet("rows.parquet", index=False)
    made.to_csv("rows.csv", index=False)
    for kind in ("parquet", "csv"):
        Path(kind).mkdir()
        for part in range(7):
            getattr(made.iloc[part::7], f"to_{kind}")(f"{kind}/{part}.{kind}", index=False)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("few", [6, 1000])
@pytest.mark.parametrize(
    "source",
    [
        "rows.parquet", "rows.csv", "parquet", "csv", "csv/*.csv",
        ["parquet/0.parquet", "parquet/[1-6].parquet"],
    ],
)  # fmt: skip
def test_any_files_tell_the_same(table: pd.DataFrame, source: Any, few: int) -> None:
    """One file or many, Parquet or text, in one pass or three: rows without a truth left out."""
    known = table.dropna()
    expected = evaluate(
        known["expected_error"], (known["prediction"] - known["price"]) / known["price"],
        threshold=0.15, groups=known["parcel"], n_resamples=20,
    )  # fmt: skip
    with few_kept(few):
        told = evaluate_files(source, truth="price", groups="parcel", n_resamples=20)
    assert told.best_decile.outlier_rate.value == expected.best_decile.outlier_rate.value
    assert told.best_decile.mae.value == pytest.approx(expected.best_decile.mae.value)
    assert told.overall.n == len(known)
    assert told.left_out == 12
    assert told.passes == (1 if few > 600 else 3)


def test_partitions_are_equal_to_the_bit(table: pd.DataFrame) -> None:
    """Intervals too: seven files, or one."""
    asked: dict[str, Any] = {"residual": "residual", "groups": "parcel", "n_resamples": 20}
    with few_kept():
        whole = evaluate_files("rows.parquet", **asked)
        assert evaluate_files("parquet", **asked).to_dict() == whole.to_dict()
    assert whole.overall.n == len(table)


def test_numbers_are_read_as_they_are_written(tmp_path: Path) -> None:
    """Decimal commas, thousands, and groups that folders tell."""
    text = "expected_error;prediction;price\n0,1;1.100,5;1.000,0\n0,2;900,0;1.000,0\n"
    for zone in ("a", "b"):
        (tmp_path / f"zone={zone}").mkdir()
        (tmp_path / f"zone={zone}" / "rows.csv").write_text(text)
    told = evaluate_files(
        str(tmp_path), truth="price", groups="zone", reading={"decimal": ","}, n_resamples=20
    )
    assert told.overall.mae.value == pytest.approx((0.1005 + 0.1) / 2)
    assert told.n_groups == 2


@pytest.mark.slow
@pytest.mark.parametrize("written", ["dates", "days", "text", "numbers"])
def test_a_time_is_read_however_it_is_written(table: pd.DataFrame, written: str) -> None:
    """Moments, dates, text and numbers, of Parquet and CSV: what `evaluate_parts` tells of them.

    Rows without a time are left out, and told.
    """
    days = pd.date_range("2020-01-01", periods=len(table), freq="D").to_series(index=table.index)
    when: Any = {
        "dates": days, "days": days.dt.date, "text": days.dt.strftime("%d.%m.%Y"),
        "numbers": pd.Series(np.arange(len(table)) / 7, index=table.index),
    }[written]  # fmt: skip
    table["sold"] = when.astype(object).where(table.index % 40 > 0)
    table["sold"] = table["sold"].infer_objects()
    for part in range(3):
        some = table.iloc[part::3]
        some.to_parquet(f"part-{part}.parquet", index=False)
        some.to_csv(f"part-{part}.csv", index=False)
    known = table.dropna(subset="sold")
    order = np.arange(len(table))[table["sold"].notna()]
    rows = known["expected_error"], known["residual"], known["parcel"], order
    expected = evaluate_parts([rows], n_resamples=20).to_dict()
    for kind in ("parquet", "csv"):
        told = evaluate_files(
            f"part-*.{kind}", residual="residual", groups="parcel", time="sold", n_resamples=20
        )
        assert told.left_out == 15
        assert "15 rows without a score, an outcome or a time are left out." in str(told)
        if kind == "parquet":
            assert repr({**told.to_dict(), "left_out": 0}) == repr(expected)
        else:
            ends = told.overall.outlier_rate.interval
            assert ends == pytest.approx(expected["overall"]["interval"], rel=1e-9)


def test_a_time_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """With the line it stands in, and dates that can be read in two ways with the option."""
    file = tmp_path / "rows.csv"
    file.write_text("expected_error,residual,sold\n0.1,0.1,2020-01-05\n0.2,0.3,soon\n")
    with pytest.raises(TableError, match=r"'sold' must hold dates, .*found 'soon' in line 3"):
        evaluate_files(str(file), residual="residual", time="sold")
    file.write_text("expected_error,residual,sold\n0.1,0.1,01/02/2020\n0.2,0.3,03/04/2020\n")
    with pytest.raises(TableError, match=r"can be read in two ways.*--day-first"):
        evaluate_files(str(file), residual="residual", time="sold")
    told = evaluate_files(str(file), residual="residual", time="sold", reading={"day_first": True})
    assert told.timed


def test_row_groups_of_one_file_are_parts(table: pd.DataFrame) -> None:
    """A file that is read group by group, as workers do, tells the same to the bit."""
    table["sold"] = np.arange(len(table))
    table.to_parquet("groups.parquet", index=False, row_group_size=64)
    asked: dict[str, Any] = {
        "residual": "residual",
        "groups": "parcel",
        "time": "sold",
        "n_resamples": 20,
    }
    read: list[int] = []
    with few_kept(50), patch.object(evaluate_files_module, "_SHARE", 100):
        whole = evaluate_files("groups.parquet", **asked)
        with patch.object(evaluate_files_module, "mapper_named", lambda _: nullcontext(map)):
            shared = evaluate_files(
                "groups.parquet", engine="dask", report=lambda n, _: read.append(n), **asked
            )
    assert shared.to_dict() == whole.to_dict()
    # Ten groups of 64 rows, two to a part: five parts in each of three passes.
    assert read == [128, 128, 128, 128, 88] * 3


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough for few rows; many would have to be read again."""

    class Given:
        buffer = io.BufferedReader(io.BytesIO(scored_table().to_csv().encode()))

    monkeypatch.setattr(sys, "stdin", Given)
    assert evaluate_files("-", truth="price").overall.n == 588
    Given.buffer = io.BufferedReader(io.BytesIO(scored_table().to_csv().encode()))
    with few_kept(), pytest.raises(OptionError, match="Standard input can be read only once"):
        evaluate_files("-", truth="price")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "--residual, or that of the truth with --truth .*: neither was named"),
        ({"residual": "residual", "truth": "price"}, "both were named"),
        ({"residual": "residual", "error": "log"}, "--error is of residuals that are made"),
        ({"truth": "prise"}, "has no column 'prise'. Did you mean 'price'.* Name it with --truth"),
        ({"truth": "price", "expected_error": "price"}, "Two options name the column 'price'"),
        ({"truth": "price", "error": "absolute"}, "name a threshold with --threshold"),
        (
            {"truth": "price", "error": "absolute", "threshold": 1, "metrics": ["ppe10"]},
            "absolute errors have no per cent",
        ),
        ({"truth": "price", "engine": "sparkle"}, "engine must be one of local, dask"),
        ({"truth": "price", "groups": "zone"}, "has no column 'zone'"),
    ],
)
def test_what_does_not_go_together_is_refused(
    table: pd.DataFrame, asked: dict[str, Any], message: str
) -> None:
    """In one line, with the option that mends it."""
    assert len(table)
    with pytest.raises((OptionError, TableError), match=message):
        evaluate_files("rows.parquet", **asked)


def test_bad_cells_are_refused(table: pd.DataFrame) -> None:
    """Text for numbers, infinite ones, a truth that has no relative error; other kinds of files."""
    table.assign(price=-1.0).to_parquet("bad.parquet")
    with pytest.raises(TableError, match="needs a positive truth 'price'"):
        evaluate_files("bad.parquet", truth="price")
    table.assign(expected_error=np.inf).to_parquet("bad.parquet")
    with pytest.raises(TableError, match=r"'expected_error' of 'bad.parquet' must be finite"):
        evaluate_files("bad.parquet", truth="price")
    table.assign(price="dear").to_parquet("bad.parquet")
    with pytest.raises(TableError, match=r"column 'price' of 'bad.parquet' must be numbers"):
        evaluate_files("bad.parquet", truth="price")
    Path("bad.csv").write_text("expected_error,residual\n0.1,0.1\n0.2,0.3\n0.1,dear\n")
    with pytest.raises(TableError, match="found 'dear' in line 4"):
        evaluate_files("bad.csv", residual="residual")
    with pytest.raises(TableError, match="no column 'fsd'"):
        evaluate_files("bad.csv", residual="residual", expected_error="fsd")
    table.to_feather("bad.feather")
    with pytest.raises(TableError, match="Rows to evaluate are Parquet or CSV"):
        evaluate_files("bad.feather", residual="residual")
    with pytest.raises(TableError, match="There is no file"):
        evaluate_files("nothing.parquet", residual="residual")

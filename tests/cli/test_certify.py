"""``qconf certify`` as people type it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from in_process import run
from worlds import sales_table

from qconf import value_curve
from qconf.fitting.certify_fit import fit_certified

VENDOR = ["--target", "price", "--time", "sold_on", "--prediction", "avm", "--drop", "parcel"]
SCORE = ["sales.csv", *VENDOR, "--estimator", "column:fsd"]


@pytest.fixture(autouse=True)
def sales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Sales with a vendor's values and scores, in the current folder."""
    monkeypatch.chdir(tmp_path)
    table = sales_table(1500).sort_values("sold_on", ignore_index=True)
    rng = np.random.default_rng(0)
    fsd = np.where(rng.uniform(size=1500) < 0.5, 0.05, 0.2)
    table = table.assign(fsd=fsd, avm=table["price"] * np.exp(rng.normal(scale=fsd)))
    table.to_csv("sales.csv", index=False)
    old = table["sold_on"] < pd.Timestamp("2021-08-01")
    table[old].to_csv("old.csv", index=False)
    table[~old].to_csv("newer.csv", index=False)
    return table


@pytest.mark.slow
def test_what_is_printed_is_what_the_library_says(
    sales: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words, JSON and CSV; several rates are a table."""
    wanted = fit_certified(
        sales, "price", time="sold_on", prediction="avm", drop=["parcel"], estimator="column:fsd"
    )
    out, err = run(["certify", *SCORE], capsys)
    assert (out, err) == (f"{wanted}\n", "")
    assert out.startswith("Act on expected errors up to 0.05: ")
    out, _ = run(["certify", *SCORE, "--format", "json"], capsys)
    assert json.loads(out)["cut_off"] == 0.05
    several = ["--outlier-rate", "0.001,0.05", "--confidence-level", "0.9", "--side", "over"]
    out, _ = run(["certify", *SCORE, *several, "--format", "csv"], capsys)
    assert pd.read_csv(io.StringIO(out))["certified"].tolist() == [False, True]
    out, _ = run(["certify", *SCORE, *several], capsys)
    assert "accept nothing" in out
    assert "An outlier is too high by more than 15 %" in out


def test_where_nothing_qualifies_the_status_is_3(capsys: pytest.CaptureFixture[str]) -> None:
    """With what helps, and no file."""
    asked = ["--outlier-rate", "0.001", "--output", "avm.qconf"]
    out, err = run(["certify", *SCORE, *asked], capsys, 3)
    assert out.startswith("Accept nothing")
    assert "What helps" in out
    assert err == "qconf: nothing is certified, so avm.qconf is not written\n"
    assert not Path("avm.qconf").exists()


@pytest.mark.slow
def test_what_was_certified_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    """The pair that was fitted, and one that was kept before, each with its certificate."""
    _, err = run(["certify", *SCORE, "--output", "fsd.qconf"], capsys)
    assert "written: fsd.qconf; qconf score fsd.qconf adds the column accept" in err
    run(["score", "fsd.qconf", "newer.csv", "--output", "a.csv"], capsys)
    scored = pd.read_csv("a.csv")
    assert (scored["accept"] == (scored["expected_error"] <= 0.05)).all()
    assert 0.4 < scored["accept"].mean() < 0.6
    run(["fit", "old.csv", *VENDOR, "--estimator", "count", "--output", "avm.qconf"], capsys)
    asked = ["newer.csv", "--model", "avm.qconf", "--outlier-rate", "0.9"]
    run(["certify", *asked, "--output", "avm.qconf"], capsys)
    run(["score", "avm.qconf", "newer.csv", "--output", "b.csv"], capsys)
    assert pd.read_csv("b.csv")["accept"].all()
    out, _ = run(["inspect", "avm.qconf"], capsys)
    assert "Certified     Act on expected errors up to" in out
    assert "A guarantee" not in out


@pytest.mark.slow
def test_what_acting_is_worth(sales: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    """As the library says of the calibration rows: in words, JSON, CSV, and as a curve."""
    sales.assign(fee=0.01 * sales["price"]).to_csv("fees.csv", index=False)
    asked = ["fees.csv", *SCORE[1:], "--gain", "fee", "--loss", "20", "--excess-loss", "price"]
    out, err = run(["certify", *asked, "--curve", "curve.csv"], capsys)
    assert "is worth most" in out
    assert "up to the cut-off certified for 5 %, 0.05, is worth" in out
    assert err == "qconf: written: curve.csv\n"
    told = json.loads(run(["certify", *asked, "--format", "json"], capsys)[0])
    rows = sales[-told["rows"] :]
    residual = rows["avm"] / rows["price"] - 1
    amounts: dict[str, Any] = {
        "gain": 0.01 * rows["price"],
        "loss": 20.0,
        "excess_loss": rows["price"],
    }
    wanted = value_curve(rows["fsd"], residual, threshold=0.15, **amounts)
    certified = told["value"].pop("certified")
    assert told["value"]["value"]["value"] == pytest.approx(wanted.value.value)
    assert told["value"]["value"]["interval"] == pytest.approx(wanted.value.interval)
    assert certified[0]["value"]["value"] == pytest.approx(wanted.value_at(0.05).value)
    curve = pd.read_csv("curve.csv")
    assert curve["value"].tolist() == pytest.approx(wanted.curve["value"].tolist())
    assert list(curve)[:5] == ["cut_off", "coverage", "outlier_rate", "bound", "value"]
    out, _ = run(["certify", *asked, "--format", "csv"], capsys)
    assert pd.read_csv(io.StringIO(out))["value"][0] == pytest.approx(
        certified[0]["value"]["value"]
    )


@pytest.mark.slow
def test_where_nothing_is_certified_the_curve_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All of the value is the price then; without amounts the curve has none."""
    asked = ["--outlier-rate", "0.001", "--curve", "c.csv"]
    out, _ = run(["certify", *SCORE, *asked, "--loss", "4"], capsys, 3)
    assert "Without a certificate for 0.1 % no row is accepted, worth 0; the price" in out
    run(["certify", *SCORE, *asked], capsys, 3)
    assert list(pd.read_csv("c.csv")) == ["cut_off", "coverage", "outlier_rate", "bound"]


@pytest.mark.slow
def test_joint_promises_hold_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of three then has a third of the chance to fail."""
    asked = ["certify", *SCORE, "--outlier-rate", "0.05,0.1,0.2", "--joint"]
    told = json.loads(run([*asked, "--format", "json"], capsys)[0])
    assert told["several"] == "joint"
    levels = [one["confidence_level"] for one in told["certificates"]]
    assert levels == pytest.approx([1 - 0.05 / 3] * 3)
    words = " ".join(run(asked, capsys)[0].split())
    assert "All these promises hold at once with 95 % confidence" in words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["sales.csv"], "Name it with --target"),
        ([*SCORE, "--outlier-rate", "few"], "--outlier-rate must be numbers such as 0.05"),
        ([*SCORE, "--outlier-rate", "1"], "strictly between 0 and 1"),
        ([*SCORE, "--side", "under"], "side"),
        ([*SCORE, "--outlier-rate", "0.1,0.2", "--output", "x.qconf"], "keeps one promise"),
        ([*SCORE, "--output", "sales.csv"], "sales.csv"),
        ([*SCORE, "--joint"], "--joint is for several promises"),
        ([*SCORE, "--gain", "fees", "--loss", "1"], "no column 'fees'"),
        ([*SCORE, "--gain", "1"], "Acting on outliers costs nothing"),
        ([*SCORE, "--loss", "-1"], "loss must not be negative"),
        ([*SCORE, "--loss", "inf"], "loss must be finite"),
        ([*SCORE, "--loss", "zone"], "loss 'zone' must be numbers"),
        ([*SCORE, "--loss", "area"], "loss 'area' is missing in"),
        ([*SCORE, "--curve", "sales.csv"], "it is the table itself"),
        ([*SCORE, "--curve", "x", "--output", "./x"], "--curve and --output name the same file"),
        (["--model", "avm.qconf"], "rows that the model has not seen"),
        (["sales.csv", "--model", "m", "--estimator", "blend"], "--estimator is for a new fit"),
        (["sales.csv", "--model", "m", "--engine", "dask"], "--engine is for a new fit"),
        ([*SCORE, "--engine", "spark"], "one of local, dask, dask:ADDRESS"),
        (["sales.csv", "--model", "none.qconf"], "There is no file"),
    ],
)
def test_mistakes_are_a_line(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the status 2, and nothing on standard output."""
    out, err = run(["certify", *typed], capsys, 2)
    assert (out, said in err) == ("", True), err
    assert err.count("\n") == 1


def test_strict_refuses_what_was_guessed_of_the_file(
    sales: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """As ``compare --strict`` does, before any work is done."""
    content = sales.assign(zone="caf\u00e9").to_csv(index=False)
    Path("sales.csv").write_bytes(content.encode("cp1252"))
    out, err = run(["certify", *SCORE, "--strict"], capsys, 2)
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("qconf: Refused with --strict: ")
    _, err = run(["certify", *SCORE], capsys)
    assert err.startswith("qconf: warning: ")

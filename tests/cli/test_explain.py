"""``qconf explain`` as people type it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

import qconf
from qconf.cli.main import main
from qconf.fitting.fit_model import fit_model

TYPED = ["explain", "avm.qconf", "new.parquet", "--row", "17"]
WITH_SALES = [*TYPED, "--sales", "sales.parquet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with its card, the sales that it was fitted on, and later rows."""
    place = tmp_path_factory.mktemp("explain")
    table = sales_table(700).sort_values("sold_on", ignore_index=True)
    table.iloc[:600].to_parquet(place / "sales.parquet", index=False)
    table.iloc[600:].to_parquet(place / "new.parquet", index=False)
    table.iloc[600:].assign(price=1.0).to_parquet(place / "told.parquet", index=False)
    table.iloc[[600]].assign(zone="<i>&").to_csv(place / "odd.csv", index=False)
    table.iloc[[590]].to_csv(place / "missed.csv", index=False)
    table.iloc[:0].to_csv(place / "none.csv", index=False)
    fitted = fit_model(table.iloc[:600], "price", time="sold_on", groups="parcel",
                       estimator="residual", random_state=0)  # fmt: skip
    fitted.save(place / "avm.qconf")
    return place


@pytest.fixture(autouse=True)
def _there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def run(typed: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> str:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    written = capsys.readouterr()
    assert ended.value.code == status, written.err
    return written.err if status else written.out


@pytest.mark.slow
def test_text_tells_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The value, inputs, comparables, reasons, and what would change the decision."""
    out = run(WITH_SALES, capsys)
    words = " ".join(out.split())
    table = pd.read_parquet("new.parquet")
    model = qconf.load("avm.qconf")
    row = table.drop(columns=["price", "parcel"]).iloc[[16]]
    assert words.startswith(f"Row 17 of new.parquet: {model.predict(row)[0]:,.0f} (")
    assert f"expected error {100 * model.predict_error(row)[0]:.1f} %" in words
    for title in ("Inputs", "Comparables", "Expected error", "Value",
                  "What would change the decision"):  # fmt: skip
        assert f"\n{title}\n" in out
    assert "Weighted average " in words
    assert qconf.explain_error(model, row).in_words() in words
    assert max(map(len, out.splitlines())) <= 100


def test_json_tells_what_the_library_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the same row; comparables too."""
    told = json.loads(run([*WITH_SALES, "--format", "json", "-n", "3"], capsys))
    model = qconf.load("avm.qconf")
    row = (
        pd.read_parquet("new.parquet")
        .drop(columns=["price", "parcel"])
        .iloc[[16]]
        .reset_index(drop=True)
    )
    reasons = qconf.explain_error(model, row).table
    assert [one["property"] for one in told["error"]["reasons"]] == reasons["property"].tolist()
    factors = [one["factor"] for one in told["error"]["reasons"]]
    assert factors == pytest.approx(reasons["factor"].tolist())
    product = told["error"]["typical_error"] * np.prod(factors)
    assert product == pytest.approx(told["error"]["expected_error"], rel=1e-9)
    parts = sum(one["contribution"] for one in told["value"]["contributions"])
    assert told["value"]["typical_value"] + parts == pytest.approx(told["value"]["value"], rel=1e-9)
    sales = pd.read_parquet("sales.parquet")
    found = qconf.comparables(model, row, sales=sales, target="price", n=3, random_state=0)
    compared = told["comparables"]
    assert len(compared["comparables"]) == 3
    assert [int(one["sale"]) - 1 for one in compared["comparables"]] == found.table["sale"].tolist()
    assert compared["comparables_value"] == pytest.approx(found.summary["comparables_value"].item())
    assert list(compared) == [
        "value", "comparables_value", "spread", "local_error", "effective_comparables",
        "known_sales", "comparables", "adjustments",
    ]  # fmt: skip
    assert list(compared["comparables"][0]) == [
        "rank", "sale", "weight", "price", "adjustment", "adjusted_price", "residual",
    ]  # fmt: skip
    assert list(compared["adjustments"][0]) == [
        "rank", "sale", "property", "adjustment", "sale_cell", "row_cell",
    ]  # fmt: skip


def test_the_rows_own_price_is_not_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the file says came out, the explanation is the same."""
    one = run([*WITH_SALES, "--format", "json"], capsys)
    typed = ["told.parquet" if word == "new.parquet" else word for word in WITH_SALES]
    other = run([*typed, "--format", "json"], capsys)
    assert other.replace("told.parquet", "new.parquet") == one


def test_a_row_among_the_sales_is_not_its_own_comparable(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nor is any sale of its time or later, or of its group."""
    typed = ["explain", "avm.qconf", "sales.parquet", "--row", "500", "--sales", "sales.parquet"]
    told = json.loads(run([*typed, "--format", "json"], capsys))
    sales = pd.read_parquet("sales.parquet")
    chosen = sales.iloc[[int(one["sale"]) - 1 for one in told["comparables"]["comparables"]]]
    assert len(chosen) == 5
    assert (chosen["sold_on"] < sales["sold_on"].iloc[499]).all()


def test_an_objection_is_told_before_and_after(capsys: pytest.CaptureFixture[str]) -> None:
    """Another input, a comparable less, a sale more: side by side, and in the JSON."""
    first = json.loads(run([*WITH_SALES, "--format", "json"], capsys))
    sale = first["comparables"]["comparables"][0]["sale"]
    typed = [*WITH_SALES, "--set", "rooms=1", "--set", "zone=", "--without", sale,
             "--add-sale", "missed.csv"]  # fmt: skip
    told = json.loads(run([*typed, "--format", "json"], capsys))
    assert {name: told[name] for name in first if name not in ("changes", "after")} == {
        name: first[name] for name in first if name not in ("changes", "after")
    }
    assert told["changes"] == {
        "set": {"rooms": "1", "zone": ""}, "without": [sale], "added_sales": 1,
    }  # fmt: skip
    model = qconf.load("avm.qconf")
    row = pd.read_parquet("new.parquet").drop(columns=["price", "parcel"]).iloc[[16]]
    changed = row.assign(rooms=1, zone=None)
    assert told["after"]["score"]["prediction"] == pytest.approx(model.predict(changed)[0])
    assert sale not in [one["sale"] for one in told["after"]["comparables"]["comparables"]]
    out = run(typed, capsys)
    assert f"With rooms = 1, zone = missing, without sale {sale}, with 1 more sale" in out
    assert "average of comparables" in out


def test_a_sale_that_was_missed_can_be_the_best_comparable(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One with the very features of the row, a day before."""
    row = pd.read_parquet("new.parquet").iloc[[16]]
    row = row.assign(sold_on=row["sold_on"] - pd.Timedelta(1, "D"), parcel=10**6)
    row.to_parquet(tmp_path / "alike.parquet", index=False)
    typed = [*WITH_SALES, "--add-sale", str(tmp_path / "alike.parquet"), "--format", "json"]
    told = json.loads(run(typed, capsys))
    assert told["after"]["comparables"]["comparables"][0]["sale"] == "+1"


@pytest.mark.slow
def test_sales_that_the_model_keeps_can_be_objected_to(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """They are called by their rows in the table of the fit, as with --sales."""
    table = pd.read_parquet("sales.parquet")
    made = fit_model(table, "price", time="sold_on", groups="parcel", estimator="residual",
                     keep_sales=True, random_state=0)  # fmt: skip
    made.save(tmp_path / "kept.qconf")
    typed = ["explain", str(tmp_path / "kept.qconf"), "new.parquet", "--row", "17"]
    typed += ["--since", "2020-06-01", "--add-sale", "missed.csv", "--format", "json"]
    first = json.loads(run(typed, capsys))
    beside = json.loads(run([*typed, "--sales", "sales.parquet"], capsys))
    assert first["comparables"] == beside["comparables"]
    sale = first["comparables"]["comparables"][0]
    assert table["price"].iloc[int(sale["sale"]) - 1] == pytest.approx(sale["price"])
    told = json.loads(run([*typed, "--without", sale["sale"]], capsys))
    after = [one["sale"] for one in told["after"]["comparables"]["comparables"]]
    assert sale["sale"] not in after


class _Outline(HTMLParser):
    """The elements of a page, and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.opened.append(tag)
        self.loaded += [str(value) for name, value in attrs if name in ("src", "href")]


def test_the_page_stands_alone_and_escapes_what_it_tells(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One file, nothing loaded, no script; text of the table is text."""
    target = tmp_path / "row.html"
    typed = ["explain", "avm.qconf", "odd.csv", "--row", "1", "--format", "html"]
    assert run([*typed, "--output", str(target)], capsys) == ""
    page = target.read_text()
    outline = _Outline()
    outline.feed(page)
    assert outline.loaded == []
    assert not {"script", "i", "link", "img"} & set(outline.opened)
    assert outline.opened.count("h1") == 1
    assert outline.opened.count("section") == 5
    assert "zone &lt;i&gt;&amp; was in no row of the fit" in page
    assert len(page) < 40_000


def test_together_and_since_are_heeded(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns as one reason; comparables from a day on."""
    typed = [*WITH_SALES, "--together", "zone,rooms", "--since", "2021-06-01", "--format", "json"]
    told = json.loads(run(typed, capsys))
    assert "zone + rooms" in [one["property"] for one in told["error"]["reasons"]]
    sales = pd.read_parquet("sales.parquet")
    chosen = [int(one["sale"]) - 1 for one in told["comparables"]["comparables"]]
    assert (sales["sold_on"].iloc[chosen] >= "2021-06-01").all()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["--row", "101"], "'new.parquet' has 100 rows, and --row asks for row 101."),
        (["--row", "0"], "--row counts from 1, got 0."),
        (["--row", "a"], "The option --row must be a whole number, got 'a'"),
        (["--set", "roms=1"], "--set: the model sees no column 'roms'. Did you mean 'rooms'?"),
        (["--set", "rooms=x"], "--set: the column 'rooms' holds numbers, and 'x' is none."),
        (["--set", "rooms"], "--set names a column and a cell, such as lot=620; got 'rooms'."),
        (["--set", "rooms=1", "--set", "rooms=2"], "--set: the column 'rooms' is set twice"),
        (["--set", "price=1"], "--set: the model sees no column 'price'"),
        (["--without", "3"], "--without is about comparables, and the model keeps no sales"),
        (
            ["--add-sale", "missed.csv"],
            "--add-sale is about comparables, and the model keeps no sales",
        ),
        (["--since", "2020-01-01"], "--since is about comparables, and the model keeps no sales"),
        (["--sales", "sales.parquet", "--without", "x"], "--without: there is no sale 'x'"),
        (["--sales", "sales.parquet", "--add-sale", "none.csv"], "The table 'none.csv' is empty"),
        (["--sales", "sales.parquet", "-n", "0"], "-n must be a whole number >= 1, got 0."),
        (["--sales", "sale.parquet"], "There is no file 'sale.parquet'. Did you mean"),
        (["--together", "zone,roms"], "together: the model sees no column 'roms'"),
        (["--format", "csv"], "The format must be one of text, json, html, got 'csv'."),
        (["--output", "new.parquet"], "it is the table itself"),
        (["--output", "avm.qconf"], "it is the model itself"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    typed: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the rule, what was found and what to type; nothing is written."""
    before = Path("new.parquet").read_bytes()
    err = run([*TYPED, *typed], capsys, status=2)
    assert message in err
    assert err.count("\n") == 1
    assert Path("new.parquet").read_bytes() == before

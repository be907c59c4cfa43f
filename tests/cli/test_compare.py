"""``qconf compare`` as people type it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from worlds import sales_table

from qconf.cli.main import main
from qconf.datasets import EXAMPLES, load_example

FAST = ["--estimators", "count,constant"]


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Run the program; return what it wrote to standard output and standard error."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    assert ended.value.code == 0, written.err
    return written.out, written.err


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "sales.parquet"
    sales_table(300).to_parquet(path)
    return str(path)


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 100])
def test_table_for_people(
    columns: int, table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Overall on top, the ranking, a verdict, and where the time went; nothing too wide."""
    monkeypatch.setenv("COLUMNS", str(columns))
    typed = ["compare", table, "--target", "price", "--time", "sold_on", *FAST]
    out, err = run(typed, capsys)
    lines = out.splitlines()
    # A sentence may take two lines; the next one begins a line of its own.
    overall = next(at for at, line in enumerate(lines) if line.startswith("Overall "))
    heading = " ".join(lines[:overall])
    assert heading.startswith("300 rows; ")
    assert heading.endswith("forward in time, the first 112 only learned from.")
    assert any(line.strip().startswith("constant") for line in lines)
    seconds = next(at for at, line in enumerate(lines) if line.startswith("Seconds: valuation"))
    assert seconds >= len(lines) - 2
    assert max(map(len, lines)) <= columns
    assert err == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "text", "widest"),
    [("20", 40, 80), ("60", 60, 80), ("80", 80, 80), ("100", 100, 100), ("300", 100, 100)],
)
def test_the_table_fits_in_the_terminal(
    columns: str,
    text: int,
    widest: int,
    table: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Text is wrapped where the terminal ends, and the table is no wider; no figure is cut."""
    monkeypatch.setenv("COLUMNS", columns)
    estimators = "constant,count,empirical-bayes:parcel"
    typed = ["compare", table, "--target", "price", "--estimators", estimators]
    out, _ = run(typed, capsys)
    paragraphs = [line for line in out.splitlines() if line[:1].isalpha()]
    assert max(map(len, paragraphs)) <= text
    assert max(map(len, out.splitlines())) <= widest
    assert "…" not in out
    assert "AURC: area under the" in " ".join(out.split())
    assert len(re.findall(r"0\.\d{4}$|0\.\d{4} +\d+\.\d$", out, flags=re.MULTILINE)) == 3


@pytest.mark.slow
def test_names_in_the_table_command_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Markup is text, control characters are written out: in the ranking and in the verdict."""
    # All are equally good: the first is in the verdict.
    names = ["\x1b[31mred", "[/nope]", "[b]bold[/b]", "two\nlines"]
    sales = sales_table(120).assign(avm=lambda t: t["price"] * 1.1, **dict.fromkeys(names, 0.1))
    sales.to_parquet(tmp_path / "sales.parquet")
    chosen = ",".join(f"column:{name}" for name in names)
    typed = ["compare", str(tmp_path / "sales.parquet"), "--target", "price"]
    out, _ = run([*typed, "--prediction", "avm", "--estimators", chosen], capsys)
    for name in ("[/nope]", "[b]bold[/b]", r"\x1b[31mred", r"two\nlines"):
        assert f"column:{name}" in out
    assert "\x1b" not in out
    assert all(line.isprintable() for line in out.splitlines())


@pytest.mark.slow
def test_json_has_the_documented_keys(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Valid JSON; a correlation that is not defined is null."""
    out, _ = run(["compare", table, "--target", "price", *FAST, "--format", "json"], capsys)
    result = json.loads(out)
    assert {"rows", "threshold", "error", "overall", "ranking", "left_out"} <= set(result)
    constant = next(one for one in result["ranking"] if one["estimator"] == "constant")
    assert constant["spearman"] == {"value": None, "interval": [None, None]}
    assert result["threshold"] == 0.15
    assert result["error"] == "relative"


METRICS = ["--metrics", "ppe10,bias,over-valuation-rate"]


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 100])
def test_metrics_have_a_table_of_their_own(
    columns: int, table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each estimator and all rows, with intervals, and a line on what each metric is."""
    monkeypatch.setenv("COLUMNS", str(columns))
    out, _ = run(["compare", table, "--target", "price", *FAST, *METRICS], capsys)
    tables = 1 if columns == 100 else 2
    for name in ("constant", "count", "(all rows)"):
        beginning = [line.split()[0] for line in out.splitlines() if line.strip()]
        assert beginning.count(name.split()[0]) == tables + (name != "(all rows)")
    for words in ("PPE10 (95 %)", "bias (95 %)", "over-valued (95 %)", "higher is better."):
        assert words in out
    assert max(map(len, out.splitlines())) <= columns
    assert "…" not in out


@pytest.mark.slow
def test_metrics_are_new_keys_and_new_columns(
    table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was there stays as it was, but for the seconds."""
    typed = ["compare", table, "--target", "price", *FAST]
    plain, asked = (
        json.loads(run([*typed, *more, "--format", "json"], capsys)[0]) for more in ([], METRICS)
    )
    told = [asked["overall"].pop("metrics")]
    told += [one["best_decile"].pop("metrics") for one in asked["ranking"]]
    for one in told:
        assert list(one) == ["ppe10", "bias", "over_valuation_rate"]
        assert all(set(estimate) == {"value", "interval"} for estimate in one.values())
    for result in (plain, asked):
        for timed in (result, *result["ranking"]):
            timed.pop("seconds")
    assert asked == plain
    rows, more = (
        pd.read_csv(io.StringIO(run([*typed, *these, "--format", "csv"], capsys)[0]))
        for these in ([], METRICS)
    )
    new = [f"{name}{end}" for name in told[0] for end in ("", "_low", "_high")]
    assert list(more) == [*rows, *new]


@pytest.mark.slow
def test_csv_is_the_ranking(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each estimator, the best first."""
    out, _ = run(["compare", table, "--target", "price", *FAST, "--format", "csv"], capsys)
    ranking = pd.read_csv(io.StringIO(out))
    assert set(ranking["estimator"]) == {"count", "constant"}
    assert ranking["outlier_rate"].is_monotonic_increasing


@pytest.mark.slow
def test_output_goes_to_the_file(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is written whole, over an old one too, and nothing else is printed or left."""
    output = tmp_path / "result.json"
    output.write_text("old")
    typed = ["compare", table, "--target", "price", *FAST, "--format", "json"]
    out, _ = run([*typed, "--output", str(output)], capsys)
    assert out == ""
    assert json.loads(output.read_text())["rows"] == 300
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result.json", "sales.parquet"]
    assert output.stat().st_mode & 0o777 == (tmp_path / "sales.parquet").stat().st_mode & 0o777


@pytest.mark.slow
def test_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CSV table may come through a pipe."""
    monkeypatch.setattr("sys.stdin", io.StringIO(sales_table(200).to_csv(index=False)))
    out, _ = run(["compare", "-", "--target", "price", "--time", "sold_on", *FAST], capsys)
    assert out.startswith("200 rows; ")


def test_all_options_reach_the_comparison(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each option of the help changes what is done."""
    wide = sales_table(400).assign(avm=lambda t: t["price"] * 1.2, fsd=0.1)
    wide.to_csv(tmp_path / "wide.csv", index=False)
    typed = "--target price --prediction avm --groups parcel --drop zone --features rooms,zone,area"
    more = "--error log --threshold 0.2 --fraction 0.25 --folds 3 --seed 5 --format json"
    estimators = ["--estimators", "column:fsd, count"]
    path = str(tmp_path / "wide.csv")
    out, _ = run(["compare", path, *typed.split(), *more.split(), *estimators], capsys)
    result = json.loads(out)
    assert (result["error"], result["threshold"], result["fraction"]) == ("log", 0.2, 0.25)
    assert result["scheme"] == "3 shuffled folds of whole groups"
    assert result["ranking"][0]["best_decile"]["n"] == 100
    assert {one["estimator"] for one in result["ranking"]} == {"column:fsd", "count"}


@pytest.mark.slow
def test_warnings_go_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy of the target among the features is pointed out, and JSON stays JSON."""
    leaky = tmp_path / "leaky.csv"
    sales_table(200).assign(tax=lambda t: t["price"] / 100).to_csv(leaky, index=False)
    typed = ["compare", str(leaky), "--target", "price", *FAST, "--format", "json"]
    out, err = run(typed, capsys)
    assert "qconf: warning: The feature 'tax' is almost a copy of the target" in err
    assert "'tax'" in json.loads(out)["warnings"][0]


@pytest.mark.slow
def test_the_example_can_be_run_with_other_options(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed goes before what the example brings."""
    whole = load_example("archetypes")
    some = replace(whole, table=whole.table.sample(500, random_state=0))
    monkeypatch.setitem(EXAMPLES, "archetypes", lambda: some)
    out, _ = run(["compare", "--example", "archetypes", *FAST, "--threshold", "0.3"], capsys)
    assert out.startswith("500 rows")
    assert "off by more than 0.3" in out


@pytest.mark.slow
def test_prices_are_written_as_people_do(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands have commas, not exponents."""
    typed = ["compare", table, "--target", "price", "--error", "absolute", "--threshold", "20000"]
    out, _ = run([*typed, *FAST], capsys)
    assert "off by more than 20,000" in out
    assert "e+0" not in out


@pytest.mark.slow
def test_a_long_name_is_folded_and_no_number_cut(
    table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name takes two lines; every figure is there."""
    chosen = ["--estimators", "constant,empirical-bayes:parcel"]
    out, _ = run(["compare", table, "--target", "price", *chosen], capsys)
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= 100
    assert any(line.strip().startswith("empirical-bayes") for line in out.splitlines())


def outlier_rates(out: str) -> list[float]:
    return [one["best_decile"]["outlier_rate"] for one in json.loads(out)["ranking"]]


@pytest.mark.slow
def test_a_file_of_another_country_gives_the_same_ranking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Semicolons, decimal commas, day-first dates and cp1252 change nothing, and need no option."""
    sales = sales_table(300).assign(town="Besan\u00e7on")
    sales["area"] = sales["area"].round(2)
    sales.to_csv(tmp_path / "english.csv", index=False)
    there = sales.assign(sold_on=sales["sold_on"].dt.strftime("%d.%m.%Y"))
    there.to_csv(tmp_path / "french.csv", index=False, sep=";", decimal=",", encoding="cp1252")
    results = []
    for name in ("english", "french"):
        typed = ["compare", str(tmp_path / f"{name}.csv"), "--target", "price", "--time", "sold_on"]
        out, err = run([*typed, *FAST, "--format", "json"], capsys)
        results.append(outlier_rates(out))
    assert results[0] == results[1]
    assert "read as cp1252" in err


@pytest.mark.slow
def test_what_reading_guessed_is_told_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line on standard error, and the same in JSON, before what the table itself gives."""
    sales = sales_table(300)
    sales["area"] = sales["area"].round(1).map("{} m2".format, na_action="ignore")
    sales.to_csv(tmp_path / "t.csv", index=False)
    typed = ["compare", str(tmp_path / "t.csv"), "--target", "price", *FAST, "--format", "json"]
    out, err = run(typed, capsys)
    said = json.loads(out)["warnings"][0]
    assert said.startswith("The column 'area' is read as numbers, without 'm2'")
    assert err.splitlines()[0] == f"qconf: warning: {said}"
    out, err = run([*typed, "--text", "area"], capsys)
    assert "m2" not in err


@pytest.mark.slow
def test_text_reproduces_an_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Codes that were written as numbers are names again with --text."""
    sales = sales_table(300)
    codes = sales["zone"].astype("category").cat.codes.astype("int64") + 98101
    sales.assign(zone=codes.astype(str)).to_parquet(tmp_path / "names.parquet")
    sales.assign(zone=codes).to_csv(tmp_path / "numbers.csv", index=False)
    fast = ["--target", "price", "--time", "sold_on", *FAST, "--format", "json"]
    names, _ = run(["compare", str(tmp_path / "names.parquet"), *fast], capsys)
    same, _ = run(["compare", str(tmp_path / "numbers.csv"), "--text", "zone", *fast], capsys)
    other, _ = run(["compare", str(tmp_path / "numbers.csv"), *fast], capsys)
    assert json.loads(names)["ranking"][0]["aurc"] == json.loads(same)["ranking"][0]["aurc"]
    assert json.loads(names)["ranking"][0]["aurc"] != json.loads(other)["ranking"][0]["aurc"]


@pytest.mark.slow
def test_ambiguous_times_are_read_as_they_are_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--day-first and --date-format put the rows into the order that was meant."""
    sales = sales_table(240)
    days = [f"2031-{1 + i // 20:02d}-{1 + i % 12:02d}" for i in range(240)]
    sales["sold_on"] = pd.to_datetime(days)
    sales.to_csv(tmp_path / "iso.csv", index=False)
    there = sales.assign(sold_on=sales["sold_on"].dt.strftime("%d/%m/%Y"))
    there.to_csv(tmp_path / "there.csv", index=False)
    fast = ["--target", "price", "--time", "sold_on", *FAST, "--format", "json"]
    right, _ = run(["compare", str(tmp_path / "iso.csv"), *fast], capsys)
    for option in (["--day-first"], ["--date-format", "%d/%m/%Y"]):
        read, _ = run(["compare", str(tmp_path / "there.csv"), *fast, *option], capsys)
        assert outlier_rates(read) == outlier_rates(right)


@pytest.mark.slow
def test_a_table_that_does_not_fit_is_drawn_from(
    table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many rows of how many is in the table for people, and in JSON."""
    monkeypatch.setattr("qconf.tables.large_tables._AT_REST", 0)
    monkeypatch.setattr("qconf.tables.large_tables._FEWEST", 50)
    typed = ["compare", table, "--target", "price", *FAST]
    whole = json.loads(run([*typed, "--format", "json"], capsys)[0])
    assert whole["drawn_from"] is None
    drawn = json.loads(run([*typed, "--memory", "120KB", "--format", "json"], capsys)[0])
    assert drawn["drawn_from"] == 300
    assert 150 < drawn["rows"] < 280
    out = " ".join(run([*typed, "--memory", "120KB"], capsys)[0].split())
    assert f"these are {drawn['rows']} of 300 rows drawn at random, for all do not fit in" in out

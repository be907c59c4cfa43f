"""``qconf report-card`` as people type it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.report_card import table_of
from qconf import avm_report
from qconf.cli.app import run as run_app
from qconf.cli.main import main

ROLES = [
    "--value", "avm", "--truth", "price", "--fsd", "fsd", "--ccs", "ccs", "--groups", "zip",
    "--tiers", "tier", "--resamples", "30",
]  # fmt: skip


def run(typed: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["report-card", *typed])
    written = capsys.readouterr()
    assert ended.value.code == status, written.err
    return written.out, written.err


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Values on disk as values.csv, in the current folder."""
    monkeypatch.chdir(tmp_path)
    made = table_of("40 groups of 50 rows", np.random.default_rng(5))
    made = made.rename(columns={"truth": "price", "value": "avm", "group": "zip"})
    made["cast"] = np.where(made.index % 2 == 0, "x", "y")
    made["sold_on"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(made.index // 20, unit="D")
    made.to_csv("values.csv", index=False)
    return made


def test_what_is_printed_is_what_the_library_says(
    table: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same figures from a file as from columns, in JSON, CSV and text."""
    expected = avm_report(
        table["avm"], table["price"], expected_error=table["fsd"], ccs=table["ccs"],
        groups=table["zip"], tiers=table["tier"], n_resamples=30,
    )  # fmt: skip
    out, err = run(["values.csv", *ROLES, "--format", "json"], capsys)
    assert err == ""
    told = json.loads(out)
    assert told["ratios"]["cod"]["interval"] == pytest.approx(
        expected.to_dict()["ratios"]["cod"]["interval"]
    )
    assert told["groups"] == 40
    out, _ = run(["values.csv", *ROLES, "--format", "csv"], capsys)
    read = pd.read_csv(io.StringIO(out))
    assert list(read) == ["section", *expected.table.columns]
    assert read["value"].to_numpy() == pytest.approx(
        expected.table["value"].to_numpy(dtype=float), nan_ok=True
    )
    out, _ = run(["values.csv", *ROLES], capsys)
    assert out.rstrip("\n") == str(expected)


def test_all_options_at_once(table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    """Time, classes, a threshold and a seed; written to a file."""
    more = ["--time", "sold_on", "--protected", "cast", "--threshold", "0.2", "--seed", "4"]
    out, _ = run(["values.csv", *ROLES, *more, "--format", "json", "--output", "r.json"], capsys)
    assert out == ""
    told = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert told["threshold"] == 0.2
    assert set(told["by_class"]) == {"x", "y"}
    assert sum(one["rows"] for one in told["by_class"].values()) == len(table)


def test_tiers_follow_from_the_fsd(table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    """By default; with limits of one's own; or not at all."""
    typed = ["values.csv", "--value", "avm", "--truth", "price", "--resamples", "20"]
    typed += ["--fsd", "fsd", "--format", "json"]

    def bands(*more: str) -> list[str]:
        out, _ = run([*typed, *more], capsys)
        return [one["band"] for one in json.loads(out).get("tiers", [])]

    assert bands() == ["A", "B", "C", "D", "refer"]
    assert bands("--tiers", "green=0.1,amber=0.3") == ["green", "amber", "refer"]
    assert bands("--tiers", "none") == []
    assert bands("--tiers", "tier") == sorted(table["tier"].unique())


def test_a_sample_is_a_table(table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows as they are, with what each stands for; beside it, what it could prove."""
    typed = ["values.csv", "--sample", "59", "--strata", "tier", "--seed", "2"]
    out, err = run(typed, capsys)
    drawn = pd.read_csv(io.StringIO(out))
    assert list(drawn) == [*table.columns, "sampling_weight"]
    assert len(drawn) == 59
    assert set(drawn["tier"]) == {"A", "B", "C", "D"}
    assert drawn["sampling_weight"].sum() == pytest.approx(len(table))
    assert "59 of 2,000 rows drawn with seed 2" in err
    assert "at most 5.0 %, with 95 % confidence" in err
    again, _ = run([*typed, "--format", "csv"], capsys)
    assert again == out
    rows, _ = run([*typed, "--format", "json"], capsys)
    assert len(json.loads(rows)["sample"]) == 59


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Name a table, or an example with --example NAME"),
        ("value.csv --value avm --truth price", "Did you mean 'values.csv'"),
        ("values.csv --truth price", "Which column is the value? Name it with --value. There are:"),
        ("values.csv --value avm", "Which column is the truth? Name it with --truth."),
        ("values.csv --value avm --truth avm", "name the same column, 'avm'"),
        ("values.csv --value amv --truth price", "Did you mean 'avm'"),
        ("values.csv --value avm --truth tier", "The truth must be numbers"),
        ("values.csv --value avm --truth price --fsd ccs", "such as 0.08 for 8 %"),
        ("values.csv --value avm --truth price --ccs price", "A CCS must lie from 0 to 100"),
        ("values.csv --value avm --truth price --fsd fds", "Did you mean 'fsd'"),
        ("values.csv --value avm --truth price --groups zap", "Did you mean 'zip'"),
        ("values.csv --value avm --truth price --protected price", "at most 50 distinct values"),
        ("values.csv --value avm --truth price --time tier", "The time column must hold dates"),
        ("values.csv --value avm --truth price --threshold 0", "must be a finite number > 0"),
        ("values.csv --value avm --truth price --resamples 1", "must be an integer >= 2"),
        (
            "values.csv --value avm --truth price --resamples x",
            "--resamples must be a whole number",
        ),
        ("values.csv --value avm --truth price --seed=-1", "seed must be an integer"),
        ("values.csv --value avm --truth price --format jsn", "Did you mean 'json'"),
        ("values.csv --value avm --truth price --output values.csv", "it is the table itself"),
        ("values.csv --value avm --truth price --output no/r.csv", "there is no folder"),
        ("values.csv --value avm --truth price --strata tier", "say how many rows with --sample"),
        ("values.csv --value avm --truth price --tiers none", "name its column with --fsd"),
        ("values.csv --value avm --truth price --fsd fsd --tiers A=x", "A=0.05,B=0.1; got 'A=x'"),
        ("values.csv --value avm --truth price --fsd fsd --tiers A=2", "between 0 and 1"),
        ("values.csv --value avm --truth price --fsd fsd --tiers A=.1,A=.2", "'A' stands twice"),
        ("values.csv --value avm --truth price --fsd fsd --tiers teir", "Did you mean 'tier'"),
        ("values.csv --sample 0", "from 1 to 2,000 rows"),
        ("values.csv --sample few", "--sample must be a whole number, got 'few'"),
        ("values.csv --sample 3 --strata tier", "one of each of 4 strata"),
        ("values.csv --sample 3 --strata teir", "Did you mean 'tier'"),
        ("values.csv --sample 3 --output values.csv", "it is the table itself"),
        ("values.csv --valeu avm", "Try --value"),
    ],
)
@pytest.mark.usefixtures("table")
def test_bad_input_is_one_line_and_no_file(
    typed: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, one line on standard error, nothing else; the table stays as it was."""
    before = Path("values.csv").read_bytes()
    out, err = run(typed.split(), capsys, status=2)
    assert out == ""
    assert err.startswith("qconf: ")
    assert err.count("\n") == 1
    assert words in err
    assert Path("values.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["values.csv"]


def test_every_option_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    """And the examples stand as they are typed."""
    assert run_app(["report-card", "--help"]) == 0
    text = capsys.readouterr().out
    assert text.isascii()
    assert (
        "\n  qconf report-card values.csv --sample 200 --strata tier --output audit.csv\n" in text
    )
    options = re.findall(r"^  (--[a-z-]+)(.*)$", text, flags=re.MULTILINE)
    assert len(options) > 20
    for name, rest in options:
        assert len(rest.split()) >= 3, f"{name} has no help"

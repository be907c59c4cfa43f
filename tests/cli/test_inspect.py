"""``qconf inspect`` as people type it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from saved_models import fitted

import qconf
from qconf import ModelCard
from qconf.cli.main import main

CARD = ModelCard(
    target="price",
    time="sold",
    error="relative",
    threshold=0.15,
    estimator="blend",
    n_rows=300,
    fitted="2026-11-26T10:00:00+00:00",
    time_range=["2020-01-01", "2022-06-18"],
    figures={"best_decile": {"outlier_rate": 0.031, "interval": [0.02, 0.05]}},
    not_for=["Commercial property.", "\x1b[31mSales after a fire.\u202e"],
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inspect") / "avm.qconf"
    qconf.save(fitted("model-replicates"), path, card=CARD)
    return path


def run(arguments: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    assert ended.value.code == status, written.err
    return written.err if status else written.out


def test_a_card_for_people(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What, fitted when on what, held-out figures, what it is not for, and digests."""
    out = run(["inspect", str(saved)], capsys)
    words = " ".join(out.split())
    assert "Model ConfidentRegressor of BoostedTrees, ForestConfidence" in words
    assert "Fitted 2026-11-26T10:00:00+00:00 on 300 rows from 2020-01-01 to 2022-06-18" in words
    assert "relative; an outlier is off by more than 15 %" in words
    assert "best_decile.outlier_rate 0.031; best_decile.interval [0.02, 0.05]" in words
    assert "Not for Commercial property. " in words
    assert "zone text a, b, c\u00e9" in words
    assert "Runs code of nobody but qconf" in words
    for part in qconf.read_manifest(saved).parts:
        assert part.sha256 in out
    assert max(map(len, out.splitlines())) <= 110


def test_a_strangers_text_commands_nothing(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the terminal nor the direction of writing."""
    out = run(["inspect", str(saved)], capsys)
    assert r"\x1b[31mSales after a fire.\u202e" in out
    assert all(line.isprintable() for line in out.splitlines())


def test_json_and_csv(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of the manifest, and all that the card says; columns and parts are rows, too."""
    found = json.loads(run(["inspect", str(saved), "--format", "json"], capsys))
    assert found == qconf.read_manifest(saved).to_dict()
    rows = pd.read_csv(io.StringIO(run(["inspect", str(saved), "--format", "csv"], capsys)))
    assert list(rows) == ["section", "name", "value"]
    columns = rows[rows["section"] == "column"]
    assert columns["name"].tolist() == [one["name"] for one in found["columns"]]
    assert columns["value"][columns["name"] == "zone"].item() == "text: a, b, c\u00e9"
    parts = rows[rows["section"] == "part"].set_index("name")["value"]
    assert parts.to_dict() == {one["name"]: one["sha256"] for one in found["parts"]}
    card = rows[rows["section"] == "card"].set_index("name")["value"]
    assert card["Target"] == "price"
    assert "Sales after a fire" in card["Not for"]
    assert "\x1b" not in card["Not for"]


def test_the_label_is_not_said_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence that ``qconf fit`` prints begins with what is the label here."""
    words = "Held out (300 rows, in folds): of the 30 rows called safest, 3.1 % are outliers."
    card = ModelCard(figures={"in_words": words})
    qconf.save(fitted("count"), tmp_path / "a.qconf", card=card)
    out = run(["inspect", str(tmp_path / "a.qconf")], capsys)
    assert out.count("Held out") == 1
    assert "Held out      (300 rows, in folds): of the 30" in out


def test_to_a_file_but_never_over_the_model(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As other commands."""
    run(["inspect", str(saved), "--output", str(tmp_path / "card.txt")], capsys)
    assert "ConfidentRegressor" in (tmp_path / "card.txt").read_text(encoding="utf-8")
    said = run(["inspect", str(saved), "--output", str(saved)], capsys, 2)
    assert "Cannot write" in said
    assert "it is the model itself" in said


@pytest.mark.parametrize("what", ["none.qconf", "", "other"])
def test_bad_files(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and one line."""
    (tmp_path / "other").write_bytes(b"PK\5\6" + b"\0" * 18)
    said = run(["inspect", str(tmp_path / what)], capsys, 2)
    assert said.startswith("qconf: ")
    assert said.count("\n") == 1


def test_a_certified_model_is_a_page_and_json_has_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What later rows are held against takes a line or two, not thirty."""
    baseline = {"n_rows": 300, "outlier_rate": 0.25, "edges": [0.1 + i / 7 for i in range(9)]}
    card = ModelCard(figures={"baseline": baseline})
    qconf.save(fitted("count"), tmp_path / "a.qconf", card=card)
    out = run(["inspect", str(tmp_path / "a.qconf")], capsys)
    assert "Baseline      300 rows, 25.0 % of them outliers: qconf monitor" in out
    assert "edges" not in out
    assert "Held out" not in out
    found = json.loads(run(["inspect", str(tmp_path / "a.qconf"), "--format", "json"], capsys))
    assert found["card"]["figures"]["baseline"] == baseline

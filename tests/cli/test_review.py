"""``qconf review`` as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from reviewed_rows import offers, priced

import qconf
from qconf.cli.main import main
from qconf.saving.card import ModelCard

MODEL, STORE = "avm.qconf", "queue.db"
QUEUE = ["queue", MODEL, "new.parquet", "--truth", "price", "--key", "id", "--output", STORE]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model and outcomes."""
    monkeypatch.chdir(tmp_path)
    qconf.save(priced(), MODEL, card=ModelCard(target="price", threshold=0.15))
    offers(300, 1, [3, 40, 77]).to_parquet("new.parquet", index=False)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *typed: str, status: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["review", *typed])
    written = capsys.readouterr()
    assert ended.value.code == status, written.err + written.out
    return written.out, written.err


def test_from_the_queue_to_the_corrections(capsys: pytest.CaptureFixture[str]) -> None:
    """Queued, listed, shown, decided, decided otherwise, summed up, exported."""
    out, _ = run(capsys, *QUEUE, "-n", "10", "--conflict", "size,listed")
    assert "10 of 300 rows to look at:" in out
    assert "Kept: 'queue.db', cases 1 to 10" in out
    out, _ = run(capsys, "list", STORE)
    assert out.startswith("10 cases are open, 0 are decided.")
    rows = json.loads(run(capsys, "list", STORE, "--format", "json")[0])["cases"]
    (case,) = (one["id"] for one in rows if one["row_key"] == "o1-3")
    out, _ = run(capsys, "show", STORE, str(case))
    assert "row o1-3" in out
    decide = ["decide", STORE, str(case), "--who", "ann"]
    out, _ = run(capsys, *decide, "--reason", "wrong-input", "--input", "size=60", "--text", "=1")
    assert out == f"Case {case} is decided (decision 1); 9 cases are open.\n"
    _, err = run(capsys, *decide, "--reason", "fine", status=2)
    assert "--supersede" in err
    run(capsys, *decide, "--reason", "not_arms_length", "--supersede", "--text", "=2")
    out, _ = run(capsys, "list", STORE, "--state", "decided", "--format", "csv")
    assert "not_arms_length" in out
    out, _ = run(capsys, "summary", STORE, "--by", "zone")
    assert "9 cases are open, 1 is decided; people said something of estimates 0 times" in out
    out, _ = run(capsys, "export", STORE, "--output", "c.parquet")
    assert out == "Written: c.parquet (1 label, 1 exclusion).\n"
    assert pd.read_parquet("c.parquet")["text"].tolist() == ["=2", "=2"]
    run(capsys, "export", STORE, "--output", "c.csv")
    assert ",'=2,ann," in Path("c.csv").read_text()


def test_the_next_queue_goes_on_and_looks_at_what_was_flagged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Rows are queued once; what people said in the same store comes first."""
    run(capsys, *QUEUE, "-n", "5")
    with qconf.FeedbackStore(STORE) as store:
        row = {"row_key": "o1-200", "inputs": {}, "estimate": {}}
        store.add_feedback(store.add_estimates([row])[0], who="eve", reason="other")
    out, _ = run(capsys, *QUEUE, "-n", "5", "--random-share", "0")
    assert "5 rows were queued before and are left out." in out
    told = json.loads(run(capsys, "list", STORE, "--format", "json")[0])["cases"]
    assert told[0]["row_key"] == "o1-200"
    assert told[0]["drawn_by"] == "flagged"
    assert len({one["row_key"] for one in told}) == 10


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["queue", MODEL, "new.parquet"], "The option --output is missing"),
        ([*QUEUE[:-1], "new.parquet"], "it is the table itself"),
        ([*QUEUE[:-1], MODEL], "it is the model itself"),
        ([*QUEUE[:-1], "no/queue.db"], "there is no folder 'no'"),
        ([*QUEUE[:-1], "other.txt"], "is no store of qconf"),
        ([*QUEUE, "-n", "0"], "at least 1 row"),
        ([*QUEUE, "-n", "few"], "must be a whole number, got 'few'"),
        ([*QUEUE, "--conflict", "size"], "such as sqft_tax,sqft_listing; got 'size'"),
        ([*QUEUE, "--conflict", "size,lsted"], "Did you mean 'listed'?"),
        ([*QUEUE, "--trth", "x"], "See qconf review queue --help"),
        (["list", "nowhere.db"], "There is no store 'nowhere.db'"),
        (["list", "other.txt"], "is no store of qconf"),
        (["lst"], "Did you mean 'list'?"),
        (["list", STORE, "-n", "0"], "-n must be a whole number >= 1, got 0."),
        (["list", STORE, "--state", "closed"], "The state must be one of open, decided, all"),
        (["list", STORE, "--source", "chance"], "The source must be one of flagged"),
        (["list", STORE, "--format", "xml"], "table, json, csv, got 'xml'"),
        (["show", STORE, "99"], "There is no case 99."),
        (["show", STORE, "first"], "by its number, a whole one; got 'first'"),
        (["decide", STORE, "1"], "The option --reason is missing"),
        (["decide", STORE, "1", "--reason", "fin"], "Did you mean 'fine'?"),
        (["decide", STORE, "1", "--reason", "fine", "--input", "size"], "such as lot=620"),
        (["decide", STORE, "1", "--reason", "fine", "--input", "sise=1"], "Did you mean 'size'?"),
        (["summary", STORE, "--by", "zonee"], "Did you mean 'zone'?"),
        (["summary", STORE, "--level", "95"], "confidence level"),
        (["export", STORE], "The option --output is missing"),
        (["export", STORE, "--output", STORE], "it is the store of reviews itself"),
        (["list", STORE, "--output", STORE], "it is the store of reviews itself"),
        (["decide", STORE, "1", "--reason", "wrong-input"], "which input, and what it should be"),
        (
            ["decide", STORE, "1", "--reason", "model", "--own-value=-5"],
            "must be above 0",
        ),
        (["decide", STORE, "1", "--reason", "model", "--own-value=0"], "; got 0."),
        (["export", STORE, "--output", "c.xlsx"], "as Parquet or CSV: name a file so"),
    ],
)
def test_what_cannot_be_done_is_a_line(
    typed: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and no traceback; no store is made where nothing can be queued."""
    Path("other.txt").write_text("not a store\n" * 100)
    with qconf.FeedbackStore(STORE) as store:
        store.add_queue(qconf.review_queue(MODEL, "new.parquet", n=3, key="id"))
    before = Path("other.txt").read_bytes()
    _, err = run(capsys, *typed, status=2)
    assert words in err
    assert err.count("\n") == 1
    assert Path("other.txt").read_bytes() == before


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """With all of them."""
    out, _ = run(capsys)
    for name in ("queue", "list", "show", "decide", "summary", "export"):
        assert f"\n  {name} " in out


@pytest.mark.slow
def test_a_fit_with_corrections_says_what_they_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On rows that were not reviewed; and what it was fitted on lacks the sale that was none."""
    run(capsys, *QUEUE, "-n", "10")
    run(capsys, "decide", STORE, "1", "--reason", "not_arms_length", "--who", "ann")
    run(capsys, "export", STORE, "--output", "c.parquet")
    fit = [
        "fit", "new.parquet", "--target", "price", "--prediction", "avm", "--estimator", "count",
        "--drop", "id", "--corrections", "c.parquet", "--output", "new.qconf",
    ]  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        main(fit)
    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert "Of 300 rows reviewed: 1; inputs corrected: 0; sales left out: 1." in out
    assert "Corrections, held out, on 299 rows that were not reviewed:" in out
    assert "on 299 rows" in out.partition("Fitted")[2]
    with pytest.raises(SystemExit) as ended:
        main([*fit[:-3], "new.parquet", "--output", "other.qconf"])
    assert ended.value.code == 2
    assert "table of corrections" in capsys.readouterr().err
    assert not Path("other.qconf").exists()

"""``qconf fit`` as people type it."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from in_process import run
from worlds import sales_table

import qconf
from qconf.errors import OptionError

FAST = ["--estimator", "count", "--drop", "parcel"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "sales.parquet"
    sales = sales_table(300)
    noise = np.random.default_rng(0).normal(scale=0.1, size=300)
    sales.assign(avm=sales["price"] * np.exp(noise)).to_parquet(path)
    return path


@pytest.mark.slow
def test_a_model_is_kept_and_the_next_command_is_said(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was fitted on what, the held-out rate with its interval, the file, and what to type."""
    kept = tmp_path / "my avm.qconf"
    typed = ["fit", str(table), "--target", "price", "--time", "sold_on", "--output", str(kept)]
    out, err = run([*typed, *FAST, "--drop", "parcel,avm"], capsys)
    assert err == ""
    assert "valuation model and its confidence (count) on 300 rows, 6 columns, 2020-0" in out
    assert "rows called safest" in out
    assert f"qconf score {shlex.quote(str(kept))} NEW.parquet --output scored.parquet" in out
    model = qconf.load(str(kept))
    rows = pd.read_parquet(table)[list(model.feature_names_in_)]
    assert np.isfinite(model.predict_error(rows)).all()


@pytest.mark.slow
@pytest.mark.parametrize("keep", [False, True])
def test_sales_are_kept_if_asked(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], keep: bool
) -> None:
    """Then comparables need no other table; if not, they say what they need."""
    kept = tmp_path / "avm.qconf"
    typed = ["fit", str(table), "--target", "price", "--time", "sold_on", "--output", str(kept)]
    run([*typed, *FAST, "--drop", "parcel,avm", *(["--keep-sales"] if keep else [])], capsys)
    model, sales = qconf.load(str(kept)), pd.read_parquet(table)
    newest = sales.sort_values("sold_on")[-3:]
    found = qconf.comparables(model, newest, sales=sales)
    assert len(found.table) == 15
    if keep:
        own = qconf.comparables(model, newest)
        assert own.table["price"].tolist() == found.table["price"].tolist()
    else:
        with pytest.raises(OptionError, match="--keep-sales"):
            qconf.comparables(model, newest)


def test_with_predictions_the_confidence_alone_is_fitted(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next command says which column new rows must have."""
    kept = tmp_path / "c.qconf"
    typed = ["fit", str(table), "--target", "price", "--prediction", "avm", "--output", str(kept)]
    out, _ = run([*typed, *FAST], capsys)
    assert "the confidence (count) of 'avm'" in out
    assert "NEW.parquet --output scored.parquet (new rows with the column avm, too)" in out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--output", "{table}"], "it is the table itself"),
        (["--output", "nowhere/a.qconf"], "there is no folder"),
        ([], "--output, such as avm.qconf"),
        (["--output", "a.qconf", "--estimator", "bland"], "Did you mean 'blend'"),
        (["--output", "a.qconf", "--estimator", "column:area"], "--prediction"),
        (["--output", "a.qconf", "--estimator", "blend,count"], "keeps one confidence estimator"),
        (["--output", "a.parquet"], "--output a.parquet is named like a table"),
        (["--output", "-"], "--output - is standard output"),
        (["--output", "a.qconf", "--target", "prise"], "Did you mean 'price'"),
    ],
)
def test_what_cannot_be_done_is_a_line_and_leaves_no_file(
    more: list[str],
    words: str,
    table: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit status 2, one line, and the table as it was."""
    monkeypatch.chdir(tmp_path)
    before = table.read_bytes()
    typed = [word.format(table=table) for word in more]
    _, err = run(["fit", str(table), "--target", "price", *typed], capsys, status=2)
    assert err.count("\n") == 1
    assert words in err
    assert table.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sales.parquet"]


@pytest.mark.slow
def test_strict_refuses_what_was_guessed_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``compare --strict`` does; without it that is a warning, and the model is kept."""
    monkeypatch.chdir(tmp_path)
    sales = sales_table(300).drop(columns="parcel")
    content = sales.assign(zone=sales["zone"].astype(str) + "\u00e9").to_csv(index=False)
    Path("sales.csv").write_bytes(content.encode("cp1252"))
    typed = ["fit", "sales.csv", "--target", "price", "--estimator", "count", "--output", "a.qconf"]
    _, err = run([*typed, "--strict"], capsys, status=2)
    assert err.startswith("qconf: Refused with --strict: ")
    assert err.count("\n") == 1
    assert not Path("a.qconf").exists()
    _, err = run(typed, capsys)
    assert err.startswith("qconf: warning: ")
    assert Path("a.qconf").exists()


KILLS = 24


def started(output: str, folder: Path) -> subprocess.Popen[bytes]:
    """Begin a fit in a process of its own."""
    typed = ["sales.parquet", "--target", "price", "--time", "sold_on", "--output", output, *FAST]
    return subprocess.Popen(
        [sys.executable, "-m", "qconf", "fit", *typed], cwd=folder, stdout=subprocess.DEVNULL
    )


def wait_for_a_file(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until a fit begins to write, or has ended."""
    before = set(folder.iterdir())
    while process.poll() is None and not set(folder.iterdir()) - before:
        time.sleep(0.0005)


@pytest.mark.slow
def test_a_fit_that_is_killed_leaves_no_half_file(table: Path, tmp_path: Path) -> None:
    """24 kills, half of them as it writes: the old model stays, or the new one is there whole.

    One more run makes the model of an undisturbed one, and takes away what the killed ones left.
    """
    began = time.monotonic()
    assert started("undisturbed.qconf", tmp_path).wait() == 0
    long = time.monotonic() - began
    rows = pd.read_parquet(table)

    def said(name: str) -> Any:
        model = qconf.load(tmp_path / name)
        seen = rows[list(model.feature_names_in_)]
        return np.column_stack([model.predict(seen), model.predict_error(seen)])

    wanted = said("undisturbed.qconf")
    older = qconf.CountConfidence().fit(rows[["area", "zone"]], np.ones(len(rows)))
    qconf.save(older, tmp_path / "older.qconf")
    old = (tmp_path / "older.qconf").read_bytes()
    rng, hit, kept = np.random.default_rng(0), 0, tmp_path / "avm.qconf"
    for kill in range(KILLS):
        kept.unlink(missing_ok=True)
        if kill % 4 < 2:  # half of them find a file there
            kept.write_bytes(old)
        process = started("avm.qconf", tmp_path)
        if kill % 2:
            wait_for_a_file(process, tmp_path)
            time.sleep(rng.uniform(0, 0.002))
        else:
            time.sleep(rng.uniform(0, 0.8) * long)
        process.kill()
        hit += process.wait() == -signal.SIGKILL
        if kept.exists() and kept.read_bytes() != old:
            np.testing.assert_array_equal(said("avm.qconf"), wanted)
        assert kept.exists() or kill % 4 >= 2
    assert hit > KILLS // 2
    assert started("avm.qconf", tmp_path).wait() == 0
    np.testing.assert_array_equal(said("avm.qconf"), wanted)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["avm.qconf", "older.qconf", "sales.parquet", "undisturbed.qconf"]


@pytest.mark.slow
def test_conflicts_are_named_by_pairs(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each `--conflict` is a pair; all commands that fit a confidence take them."""
    frame = pd.read_parquet(table).fillna({"area": 100.0})
    frame["listed"] = 1.03 * frame["area"]
    frame["beds"] = frame["rooms"] - 1
    frame.to_parquet(table)
    kept = tmp_path / "avm.qconf"
    both = ["--conflict", "area,listed", "--conflict", "rooms, beds"]
    given = [str(table), "--target", "price", "--prediction", "avm", *both, "--drop", "parcel"]
    run(["fit", *given, "--estimator", "count", "--output", str(kept)], capsys)
    model = qconf.load(str(kept))
    assert model.conflicts == [("area", "listed"), ("rooms", "beds")]
    area, rooms = model.confidence_.conflict_.agreements_
    assert area.bias == pytest.approx(-np.log(1.03))
    assert rooms.by_ratio != area.by_ratio
    out, _ = run(["compare", *given, "--estimators", "count"], capsys)
    assert "count" in out
    run(["certify", *given, "--estimator", "count"], capsys, status=3)
    said = ["fit", *given, "--conflict", "area,lsited", "--output", str(kept)]
    _, err = run(said, capsys, status=2)
    assert "there is no feature 'lsited'. Did you mean 'listed'?" in err


@pytest.mark.slow
def test_a_table_that_does_not_fit_is_drawn_from(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line tells how many rows each part learned from; corrections need all of them."""
    monkeypatch.setattr("qconf.tables.large_tables._AT_REST", 0)
    monkeypatch.setattr("qconf.tables.large_tables._FEWEST", 50)
    kept = tmp_path / "avm.qconf"
    typed = ["fit", str(table), "--target", "price", "--time", "sold_on", "--output", str(kept)]
    typed += [*FAST, "--drop", "parcel,avm", "--memory", "120KB"]
    out, _ = run(typed, capsys)
    line = next(one for one in out.split("\n") if one.startswith("Learned and judged from"))
    assert "of 300 rows drawn at random (evenly in time), for all do not fit in" in line
    assert line.endswith("the valuation model that is kept learned from 300.")
    card = qconf.read_manifest(str(kept)).card
    assert card is not None
    assert card.figures["learned_from"]["in_words"] == line
    assert card.n_rows == 300
    told = " ".join(run(["inspect", str(kept)], capsys)[0].split())
    assert f"Learned {line}" in told
    _, err = run([*typed, "--corrections", str(table)], capsys, status=2)
    assert "allow more --memory, or leave --corrections out" in err
    _, err = run([*typed, "--memory", "a lot"], capsys, status=2)
    assert "Memory must be a size above zero, such as 4GB or 800MB; got 'a lot'." in err


def test_fits_go_where_they_are_sent(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An engine that there is not is refused before any fit."""
    typed = ["fit", str(table), "--target", "price", "--output", str(tmp_path / "avm.qconf")]
    _, err = run([*typed, *FAST, "--engine", "spark"], capsys, status=2)
    assert "one of local, dask, dask:ADDRESS" in err

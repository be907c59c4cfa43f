"""``qconf fit`` as people type it."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

import qconf
from qconf.cli.main import main

FAST = ["--estimator", "count", "--drop", "parcel"]


def run(typed: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    written = capsys.readouterr()
    assert ended.value.code == status, written.err
    return written.out, written.err


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "sales.parquet"
    sales = sales_table(300)
    noise = np.random.default_rng(0).normal(scale=0.1, size=300)
    sales.assign(avm=sales["price"] * np.exp(noise)).to_parquet(path)
    return path


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


def test_with_predictions_the_confidence_alone_is_fitted(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next command says which column new rows must have."""
    kept = tmp_path / "c.qconf"
    typed = ["fit", str(table), "--target", "price", "--prediction", "avm", "--output", str(kept)]
    out, _ = run([*typed, *FAST], capsys)
    assert "the confidence (count) of 'avm'" in out
    assert "with the column avm" in out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--output", "{table}"], "it is the table itself"),
        (["--output", "nowhere/a.qconf"], "there is no folder"),
        ([], "--output, such as avm.qconf"),
        (["--output", "a.qconf", "--estimator", "bland"], "Did you mean 'blend'"),
        (["--output", "a.qconf", "--estimator", "column:area"], "--prediction"),
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

"""``qconf simulate`` as people type it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from qconf.cli import simulate as module
from qconf.cli.main import main

SMALL = ["simulate", "--replicates", "60", "--bootstrap", "4"]


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    assert ended.value.code == 0, written.err
    assert written.err == ""
    return written.out


def test_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Published and ours below each other, the limit, a sentence, and where the time went."""
    out = run(SMALL, capsys)
    lines = out.splitlines()
    assert lines[0].startswith("6,000 houses in 240 groups")
    assert max(map(len, lines)) <= 100
    assert sum("published " in line for line in lines) == 3
    assert "…" not in out
    for name in ("error model", "count stability", "empirical Bayes", "Bayes limit"):
        assert any(line.strip().startswith(name) for line in lines)
    assert "64.8" in out
    assert "Of the houses that" in out
    assert lines[-1].startswith("Seconds: world")


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The documented keys."""
    found = json.loads(run([*SMALL, "--format", "json"], capsys))
    assert {
        "rows", "overall", "best_decile", "bayes_limit", "published", "seconds",
    } <= set(found)  # fmt: skip
    assert found["rows"] == 6000
    assert found["bootstrap"] == 4


def test_csv(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a segment."""
    table = pd.read_csv(io.StringIO(run([*SMALL, "--format", "csv"], capsys)))
    assert table["source"].value_counts().to_dict() == {"qconf": 7, "published": 3}


def test_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three pictures, in a folder that is made if need be; and nothing else in it."""
    folder = tmp_path / "pictures"
    run([*SMALL, "--plots", str(folder), "--seed", "3"], capsys)
    written = sorted(one.name for one in folder.iterdir())
    assert written == ["best-decile.png", "risk-coverage.png", "walk-through.png"]
    for one in folder.iterdir():
        assert one.read_bytes().startswith(b"\x89PNG")


def test_plots_without_matplotlib(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said at once, with what to install; no world is drawn and no folder made for nothing."""
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        main([*SMALL, "--plots", str(tmp_path / "pictures")])
    assert ended.value.code == 2
    assert "pip install 'qconf[plots]'" in capsys.readouterr().err
    assert not (tmp_path / "pictures").exists()

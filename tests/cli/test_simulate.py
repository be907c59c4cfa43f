"""``qconf simulate`` as people type it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from qconf.cli import simulate as module
from qconf.cli.main import main

SMALL = ["simulate", "--groups-of-each", "60", "--bootstrap", "4"]


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    assert ended.value.code == 0, written.err
    assert written.err == ""
    return written.out


@pytest.mark.slow
def test_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Published and ours below each other, the limit, a sentence, and where the time went."""
    out = run(SMALL, capsys)
    lines = out.splitlines()
    assert lines[0].startswith("6,000 houses in 240 groups")
    assert max(map(len, lines)) <= 100
    for place, line in enumerate(lines):
        if "  published  " in line:
            assert "as published" in line
            assert lines[place + 1].split()[0] == "qconf"
    assert sum("  published  " in line for line in lines) == 3
    assert "…" not in out
    for name in ("error model", "count stability", "empirical Bayes", "Bayes limit"):
        assert any(line.strip().startswith(name) for line in lines)
    assert "64.8" in out
    assert "Of the houses that" in out
    assert "found by matching: a standard deviation of 0.1" in " ".join(out.split())
    assert lines[-1].startswith("Seconds: world")


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The documented keys."""
    found = json.loads(run([*SMALL, "--format", "json"], capsys))
    assert {
        "rows", "overall", "best_decile", "bayes_limit", "published", "seconds",
        "overall_as_published",
    } <= set(found)  # fmt: skip
    assert found["rows"] == 6000
    assert found["bootstrap"] == 4
    assert found["group_mean_sd"] == 0.1


def test_csv(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a segment."""
    table = pd.read_csv(io.StringIO(run([*SMALL, "--format", "csv"], capsys)))
    assert table["source"].value_counts().to_dict() == {"qconf": 10, "published": 3}


@pytest.mark.slow
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


#: What is typed after ``qconf simulate --plots pictures``, and what must be in the line.
REFUSED = {
    "too few groups": ("--groups-of-each 9", "from 10 to 400,000, got 9"),
    "no groups": ("--groups-of-each 0", "from 10 to 400,000, got 0"),
    "negative groups": ("--groups-of-each=-40000", "got -40,000"),
    "too many groups": ("--groups-of-each 400001", "got 400,001"),
    "no bootstrap": ("--bootstrap 0", "from 2 to 1000, got 0"),
    "no spread": ("--group-mean-sd 0", "greater than 0, got 0.0"),
    "infinite spread": ("--group-mean-sd inf", "at most 1000, got inf"),
    "spread that is no number": ("--group-mean-sd nan", "greater than 0, got nan"),
    "seed": ("--seed=-1", "got -1"),
    "format": ("--format xml", "table, json, csv, got 'xml'"),
    "output in no folder": ("--output nowhere/out.json", "no folder 'nowhere'"),
    "output into a folder": ("--output .", "it is a folder"),
    "output and plots of one name": ("--output pictures", "need two names"),
}


@pytest.mark.parametrize(("typed", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_nothing(
    typed: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line, at once, and no folder for pictures that will not be drawn."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--plots", "pictures", *typed.split()])
    assert ended.value.code == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
    assert message in written.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("file", "it is a file; name a folder"),
        ("nowhere/pictures", "there is no folder 'nowhere'"),
        ("", "--plots needs the name of a folder"),
    ],
)
def test_a_folder_that_cannot_be_is_refused(
    folder: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before the work, and the file stays as it was."""
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    with pytest.raises(SystemExit) as ended:
        main([*SMALL, "--plots", folder])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert Path("file").read_text() == "mine"

"""Counts that are kept go on as if they had never been put away; other files are refused."""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from counted_rows import few_kept, scored_rows

from qconf import RiskCoverageCounts, evaluate_parts
from qconf.errors import OptionError, OutputError, TableError
from qconf.evaluation.metrics.row_metric import RowMetric

ASKED: dict[str, Any] = {"metrics": ["bias"], "n_resamples": 20}


def part(rows: Any, some: slice) -> Any:
    return tuple(None if one is None else one[some] for one in rows)


@pytest.mark.slow
@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("of_group", [0, 4])
def test_counts_go_on_where_they_were_kept(tmp_path: Path, of_group: int, timed: bool) -> None:
    """Kept and read in the middle of each pass; equal counts are equal files."""
    rows, path = scored_rows(400, 1, of_group), tmp_path / "kept.counts"
    rows = (*rows, np.arange(400) // 3 if timed else None)  # type: ignore[assignment]
    with few_kept(20):
        counts = RiskCoverageCounts(**ASKED)
        while True:
            counts.update(*part(rows, slice(0, 150))).save(path)
            read = RiskCoverageCounts.load(path)
            read.save(tmp_path / "again.counts")
            assert path.read_bytes() == (tmp_path / "again.counts").read_bytes()
            counts = read.update(*part(rows, slice(150, None)))
            if counts.is_last:
                break
            counts = counts.next_pass()
        expected = evaluate_parts([rows], **ASKED)
        assert repr(counts.evaluate().to_dict()) == repr(expected.to_dict())


def test_a_million_rows_are_a_small_file(tmp_path: Path) -> None:
    """Less than two megabytes on disk, and a few in memory, however many rows there are."""
    counts = RiskCoverageCounts()
    for seed in range(4):
        counts.update(*scored_rows(250_000, seed))
    counts.next_pass().update(*scored_rows(250_000, 0)).save(tmp_path / "kept.counts")
    assert (tmp_path / "kept.counts").stat().st_size < 2e6


def test_other_files_are_refused(tmp_path: Path) -> None:
    """In a line, whatever they are; and a metric of one's own is not written."""
    path = tmp_path / "kept.counts"
    for content in (b"", b"PK\3\4", b"a,b\n1,2\n"):
        path.write_bytes(content)
        with pytest.raises(TableError, match="holds no counts, or is damaged"):
            RiskCoverageCounts.load(path)
    with pytest.raises(TableError, match="Cannot read the counts"):
        RiskCoverageCounts.load(tmp_path / "none.counts")
    with pytest.raises(OutputError, match="Cannot write"):
        RiskCoverageCounts().save(tmp_path / "nowhere" / "kept.counts")
    own = RowMetric("own", "own", "own", lambda r, _: r, "error")
    with pytest.raises(OptionError, match="a metric of your own, 'own'"):
        RiskCoverageCounts(metrics=[own]).save(path)


def kept_state(path: Path) -> None:
    rows = (*scored_rows(400, 1, 4), np.arange(400) // 3)
    with few_kept(20):
        first = RiskCoverageCounts(**ASKED).update(*rows)
        last = first.next_pass().update(*rows).next_pass().update(*rows)
        assert last.is_last
        last.save(path)


def test_changed_files_are_refused_or_read(tmp_path: Path) -> None:
    """Bytes that were changed never end a process, nor mislead compiled loops."""
    path = tmp_path / "kept.counts"
    kept_state(path)
    content, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(60):
        changed = bytearray(content)
        for at in rng.integers(len(content), size=rng.integers(1, 4)):
            changed[at] = rng.integers(256)
        path.write_bytes(bytes(changed))
        with suppress(TableError):
            RiskCoverageCounts.load(path)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("number",), 0),
        (("number",), 1),
        (("qconf_counts",), 9),
        (("settings", "threshold"), -1.0),
        (("seen", "n"), "many"),
        (("seen", "kind"), "colours"),
        (("before",), None),
        (("kept", 0), 5),
        (("groups", 2), 3),
        (("table",), {"array": ["uint64", 0, [1, 4], "C"]}),
        (("edges",), {"array": ["uint64", 7, [30], "C"]}),
        (("sums", "digits"), {"array": ["int64", 0, [1, 8, 68], "C"]}),
        (("sums", "drawn"), None),
        (("sums", "edges"), {"array": ["float64", 0, [1], "C"]}),
    ],
)
def test_a_text_that_does_not_go_together_is_refused(
    tmp_path: Path, where: tuple[str | int, ...], value: Any
) -> None:
    """Each number of the text that could mislead a loop is held against the others."""
    path = tmp_path / "kept.counts"
    kept_state(path)
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    state = json.loads(parts["counts.json"])
    inner = state
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    parts["counts.json"] = json.dumps(state).encode()
    with zipfile.ZipFile(path, "w") as changed:
        for name, content in parts.items():
            changed.writestr(name, content)
    with pytest.raises(TableError, match="holds no counts"):
        RiskCoverageCounts.load(path)

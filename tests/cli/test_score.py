"""``qconf score``: files, folders and streams of new rows, and what is refused."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import CommandServer
from new_rows import features, fitted_model, new_rows

from qconf import ConfidentRegressor, load
from qconf.model.shadow import PredictionShadow
from qconf.saving.card import ModelCard
from qconf.saving.fingerprint import fingerprint_of
from qconf.saving.writing import save

N = 300


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, and new rows as files of several kinds and as a folder."""
    folder = tmp_path_factory.mktemp("kept")
    save(fitted_model(), folder / "avm.qconf")
    table = new_rows(N)
    table.to_parquet(folder / "new.parquet", index=False, row_group_size=70)
    table.to_csv(folder / "new.csv", index=False)
    table.to_csv(folder / "new.csv.gz", index=False)
    (folder / "new" / "more").mkdir(parents=True)
    for i, name in enumerate(["a", "b", "more/c"]):
        part = table.iloc[i * 100 : (i + 1) * 100]
        part.to_parquet(folder / "new" / f"{name}.parquet", index=False)
    return folder


@pytest.fixture
def place(kept: Path, tmp_path: Path) -> Path:
    """A copy of it, to be written to."""
    shutil.copytree(kept, tmp_path / "here", copy_function=shutil.copy2)
    return tmp_path / "here"


def expected() -> pd.DataFrame:
    model, table = fitted_model(), new_rows(N)
    prediction, std = model.predict(features(table), return_std=True)
    error = model.predict_error(features(table))
    return pd.DataFrame(
        {"id": table["id"], "prediction": prediction, "expected_error": error, "std": std}
    )


def check(scored: pd.DataFrame) -> None:
    whole = expected()
    pd.testing.assert_frame_equal(scored[list(whole)], whole, check_exact=True)
    assert list(scored)[1:] == ["prediction", "expected_error", "fsd", "std", "low", "high"]


def read(path: Path) -> pd.DataFrame:
    types = dict.fromkeys(["prediction", "expected_error", "std"], "float64")
    if path.suffix == ".parquet" or path.is_dir():
        table = pd.read_parquet(path, dtype_backend="numpy_nullable")
        return table.astype(types | {"id": "str"})
    # To the last digit: pandas 2 rounds what it reads as numbers itself.
    return pd.read_csv(path, dtype=dict.fromkeys([*types, "id"], str)).astype(types)


@pytest.mark.slow
@pytest.mark.parametrize("batch_rows", ["300", "41", "1000000"])
@pytest.mark.parametrize(
    ("table", "output"),
    [("new.parquet", "scored.parquet"), ("new.parquet", "scored.csv"), ("new.csv", "scored.csv.gz"),
     ("new.csv.gz", "scored.parquet")],
)  # fmt: skip
def test_scores_are_those_of_predict(
    server: CommandServer, place: Path, table: str, output: str, batch_rows: str
) -> None:
    """To the last bit, whatever the files are and however many rows are read at once."""
    command = ["score", "avm.qconf", table, "--output", output, "--keep", "id"]
    command += ["--batch-rows", batch_rows]
    done = server.run(place, command)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    check(read(place / output))
    assert "qconf: 300 rows scored in" in done.stderr


def test_from_standard_input_to_standard_output(server: CommandServer, place: Path) -> None:
    """As CSV; what is said stands beside it."""
    command = ["score", "avm.qconf", "-", "--output", "-", "--keep", "id", "--batch-rows", "50"]
    done = server.run(place, command, stdin=(place / "new.csv").read_bytes())
    assert done.returncode == 0, done.stderr
    (place / "piped.csv").write_text(done.stdout)
    check(read(place / "piped.csv"))
    packed = server.run(place, command, stdin=(place / "new.csv.gz").read_bytes())
    assert packed.stdout == done.stdout


@pytest.mark.parametrize("source", ["new", "new/**/*.parquet"])
def test_a_folder_part_by_part(server: CommandServer, place: Path, source: str) -> None:
    """Each file becomes one of the same name."""
    done = server.run(place, ["score", "avm.qconf", source, "--output", "out", "--keep", "id"])
    assert done.returncode == 0, done.stderr
    parts = [place / "out" / name for name in ("a.parquet", "b.parquet", "more/c.parquet")]
    check(pd.concat([read(part) for part in parts], ignore_index=True))
    assert sorted(path for path in (place / "out").rglob("*.*")) == parts


def test_what_folders_are_named_is_a_column(server: CommandServer, place: Path) -> None:
    """As it is when a table is read."""
    for zone, part in new_rows(N).groupby("zone"):
        (place / "zones" / f"zone={zone}").mkdir(parents=True)
        part.drop(columns="zone").to_parquet(place / "zones" / f"zone={zone}" / "x.parquet")
    done = server.run(
        place, ["score", "avm.qconf", "zones", "--output", "out", "--keep", "id,zone"]
    )
    assert done.returncode == 0, done.stderr
    scored = pd.read_parquet(place / "out")
    assert set(scored["zone"]) == set(new_rows(N)["zone"].dropna())
    wanted = expected().set_index("id")["prediction"]
    found = scored.set_index("id")["prediction"]
    assert len(found) == new_rows(N)["zone"].notna().sum()
    assert (wanted[found.index] == found).all()


def test_a_folder_of_text_becomes_one_of_parquet(server: CommandServer, place: Path) -> None:
    """Which keeps how far it is; what folders are named is a column, and files may be packed."""
    for at, (zone, part) in enumerate(new_rows(N).groupby("zone")):
        folder = place / "texts" / f"zone={zone}"
        folder.mkdir(parents=True)
        # What the folder says counts, as where a table is read.
        part.assign(zone="wrong").to_csv(folder / f"x.csv{'.gz' if at else ''}", index=False)
    command = ["texts", "--output", "out/", "--keep", "id,zone"]
    done = score(server, place, *command)
    assert done.returncode == 0, done.stderr
    parts = sorted((place / "out").rglob("*.*"))
    assert {part.name for part in parts} == {"x.parquet"}
    scored = pd.read_parquet(place / "out")
    assert set(scored["zone"]) == set(new_rows(N)["zone"].dropna())
    wanted = expected().set_index("id")["prediction"]
    found = scored.set_index("id")["prediction"]
    assert len(found) == new_rows(N)["zone"].notna().sum()
    assert (wanted[found.index] == found).all()
    parts[0].unlink()
    done = score(server, place, *command)
    n_done = len(parts) - 1
    assert f"qconf: {n_done} of {n_done + 1} parts were there already" in done.stderr
    pd.testing.assert_frame_equal(pd.read_parquet(place / "out"), scored)


def test_rows_of_text_that_are_put_aside(server: CommandServer, place: Path) -> None:
    """Their lines are told, also behind a field of several lines."""
    table = new_rows(20)
    table["note"] = ["two\nlines", *[""] * 19]
    table["area"] = table["area"].astype(object)
    table.loc[7, "area"] = "large"
    (place / "texts").mkdir()
    table.to_csv(place / "texts" / "a.csv", index=False)
    command = ["texts/*.csv", "--output", "out", "--keep", "id", "--on-error", "skip"]
    done = score(server, place, *command)
    assert done.returncode == 0, done.stderr
    assert "19 rows scored" in done.stderr
    [reason] = pd.read_csv(place / "out.REJECTED.csv")["reason"]
    assert reason.startswith("Row 8 (line 10) of 'texts/a.csv': The column 'area' must hold")
    assert "large" in table.to_csv(index=False).splitlines()[10 - 1]


def test_one_row_is_one_row(server: CommandServer, place: Path) -> None:
    """Not 1 rows."""
    new_rows(2).head(1).to_csv(place / "one.csv", index=False)
    done = score(server, place, "one.csv", "--output", "x.csv")
    assert "qconf: 1 row scored in" in done.stderr


def score(server: CommandServer, place: Path, *more: str) -> Any:
    return server.run(place, ["score", "avm.qconf", *more])


@pytest.mark.slow
def test_a_folder_goes_on_where_it_stopped(server: CommandServer, place: Path) -> None:
    """Parts that are there are left as they are; one of a changed input is made again."""
    command = ["new", "--output", "out", "--keep", "id"]
    score(server, place, *command)
    before = {path: path.read_bytes() for path in (place / "out").rglob("*.parquet")}
    (place / "out" / "b.parquet").unlink()
    times = (place / "out" / "a.parquet").stat().st_mtime_ns
    done = score(server, place, *command)
    assert "qconf: 2 of 3 parts were there already" in done.stderr
    assert "100 rows scored" in done.stderr
    assert "300 in all" in done.stderr
    assert {path: path.read_bytes() for path in (place / "out").rglob("*.parquet")} == before
    assert (place / "out" / "a.parquet").stat().st_mtime_ns == times
    new_rows(50, seed=9).to_parquet(place / "new" / "a.parquet")
    done = score(server, place, *command)
    assert "1 of 3 parts was made of an input that has changed since, and is made" in done.stderr
    assert pq.ParquetFile(place / "out" / "a.parquet").metadata.num_rows == 50


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [("model", "made by another model, such as 'a.parquet'"), ("options", "with other options"),
     ("stranger", "holds 'x.parquet', which is no part of this input"),
     ("own", "a.parquet': a file is there that qconf score did not make")],
)  # fmt: skip
def test_a_folder_of_another_run(
    server: CommandServer, place: Path, change: str, said: str
) -> None:
    """Its parts are neither mixed with these nor overwritten."""
    command = ["new", "--output", "out", "--keep", "id"]
    assert score(server, place, *command).returncode == 0
    if change == "model":
        save(fitted_model("log"), place / "avm.qconf")
    if change == "options":
        command[-1] = "id,zone"
    if change == "stranger":
        shutil.copy(place / "new.parquet", place / "out" / "x.parquet")
    if change == "own":
        shutil.copy(place / "new.parquet", place / "out" / "a.parquet")
    before = {path: path.read_bytes() for path in (place / "out").rglob("*.parquet")}
    done = score(server, place, *command)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Name another folder" in done.stderr
    assert {path: path.read_bytes() for path in (place / "out").rglob("*.parquet")} == before


def spoil(place: Path) -> None:
    """Make two rows that cannot be scored, in all kinds of files."""
    table = new_rows(N)
    table.loc[[41, 250], "area"] = np.inf
    table.to_parquet(place / "new.parquet", index=False)
    table.astype({"area": object}).replace({"area": {np.inf: 'big, "very"'}}).to_csv(
        place / "new.csv", index=False
    )
    for i, name in enumerate(["a", "b", "more/c"]):
        part = table.iloc[i * 100 : (i + 1) * 100]
        part.to_parquet(place / "new" / f"{name}.parquet", index=False)


@pytest.mark.slow
@pytest.mark.parametrize("table", ["new.parquet", "new.csv", "new"])
def test_rows_that_cannot_be_scored_are_put_aside(
    server: CommandServer, place: Path, table: str
) -> None:
    """With all their fields and the reason; the others are scored as ever."""
    spoil(place)
    output = "out" if table == "new" else "out.parquet"
    command = [
        table,
        "--output",
        output,
        "--keep",
        "id",
        "--on-error",
        "skip",
        "--batch-rows",
        "30",
    ]
    done = score(server, place, *command)
    assert done.returncode == 0, done.stderr
    assert "298 rows scored" in done.stderr
    assert "2 rejected (in 'out.REJECTED.csv')" in done.stderr
    aside = pd.read_csv(place / "out.REJECTED.csv", dtype=str)
    source = new_rows(N).iloc[[41, 250]]
    assert aside["id"].tolist() == source["id"].tolist()
    assert list(aside) == [*source.columns, "reason"]
    row, file = ("51", "new/more/c.parquet") if table == "new" else ("251", table)
    line = " (line 252)" if table == "new.csv" else ""
    assert aside["reason"][1].startswith(
        f"Row {row}{line} of '{file}': The column 'area' must hold finite"
    )
    paths = sorted((place / "out").rglob("*.parquet")) if table == "new" else [place / output]
    scored = pd.concat([read(path) for path in paths], ignore_index=True)
    check_rest = expected().drop(index=[41, 250]).reset_index(drop=True)
    pd.testing.assert_frame_equal(scored[list(check_rest)], check_rest, check_exact=True)
    if table == "new":
        (place / "out" / "_rejected" / "a.csv").unlink()  # its part is made again, and it with it
    again = score(server, place, *command)
    assert "2 rejected" in again.stderr
    assert len(pd.read_csv(place / "out.REJECTED.csv")) == 2


@pytest.mark.parametrize("table", ["new.parquet", "new.csv"])
def test_a_row_that_cannot_be_scored_stops(server: CommandServer, place: Path, table: str) -> None:
    """Nothing is written; the row and its column are named, and what to do."""
    spoil(place)
    (place / "out.csv").write_text("old")
    done = score(server, place, table, "--output", "out.csv")
    assert done.returncode == 2
    place_of = f"Row 42{' (line 43)' if table.endswith('csv') else ''} of '{table}'"
    assert f"{place_of}: The column 'area' must hold finite numbers; found" in done.stderr
    assert "--on-error skip" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (place / "out.csv").read_text() == "old"
    assert not list(place.glob(".qconf-*"))


REFUSED: list[tuple[list[str], str]] = [
    (["missing.parquet", "--output", "x.csv"], "There is no file 'missing.parquet'."),
    (["new.parquet", "--output", "x.json"], "told by the ending: .parquet, .pq"),
    (["new.parquet", "--output", "new.parquet"], "it is the table itself"),
    (["new.parquet", "--output", "link.parquet"], "it is the table itself"),
    (["new.parquet", "--output", "hard.parquet"], "it is the table itself"),
    (["new.parquet", "--output", "avm.qconf"], "it is the model itself"),
    (["new", "--output", "new"], "it would be read as a part|must not lie within each other"),
    (["new", "--output", "new/out"], "must not lie within each other"),
    (["new/more", "--output", "new"], "must not lie within each other"),
    (["new", "--output", "linked"], "'a.parquet' in it is a file of the input"),
    (["new", "--output", "new.csv"], "is several files: name a folder"),
    (["new", "--output", "-"], "is several files: name a folder"),
    (["twins", "--output", "out"], "'twins/a.csv' and 'twins/a.csv.gz' would both become 'a.parq"),
    (["books/*", "--output", "out"], "'books/a.xlsx' is neither: write it as one"),
    (["new.parquet", "--output", "x.csv", "--keep", "idd"], "no column 'idd' to keep.*'id'"),
    (["new.parquet", "--output", "x.csv", "--keep", "id", "--keep-all"], "give one of them"),
    (["new.parquet", "--output", "x.csv", "--on-error", "skip"], "name a column with --keep"),
    (["new.parquet", "--output", "x.csv", "--on-error", "ignore"], "one of stop, skip, got 'ign"),
    (["new.parquet", "--output", "x.csv", "--rejected", "y.csv"], "add --on-error skip"),
    (["-", "--output", "-", "--keep", "id", "--on-error", "skip"], "--rejected FILE"),
    (["new.parquet", "--output", "x.csv", "--keep", "id", "--on-error", "skip", "--rejected",
      "new.csv/x"], "Cannot write to 'new.csv/x'"),
    (["new.parquet", "--output", "x.csv", "--batch-rows", "0"], "whole number >= 1, got 0"),
    (["new.parquet", "--output", "x.csv", "--engine", "dask"], "scores the parts of a folder"),
    (["new", "--output", "out", "--engine", "spark"], "one of local, dask, dask:ADDRESS"),
    (["new.parquet", "--output", "x.csv", "--decimal", "x"], "--decimal must be"),
    (["named.parquet", "--output", "x.csv", "--keep-all"], "'low' of the table has the name of a"),
    (["lists.parquet", "--output", "x.csv", "--keep-all"], "'more' as CSV: it holds list"),
    (["text.parquet", "--output", "x.csv"], "'area' held numbers .* holds text .* now: write it"),
    (["short.parquet", "--output", "x.csv"], "no column 'rooms', which the model was fitted on"),
    (["broken.parquet", "--output", "x.csv"], "Cannot read 'broken.parquet' as Parquet"),
    (["new.parquet", "--output", "no/x.csv"], "there is no folder 'no'"),
    (["nwe.parquet", "--output", "x.csv"], "no file 'nwe.parquet'. Did you mean 'new.parquet'?"),
    (["avm.qconf", "--output", "x.csv"], "'avm.qconf' holds a model; name a table of new rows"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=lambda one: " ".join(one)[:40])
def test_what_is_refused(
    server: CommandServer, place: Path, arguments: list[str], message: str
) -> None:
    """One line that says what and what to do, status 2, and no file that was not there before."""
    table = new_rows(20)
    table.assign(low=1).to_parquet(place / "named.parquet")
    table.assign(more=pd.Series([[1]] * 20)).to_parquet(place / "lists.parquet")
    table.astype({"area": str}).to_parquet(place / "text.parquet")
    table.drop(columns="rooms").to_parquet(place / "short.parquet")
    (place / "broken.parquet").write_bytes((place / "new.parquet").read_bytes()[:-9])
    (place / "link.parquet").symlink_to("new.parquet")
    (place / "hard.parquet").hardlink_to(place / "new.parquet")
    (place / "twins").mkdir()
    (place / "books").mkdir()
    table.to_csv(place / "twins" / "a.csv")
    table.to_csv(place / "twins" / "a.csv.gz")
    (place / "books" / "a.xlsx").write_bytes(b"PK")
    (place / "linked").mkdir()
    (place / "linked" / "a.parquet").hardlink_to(place / "new" / "a.parquet")
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file()}
    done = score(server, place, *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert pd.Series([line]).str.contains(message)[0], line
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file()} == before


def test_the_card_says_how_text_is_read(server: CommandServer, place: Path) -> None:
    """A decimal comma of the fit is one of new rows, unless an option says otherwise."""
    card = ModelCard(reading={"decimal": ",", "separator": ";", "date_format": "%d.%m.%Y"})
    save(fitted_model(), place / "avm.qconf", card=card)
    table = new_rows(N).drop(columns="price")
    dates = {name: table[name].dt.strftime("%d.%m.%Y") for name in ("built", "sold_on")}
    table.assign(**dates).to_csv(place / "new.csv", index=False, sep=";", decimal=",")
    done = score(server, place, "new.csv", "--output", "x.csv", "--keep", "id")
    assert done.returncode == 0, done.stderr
    check(read(place / "x.csv"))
    done = score(server, place, "new.csv", "--output", "x.csv", "--decimal", ".")
    assert "'area' must hold finite numbers" in done.stderr


def test_a_changed_valuation_model_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the output is left; it can be scored all the same, with a warning."""
    from qconf.cli.app import run  # noqa: PLC0415
    from qconf.errors import TableError  # noqa: PLC0415
    from qconf.scoring import run as running  # noqa: PLC0415

    model, rows = fitted_model(), new_rows(600)
    seen = features(rows).drop(columns=["sold_on", "parcel"])
    shadow = PredictionShadow(random_state=0).fit(seen, 2 * model.predict(features(rows)))
    monkeypatch.setattr(model, "shadow_", shadow, raising=False)
    monkeypatch.setattr(running, "_opened", lambda *_: (model, ModelCard()))
    monkeypatch.chdir(place)
    for source, output in (("new.parquet", "x.parquet"), ("new", "out")):
        command = ["score", "avm.qconf", source, "--output", output]
        with pytest.raises(TableError, match=r"has changed: .* --changed-valuation-ok"):
            run(command)
        left = [place / output, *(place / output).rglob("*.parquet")]
        assert not any(path.is_file() for path in left)
        assert run([*command, "--changed-valuation-ok"]) == 0
        assert capsys.readouterr().err.count("warning: The valuation model has changed") == 1


def test_parts_of_an_earlier_run_stay_where_a_valuation_has_changed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may be last month's; the message counts them. Those of this run go."""
    from qconf.cli.app import run  # noqa: PLC0415
    from qconf.errors import TableError  # noqa: PLC0415
    from qconf.scoring import run as running  # noqa: PLC0415

    model, rows = fitted_model(), new_rows(600)
    monkeypatch.setattr(running, "_opened", lambda *_: (model, ModelCard()))
    monkeypatch.chdir(place)
    command = ["score", "avm.qconf", "new", "--output", "out"]
    assert run(command) == 0
    kept_part = (place / "out" / "more" / "c.parquet").read_bytes()
    (place / "out" / "a.parquet").unlink()
    (place / "out" / "b.parquet").unlink()
    seen = features(rows).drop(columns=["sold_on", "parcel"])
    shadow = PredictionShadow(random_state=0).fit(seen, 2 * model.predict(features(rows)))
    monkeypatch.setattr(model, "shadow_", shadow, raising=False)
    with pytest.raises(TableError, match=r"1 part of an earlier run is still in 'out': remove"):
        run(command)
    left = [path for path in (place / "out").rglob("*") if path.is_file()]
    assert left == [place / "out" / "more" / "c.parquet"]
    assert left[0].read_bytes() == kept_part


def test_warnings_are_said_once(server: CommandServer, place: Path) -> None:
    """Though each batch has its own numbers in them."""
    late = new_rows(N)
    late["sold_on"] += pd.to_timedelta(range(900, 900 + N), unit="D")
    late.to_parquet(place / "new.parquet")
    done = score(server, place, "new.parquet", "--output", "x.csv", "--batch-rows", "20")
    assert done.returncode == 0
    assert done.stderr.count("warning: The newest row is") == 1


def test_an_empty_part_is_a_part(server: CommandServer, place: Path) -> None:
    """Others write such parts."""
    schema = pq.read_schema(place / "new" / "a.parquet")
    pq.write_table(schema.empty_table(), place / "new" / "empty.parquet")
    done = score(server, place, "new", "--output", "out", "--keep", "id")
    assert done.returncode == 0, done.stderr
    assert pq.read_metadata(place / "out" / "empty.parquet").num_rows == 0


def test_a_closed_standard_output_is_no_matter_for_a_file(
    server: CommandServer, place: Path
) -> None:
    """Only what goes there needs it."""
    command = ["score", "avm.qconf", "new.csv", "--output"]
    done = server.run(place, [*command, "x.csv"], streams={1: None})
    assert done.returncode == 0, done.stderr
    done = server.run(place, [*command, "-"], streams={1: None})
    assert done.returncode == 2
    assert "Cannot write to standard output: it is closed" in done.stderr


def test_a_pipe_with_a_name_is_written_through(server: CommandServer, place: Path) -> None:
    """Its reader gets all of it, and it is a pipe still."""
    os.mkfifo(place / "pipe.csv")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((place / "pipe.csv").read_bytes()))
    reader.start()
    done = score(server, place, "new.parquet", "--output", "pipe.csv")
    reader.join(10)
    assert done.returncode == 0, done.stderr
    assert len(read[0].splitlines()) == N + 1
    assert (place / "pipe.csv").is_fifo()


def test_a_pipe_is_written_through(server: CommandServer, place: Path) -> None:
    """It is not replaced by a file."""
    done = server.run(place, ["score", "avm.qconf", "new.csv", "--output", "/dev/stdout"])
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == N + 1


def test_kept_columns_keep_their_types(server: CommandServer, place: Path) -> None:
    """All of them, from Parquet to Parquet."""
    done = score(server, place, "new.parquet", "--output", "x.parquet", "--keep-all")
    assert done.returncode == 0, done.stderr
    before, after = pq.read_table(place / "new.parquet"), pq.read_table(place / "x.parquet")
    assert after.select(before.column_names).equals(before)
    assert isinstance(after, pa.Table)


@pytest.fixture(scope="module")
def deciding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model that knows how errors are distributed, and has a certificate."""
    folder = tmp_path_factory.mktemp("deciding")
    table = new_rows(N)
    model = ConfidentRegressor(confidence="constant", folds=3, probabilities=True, random_state=0)
    model.fit(features(table), table["price"], time="sold_on", groups="parcel")
    cut_off = float(model.predict_error(features(table)).max())
    known = fingerprint_of(model, [])
    assert known is not None
    told = {"cut_off": cut_off, "model": known.digest}
    card = ModelCard(threshold=0.2, figures={"certificate": told})
    save(model, folder / "avm.qconf", card=card)
    save(fitted_model(), folder / "plain.qconf", card=ModelCard(threshold=0.2))
    table.to_parquet(folder / "new.parquet", index=False)
    (folder / "new").mkdir()
    table.to_parquet(folder / "new" / "a.parquet", index=False)
    return folder


@pytest.mark.slow
def test_decisions_are_columns(server: CommandServer, deciding: Path, tmp_path: Path) -> None:
    """Intervals at a chosen level, probabilities, own tiers and acceptance; alike in a folder."""
    asked = ["--keep", "id", "--interval", "0.5", "--tiers", "good=0.01,fair=0.99"]
    command = ["score", "avm.qconf", "new.parquet", "--output", str(tmp_path / "a.parquet"), *asked]
    done = server.run(deciding, command)
    assert done.returncode == 0, done.stderr
    scored = pd.read_parquet(tmp_path / "a.parquet")
    assert list(scored)[-4:] == ["p_within_10", "p_outlier", "tier", "accept"]
    assert scored["accept"].all()
    assert set(scored["tier"]) == {"fair"}
    low, high = load(deciding / "avm.qconf").predict_interval(features(new_rows(N)), 0.5)
    np.testing.assert_array_equal(scored[["low", "high"]], np.column_stack([low, high]))
    command = ["score", "avm.qconf", "new", "--output", str(tmp_path / "out"), *asked]
    assert server.run(deciding, command).returncode == 0
    assert server.run(deciding, command).returncode == 0
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "a.parquet"), scored)
    other = server.run(deciding, [*command[:-1], "good=0.5"])
    assert (other.returncode, "with other options" in other.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "asked", "said"),
    [
        ("avm", ["--tiers", "A:0.1"], "--tiers names tiers and limits, such as A=0.05,B=0.1"),
        ("avm", ["--tiers", "A=1.5"], "must lie strictly between 0 and 1"),
        ("avm", ["--interval", "1"], "confidence level"),
        ("plain", ["--interval", "0.5"], "An interval cannot be told"),
        ("plain", ["--tiers", "A=0.5"], "Tiers cannot be told"),
    ],
)
def test_decisions_that_cannot_be_told(
    server: CommandServer, deciding: Path, tmp_path: Path, model: str, asked: list[str], said: str
) -> None:
    """A line, and no file."""
    out = tmp_path / "a.csv"
    command = ["score", f"{model}.qconf", "new.parquet", "--output", str(out), *asked]
    done = server.run(deciding, command)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not out.exists()

"""Tables are read from where they are, and bad files are one clear line."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather

from qconf.errors import OptionError, QconfError, TableError
from qconf.tables.reading import read_table


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "price": [1.5, 2.5, np.nan],
            "zone": ["a", None, "c"],
            "sold_on": pd.to_datetime(["2020-01-01", "2020-02-01", "2021-03-01"]),
        }
    )


@pytest.mark.parametrize(
    "name", ["t.parquet", "t.pq", "t.feather", "t.csv", "t.csv.gz", "t.csv.xz", "t.zip", "t.tsv"]
)
def test_a_table_comes_back_as_it_was(name: str, frame: pd.DataFrame, tmp_path: Path) -> None:
    """Every kind of file gives the same values, dates as dates."""
    path = tmp_path / name
    if name.endswith(("parquet", "pq")):
        frame.to_parquet(path)
    elif name.endswith("feather"):
        frame.to_feather(path)
    else:
        inner = {"method": "zip", "archive_name": "t.csv"} if "zip" in name else "infer"
        separator = "\t" if "tsv" in name else ","
        frame.to_csv(path, index=False, sep=separator, compression=inner)  # type: ignore[arg-type]
    read = read_table(str(path))
    assert read.frame["sold_on"].tolist() == frame["sold_on"].tolist()
    np.testing.assert_array_equal(read.frame["price"], frame["price"])
    assert read.frame["zone"].isna().tolist() == [False, True, False]
    assert read.warnings == ()


def test_standard_input(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` is standard input, read by the same rules."""
    data = frame.to_csv(index=False, sep=";", decimal=",").encode("utf-16")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    read = read_table("-").frame
    assert read["price"].tolist()[:2] == [1.5, 2.5]
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(parquet.getvalue())))
    assert read_table("-").frame["price"].tolist()[:2] == [1.5, 2.5]
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(TableError, match="'standard input' is empty"):
        read_table("-")


def test_folders_and_globs(frame: pd.DataFrame, tmp_path: Path) -> None:
    """Files in a folder, below it, or matching a pattern are one table."""
    (tmp_path / "2021").mkdir()
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_parquet(tmp_path / "2021" / "b.parquet")
    (tmp_path / "notes.txt").write_text("not a table")
    assert len(read_table(str(tmp_path)).frame) == 6
    assert len(read_table(str(tmp_path / "*.parquet")).frame) == 3


def test_folders_of_csv(frame: pd.DataFrame, tmp_path: Path) -> None:
    """Columns may stand in another order and be separated otherwise, but must be the same."""
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame[frame.columns[::-1]].to_csv(tmp_path / "b.csv", index=False, sep=";")
    read = read_table(str(tmp_path)).frame
    assert read["zone"].dropna().tolist() == ["a", "c", "a", "c"]
    assert read["price"].dropna().tolist() == [1.5, 2.5, 1.5, 2.5]
    frame.drop(columns="zone").to_csv(tmp_path / "c.csv", index=False)
    with pytest.raises(TableError, match=r"'.*c\.csv' has no column 'zone'"):
        read_table(str(tmp_path))


def test_an_index_is_not_lost(frame: pd.DataFrame, tmp_path: Path) -> None:
    """A named index of pandas is a column of the file; a nameless one is not."""
    frame.set_index("zone").to_parquet(tmp_path / "named.parquet")
    frame.iloc[::-1].to_parquet(tmp_path / "nameless.parquet")
    assert set(read_table(str(tmp_path / "named.parquet")).frame) == {"price", "sold_on", "zone"}
    assert set(read_table(str(tmp_path / "nameless.parquet")).frame) == {"price", "sold_on", "zone"}


DAY = pd.Timestamp("2031-11-03")
#: Text as people keep it, what has to be said about it, and its first row.
KINDS: dict[str, tuple[str, dict[str, Any], list[Any]]] = {
    "semicolons": ("kind;rent\nflat;410\nhouse;900\n", {}, ["flat", 410]),
    "decimal commas": ("rain;rent\n6,1;1.234,5\n0,7;8,5\n", {}, [6.1, 1234.5]),
    "quoted decimal commas": ('rain,beds\n"6,15",2\n"0,7",3\n', {}, [6.15, 2]),
    "tabs": ("kind\trent\nflat, old\t410\nhouse, new\t900\n", {}, ["flat, old", 410]),
    "pipes": ("kind|rent\nflat|410\n", {}, ["flat", 410]),
    "aligned": (" rooms   rent\n     2    410\n    12    900\n", {}, [2, 410]),
    "spaces in names": ('job, pay \ncook,"40,500"\ncook,"41,000"\n', {}, ["cook", 40500]),
    "currency": ('pay,job\n"$44,000",cook\n"$45,500",cook\n', {}, [44000, "cook"]),
    "lines in quotes": ('"kind,rent"\n"flat,410"\n', {}, ["flat", 410]),
    "commas at the end": ("rent,area\n410,34.5,\n900,68.56,\n", {}, [410, 34.5]),
    "month names": ('day,rent\n"Nov 3, 2031 0:00:00",410\n', {}, [DAY, 410]),
    "two-digit years": ("day,rent\n3-Nov-31,410\n", {}, [DAY, 410]),
    "day first": ("day,rent\n03/11/2031,410\n28/11/2031,420\n", {}, [DAY, 410]),
    "month first": ("day,rent\n11/03/2031,410\n11/28/2031,420\n", {}, [DAY, 410]),
    "day first, said": ("day,rent\n03/11/2031,410\n", {"day_first": True}, [DAY, 410]),
    "month first, said": ("day,rent\n11/03/2031,410\n", {"day_first": False}, [DAY, 410]),
    "a format, said": ("day,rent\n2031_03_11,410\n", {"date_format": "%Y_%d_%m"}, [DAY, 410]),
    "zip codes, said": ("zip,rent\n98101,410\n", {"text": ["zip"]}, ["98101", 410]),
    "R": ('"kind" "rent"\n"1" "flat" 410\n"2" "house" 900\n', {}, ["flat", 410]),
    "Excel's hint": ("sep=;\r\nkind;rent\r\nflat;410\r\n", {}, ["flat", 410]),
    "two separators, said": ("a,b;c\n1,2;3\n", {"separator": ";", "text": ["a,b"]}, ["1,2", 3]),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", KINDS)
def test_files_as_people_keep_them(kind: str, encoding: str, tmp_path: Path) -> None:
    """The first row comes out right, whatever wrote the file."""
    text, options, row = KINDS[kind]
    path = write(tmp_path / "t.csv", text.encode(encoding))
    assert read_table(path, **options).frame.iloc[0].tolist() == row


def test_summer_and_winter_time(tmp_path: Path) -> None:
    """A column that crosses the change of clocks is in UTC."""
    text = "day,rent\n2031-10-25T12:00+02:00,410\n2031-10-27T12:00+01:00,420\n"
    read = read_table(write(tmp_path / "t.csv", text.encode())).frame["day"]
    assert read.diff()[1] == pd.Timedelta(49, "h")


def test_options_reach_parquet(tmp_path: Path) -> None:
    """Text in a typed file is left alone, until an option says how to read it."""
    path = str(tmp_path / "t.parquet")
    columns = {"in": ["03/11/2031", None], "rent": ["1.234,50", "8,5"], "zip": [98101, 2139]}
    pd.DataFrame(columns).to_parquet(path)
    assert read_table(path).frame["in"][0] == "03/11/2031"
    read = read_table(path, day_first=True, text=["zip"]).frame
    assert read["in"].tolist()[0] == pd.Timestamp("2031-11-03")
    assert read["in"].isna().tolist() == [False, True]
    assert read["zip"].tolist() == ["98101", "2139"]
    assert read["rent"][0] == "1.234,50"
    assert read_table(path, date_format="%m/%d/%Y").frame["in"][0] == pd.Timestamp("2031-03-11")
    assert read_table(path, decimal=",").frame["rent"].tolist() == [1234.5, 8.5]
    with pytest.raises(TableError, match="no column 'zipp' to read as text"):
        read_table(path, text=["zipp"])
    with pytest.raises(TableError, match="fits no column"):
        read_table(path, date_format="%Y")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("t.parquet", {"separator": ";"}),
        ("t.parquet", {"sheet": "May"}),
        ("t.csv", {"sheet": "May"}),
        ("t.feather", {"separator": ";"}),
        ("t.xlsx", {"encoding": "utf-8"}),
    ],
)
def test_options_of_other_files(
    name: str, options: dict[str, Any], frame: pd.DataFrame, tmp_path: Path
) -> None:
    """An option that means nothing for a kind of file is not passed over."""
    path = tmp_path / name
    getattr(frame, f"to_{path.suffix[1:].replace('xlsx', 'excel')}")(path)
    with pytest.raises(OptionError, match=f"--{next(iter(options))} does not belong"):
        read_table(str(path), **options)


@pytest.mark.parametrize(
    ("values", "is_date"),
    [
        (["2020-01-01", "", "2020-01-03"], True),
        (["2020-01-01T10:00:00", "2020-01-01 11:30", "2020-01-02"], True),
        (["20141013T000000", "20141014T000000", ""], True),
        (["2020-01-01", "soon", "2020-01-03"], False),
        (["2020-13-45", "2020-01-01", ""], False),
        (["98101", "98102", ""], False),
    ],
)
def test_iso_dates_in_csv(values: list[str], is_date: bool, tmp_path: Path) -> None:
    """A column is dates only if each of its values is one."""
    path = tmp_path / "t.csv"
    path.write_text("d,x\n" + "".join(f"{value},1\n" for value in values))
    assert pd.api.types.is_datetime64_any_dtype(read_table(str(path)).frame["d"].dtype) is is_date


def write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.parquet", b"not parquet", "as Parquet"),
        ("t.parquet", b"", "as Parquet"),
        ("t.csv", b"", "is empty"),
        ("t.csv", b"a,b\n", "is empty: 0 rows"),
        ("t.csv", b"a,b\n1,2\n1,2,3\n", "as CSV"),
        ("t.csv", b"\xff\xfea,b", "as CSV"),
        ("t.csv.gz", b"not gzip", "Cannot unpack"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "Cannot unpack"),
        ("t.xlsx", b"PK", "as an Excel workbook"),
    ],
)
def test_unreadable_files_are_one_line(
    name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    """Whatever is wrong with the file, the message is a line that names it."""
    path = write(tmp_path / name, content)
    with pytest.raises(TableError, match=words) as caught:
        read_table(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_tables(tmp_path: Path) -> None:
    """An empty folder is said to be one."""
    with pytest.raises(TableError, match="holds no Parquet files, and no CSV files"):
        read_table(str(tmp_path))


LETTERS = "abcxyzäé,;|\t'\"\n .-"
TEXTS = st.text(LETTERS, max_size=6).map(lambda text: f"x{text}".strip())
DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%d %b %Y", "%B %d, %Y %H:%M"]


@pytest.mark.slow
@settings(max_examples=150)
@given(
    rows=st.lists(
        st.tuples(
            st.decimals(-(10**6), 10**6, places=3),
            st.integers(-(10**9), 10**9),
            TEXTS,
            st.dates(datetime(1990, 1, 1).date(), datetime(2060, 1, 1).date()),
        ),
        min_size=1,
        max_size=8,
    ),
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    grouped=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    trailing=st.booleans(),
    date_format=st.sampled_from(DATE_FORMATS),
)
def test_written_in_any_way_a_table_comes_back_or_is_doubted(
    rows: list[tuple[Any, int, str, Any]],
    separator: str,
    decimal: str,
    grouped: bool,
    encoding: str,
    quoting: Any,
    trailing: bool,
    date_format: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Each column is what was written, or a warning or an error names it: never another table."""
    thousands = {".": ",", ",": "."}[decimal] if grouped else ""
    marks = str.maketrans({",": thousands, ".": decimal})
    written = [
        [f"{number:,.3f}".translate(marks), str(count), text, day.strftime(date_format)]
        for number, count, text, day in rows
    ]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, quoting=quoting, lineterminator="\n")
    writer.writerow(["number", "count", "text", "day"])
    writer.writerows([*row, ""] if trailing else row for row in written)
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    try:
        read = read_table(str(path))
    except QconfError as error:
        assert "--" in str(error)  # noqa: PT017 - refused, with what to type
        return
    expected = {
        "number": [float(row[0]) for row in rows],
        "count": [row[1] for row in rows],
        "text": [row[2] for row in rows],
        "day": [pd.Timestamp(row[3]) for row in rows],
    }
    assert list(read.frame) == list(expected)
    for name, values in expected.items():
        doubted = any(f"'{name}'" in warning for warning in read.warnings)
        assert doubted or read.frame[name].tolist() == values, read.warnings


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "feather"])
def test_names_that_differ_by_outer_spaces(ending: str, tmp_path: Path) -> None:
    """The second gets a name of its own, with a warning, whatever the file."""
    path = tmp_path / f"t.{ending}"
    table = pd.DataFrame({"fsd": [1.0, 2.0], " zone": ["a", "b"], " fsd ": [3.0, 4.0]})
    if ending == "csv":
        table.to_csv(path, index=False)
    elif ending == "xlsx":
        table.to_excel(path, index=False)
    else:
        getattr(table, f"to_{ending}")(path)
    read = read_table(str(path))
    assert list(read.frame.columns) == ["fsd", "zone", "fsd.1"]
    assert read.frame["fsd"].tolist() == [1.0, 2.0]
    assert read.warnings == (
        "Two columns are named 'fsd'; the second is called 'fsd.1'. Rename one of them.",
    )


def test_a_name_without_outer_spaces_is_kept(tmp_path: Path) -> None:
    """In Parquet, where names are told exactly, whichever comes first."""
    path = tmp_path / "t.parquet"
    pd.DataFrame({" price": [1.0], "price": [2.0], "price.1": [3.0]}).to_parquet(path)
    read = read_table(str(path)).frame
    assert read.to_dict("list") == {"price.2": [1.0], "price": [2.0], "price.1": [3.0]}


def test_two_columns_of_one_name_in_columnar_files(tmp_path: Path) -> None:
    """Which is meant cannot be told: Parquet and Feather say so in the same words."""
    path = tmp_path / "t.parquet"
    table = pa.table([pa.array([1.0]), pa.array([2.0])], names=["fsd", "fsd"])
    pq.write_table(table, path)
    feather.write_feather(table, tmp_path / "t.feather")
    for file in (path, tmp_path / "t.feather"):
        with pytest.raises(
            TableError, match=r"two columns named 'fsd'; names must differ\. Rename"
        ):
            read_table(str(file))

"""Whatever is wrong with the input, the command says it in one line and writes nothing.

Each case runs the real command in a process of its own.
"""

# ruff: noqa: E501 - a case is a line, so that the list can be read

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

# fmt: off
#: What is typed after ``qconf`` (in the folder that `folder` makes), and what must be in the line.
CASES: dict[str, tuple[str, str]] = {
    # the simulation
    "too few replicates": ("simulate --replicates 5", "must be from 10 to 400,000, got 5"),
    "too many replicates": ("simulate --replicates 4000000", "got 4,000,000"),
    "one bootstrap replicate": ("simulate --replicates 10 --bootstrap 1", "from 2 to 1000, got 1"),
    "no spread": ("simulate --replicates 10 --group-mean-sd 0", "must be greater than 0, got 0.0"),
    "spread is a word": ("simulate --group-mean-sd wide", "--group-mean-sd"),
    "simulation's seed": ("simulate --replicates 10 --seed=-3", "must be an integer from 0 to 2**32 - 1, got -3"),
    "simulation's format": ("simulate --format xml", "table, json, csv, got 'xml'"),
    "plots into a file": ("simulate --replicates 10 --plots sales.csv", "it is a file; name a folder"),
    "plots nowhere": ("simulate --replicates 10 --plots nowhere/pictures", "there is no folder 'nowhere'"),
    # the program and its options
    "unknown command": ("compera sales.csv", "Did you mean 'compare'"),
    "unknown option": ("compare sales.csv --targt price", "--targt"),
    "option without value": ("compare sales.csv --target", "requires an argument"),
    "two tables": ("compare sales.csv sales.parquet --target price", "unexpected extra argument"),
    "no table": ("compare --target price", "Name a table"),
    "table and example": ("compare sales.csv --example archetypes", "Not both"),
    "unknown example": ("compare --example kings", "There are: archetypes, king-county"),
    "no target": ("compare sales.csv", "--target"),
    "threshold is a word": ("compare sales.csv --target price --threshold low", "--threshold"),
    "threshold zero": ("compare sales.csv --target price --threshold 0", "must be a finite number > 0"),
    "threshold negative": ("compare sales.csv --target price --threshold=-0.1", "got -0.1"),
    "threshold nan": ("compare sales.csv --target price --threshold nan", "got nan"),
    "threshold infinite": ("compare sales.csv --target price --threshold inf", "got inf"),
    "absolute without threshold": ("compare sales.csv --target price --error absolute", "needs a threshold"),
    "unknown error scale": ("compare sales.csv --target price --error relativ", "Did you mean 'relative'"),
    "fraction zero": ("compare sales.csv --target price --fraction 0", "fraction must lie in"),
    "fraction in percent": ("compare sales.csv --target price --fraction 10", "got 10.0"),
    "one fold": ("compare sales.csv --target price --folds 1", "at least 2"),
    "two folds": ("compare sales.csv --target price --folds 2", "at least 3 folds"),
    "folds is no integer": ("compare sales.csv --target price --folds 2.5", "--folds"),
    "more folds than rows": ("compare sales.csv --target price --folds 999", "found 120"),
    "seed is no integer": ("compare sales.csv --target price --seed abc", "--seed"),
    "seed negative": ("compare sales.csv --target price --seed=-1", "seed must be an integer"),
    "unknown format": ("compare sales.csv --target price --format jsn", "Did you mean 'json'"),
    "no estimators": ("compare sales.csv --target price --estimators ,", "At least one estimator"),
    "unknown estimator": ("compare sales.csv --target price --estimators residul", "Did you mean 'residual'"),
    "estimator twice": ("compare sales.csv --target price --estimators count,count", "named twice"),
    "estimator with argument": ("compare sales.csv --target price --estimators count:3", "cannot be made"),
    "column without name": ("compare sales.csv --target price --estimators column:", "ends in a colon"),
    # files
    "missing file": ("compare sale.csv --target price", "Did you mean 'sales.csv'"),
    "missing folder": ("compare nowhere/sales.csv --target price", "no folder 'nowhere'"),
    "pattern without match": ("compare no*.parquet --target price", "No file matches"),
    "folder without tables": ("compare empty --target price", "no Parquet files"),
    "unknown ending": ("compare sales.doc --target price", "Cannot tell what"),
    "not a workbook": ("compare sales.xlsx --target price", "as an Excel workbook"),
    "a pickle": ("compare sales.pkl --target price", "runs code when it is opened"),
    "an address": ("compare https://example.org/sales.csv --target price", "download the file first"),
    "a name too long": (f"compare {'a' * 300}.csv --target price", "File name too long"),
    "cut gzip": ("compare cut.csv.gz --target price", "Cannot unpack 'cut.csv.gz'"),
    "two separators": ("compare both.csv --target price", "say which with --separator"),
    "header too short": ("compare short.csv --target price", "line 2 has 4 fields, the header 2"),
    "title above the names": ("compare title.csv --target price", "tail -n +2"),
    "doubtful thousands": ("compare thousands.csv --target price", "--decimal . or --decimal ,"),
    "wrong encoding": ("compare sales.csv --target price --encoding utf-32", "not in the encoding utf-32"),
    # how to read
    "unknown encoding": ("compare sales.csv --target price --encoding utf-9", "no encoding 'utf-9'"),
    "long separator": ("compare sales.csv --target price --separator ab", "--separator must be"),
    "unknown decimal": ("compare sales.csv --target price --decimal x", "--decimal must be"),
    "unknown date code": ("compare sales.csv --target price --date-format %q", "'%q' is none"),
    "useless date format": ("compare sales.csv --target price --date-format %d.%m.%Y", "fits no column"),
    "unknown text column": ("compare sales.csv --target price --text zonne", "Did you mean 'zone'"),
    "separator of Parquet": ("compare sales.parquet --target price --separator ;", "another kind of file"),
    "sheet of CSV": ("compare sales.csv --target price --sheet May", "another kind of file"),
    "text of an example": ("compare --example archetypes --text group", "--text says how a file is read"),
    "no ending": ("compare sales --target price", "Cannot tell what"),
    "empty file": ("compare nothing.csv --target price", "is empty"),
    "header only": ("compare header.csv --target price", "0 rows"),
    "ragged lines": ("compare ragged.csv --target price", "as CSV"),
    "not text": ("compare binary.csv --target price", "as CSV"),
    "not parquet": ("compare fake.parquet --target price", "as Parquet"),
    "empty parquet": ("compare zero.parquet --target price", "0 rows"),
    "unlike parts": ("compare parts --target price", "as Parquet"),
    "empty standard input": ("compare - --target price", "'standard input' is empty"),
    # columns
    "unknown target": ("compare sales.csv --target pirce", "Did you mean 'price'"),
    "unknown time": ("compare sales.csv --target price --time sold", "Did you mean 'sold_on'"),
    "unknown group": ("compare sales.csv --target price --group parsel", "Did you mean 'parcel'"),
    "unknown prediction": ("compare sales.csv --target price --prediction amv", "Did you mean 'avm'"),
    "unknown feature": ("compare sales.csv --target price --features area,roms", "Did you mean 'rooms'"),
    "unknown dropped column": ("compare sales.csv --target price --drop zonne", "Did you mean 'zone'"),
    "unknown score column": ("compare sales.csv --target price --estimators column:fds", "Did you mean 'fsd'"),
    "target as feature": ("compare sales.csv --target price --features area,price", "among the features"),
    "target as prediction": ("compare sales.csv --target price --prediction price", "cannot be the prediction"),
    "target as time": ("compare sales.csv --target price --time price", "cannot be the time"),
    "target as group": ("compare sales.csv --target price --group price", "cannot be the group"),
    "target as score": ("compare sales.csv --target price --estimators column:price", "score of itself"),
    "no feature left": ("compare sales.csv --target price --features area --drop area", "No feature is left"),
    "feature named prediction": ("compare named.csv --target price", "--prediction prediction"),
    # values
    "target of words": ("compare sales.csv --target zone", "must be numbers"),
    "target with two units": ("compare units.csv --target price", "the first is '$5'"),
    "target of dates": ("compare sales.csv --target sold_on", "must be numbers"),
    "constant target": ("compare sales.csv --target one", "constant"),
    "missing target": ("compare gaps.csv --target price", "Too few rows: 20"),
    "infinite target": ("compare infinite.csv --target price", "must be finite"),
    "zero target": ("compare zero.csv --target price", "needs a positive target"),
    "negative target on log scale": ("compare minus.csv --target price --error log", "log error needs a positive"),
    "few rows": ("compare few.csv --target price", "at least 50"),
    "infinite feature": ("compare feature.csv --target price", "--drop area"),
    "prediction of words": ("compare sales.csv --target price --prediction zone", "prediction must be numbers"),
    "infinite prediction": ("compare guess.csv --target price --prediction avm", "prediction must be finite"),
    "negative prediction on log scale": ("compare below.csv --target price --prediction avm --error log", "positive prediction"),
    "time of words": ("compare sales.csv --target price --time zone", "dates in one format"),
    "time with two readings": ("compare orders.csv --target price --time sold_on", "--day-first"),
    "time with one bad value": ("compare clock.csv --target price --time sold_on", "the first is 'soon'"),
    "few distinct times": ("compare sales.csv --target price --time year", "distinct times, found 2"),
    "few groups": ("compare sales.csv --target price --group year", "groups, found 2"),
    "score of words": ("compare sales.csv --target price --estimators column:zone", "must hold numbers"),
    "negative score": ("compare score.csv --target price --estimators column:fsd", "values are negative"),
    "score without values": ("compare hollow.csv --target price --estimators column:fsd", "has no values"),
    # output
    "output is a folder": ("compare sales.csv --target price --output empty", "it is a folder"),
    "output in no folder": ("compare sales.csv --target price --output nowhere/out.json", "no folder 'nowhere'"),
}
# fmt: on


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a good table and many bad ones."""
    path = tmp_path_factory.mktemp("tables")
    good = sales_table(120)
    good["avm"], good["fsd"], good["one"] = good["price"] * 1.1, 0.1, 1.0
    good["year"] = good["sold_on"].dt.year
    good.to_parquet(path / "sales.parquet")
    first = good.index == 0
    tables = {
        "sales": good,
        "named": good.rename(columns={"avm": "prediction"}),
        "units": good.assign(price=["$5", "\u20ac5"] * 60),
        "thousands": good[["zone"]].assign(price="1,234"),
        "orders": good.assign(sold_on=["05/01/2031", "12/02/2031"] * 60),
        "gaps": good.assign(price=good["price"].where(good.index < 20)),
        "infinite": good.assign(price=good["price"].where(~first, np.inf)),
        "zero": good.assign(price=good["price"].where(~first, 0.0)),
        "minus": good.assign(price=good["price"].where(~first, -1.0)),
        "few": good[:30],
        "feature": good.assign(area=good["area"].where(~first, np.inf)),
        "guess": good.assign(avm=good["avm"].where(~first, np.inf)),
        "below": good.assign(avm=good["avm"].where(~first, -1.0)),
        "clock": good.assign(sold_on=good["sold_on"].astype(str).where(~first, "soon")),
        "score": good.assign(fsd=good["fsd"].where(~first, -0.1)),
        "hollow": good.assign(fsd=np.nan),
        "header": good[:0],
    }
    for name, table in tables.items():
        separator = ";" if name == "thousands" else ","
        table.to_csv(path / f"{name}.csv", index=False, sep=separator)
    good[:0].to_parquet(path / "zero.parquet")
    for name, content in {
        "sales.xlsx": b"PK",
        "sales.doc": b"",
        "sales.pkl": b"",
        "cut.csv.gz": gzip.compress(b"price,area\n1,2\n" * 99)[:-20],
        "both.csv": b"price,area;zone\n1,2;3\n",
        "short.csv": b"price,area\n1,2,3,4\n",
        "title.csv": b"Sales of May\nprice,area,zone\n1,2,3\n4,5,6\n",
        "sales": b"",
        "nothing.csv": b"",
        "ragged.csv": b"price,area\n1,2\n1,2,3\n",
        "binary.csv": bytes(range(256)),
        "fake.parquet": b"not parquet",
    }.items():
        (path / name).write_bytes(content)
    (path / "empty").mkdir()
    (path / "parts").mkdir()
    pd.DataFrame({"price": [1.0]}).to_parquet(path / "parts" / "a.parquet")
    pd.DataFrame({"price": [["x"]]}).to_parquet(path / "parts" / "b.parquet")
    return path


def qconf(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qconf", *arguments],
        cwd=folder,
        input="",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_one_line_and_no_file(name: str, folder: Path) -> None:
    """Exit status 2, one line on standard error, nothing on standard output, no file."""
    typed, words = CASES[name]
    output = folder / f"{name.replace(' ', '_')}.json"
    arguments = typed.split()
    if "--output" not in arguments and len(arguments) > 2 and "option" not in name:
        arguments += ["--output", str(output)]
    before = sorted(folder.iterdir())
    done = qconf(folder, arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("qconf: ")
    assert words in done.stderr
    assert not output.exists()
    left_over = set(folder.iterdir()) - set(before)
    assert not [path for path in left_over if path.suffix == ".tmp"]


def test_at_least_sixty_cases() -> None:
    """The list does not shrink unseen."""
    assert len(CASES) >= 60


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_output_in_a_folder_that_is_not_ours(folder: Path) -> None:
    """A folder without write permission is named before any work is done."""
    locked = folder / "locked"
    locked.mkdir(mode=0o500)
    done = qconf(folder, ["compare", "sales.csv", "--target", "price", "--output", "locked/o.csv"])
    assert done.returncode == 2
    assert "is not writable" in done.stderr


def test_debug_shows_the_traceback(folder: Path) -> None:
    """With ``--debug`` the whole story is told."""
    done = qconf(folder, ["compare", "sales.csv", "--target", "pirce", "--debug"])
    assert done.returncode != 0
    assert "Traceback" in done.stderr
    assert "Did you mean 'price'" in done.stderr

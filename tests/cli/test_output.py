"""The one place where results leave the program."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from qconf.cli.output import check_output, write_result
from qconf.errors import OptionError, OutputError

NAME = "a\x1b[31m\nb"


class Found:
    """A result with a name that is other people's."""

    @property
    def table(self) -> pd.DataFrame:
        return pd.DataFrame({"value": [1.0]}, index=pd.Index([NAME], name="name"))

    def to_dict(self) -> dict[str, Any]:
        return {"name": NAME, "values": [float("nan"), 1.0, {"inner": float("inf")}]}


def as_table(found: Found) -> str:
    return f"──{found.table.shape[0]}──\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_holds_what_was_found(tmp_path: Path) -> None:
    """In UTF-8, whatever the terminal; names as they are, and JSON without NaN."""
    for format_name in ("table", "json", "csv"):
        write_result(Found(), as_table, format_name, str(tmp_path / format_name))
    assert (tmp_path / "table").read_bytes() == "──1──\n".encode()
    found = json.loads((tmp_path / "json").read_text())
    assert found == {"name": NAME, "values": [None, 1.0, {"inner": None}]}
    assert pd.read_csv(tmp_path / "csv")["name"].tolist() == [NAME]


def test_a_terminal_is_not_commanded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would do something to it is written out, in every format."""
    for format_name in ("json", "csv"):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        write_result(Found(), as_table, format_name, None)
        assert "\x1b" not in terminal.getvalue()
        assert "x1b[31m" in terminal.getvalue() or "u001b[31m" in terminal.getvalue()


@pytest.mark.parametrize("output", [None, "-"])
def test_standard_output_has_two_names(
    output: str | None, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """None and ``-``, as for the table that is read."""
    monkeypatch.chdir(tmp_path)
    check_output("table", output)
    write_result(Found(), as_table, "table", output)
    assert capsys.readouterr().out == "──1──\n"
    assert not list(tmp_path.iterdir())


def test_checks_come_before_the_work(tmp_path: Path) -> None:
    """A format that is none, with each choice once; and a file that is read."""
    with pytest.raises(OptionError) as raised:
        check_output("tab", None)
    assert str(raised.value) == (
        "The format must be one of table, json, csv, got 'tab'. Did you mean 'table'?"
    )
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(OutputError, match="the table itself"):
        check_output("csv", str(tmp_path / "a.csv"), [str(tmp_path / "a.csv")])

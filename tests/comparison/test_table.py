"""A comparison shows itself as the command does."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from worlds import sales_table

from qconf import Comparison, compare
from qconf.cli.main import main
from qconf.evaluation.metrics.row_metric import RowMetric

OPTIONS = {"estimators": ["count", "column:<b>fsd</b>"], "metrics": ["ppe10", "bias"]}


def without_seconds(text: str) -> list[str]:
    """Leave out what hangs on the clock."""
    return [line.rstrip(" 0123456789.") for line in text.splitlines() if "Seconds" not in line]


@pytest.fixture(scope="module")
def result() -> Comparison:
    table = sales_table(200).assign(**{"<b>fsd</b>": lambda t: t["area"] / 1000})
    return compare(table, "price", **OPTIONS)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("columns", ["80", "100"])
def test_print_is_what_the_command_prints(
    columns: str,
    result: Comparison,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Line by line, as wide as the terminal is."""
    monkeypatch.setenv("COLUMNS", columns)
    table = sales_table(200).assign(**{"<b>fsd</b>": lambda t: t["area"] / 1000})
    table.to_parquet(tmp_path / "t.parquet")
    typed = ["compare", str(tmp_path / "t.parquet"), "--target", "price"]
    named = [f"--{name}={','.join(values)}" for name, values in OPTIONS.items()]
    with pytest.raises(SystemExit):
        main([*typed, *named])
    printed = capsys.readouterr().out
    print(result)  # noqa: T201 - this is what is tested
    assert without_seconds(capsys.readouterr().out) == without_seconds(printed)
    assert "PPE10 (95 %)" in printed


def test_repr_is_one_short_line(result: Comparison) -> None:
    """How many, on what, and the best."""
    assert repr(result).startswith("<Comparison of 2 estimators on 200 rows; best: ")
    assert result.best in repr(result)
    assert len(repr(result)) < 120
    assert "\n" not in repr(result)


def test_notebooks_get_the_same_as_escaped_html(result: Comparison) -> None:
    """Two tables, every estimator in both, and a name that is markup is text."""
    html = result._repr_html_()
    assert "<b>" not in html
    tables = ET.fromstring(html.replace("<br>", "<br/>")).findall("table")  # noqa: S314 - our own
    assert len(tables) == 2
    for table in tables:
        names = [row[0].text for row in table.findall("tbody/tr")]
        assert names[:2] == [one.name for one in result.ranking]
    assert [one.text for one in tables[0].findall("thead/tr/th")][-1] == "seconds"
    assert result.verdict in "".join(ET.fromstring(html.replace("<br>", "<br/>")).itertext())  # noqa: S314


def test_plot_shows_every_estimator(result: Comparison) -> None:
    """In both pictures, each with a line of its own."""
    mpl.use("agg")
    for kind in ("risk-coverage", "calibration"):
        display = result.plot(kind)
        assert list(display.lines_) == [one.name for one in result.ranking]
    plt.close("all")


def test_long_labels_of_metrics_leave_room_for_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are folded; every estimator's name stands beside every number."""
    monkeypatch.setenv("COLUMNS", "100")
    long = [
        RowMetric(
            f"m{k}", f"share of rows that are off by more than {k} %", "x", lambda r, _: r > 0
        )
        for k in (25, 30, 35)
    ]
    of = compare(
        sales_table(200), "price", estimators=["count", "constant"], metrics=long, n_resamples=5
    )
    lines = str(of).splitlines()
    for name in ("count", "constant", "(all rows)"):
        (told,) = [one for one in lines if one.strip().startswith(name) and one.count(" to ") == 3]
        assert "\u2026" not in told

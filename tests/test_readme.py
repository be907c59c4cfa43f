"""What README says can be typed can be typed."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pandas as pd
from worlds import sales_table

from qconf.cli.compare import compare_command
from qconf.cli.simulate import simulate_command
from qconf.registry import BUILT_IN

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_option_exists() -> None:
    """Each ``--option`` of the text is one of a command."""
    known = {"format", "help"}
    for command in (compare_command, simulate_command):
        known |= set(inspect.signature(command).parameters)
    for option in re.findall(r"--([a-z][a-z-]*)[ `]", README):
        assert option.replace("-", "_") in known, f"--{option}"


def test_every_built_in_estimator_is_explained() -> None:
    """The table of estimators has a row for each name."""
    for name in BUILT_IN:
        assert re.search(rf"^\| `{name}(:NAME)?` \|", README, flags=re.MULTILINE)


def test_both_commands_are_single_lines_for_the_gate() -> None:
    """``.ci/run`` reads them from the text, exactly as they stand."""
    for command in ("qconf compare .*", "python -m pytest"):
        line = rf"^python -m pip install.* && {command}$"
        assert len(re.findall(line, README, flags=re.MULTILINE)) == 1


def test_the_library_example_runs() -> None:
    """The Python block runs as it stands, on a table that has its columns."""
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    sales: pd.DataFrame = sales_table(400).assign(id=range(400)).drop(columns="parcel")
    price = sales["price"].to_numpy()
    features = sales.drop(columns=["price", "id"])
    names = {
        "sales": sales,
        "X": features,
        "y": price,
        "X_new": features[:5],
        "avm": price * 1.1,
        "price": price,
        "vendor_fsd": price / price.max(),
    }
    exec(code, names)  # noqa: S102 - our own text
    assert names["std"].shape == (5,)

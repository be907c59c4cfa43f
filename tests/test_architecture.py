"""The shape of the package: what imports what, and what an import costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import qconf

PACKAGE = Path(qconf.__file__).parent
TESTS = Path(__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

#: From the ground up: what is in a room imports only from rooms before it. A room is a folder, or
#: a module of the top.
ROOMS = [
    "_types", "errors", "core", "encoding", "learners", "suspicions", "tables", "residuals", "base",
    "estimators", "checks", "report", "evaluation", "probability", "slicing", "avm",
    "certification", "model", "portfolios", "saving", "scoring", "counting", "explanation",
    "monitoring", "comparison", "backtesting", "fitting", "review", "pages", "simulation",
    "datasets", "serve", "cli", "__main__",
]  # fmt: skip
#: Rooms that stand beside each other: neither knows of the other.
STRANGERS = [("simulation", "estimators"), ("simulation", "tables"), ("model", "comparison")]

#: Pages and the service read the faces of results: they are tested where the results are.
READERS = {"pages", "serve"}

#: What several rooms use, and the tests of all of them test.
TESTED_WITH_ALL = {
    "core.conventions", "core.validation", "encoding.columns", "estimators.bounds",
    "evaluation.faces", "evaluation.metrics.aurc", "evaluation.metrics.bias",
    "evaluation.metrics.coverage", "evaluation.metrics.mean_absolute_error",
    "evaluation.metrics.outlier_rate", "evaluation.metrics.spearman",
    "evaluation.metrics.over_valuation_rate", "evaluation.metrics.ppe", "evaluation.result",
    "evaluation.scorer", "evaluation.selection", "fitting.intake", "fitting.opened",
    "monitoring.intake", "learners.online.lanes", "report.grid", "report.page.parts",
    "report.style", "simulation.published", "simulation.result",
}  # fmt: skip


def room_of(name: str) -> str:
    return name.partition(".")[0]


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def imports_of(path: Path) -> set[str]:
    """List what a module imports of the package, type-checking imports left out."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qconf"):
            found.add((node.module or "").removeprefix("qconf").removeprefix("."))
    return found


@pytest.mark.slow
def test_imports_have_no_circles() -> None:
    """There is an order in which each module imports only from those before it."""
    graph = {name_of(path): imports_of(path) - {""} for path in MODULES}
    list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    """From the commands down to what all rooms stand on; nothing imports from a room above."""
    room = room_of(name_of(path))
    for imported in imports_of(path) - {""}:
        other = room_of(imported)
        assert other == room or ROOMS.index(other) < ROOMS.index(room), f"{path}: {imported}"
        assert (room, other) not in STRANGERS, f"{path}: {imported}"


def test_no_estimator_imports_another_but_the_blend() -> None:
    """Families know nothing of each other."""
    families = {
        name_of(path): path
        for path in (PACKAGE / "estimators").glob("*.py")
        if re.search(r"^class \w+Confidence\(", path.read_text(), re.MULTILINE)
    }
    assert "estimators.residual" in families
    for name, path in families.items():
        assert name == "estimators.blend" or not imports_of(path) & set(families)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_has_its_tests(path: Path) -> None:
    """Tests mirror the package; a part that only its own room uses may be tested with the whole."""
    name = name_of(path)
    no_code = path.stem in {"__init__", "__main__", "_types"}
    tests = TESTS / path.relative_to(PACKAGE).parent / f"test_{path.stem}.py"
    users = {name_of(other) for other in MODULES if name in imports_of(other)}
    users = {one for one in users if room_of(one) not in READERS - {room_of(name)}} or users
    only_at_home = users and {room_of(user) for user in users} == {room_of(name)}
    assert no_code or tests.exists() or only_at_home or name in TESTED_WITH_ALL, name


def loaded_by(statement: str) -> set[str]:
    program = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("statement", ["import qconf", "import qconf.cli.main"])
def test_imports_are_light(statement: str) -> None:
    """Neither the package nor its command loads what it does not need yet."""
    heavy = {"lightgbm", "matplotlib", "numba", "pandas", "scipy", "sklearn", "statsmodels"}
    if statement == "import qconf":
        heavy |= {"numpy", "typer"}
    assert not heavy & loaded_by(statement)


@pytest.mark.slow
def test_estimators_load_neither_statsmodels_nor_boosting_nor_typer() -> None:
    """They come when a learner needs them."""
    loaded = loaded_by("from qconf import compare, ConfidentRegressor, QuantileConfidence")
    assert not {"lightgbm", "matplotlib", "statsmodels", "typer"} & loaded


def test_the_simulation_waits_for_nothing_it_does_not_need() -> None:
    """It takes a second and a half; scikit-learn alone would take another."""
    loaded = loaded_by("import qconf.cli.simulate; from qconf.simulation.simulate import simulate")
    assert not {"joblib", "matplotlib", "pandas", "sklearn", "statsmodels"} & loaded


def test_public_names() -> None:
    """Everything that is promised can be imported, and nothing else is."""
    for name in qconf.__all__:
        assert getattr(qconf, name) is not None
    assert dir(qconf) == sorted(qconf.__all__)
    with pytest.raises(AttributeError, match="no attribute 'comparee'"):
        qconf.comparee  # noqa: B018

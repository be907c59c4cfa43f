"""The shape of the package: what imports what, and what an import costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import qconf

PACKAGE = Path(qconf.__file__).parent
TESTS = Path(__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

#: What the modules of a folder must not import from: folders, or modules of the top, above them.
ABOVE = {
    "learners": {"estimators", "suspicions", "simulation", "top"},
    "tables": {"estimators", "evaluation", "contest", "regressor"},
    "suspicions": {"estimators", "simulation", "evaluation", "contest", "regressor"},
    "estimators": {"simulation", "evaluation", "contest", "contenders", "regressor", "comparison"},
    "simulation": {"estimators", "suspicions", "contest", "regressor", "comparison"},
    "plots": {"estimators", "suspicions", "contest", "regressor", "comparison"},
    "top": {"simulation", "plots"},
}
#: Modules of the top that the engines may use.
FOUNDATION = {"_types", "_validation", "conventions", "errors", "frames", "plain_columns"}
EMPTY = {"", "learners", "learners.planes", "tables", "cli", "simulation", "plots", "suspicions"}


def folder_of(name: str) -> str:
    first = name.partition(".")[0]
    return first if (PACKAGE / first).is_dir() else "top"


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


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


def test_imports_have_no_circles() -> None:
    """There is an order in which each module imports only from those before it."""
    graph = {name_of(path): imports_of(path) - {""} for path in MODULES}
    list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    """No folder imports from one that stands above it, and nothing but the program the commands."""
    name = name_of(path)
    for imported in imports_of(path) - {""}:
        folder, other = folder_of(name), folder_of(imported)
        assert other != "cli" or folder == "cli" or name in {"__main__", ""}
        above = {other, imported} & ABOVE.get(folder, set())
        assert imported in FOUNDATION or not above, f"{name} must not import {imported}"


def test_no_estimator_imports_another_but_the_blend() -> None:
    """Families know nothing of each other."""
    for path in (PACKAGE / "estimators").glob("*.py"):
        if path.stem not in {"__init__", "blend"}:
            assert not [name for name in imports_of(path) if name.startswith("estimators")]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_has_its_tests(path: Path) -> None:
    """Tests mirror the package, one file for each module with code of its own."""
    name = name_of(path)
    covered_elsewhere = {
        "_types": "has no code",
        "_validation": "test_sklearn.py",
        "bounds": "estimators/test_residual.py and estimators/test_online.py",
        "conventions": "test_ranking.py and test_evaluation.py",
        "cli.options": "cli/test_main.py",
        "cli.drawing": "cli/test_compare.py",
        "cli.simulation_table": "cli/test_simulate.py",
        "cli.table": "cli/test_compare.py",
        "learners.adaptive_rate_loops": "learners/test_adaptive_rates.py",
        "learners.columns": "learners/test_encoding.py",
        "learners.count_rate_arrays": "learners/test_count_rates.py",
        "learners.count_rate_loops": "learners/test_count_rates.py",
        "learners.lanes": "learners/test_count_rates.py",
        "learners.leaf_bootstrap_finder": "learners/test_leaf_bootstrap.py",
        "learners.leaf_bootstrap_finder_loops": "learners/test_leaf_bootstrap.py",
        "learners.leaf_bootstrap_lanes": "learners/test_leaf_bootstrap.py",
        "learners.leaf_bootstrap_loops": "learners/test_leaf_bootstrap.py",
        "learners.leaf_bootstrap_trees": "learners/test_leaf_bootstrap.py",
        "learners.planes.certificate": "learners/planes/test_fitting.py",
        "learners.planes.exact": "learners/planes/test_fitting.py",
        "learners.planes.problem": "learners/planes/test_interior_point.py",
        "learners.planes.starting": "learners/planes/test_fitting.py",
        "learners.planes.vertex": "learners/planes/test_interior_point.py",
        "plots.style": "plots/test_simulation.py",
        "suspicions.design": "suspicions/test_formula_search.py",
        "suspicions.sheet": "suspicions/test_formula_search.py",
        "suspicions.terms": "suspicions/test_formula.py",
        "simulation.contenders": "simulation/test_simulate.py",
        "simulation.published_method": "simulation/test_simulate.py",
        "simulation.published": "simulation/test_simulate.py",
        "simulation.result": "simulation/test_simulate.py",
        "simulation.stream": "simulation/test_simulate.py",
        "tables.levels": "tables/test_texts.py",
        "tables.number_columns": "tables/test_texts.py",
        "contenders": "test_contest.py",
        "estimators": "has no code",
        "scoring": "test_regressor.py",
        "__main__": "cli/test_bad_input.py",
    }
    if name in EMPTY or name in covered_elsewhere:
        return
    parent = path.relative_to(PACKAGE).parent
    assert (TESTS / parent / f"test_{path.stem}.py").exists()


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

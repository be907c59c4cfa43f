"""The shape of the package: what imports what, and what an import costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import qconf

PACKAGE = Path(qconf.__file__).parent
TESTS = Path(__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

#: From the bottom up: a module imports from the layers below its own, and from no other.
LAYERS = [
    ["_types", "errors", "estimate"],
    ["bounds", "conventions"],
    ["grouping", "learners.blas", "learners.compiled", "learners.quantile_score",
     "learners.leaf_bootstrap_lanes"],
    ["learners.count_rate_loops", "learners.leaf_bootstrap_loops", "learners.leaf_bootstrap_trees",
     "learners.leaf_bootstrap_finder_loops", "learners.planes.design"],
    ["learners.leaf_bootstrap_finder", "learners.planes.problem"],
    ["learners.planes.globbing", "learners.planes.smoothing", "learners.planes.vertex"],
    ["learners.planes.certificate", "learners.planes.descent", "learners.planes.interior_point",
     "learners.planes.middle", "learners.planes.starting"],
    ["learners.planes.exact"],
    ["learners.planes.fitting"],
    ["_validation", "error_scale", "learners.binning", "learners.columns", "learners.count_rates",
     "learners.isotonic", "learners.level_map", "learners.seeding", "learners.settled",
     "learners.threads", "learners.variance_mixture", "learners.weighted_signals",
     "simulation.world", "resampling", "ranking"],
    ["base", "decomposition", "learners.active", "learners.encoding", "learners.group_variance",
     "learners.linear_quantile", "learners.monotonic", "error_targets", "schedules",
     "progressive", "simulation.limit", "simulation.published"],
    ["learners.boosted", "learners.error_forest", "learners.nearest_rows", "learners.online",
     "learners.quantreg", "learners.readable_design", "crossfit", "checks", "tables.columns",
     "tables.reading", "simulation.result"],
    ["learners.gamma_glm", "learners.leaf_bootstrap", "learners.quantile_forest", "replicates"],
    ["error_learners", "learners.replicated"],
    ["estimators.residual", "estimators.quantile", "estimators.count", "estimators.constant",
     "estimators.forest", "estimators.neighbors",
     "estimators.column", "estimators.online", "estimators.empirical_bayes", "valuation",
     "tables.dataset", "tables.examples", "evaluation", "simulation.contenders",
     "simulation.decile"],
    ["simulation.stream", "plots.style"],
    ["simulation.simulate"],
    ["plots.simulation", "plots.walkthrough"],
    # The blend takes instances, and makes five of its brothers where it gets none.
    ["estimators.blend", "registry", "scoring"],
    ["estimators", "contenders", "regressor"],
    ["comparison"],
    ["contest"],
    ["cli.options", "cli.progress", "cli.drawing", "cli.output"],
    ["cli.table", "cli.simulation_table"],
    ["cli.compare", "cli.simulate"],
    ["cli.main"],
    ["__main__"],
]  # fmt: skip
EMPTY = {"", "learners", "learners.planes", "tables", "cli", "simulation", "plots"}
LEVEL = {name: i for i, layer in enumerate(LAYERS) for name in layer}


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


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    """Each module imports from the layers below its own."""
    name = name_of(path)
    if name in EMPTY:
        assert imports_of(path) <= {"cli.main"}
        return
    for imported in imports_of(path) - {""}:
        assert LEVEL[imported] < LEVEL[name], f"{name} must not import {imported}"


def test_no_estimator_imports_another_but_the_blend() -> None:
    """Families know nothing of each other."""
    for path in (PACKAGE / "estimators").glob("*.py"):
        if path.stem not in {"__init__", "blend"}:
            assert not [name for name in imports_of(path) if name.startswith("estimators")]


def test_learners_know_nothing_of_confidence() -> None:
    """The engines import no estimator, no evaluation and no contract."""
    for path in (PACKAGE / "learners").rglob("*.py"):
        for imported in imports_of(path):
            assert imported.startswith("learners") or imported in {
                "_types",
                "_validation",
                "errors",
            }


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
        "cli.progress": "cli/test_output.py",
        "cli.drawing": "cli/test_compare.py",
        "cli.simulation_table": "cli/test_simulate.py",
        "cli.table": "cli/test_compare.py",
        "learners.columns": "learners/test_encoding.py",
        "learners.count_rate_loops": "learners/test_count_rates.py",
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
        "simulation.contenders": "simulation/test_simulate.py",
        "simulation.published": "simulation/test_simulate.py",
        "simulation.result": "simulation/test_simulate.py",
        "simulation.stream": "simulation/test_simulate.py",
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

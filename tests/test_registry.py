"""Estimators are found by name, also those of a package that was only just installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from qconf import ColumnConfidence, ResidualConfidence, registry
from qconf.errors import EstimatorError
from qconf.registry import estimator_names, make_estimator

PLUGIN = '''
"""A plug-in: nothing of qconf but its contract."""
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin


class LevelConfidence(RegressorMixin, BaseEstimator):
    """The higher the prediction, the larger the error."""

    def __init__(self, column="prediction"):
        self.column = column

    def fit(self, X, y):
        self.share_ = np.abs(y).mean() / X[self.column].mean()
        return self

    def predict(self, X):
        return self.share_ * X[self.column].to_numpy()
'''
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "qconf-level"
version = "1.0"

[project.entry-points."qconf.estimators"]
level = "qconf_level:LevelConfidence"
"""


def test_built_ins_are_registered_like_plug_ins() -> None:
    """All built-in names come from entry points."""
    built_in = {"blend", "column", "constant", "count", "quantile", "residual"}
    assert built_in <= set(estimator_names())
    assert isinstance(make_estimator("residual"), ResidualConfidence)


def test_an_argument_follows_a_colon() -> None:
    """``column:NAME`` makes an estimator of that column, colons in the name included."""
    made = make_estimator("column:a:b")
    assert isinstance(made, ColumnConfidence)
    assert made.column == "a:b"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("resdiual", "There is no estimator 'resdiual'. Did you mean 'residual'?"),
        ("", "There is no estimator ''"),
        ("column:", "ends in a colon"),
        ("constant:3", "cannot be made"),
    ],
)
def test_errors_name_the_estimator(spec: str, words: str) -> None:
    """Unknown names and forms are one clear line."""
    with pytest.raises(EstimatorError, match=words):
        make_estimator(spec)


def test_a_plug_in_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens on import, the message says whose fault it is."""
    broken = EntryPoint("broken", "no_such_package:Thing", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda **_: [broken])
    with pytest.raises(EstimatorError, match=r"'broken' .*cannot be imported"):
        make_estimator("broken")


def test_an_installed_plug_in_is_found_by_the_command(tmp_path: Path) -> None:
    """Build and install a package of one file, then compare with it by its name."""
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    (source / "pyproject.toml").write_text(PYPROJECT)
    (source / "qconf_level.py").write_text(PLUGIN)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(site), str(source)], check=True, capture_output=True)
    command = [sys.executable, "-m", "qconf", "compare", "--example", "archetypes"]
    done = subprocess.run(
        [*command, "--estimators", "level,constant", "--format", "json", "--folds", "3"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(site)},
    )
    assert done.returncode == 2
    assert "'level' must predict finite expected errors >= 0" in done.stderr
    # Predictions of that world are below zero, which this plug-in cannot take; prices are not.
    table = tmp_path / "sales.csv"
    lines = [f"{i % 7},{100 + (i * 37) % 91}" for i in range(200)]
    table.write_text("\n".join(["rooms,price", *lines]))
    done = subprocess.run(
        [
            *command[:4],
            str(table),
            "--target",
            "price",
            "--estimators",
            "level",
            "--format",
            "json",
        ],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(site)},
    )
    assert json.loads(done.stdout)["ranking"][0]["estimator"] == "level"

"""Estimators are found by name, also those of a package that was only just installed."""

# ruff: noqa: E501 - a case is a line, so that the list can be read

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest
from worlds import sales_table

import qconf
from qconf import ColumnConfidence, ResidualConfidence, compare
from qconf.cli.main import main
from qconf.errors import EstimatorError, TableError
from qconf.estimators import registry
from qconf.estimators.registry import BUILT_IN, estimator_names, make_estimator

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

#: Those that are made of the names of columns.
SPECS = {"column": "column:fsd", "interval": "interval:p10,p90"}

BROKEN = """
import sys

class Base:
    def fit(self, X, y): return self
    def predict(self, X): return [0.1] * len(X)
    def get_params(self, deep=True): return {}

class Leaving(Base):
    def fit(self, X, y): sys.exit(0)

class LeavingLate(Base):
    def predict(self, X): raise GeneratorExit

class Unmade(Base):
    def __init__(self): raise SystemExit("no licence")

class Mute(Exception):
    def __str__(self): raise RuntimeError

class Muted(Base):
    def fit(self, X, y): raise Mute

class Hostile(Base):
    def fit(self, X, y): raise ValueError("\\x1b[2J\\nqconf: all is well")

class Talking(Base):
    def fit(self, X, y):
        print("fitting")
        return self

def __getattr__(name):
    sys.exit(0)
"""


def installed(name: str, value: str, package: str | None = None) -> EntryPoint:
    """Make an entry point as an installed package has it."""
    point = EntryPoint(name, value, registry.ENTRY_POINT_GROUP)
    if package is not None:
        vars(point)["dist"] = SimpleNamespace(name=package)
    return point


def install(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    ours = {registry.ENTRY_POINT_GROUP: list(points)}
    # Other libraries ask for theirs.
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: ours.get(group, []))


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package of estimators that do what none should."""
    (tmp_path / "qconf_broken.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "qconf_broken", raising=False)
    classes = ["Leaving", "LeavingLate", "Unmade", "Muted", "Hostile", "Talking", "Missing"]
    install(
        monkeypatch,
        *(installed(name.lower(), f"qconf_broken:{name}", "qconf-broken") for name in classes),
    )


def test_built_ins_need_no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a checkout of the source, all are found, and each is one of the public classes."""
    install(monkeypatch)
    assert estimator_names() == sorted(BUILT_IN)
    for name in estimator_names():
        made = make_estimator(SPECS.get(name, name))
        assert type(made).__name__ in qconf.__all__
    assert isinstance(make_estimator("residual"), ResidualConfidence)
    default = qconf.ConfidentRegressor().confidence
    assert isinstance(default, str)
    assert isinstance(make_estimator(default), qconf.BlendConfidence)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_a_plug_in_replaces_none_of_ours(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its package is named in a warning, and ours is used."""
    install(monkeypatch, installed(name, "collections:OrderedDict", "qconf-better"))
    with pytest.warns(UserWarning, match=f"'qconf-better' has an estimator named '{name}'"):
        made = make_estimator(SPECS.get(name, name))
    assert type(made).__module__.startswith("qconf.")


def test_our_own_entry_points_are_no_plug_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Earlier versions registered theirs: no warning of those."""
    install(monkeypatch, *(installed(name, value, "qconf") for name, value in BUILT_IN.items()))
    assert isinstance(make_estimator("residual"), ResidualConfidence)


def test_two_packages_with_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is better than the other; the same object twice is one."""
    first = installed("level", "collections:OrderedDict", "qconf-one")
    second = installed("level", "collections:Counter", "qconf-two")
    install(monkeypatch, first, second)
    with pytest.raises(EstimatorError, match="2 packages, 'qconf-one' and 'qconf-two'"):
        make_estimator("level")
    install(monkeypatch, first, first)
    assert type(make_estimator("level")).__name__ == "OrderedDict"


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
        ("count:", "ends in a colon; write count:NAME, or count alone"),
        ("column:", "needs the name of one: column:NAME"),
        ("column", "needs the name of one: column:NAME"),
        ("interval", "needs the names of its ends: interval:LOW,HIGH"),
        ("interval: ", "needs the names of its ends: interval:LOW,HIGH"),
        ("constant:3", "cannot be made"),
    ],
)
def test_errors_name_the_estimator(spec: str, words: str) -> None:
    """Unknown names and forms are one clear line."""
    with pytest.raises(EstimatorError, match=words):
        make_estimator(spec)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("no_such_package:Thing", "No module named 'no_such_package'"),
        ("collections:Thing", "has no attribute 'Thing'"),
    ],
)
def test_a_plug_in_that_cannot_be_imported_is_named(
    value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happens on import, the message says whose fault it is."""
    install(monkeypatch, installed("broken", value))
    with pytest.raises(EstimatorError, match=rf"'broken' .*cannot be imported.*{words}"):
        make_estimator("broken")


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("leaving", "The estimator 'leaving' failed: it tried to end the program, with status 0."),
        ("leavinglate", "The estimator 'leavinglate' failed: GeneratorExit"),
        ("muted", "The estimator 'muted' failed: <exception str() failed>"),
        ("hostile", "The estimator 'hostile' failed: \x1b[2J qconf: all is well"),
        ("unmade", "The estimator 'unmade' cannot be made: it tried to end the program, with status 'no licence'."),
        ("missing", "The estimator 'missing' (qconf_broken:Missing) cannot be imported: it tried to end the program, with status 0."),
    ],
)  # fmt: skip
def test_a_plug_in_that_misbehaves_is_named(name: str, message: str) -> None:
    """Ending the program would look like success; it is an error with a name, as all others."""
    with pytest.raises(EstimatorError) as raised:
        compare(sales_table(120), "price", prediction="area", estimators=[name])
    assert str(raised.value) == message


def test_interrupts_are_nobody_s_fault() -> None:
    """They pass, and so does what qconf itself has to say."""
    for error in (KeyboardInterrupt(), TableError("ours")):
        with pytest.raises(type(error)), registry.blamed("The estimator 'x' failed"):
            raise error


@pytest.mark.usefixtures("broken")
def test_a_plug_in_that_prints_spoils_no_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output is the result's; what is printed goes beside it."""
    sales_table(120).to_csv(tmp_path / "sales.csv", index=False)
    typed = ["compare", str(tmp_path / "sales.csv"), "--target", "price", "--prediction", "area"]
    with pytest.raises(SystemExit, match="0"):
        main([*typed, "--estimators", "talking", "--format", "json"])
    written = capsys.readouterr()
    assert json.loads(written.out)["best"] == "talking"
    assert "fitting" in written.err


@pytest.mark.slow
def test_an_installed_plug_in_is_found_by_the_command(tmp_path: Path) -> None:
    """Build and install a package of one file, then compare with it by its name."""
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    (source / "pyproject.toml").write_text(PYPROJECT)
    (source / "qconf_level.py").write_text(PLUGIN)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(site), str(source)], check=True, capture_output=True)
    table = tmp_path / "sales.csv"
    lines = [f"{i % 7},{100 + (i * 37) % 91}" for i in range(200)]
    table.write_text("\n".join(["rooms,price", *lines]))
    command = [sys.executable, "-m", "qconf", "compare", str(table), "--target", "price"]
    done = subprocess.run(
        [*command, "--estimators", "level", "--format", "json"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(site)},
    )
    assert json.loads(done.stdout)["ranking"][0]["estimator"] == "level"

"""What a forge reads: workflows, templates, citation; and what a release is made of."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import qconf

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
#: Programs that a runner has, or that a step before has installed.
PROGRAMS = {"python", "gh"}
MODULES = {"pip", "pytest", "build"}
FIELDS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def script(name: str) -> ModuleType:
    """Import a program of ``.ci``."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def steps(workflow: Any) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda one: one.name)
def test_a_workflow_has_what_a_forge_needs(path: Path) -> None:
    """A name, a time limit for each job, least rights, and actions of a version."""
    workflow = read(path)
    assert workflow["name"]
    assert workflow[True]  # the word `on`, as YAML reads it
    assert workflow["permissions"]
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        assert job["timeout-minutes"] <= 90
    for step in steps(workflow):
        assert ("run" in step) != ("uses" in step)
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda one: one.name)
def test_commands_of_a_workflow_exist(path: Path) -> None:
    """Each is a file of the project that can be run, or a program with a module that is there."""
    commands = [step["run"] for step in steps(read(path)) if "run" in step]
    assert commands
    for command in commands:
        first, *words = shlex.split(command)
        if first.startswith("."):
            assert os.access(ROOT / first, os.X_OK), command
            continue
        assert first in PROGRAMS, command
        if first == "python" and words[0] == "-m":
            assert words[1] in MODULES, command
        elif first == "python":
            assert (ROOT / words[0]).is_file(), command
        for extras in re.findall(r"\.\[([\w,]+)\]", command):
            assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"])


def test_all_pythons_that_are_promised_are_tested() -> None:
    """The matrix is that of the classifiers, and starts with the lowest that is required."""
    matrix = read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["tests"]["strategy"]["matrix"]
    named = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if ":: 3." in one]
    assert matrix["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_the_gate_runs_what_the_workflow_runs_too() -> None:
    """The workflow calls ``.ci/run``, the wheel and the documentation by the same scripts."""
    commands = {step.get("run") for step in steps(read(WORKFLOWS[0]))}
    assert {".ci/run", ".ci/wheel", ".ci/docs site"} <= commands


@pytest.mark.parametrize("path", FORMS, ids=lambda one: one.name)
def test_a_form_can_be_shown(path: Path) -> None:
    """A name, a description, fields of kinds that there are, each with an id and a label."""
    form = read(path)
    assert form["name"]
    assert form["description"]
    kinds = [one["type"] for one in form["body"]]
    assert set(kinds) <= FIELDS
    asked = [one for one in form["body"] if one["type"] != "markdown"]
    assert asked
    ids = [one["id"] for one in asked]
    assert len(ids) == len(set(ids))
    assert all(one["attributes"]["label"] for one in asked)


def test_a_citation_has_what_the_format_requires() -> None:
    """Of version 1.2.0 of the format: its required keys, a known type, authors with names."""
    citation = read(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert set(citation) <= {
        "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi",
        "identifiers", "keywords", "license", "license-url", "message", "preferred-citation",
        "references", "repository", "repository-artifact", "repository-code", "title", "type",
        "url", "version",
    }  # fmt: skip
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert citation["license"] == PROJECT["license"]
    for one in [citation, *citation["references"]]:
        assert one["authors"]
        assert all("name" in who or {"family-names", "given-names"} <= set(who)
                   for who in one["authors"])  # fmt: skip
    assert all({"type", "title"} <= set(one) for one in citation["references"])


def test_there_is_one_version() -> None:
    """In the package, the project and the citation; CHANGELOG tells of it."""
    version = str(read(ROOT / "CITATION.cff")["version"])
    assert version == qconf.__version__ == PROJECT["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert script("release_notes").release_notes(changelog, version, draft=True)


def test_there_is_one_address() -> None:
    """All that names the forge names that of ``project.urls``."""
    home = PROJECT["urls"]["Homepage"]
    forge = home.rpartition("/")[0].rpartition("/")[0] + "/"
    told = ["pyproject.toml", "CITATION.cff", "SECURITY.md", ".github/ISSUE_TEMPLATE/config.yml"]
    for name in told:
        text = (ROOT / name).read_text(encoding="utf-8")
        found = re.findall(rf"{re.escape(forge)}[\w-]+/[\w-]+", text)
        assert found, name
        assert set(found) == {home}, name


def test_what_is_named_is_there() -> None:
    """Files and sections that the texts for contributors point to."""
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    template = (ROOT / ".github" / "PULL_REQUEST_TEMPLATE.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:\.ci|\.github|tests|qconf)/[\w/.-]+\w)`", contributing):
        if "yours" not in name:
            assert (ROOT / name).exists(), name
    assert "## Names that change" in contributing
    assert "*Names that change*" in template


NOTES = """# Changelog

## 0.3.0 — unreleased

## 0.2.0 — 2027-01-31

### Added

- A thing.

## 0.1.0 — soon

- The first.
"""


def test_release_notes_are_those_of_one_version() -> None:
    """All of it, and nothing of the versions beside it; a draft needs no date."""
    notes = script("release_notes").release_notes
    assert notes(NOTES, "0.2.0") == "### Added\n\n- A thing.\n"
    assert notes(NOTES, "0.1.0", draft=True) == "- The first.\n"


@pytest.mark.parametrize(
    ("version", "draft", "words"),
    [
        ("0.1.0", False, "0.1.0 has no date in CHANGELOG.md but 'soon'"),
        ("0.3.0", True, "says nothing of 0.3.0"),
        ("0.4.0", True, "has no version '0.4.0'; it has 0.3.0, 0.2.0, 0.1.0"),
    ],
)
def test_notes_that_cannot_be_told(version: str, draft: bool, words: str) -> None:
    """An unknown version, an empty one, one without a date."""
    with pytest.raises(ValueError, match=re.escape(words)):
        script("release_notes").release_notes(NOTES, version, draft=draft)


def test_the_program_prints_notes_or_a_line(tmp_path: Path) -> None:
    """Exit status 0 with the notes, 1 with one line on standard error."""
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(NOTES, encoding="utf-8")
    program = [
        sys.executable,
        str(ROOT / ".ci" / "release_notes.py"),
        "--changelog",
        str(changelog),
    ]
    done = subprocess.run([*program, "0.2.0"], capture_output=True, text=True, check=True)
    assert done.stdout == "### Added\n\n- A thing.\n"
    failed = subprocess.run([*program, "9"], capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.count("\n") == 1


def test_lowest_versions_are_those_of_the_project() -> None:
    """One for each dependency, and for those of extras; an unknown extra is refused."""
    lowest = script("lowest").constraints
    own = list(lowest([]))
    assert [one.partition("==")[0] for one in own] == [
        one.partition(">=")[0] for one in PROJECT["dependencies"]
    ]
    assert "openpyxl==3.1" in list(lowest(["excel"]))
    for extra in PROJECT["optional-dependencies"]:
        assert set(own) <= set(lowest([extra]))
    with pytest.raises(ValueError, match="no extra 'exel'"):
        list(lowest(["exel"]))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_wheel_works_without_the_source() -> None:
    """Built, installed into an environment of its own, and used in an empty folder."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(ROOT / ".ci" / "wheel"), "--offline"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"=== qconf --version\nqconf {qconf.__version__}\n" in done.stdout
    assert "=== qconf inspect world.qconf\n" in done.stdout

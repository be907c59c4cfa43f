"""The documentation, built once for all workers, and a browser to read it with."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


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

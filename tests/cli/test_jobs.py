"""Help by job, and commands that are loaded when they are asked for."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import typer

from qconf.cli.app import app, run
from qconf.cli.jobs import JOBS, commands_of, summary_of

NAMES = [name for job in JOBS.values() for name in job]


def test_help_tells_commands_by_what_they_are_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Each job with its commands, in the order of the table, each with its whole summary."""
    assert run(["--help"]) == 0
    told = capsys.readouterr().out
    for job, places in JOBS.items():
        section = re.search(rf"^{re.escape(job)}:\n((?:  .*\n)+)", told, flags=re.MULTILINE)
        assert section is not None, job
        assert re.findall(r"^  (\S+)", section[1], flags=re.MULTILINE) == list(places)
    whole = " ".join(told.split())
    assert all(summary_of(name).replace("-", "") in whole.replace("- ", "") .replace("-", "")
               for name in NAMES)  # fmt: skip


def test_no_command_stands_twice() -> None:
    """A command belongs to one job."""
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_each_line_of_the_table_is_a_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its place can be imported, its help is there, and ends in an example of its own."""
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    assert command.name == name
    for inner in commands_of(name) or [""]:
        words = [one for one in (name, inner) if one]
        assert run([*words, "--help"]) == 0
        assert f"\n  qconf {' '.join(words)}" in capsys.readouterr().out


def test_a_command_loads_no_other() -> None:
    """Help of one command does not wait for the others."""
    program = (
        "import sys; from qconf.cli.app import run; run(['inspect', '--help']); "
        "print([name for name in sys.modules if name.startswith('qconf.cli.')], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "'qconf.cli.inspect'" in done.stderr
    assert "'qconf.cli.compare'" not in done.stderr

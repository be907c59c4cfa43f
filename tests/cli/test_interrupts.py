"""Ctrl-C and a request to end: one line, the status that shells know, nothing left."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qconf.cli.main import main

DESCRIPTORS = Path("/proc/self/fd")
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]

#: Begins as the command does, says so, and then never comes back.
PROGRAM = """
import os, sys, threading, time
from pathlib import Path
from qconf.cli import main, destination

def stuck(typed):
    print("ready", flush=True)
    {stuck}

main._run = stuck
main.main()
"""
STUCK = {
    "Python": "while True: pass",
    "sleep": "time.sleep(60)",
    "compiled code": "import hashlib; hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)",
    "threads": "[threading.Thread(target=time.sleep, args=(60,)).start() for _ in range(3)]",
    "code that catches all": """
    while True:
        try: time.sleep(60)
        except BaseException: pass""",
    "writing": """
    os.fsync = lambda _: time.sleep(0.5)
    destination.write_bytes(Path('result.json'), b'new')
    time.sleep(60)""",
    "a pipe without reader": "os.mkfifo('pipe'); destination.write_bytes(Path('pipe'), b'new')",
}


def heeding() -> None:
    """Undo what a script that tests in the background does: there, interrupts are ignored."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def started(
    program: list[str], folder: Path, before: Callable[[], object] = heeding
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *program],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,  # noqa: PLW1509 - no threads here
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "stuck"),
    [
        *((signal.SIGINT, stuck) for stuck in STUCK),
        *((number, stuck) for number in SIGNALS[1:] for stuck in ("Python", "writing")),
    ],
)
def test_a_signal_ends_the_program(number: signal.Signals, stuck: str, tmp_path: Path) -> None:
    """At once, whatever it is doing; a file that is being written is there whole."""
    with started(["-c", PROGRAM.format(stuck=STUCK[stuck])], tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.05)
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert time.monotonic() - began < 10
    assert (process.returncode, out, err) == (128 + number, "", "qconf: interrupted\n")
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"result.json", "pipe"}
    if "result.json" in left:
        assert (tmp_path / "result.json").read_bytes() == b"new"


def test_what_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As under nohup, and in the background of a script."""
    # Shells start background commands so.
    ignoring = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)  # noqa: E731
    stuck = "time.sleep(1); print('done'); return 0"
    with started(["-c", PROGRAM.format(stuck=stuck)], tmp_path, ignoring) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "done\n", "")


@pytest.mark.parametrize("after", [0.1, 0.3])
def test_an_interrupt_while_libraries_load(after: float, tmp_path: Path) -> None:
    """Imports are long, and no traceback of theirs is shown."""
    program = ["-X", "importtime", "-m", "qconf", "compare", "--example", "archetypes"]
    with started([*program, "--output", "result.json"], tmp_path) as process:
        assert process.stderr is not None
        # It has begun when something is imported that only a command needs.
        for line in process.stderr:
            if line.split("|")[-1].strip() == "typer._click.exceptions":
                break
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "qconf: interrupted\n" in err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_nothing_heavy_comes_before_the_handlers() -> None:
    """Until then, an interrupt is Python's, and shows a traceback."""
    program = "import qconf.cli.main, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not {"difflib", "json", "pathlib", "typer", "qconf.cli.app"} & (loaded - started_with())


def started_with() -> set[str]:
    """Return what Python loads for nothing, which hangs on how it is installed."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_descriptors_of_an_in_process_caller_are_left_alone() -> None:
    """Only a process of its own gets handlers: `main` with arguments is a function like others."""
    before = [signal.getsignal(one) for one in SIGNALS]
    open_before = len(list(DESCRIPTORS.glob("*")))
    with pytest.raises(SystemExit):
        main(["--version"])
    assert [signal.getsignal(one) for one in SIGNALS] == before
    assert len(list(DESCRIPTORS.glob("*"))) == open_before

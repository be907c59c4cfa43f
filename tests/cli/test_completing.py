"""Completion in shells: what an option may be is what the library takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from qconf import datasets
from qconf._types import Copies
from qconf.certification.certificate import Side
from qconf.cli import completing
from qconf.cli.app import run
from qconf.cli.jobs import JOBS
from qconf.cli.output import FORMATS
from qconf.core.error_scale import ERROR_SCALES
from qconf.estimators import registry
from qconf.estimators.registry import BUILT_IN
from qconf.evaluation.metrics.registry import ALWAYS_TOLD, METRICS
from qconf.residuals.valuation import VALUATION_MODELS
from qconf.review.reasons import DECISIONS
from qconf.review.sources import SOURCES
from qconf.slicing.measures import METRICS as QUESTIONS
from qconf.slicing.measures import Against

ESTIMATORS = [f"{one}:" if one in ("column", "interval") else one for one in BUILT_IN]
MODELS = [*VALUATION_MODELS, "column:"]
ASKED = (
    {name.replace("_", "-") for name in METRICS}
    - {one.name for one in ALWAYS_TOLD}
    - {one.name.replace("_", "-") for one in ALWAYS_TOLD}
)
SCRIPTS = {"bash": "complete -o default -F", "zsh": "#compdef qconf", "fish": "complete --command"}


def completed(
    typed: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Return what bash would be told could stand in the place of the last word."""
    words = f"qconf {typed}".split(" ")
    monkeypatch.setenv("_QCONF_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(words) if words[-1] else f"qconf {typed}")
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    with pytest.raises(SystemExit) as ended:
        run([])
    assert ended.value.code == 0
    return capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("compare --example ", datasets.EXAMPLES),
        ("compare --copies ", get_args(Copies)),
        ("compare --error ", ERROR_SCALES),
        ("compare --format ", FORMATS),
        ("compare --estimators ", ESTIMATORS),
        ("compare --metrics ", ASKED),
        ("fit --estimator ", ["auto", *ESTIMATORS]),
        ("certify --estimator ", ["auto", *ESTIMATORS]),
        ("certify --side ", get_args(Side)),
        ("slices --estimator ", ["auto", *ESTIMATORS]),
        ("slices --metrics ", QUESTIONS),
        ("slices --against ", get_args(Against)),
        ("slices --max-columns ", ["1", "2"]),
        ("backtest --models ", MODELS),
        ("backtest --old ", MODELS),
        ("backtest --new ", MODELS),
        ("score --on-error ", ["stop", "skip"]),
        ("explain --format ", ["text", "json", "html"]),
        ("review list --state ", ["open", "decided", "all"]),
        ("review list --source ", SOURCES),
        ("review decide --reason ", DECISIONS),
        ("", [name for job in JOBS.values() for name in job]),
        ("review ", ["queue", "list", "show", "decide", "summary", "export"]),
        ("comp", ["compare"]),
        ("compare --estimators residual,qu", ["residual,quantile"]),
        ("compare --estimators blend,bl", []),
        ("backtest --models linear,b", ["linear,boosted"]),
        ("score avm.qconf --exam", ["--example"]),
    ],
)
def test_a_shell_is_told_what_there_is(
    typed: str,
    values: Iterable[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All values that the library takes, and no other; of a list the last word, none twice."""
    told = completed(typed, capsys, monkeypatch)
    assert sorted(told) == sorted(values)


def test_plug_ins_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever package an estimator comes from."""
    monkeypatch.setattr(registry, "_plug_ins", lambda: {"theirs": None})
    assert completing.some_estimators("the") == ["theirs"]


def _values_with_bars(command: Any) -> Iterable[tuple[str, str]]:
    for one in command.params:
        if "|" in str(one.metavar) and str(one.metavar).islower():
            yield one.opts[-1], one.metavar
    for inner in getattr(command, "commands", {}).values():
        yield from _values_with_bars(inner)


def test_each_option_that_lists_its_values_completes_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option of ``a|b`` in the help is completed by a and b, in every command."""
    from qconf.cli.app import app  # noqa: PLC0415

    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {"": command})
        for below, one in inner.items():
            for option, metavar in _values_with_bars(one):
                typed = " ".join(word for word in (name, below, option) if word)
                told = completed(f"{typed} ", capsys, monkeypatch)
                assert told == metavar.split("|"), typed


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_shell_has_its_script(
    shell: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ``qconf --show-completion`` prints there, and a shell that is here can read it."""
    monkeypatch.setenv("_QCONF_COMPLETE", f"source_{shell}")
    with pytest.raises(SystemExit) as ended:
        run([])
    assert ended.value.code == 0
    script = capsys.readouterr().out
    assert SCRIPTS[shell] in script
    assert "_QCONF_COMPLETE=complete_" in script
    program = shutil.which(shell)
    if program is not None:
        done = subprocess.run(
            [program, "-n"], input=script, capture_output=True, text=True, check=False
        )
        assert done.stderr == ""
        assert done.returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes() -> None:
    """The script is read, and its function asks the program."""
    script = (
        'source <(env _QCONF_COMPLETE=source_bash qconf); COMP_WORDS=(qconf compare --error "lo"); '
        'COMP_CWORD=3; _qconf_completion qconf; echo "${COMPREPLY[@]}"; complete -p qconf'
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],  # noqa: S607 - the one that is there
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "log\ncomplete -o default -F _qconf_completion qconf\n"

"""Write what a command found as a page too: ``--report``."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qconf.cli.destination import check_destination, write_bytes
from qconf.cli.terminal import tell
from qconf.errors import OptionError

__all__ = ["check_report", "write_page"]


def check_report(
    report: str | None,
    inputs: Iterable[str | None],
    *,
    model: str | None = None,
    **others: str | None,
) -> None:
    """Complain about a page before any work is done.

    Parameters
    ----------
    report : str or None
        None writes none.
    inputs : iterable of (str or None)
        What the command reads.
    model : str, default=None
        A model's file that it reads.
    **others
        What else it writes, by option.

    Raises
    ------
    OptionError
        If the file is not called a page, is that of another option, or ``qconf[report]`` is not
        installed.
    OutputError
        If it could not be written, or is what the command reads.
    """
    if report is None:
        return
    from qconf.pages.write import check_name  # noqa: PLC0415 - only those who ask need it
    from qconf.report.page.html import check_installed  # noqa: PLC0415

    check_name(report)
    check_installed()
    for option, other in others.items():
        if other is not None and os.path.realpath(other) == os.path.realpath(report):
            msg = f"--report and --{option} name the same file, {report!r}; name two."
            raise OptionError(msg)
    check_destination(report, [one for one in inputs if one is not None], model=model)


def write_page(
    report: str | None, result: Any, subject: str | None, *, model: str | None = None
) -> None:
    """Write a result as a page, if that was asked for, and say so.

    Parameters
    ----------
    report : str or None
    result
        As of `qconf.write_report`.
    subject : str or None
        The table or the example.
    model : str, default=None
        A model's file, whose card belongs on the page.

    Raises
    ------
    OutputError
        If it cannot be written; no file is left half-written then.
    """
    if report is None:
        return
    from datetime import datetime  # noqa: PLC0415 - only those who ask need it

    from qconf.pages.write import report_html  # noqa: PLC0415

    card = None
    if model is not None:
        from qconf.saving.first_page import read_manifest  # noqa: PLC0415

        card = read_manifest(model).card
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z")
    name = Path(subject).name if subject and subject != "-" else ""
    write_bytes(Path(report), report_html(result, subject=name, made=made, card=card).encode())
    tell(f"written: {shlex.quote(report)}")

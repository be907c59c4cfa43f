"""Write a page for each command of ``qconf``, from the program itself.

The pages say what ``--help`` says, and each option can be linked to and searched for. They are in
``reference/commands`` and in no repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

from typer.main import get_command
from written import write_pages

from qconf.cli.app import app as program

FOLDER = "reference/commands"
INTRODUCTION = """
Each command explains itself: ``qconf COMMAND --help``. These pages say the same.

Exit status
-----------

.. list-table::
   :widths: 10 90

   * - 0
     - Done.
   * - 1
     - Our fault: please report it. ``--debug`` shows the traceback.
   * - 2
     - You can mend it: the line says how.
   * - 3
     - Nothing can be certified.
   * - 4
     - A monitor raises an alarm.
   * - 130
     - Interrupted.

Commands
--------

"""


def commands() -> dict[str, Any]:
    """Return all commands by what is typed for them, those of groups too."""
    return dict(_below("qconf", get_command(program)))


def _below(typed: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield typed, command
        return
    for name, one in inner.items():
        yield from _below(f"{typed} {name}", one)


def escaped(text: str) -> str:
    """Write plain words in reStructuredText."""
    return re.sub(r"([\\`*_|])", r"\\\1", text)


def _paragraphs(text: str) -> Iterator[list[str]]:
    for paragraph in cleandoc(text or "").split("\n\n"):
        words = " ".join(paragraph.replace("\b", "").split())
        if words.startswith("qconf "):
            yield [".. code-block:: bash", "", f"   {words}"]
        else:
            yield [escaped(words)]


def _default(option: Any) -> str:
    default, said = option.default, option.help or ""
    shown = getattr(option, "show_default", True)
    if not shown or default in (None, False, True, "") or callable(default) or "[default:" in said:
        return ""
    return f" Default: ``{default}``."


def _metavar(option: Any) -> str:
    return "" if getattr(option, "is_flag", False) else f" {option.metavar or 'VALUE'}"


def _signature(option: Any) -> str:
    if option.param_type_name == "argument":
        return re.sub(r"[\[\]{}]", "", str(option.metavar or option.name.upper()))
    names = [*option.opts, *option.secondary_opts]
    return ", ".join(name + _metavar(option) for name in names)


def _option(option: Any) -> list[str]:
    said = escaped(" ".join((option.help or "").split()))
    said = re.sub(r"\s*\[default: (.*)\]$", r" Default: \1.", said)
    if said and said[-1] not in ".?":
        said += "."
    required = " Required." if getattr(option, "required", False) else ""
    return [f".. option:: {_signature(option)}", "", f"   {said}{_default(option)}{required}", ""]


def _page(typed: str, command: Any) -> str:
    lines = [f".. program:: {typed}", "", typed, "=" * len(typed), ""]
    for paragraph in _paragraphs(command.help):
        lines += [*paragraph, ""]
    shown = [one for one in command.params if not getattr(one, "hidden", False)]
    for title, kind in (("Arguments", "argument"), ("Options", "option")):
        if listed := [one for one in shown if one.param_type_name == kind]:
            lines += [title, "-" * len(title), ""]
            for option in listed:
                lines += _option(option)
    return "\n".join(lines)


def file_name(typed: str) -> str:
    """Name the page of a command."""
    return typed.removeprefix("qconf ").replace(" ", "-")


def _index(all_of_them: dict[str, Any]) -> str:
    lines = [
        "Commands",
        "========",
        *INTRODUCTION.splitlines(),
        ".. list-table::",
        "   :widths: 30 70",
        "",
    ]
    for typed, command in all_of_them.items():
        first = " ".join(cleandoc(command.help or "").partition("\n\n")[0].split())
        lines += [f"   * - :doc:`{typed} <{file_name(typed)}>`", f"     - {escaped(first)}"]
    lines += ["", ".. toctree::", "   :hidden:", ""]
    return "\n".join([*lines, *(f"   {file_name(typed)}" for typed in all_of_them), ""])


def pages() -> Iterator[tuple[str, str]]:
    """Yield all pages, by file name."""
    all_of_them = commands()
    yield "index.rst", _index(all_of_them)
    for typed, command in all_of_them.items():
        yield f"{file_name(typed)}.rst", _page(typed, command)


def setup(app: Any) -> dict[str, Any]:
    """Let Sphinx write the pages first."""
    app.connect("builder-inited", lambda app: write_pages(Path(app.srcdir) / FOLDER, pages()))
    return {"parallel_read_safe": True}

"""Tell options from other words of a command, so that a narrow page does not break them.

A browser breaks a line behind a hyphen: ``--`` would stand at the end of one, ``output`` at the
beginning of the next. Options are marked here, and kept whole by the style sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pygments.lexers.shell import BashLexer
from pygments.token import Name, Text


class CommandLexer(BashLexer):
    """Commands as they are typed in a shell."""

    def get_tokens_unprocessed(self, text: str, *args: Any) -> Iterator[tuple[int, Any, str]]:
        """Yield the words of a command; those that begin with a hyphen are options."""
        for at, kind, word in super().get_tokens_unprocessed(text, *args):
            yield at, Name.Attribute if kind is Text and word.startswith("-") else kind, word


def setup(app: Any) -> dict[str, Any]:
    """Let Sphinx read commands so."""
    app.add_lexer("bash", CommandLexer)
    return {"parallel_read_safe": True}

"""Fold the sentences of a result between words, where a terminal would break them within."""

from __future__ import annotations

import sys

from qconf.report.wrapping import folded

__all__ = ["folded_for_terminal"]

#: What stands in columns was laid out already: there, a space follows a space.
_GAP = "  "


def folded_for_terminal(text: str) -> str:
    r"""Fold long lines if standard output is a terminal; a file and a pipe keep them whole.

    Whatever reads a file or a pipe (``grep``, ``head -1``) finds a sentence on one line.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        As wide as the tables of this terminal; lines in columns are as they were.
    """
    if sys.stdout is None or not sys.stdout.isatty():
        return text
    from qconf.report.drawing import page_width  # noqa: PLC0415 - rich, which help must not wait for

    width = page_width()
    return "\n".join(
        line if len(line) <= width or _GAP in line else folded(line, width)
        for line in text.split("\n")
    )

"""Text that commands nothing where it is shown."""

from __future__ import annotations

__all__ = ["shown"]


def shown(text: str) -> str:
    r"""Write out what does not print: control characters, marks of direction, lone surrogates.

    Examples
    --------
    >>> print(shown("\x1b[31mred\u202e"))
    \x1b[31mred\u202e
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)

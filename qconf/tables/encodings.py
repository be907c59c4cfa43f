"""Turn bytes into text: UTF-8 and UTF-16 are found out, other encodings named or guessed aloud."""

from __future__ import annotations

import codecs

from qconf.errors import TableError

__all__ = ["decode", "find_encoding"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # UTF-32 begins like UTF-16: it must be tried before.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PROBE = 4096
#: Of the bytes at even or at odd places, so many are zero if Western text is in UTF-16.
_ZEROS = 0.4
#: Bytes that no text holds, whatever its encoding.
_NOT_TEXT = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """Decode a file's bytes.

    Parameters
    ----------
    data : bytes
    name : str
        The file, for messages.
    encoding : str, default=None
        What the caller says; None is to find out.

    Returns
    -------
    text : str
        Without byte order mark.
    warning : str
        What was guessed; empty if nothing was.

    Raises
    ------
    TableError
        If the bytes are not text, or not in the encoding that was named.
    """
    known = encoding or _marked(data) or _utf16_unmarked(data)
    if known is not None:
        return _decoded(data, name, known), ""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _western(data, name)[1:]
    _check_text(data, name)
    return text, ""


def find_encoding(probe: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """Find out the encoding of a file by its first bytes, as `decode` does by all of them.

    Parameters
    ----------
    probe : bytes
        May end within a letter.
    name : str
        The file, for messages.
    encoding : str, default=None
        What the caller says; None is to find out.

    Returns
    -------
    encoding : str
        A codec of Python.
    warning : str
        What was guessed; empty if nothing was.

    Raises
    ------
    TableError
        If the bytes are not text.
    """
    known = encoding or _marked(probe) or _utf16_unmarked(probe)
    if known is not None:
        return known, ""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(probe)
    except UnicodeDecodeError:
        encoding, _, warning = _western(probe, name)
        return encoding, warning
    _check_text(probe, name)
    return "utf-8", ""


def _marked(data: bytes) -> str | None:
    return next((codec for mark, codec in _MARKS if data.startswith(mark)), None)


def _utf16_unmarked(data: bytes) -> str | None:
    probe = data[:_PROBE]
    if len(probe) < 4:  # noqa: PLR2004 - two letters
        return None
    even, odd = probe[::2].count(0) / len(probe[::2]), probe[1::2].count(0) / len(probe[1::2])
    if odd > _ZEROS and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > _ZEROS and odd == 0 else None


def _decoded(data: bytes, name: str, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except (UnicodeError, ValueError) as error:
        at = getattr(error, "start", 0)
        line = data.count(b"\n", 0, at) + 1
        msg = (
            f"Cannot read {name!r} as CSV: line {line} is not in the encoding {encoding}. Name the "
            "right one: --encoding utf-8, cp1252, utf-16, ..."
        )
        raise TableError(msg) from error
    return text.removeprefix("\ufeff")


def _western(data: bytes, name: str) -> tuple[str, str, str]:
    """Decode what is not UTF-8 as Windows does in the West, and say so."""
    _check_text(data, name)
    try:
        encoding, text = "cp1252", data.decode("cp1252")
    except UnicodeDecodeError:
        encoding, text = "latin-1", data.decode("latin-1")
    at = next(i for i, letter in enumerate(text) if ord(letter) > 127)  # noqa: PLR2004 - ASCII
    around = text[max(0, at - 10) : at + 10].splitlines()
    shown = next(piece for piece in around if not piece.isascii())
    warning = (
        f"{name!r} is not UTF-8 and was read as {encoding} ({shown.strip()!r}); if the letters are "
        "wrong, name the encoding (--encoding)."
    )
    return encoding, text, warning


def _check_text(data: bytes, name: str) -> None:
    if len(data.translate(None, _NOT_TEXT)) < len(data):
        msg = f"Cannot read {name!r} as CSV: it is not text. If it is, name the --encoding."
        raise TableError(msg)

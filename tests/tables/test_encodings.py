"""Bytes become text: what marks itself is found out, what does not is named or guessed aloud."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.errors import TableError
from qconf.tables.encodings import decode

TEXT = "town,rent\nOrléans,500\nÅlesund,501\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_found_out(encoding: str) -> None:
    """With a byte order mark or without, nothing is lost and nothing said."""
    assert decode(TEXT.encode(encoding), "t.csv") == (TEXT, "")


def test_western_text_is_read_aloud() -> None:
    """Text of Windows is read, and what it was taken for is said with an example."""
    text, warning = decode(TEXT.encode("cp1252"), "t.csv")
    assert text == TEXT
    assert "cp1252" in warning
    assert "Orléans" in warning
    assert "--encoding" in warning


def test_bytes_that_windows_does_not_have() -> None:
    """Latin-1 takes any byte."""
    text, warning = decode(b"a\n\x81\n", "t.csv")
    assert text == "a\n\x81\n"
    assert "latin-1" in warning


def test_a_named_encoding_wins() -> None:
    """No guess is made, and none is told."""
    assert decode("имя\nдом\n".encode("cp1251"), "t.csv", "cp1251") == ("имя\nдом\n", "")


@pytest.mark.parametrize(
    ("data", "encoding", "words"),
    [
        ("a\nb\nü\n".encode("latin-1"), "utf-8", "line 3 is not in the encoding utf-8"),
        (bytes(range(256)), None, "it is not text"),
        (b"a,b\n1,\0\n", None, "it is not text"),
        (b"\xff\xfea", None, "not in the encoding utf-16"),
    ],
)
def test_what_cannot_be_decoded(data: bytes, encoding: str | None, words: str) -> None:
    """The line is named, and the option to type."""
    with pytest.raises(TableError, match=words) as caught:
        decode(data, "t.csv", encoding)
    assert "--encoding" in str(caught.value)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"])))
def test_utf8_comes_back(text: str) -> None:
    """Whatever is UTF-8 is read as that."""
    assert decode(text.encode(), "t.csv") == (text.removeprefix("\ufeff"), "")

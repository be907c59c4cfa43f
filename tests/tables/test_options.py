"""What is said about a file is checked before it is read."""

from __future__ import annotations

from typing import Any

import pytest

from qconf.errors import OptionError
from qconf.tables.options import reading_options


@pytest.mark.parametrize(
    ("given", "separator"),
    [(";", ";"), ("tab", "\t"), ("\\t", "\t"), ("Semicolon", ";"), ("^", "^")],
)
def test_separators_have_names(given: str, separator: str) -> None:
    """A separator is a character, or the name of one that is hard to type."""
    assert reading_options(separator=given).separator == separator


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"separator": ""}, "--separator must be one character"),
        ({"separator": "ab"}, "found 'ab'"),
        ({"separator": '"'}, "--separator must be"),
        ({"separator": "x"}, "--separator must be"),
        ({"decimal": ";"}, "--decimal must be a point or a comma"),
        ({"encoding": "utf-9"}, "no encoding 'utf-9'"),
        ({"encoding": "base64"}, "no encoding 'base64'"),
        ({"encoding": "a\0b"}, "no encoding"),
        ({"date_format": "%q"}, "--date-format '%q' is none"),
        ({"date_format": "%"}, "--date-format '%' is none"),
        ({"date_format": "%d.%m."}, "has no year"),
        ({"date_format": "%d%d%Y"}, "is none"),
    ],
)
def test_options_outside_their_rule(wrong: dict[str, Any], words: str) -> None:
    """The option is named with what it may be."""
    with pytest.raises(OptionError, match=words) as caught:
        reading_options(**wrong)
    assert "\n" not in str(caught.value)


def test_one_name_of_text() -> None:
    """A single name need not be a list."""
    assert reading_options(text="zipcode").text == ("zipcode",)

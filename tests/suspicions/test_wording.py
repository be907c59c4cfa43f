"""Options can be typed as they stand, and numbers do not claim too much."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.suspicions.wording import bare, listed, option, percent, short


@given(st.lists(st.text(min_size=1).filter(str.isprintable), min_size=1, max_size=4))
def test_a_shell_reads_back_what_an_option_says(names: list[str]) -> None:
    """Spaces, quotes and dollar signs reach the command as they are."""
    assert shlex.split(option("drop", names)) == ["--drop", ",".join(names)]


def test_control_characters_are_not_printed() -> None:
    """Names come from files of strangers, and a terminal obeys what it is shown."""
    for text in (option("drop", ["a\x1b[31m"]), bare("a\x1b[31m"), listed(["a\x1b[31m"])):
        assert text.isprintable()


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0 %"), (0.002, "0.2 %"), (0.5, "50 %"), (0.9949, "99.4 %"), (1.0, "100 %")],
)
def test_a_share_is_not_rounded_to_all_or_none(share: float, words: str) -> None:
    """100 % means every row, 0 % none."""
    assert percent(share) == words


def test_numbers_are_short() -> None:
    """Whole numbers in full, others in four digits."""
    assert [short(value) for value in (0.5, 1234.0, 12345.0, 3.14159)] == [
        "0.5",
        "1234",
        "12,345",
        "3.142",
    ]


def test_many_names_are_not_all_listed() -> None:
    """A line stays a line."""
    assert listed(["a"]) == "'a'"
    assert listed(list("abcdef")) == "'a', 'b', 'c', 'd' and 2 more"

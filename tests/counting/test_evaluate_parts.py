"""Parts of rows are gone over as often as it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counted_rows import few_kept, in_parts, scored_rows

from qconf import evaluate_parts
from qconf.errors import OptionError, TableError


@pytest.mark.slow
@pytest.mark.parametrize("cuts", [(), (100,), (10, 20, 90, 200, 210, 299)])
def test_one_two_and_seven_parts_are_equal(cuts: tuple[int, ...]) -> None:
    """In lists, or from a function that begins anew; with groups that several parts have."""
    rows = scored_rows(300, 1, 4)
    parts = in_parts(rows, cuts)

    def anew() -> Iterator[Any]:
        yield from parts

    with few_kept():
        whole = evaluate_parts([rows], n_resamples=20)
        assert evaluate_parts(parts, n_resamples=20).to_dict() == whole.to_dict()
        assert evaluate_parts(anew, n_resamples=20).to_dict() == whole.to_dict()


def test_the_loop_of_the_docs_is_what_evaluate_parts_does() -> None:
    """The recipe of docs/engines.md runs as it stands there, and tells the same."""
    text = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(from functools import reduce\n.*?)```", text, re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {"parts": in_parts(scored_rows(300, 1, 4), (100, 250))}
    with few_kept():
        exec(code[1], names)  # noqa: S102 - our own
        assert names["plan"].pass_number == 3
        assert names["result"].to_dict() == evaluate_parts(names["parts"]).to_dict()


def test_misuse_is_told_in_a_line() -> None:
    """An iterator is empty the second time; a part has two columns or three; there must be rows."""
    rows = scored_rows(30)
    with pytest.raises(OptionError, match="gone over only once"):
        evaluate_parts(iter([rows]))
    with pytest.raises(OptionError, match=r"Each part must be \(expected_error, residual\)"):
        evaluate_parts([rows[:1]])
    with pytest.raises(OptionError, match="no expected errors or no residuals"):
        evaluate_parts([(None, rows[1])])
    with pytest.raises(TableError, match="No rows were counted"):
        evaluate_parts([])

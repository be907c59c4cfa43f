"""The page of a backtest."""

from __future__ import annotations

import pytest
from paged_results import backtest, page_of
from pages_read import sections_of, steps_of, table_of, text_of


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    return sections_of(page_of("backtest"))


@pytest.mark.slow
def test_every_pair_is_ranked_without_its_seconds(sections: dict[str, str]) -> None:
    """The best first."""
    rows = table_of(sections["Pairs compared"])
    assert [row[0] for row in rows[1:]] == [
        f"{one.model} + {one.estimator}" for one in backtest().ranking
    ]
    assert not any("sec" in header for header in rows[0])
    assert text_of(sections["Verdict"]).startswith(backtest().verdict)


def test_each_valuation_model_has_a_line_under_its_best_confidence(
    sections: dict[str, str],
) -> None:
    """Which a reader can move along."""
    assert {name.partition(" + ")[0] for name in steps_of(sections["Risk and coverage"])} == {
        one.name for one in backtest().models
    }


def test_old_against_new_is_told(sections: dict[str, str]) -> None:
    """All four cells, and what follows."""
    cross = sections["Old against new: column:avm and linear"]
    assert len(table_of(cross)) == 1 + 4
    assert "locked out of" in text_of(cross) or "eadlock" in text_of(cross)
    models = table_of(sections["How it was made"])
    assert [row[0] for row in models[1:]] == ["column:avm", "linear"]

"""Reasons are closed lists."""

from __future__ import annotations

import pytest

from qconf.errors import OptionError
from qconf.review.reasons import DECISIONS, FINE, REASONS, WRONG_INPUT, check_reason


def test_who_decides_may_say_more_than_who_sees() -> None:
    """That the model is wrong, or that nothing is."""
    assert set(DECISIONS) - set(REASONS) == {"model", FINE}
    assert WRONG_INPUT in REASONS
    for reason in DECISIONS:
        check_reason(reason, DECISIONS)
    with pytest.raises(OptionError, match="got 'fine'"):
        check_reason(FINE, REASONS)

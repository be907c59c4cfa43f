"""Limits, and rates."""

from __future__ import annotations

import pytest

from qconf.errors import OptionError
from qconf.serve.limits import Limits
from qconf.serve.rates import Rates


@pytest.mark.parametrize("name", ["body_bytes", "rows", "waiting", "body_seconds"])
def test_a_limit_is_above_zero(name: str) -> None:
    """Nothing at all is no limit."""
    with pytest.raises(OptionError, match=name):
        Limits(**{name: 0})


def test_a_bucket_fills_up_as_time_goes_by() -> None:
    """Six a minute: one in ten seconds, six at once after a rest, each client its own."""
    moment = [0.0]
    rates = Rates(6, now=lambda: moment[0])
    assert [rates.wait_for("a") for _ in range(6)] == [0.0] * 6
    assert rates.wait_for("a") == pytest.approx(10.0)
    assert rates.wait_for("b") == 0.0
    moment[0] = 5.0
    assert rates.wait_for("a") == pytest.approx(5.0)
    moment[0] = 10.0
    assert rates.wait_for("a") == 0.0
    moment[0] = 1000.0
    assert [rates.wait_for("a") for _ in range(7)][-1] > 0


def test_clients_without_end_are_forgotten() -> None:
    """No more than ten thousand are remembered, the last ones."""
    rates = Rates(1, now=lambda: 0.0)
    for i in range(10_005):
        rates.wait_for(str(i))
    assert len(rates._buckets) == 10_000
    assert rates.wait_for("10004") > 0

"""Tiers that follow from an FSD: by the failures that it makes expected, held against what came."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from qconf import AvmReport, avm_report
from qconf.avm.expected_failures import failure_probability, tiers_of_fsd
from qconf.errors import OptionError

#: Failures beyond 15 % are expected of 5, 10, 20 and 35 % of rows at these FSDs.
EDGES = [0.15 / norm.isf(one / 2) for one in (0.05, 0.1, 0.2, 0.35)]


def report(*, worse: float = 1.0, **options: object) -> AvmReport:
    """Report on 6,000 values whose errors are `worse` times their FSD."""
    rng = np.random.default_rng(0)
    fsd = rng.uniform(0.03, 0.25, 6000)
    truth = np.exp(rng.normal(12, 0.4, 6000))
    values = truth * (1 + worse * fsd * rng.normal(size=6000))
    return avm_report(
        np.abs(values), truth, expected_error=fsd, n_resamples=30, **options,  # type: ignore[arg-type]
    )  # fmt: skip


def test_edges_are_where_a_normal_error_fails_so_often() -> None:
    """Limits belong to their tier; a missing FSD makes a tier of its own."""
    np.testing.assert_allclose(failure_probability(np.array(EDGES), 0.15), [0.05, 0.1, 0.2, 0.35])
    just = np.array([*(np.array(EDGES) - 1e-9), EDGES[-1] + 1e-9, np.nan])
    codes, ends = tiers_of_fsd(just, 0.15, (0.05, 0.10, 0.20, 0.35))
    assert codes.tolist() == [0, 1, 2, 3, 4, 5]
    assert ends == {"A": 0.05, "B": 0.1, "C": 0.2, "D": 0.35, "refer": None, "no FSD": None}


def test_tiers_come_with_an_fsd() -> None:
    """Five of them, each with what was expected; a right FSD keeps its limits."""
    told = report()
    blocks = told.sections["tiers"]
    assert [one.band for one in blocks] == ["A", "B", "C", "D", "refer"]
    assert sum(one.n for one in blocks) == 6000
    for one in blocks:
        rate = one.figures["failure_rate"]
        assert rate.estimate.value == pytest.approx(one.given["expected_failure_rate"], abs=0.03)
    verdicts = [one.figures["failure_rate"].verdict for one in blocks[:4]]
    assert "too high" not in verdicts
    assert verdicts.count("in range") >= 3
    assert blocks[4].figures["failure_rate"].verdict is None
    assert "at most A 5 %, B 10 %, C 20 %, D 35 %" in " ".join(str(told).split())


def test_an_fsd_that_is_too_low_breaks_its_limits() -> None:
    """Errors of twice the FSD: no tier keeps what its name stands for."""
    blocks = report(worse=2.0).sections["tiers"]
    assert {one.figures["failure_rate"].verdict for one in blocks[:4]} == {"too high"}


def test_own_limits_own_names_or_none() -> None:
    """By a mapping; None leaves the section out; columns of tiers go first."""
    own = report(tier_limits={"green": 0.1, "amber": 0.3}).sections["tiers"]
    assert [one.band for one in own] == ["green", "amber", "refer"]
    assert own[0].figures["failure_rate"].accepted == (0.0, 0.1)
    assert "tiers" not in report(tier_limits=None).sections
    named = report(tiers=np.repeat(["x", "y"], 3000)).sections["tiers"]
    assert [one.band for one in named] == ["x", "y"]
    assert named[0].given == {}
    assert named[0].figures["failure_rate"].verdict is None


def test_a_value_without_an_fsd_is_in_no_tier_that_says_something() -> None:
    """Nothing is expected of it, and its figures are told."""
    fsd = np.tile([0.05, np.nan], 100)
    truth = np.full(200, 100.0)
    values = truth * (1 + 0.05 * np.random.default_rng(0).normal(size=200))
    told = avm_report(values, truth, expected_error=fsd, n_resamples=20)
    assert [one.band for one in told.sections["tiers"]] == ["A", "no FSD"]
    assert told.sections["tiers"][1].given == {}
    assert told.sections["tiers"][1].n == 100
    assert "no FSD" in str(told)


@pytest.mark.parametrize("limits", [[], [0.2, 0.1], [1.5], "A"])
def test_limits_that_are_none_are_refused(limits: object) -> None:
    """Whether or not there is an FSD."""
    with pytest.raises(OptionError):
        avm_report([90.0, 110.0], [100.0, 100.0], tier_limits=limits)  # type: ignore[arg-type]

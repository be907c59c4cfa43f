"""The page of an evaluation."""

from __future__ import annotations

from paged_results import evaluation, page_of
from pages_read import sections_of, steps_of, text_of

from qconf.core.estimate import in_percent


def test_it_says_whether_there_is_skill() -> None:
    """And how far the safest rows are ahead of all."""
    sections = sections_of(page_of("evaluation"))
    verdict = text_of(sections["Verdict"])
    assert verdict.startswith("It is shown to have skill.")
    assert in_percent(evaluation().overall.outlier_rate.value) in verdict
    assert list(sections) == ["Verdict", "Risk and coverage", "Calibration by tenth", "All figures"]


def test_one_score_has_one_track() -> None:
    """There is nothing to choose among, and the choice is hidden."""
    section = sections_of(page_of("evaluation"))["Risk and coverage"]
    assert list(steps_of(section)) == ["score"]
    assert "hidden" in section.partition("<select")[2].partition(">")[0]

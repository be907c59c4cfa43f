"""The page of an evaluation: what one confidence score is worth."""

from __future__ import annotations

from qconf.evaluation.result import Evaluation
from qconf.evaluation.table import evaluation_parts
from qconf.pages.evaluations import calibration_section, key_figures, risk_section
from qconf.pages.words import doubts, rate_text
from qconf.report.grid import Grid
from qconf.report.page.parts import Page, Section, Table

__all__ = ["page"]


def page(evaluation: Evaluation, subject: str) -> Page:
    """Return the page of an evaluation."""
    outlier = f"off by more than {evaluation.threshold:g}"
    told = [
        Table("All figures", one) if isinstance(one, Grid) else one
        for one in evaluation_parts(evaluation)
        if not (isinstance(one, str) and one.startswith("Note: "))
    ]
    return Page(
        title="What is this confidence score worth?",
        subject=subject,
        verdict=[_verdict(evaluation, outlier)],
        figures=key_figures(evaluation),
        cautions=doubts((), evaluation.notes),
        sections=[
            risk_section({"score": evaluation}, outlier, "Score"),
            calibration_section("the score", evaluation),
            Section("All figures", told),
        ],
    )


def _verdict(evaluation: Evaluation, outlier: str) -> str:
    safest, overall = evaluation.best_decile, evaluation.overall
    skill = "It is shown to have skill." if evaluation.has_skill else "No skill is shown."
    return (
        f"{skill} Of the {safest.n:,} rows called safest, {rate_text(safest.outlier_rate)} "
        f"are {outlier}, against {rate_text(overall.outlier_rate)} of all."
    )

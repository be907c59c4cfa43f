"""The page of an audit by slices."""

from __future__ import annotations

from paged_results import page_of, slices
from pages_read import sections_of, table_of, text_of


def test_what_is_worse_comes_first() -> None:
    """Each trouble once, with its sentence."""
    verdict = text_of(sections_of(page_of("slices"))["Verdict"])
    worse = slices().worse
    assert worse
    assert verdict.startswith("One slice of" if len(worse) == 1 else f"{len(worse)} slices of")
    assert all(one.sentence in verdict for one in worse[:5])


def test_by_each_metric_the_worse_slices_are_drawn_and_told() -> None:
    """Those and no others, the strongest first."""
    sections = sections_of(page_of("slices"))
    rows = table_of(sections["Errors against what was expected"])[1:]
    assert [row[0] for row in rows] == [
        one.text
        for one in slices().strongest("calibration")
        if one.figures["calibration"].verdict == "worse"
    ]
    assert {row[4] for row in rows} == {"worse"}


def test_where_nothing_is_worse_those_that_come_closest_are_told() -> None:
    """And it says that they are not shown to be worse."""
    sections = sections_of(page_of("no worse slices"))
    assert text_of(sections["Verdict"]).startswith("No slice of")
    section = sections["Outliers against what was expected"]
    assert text_of(section).startswith("No slice is shown to be worse by this")
    audit = slices(planted=False)
    evidence = [one.figures["outlier-rate"].evidence for one in audit.strongest("outlier-rate")]
    assert evidence == sorted(evidence, reverse=True)
    assert len(evidence) == len(audit.slices)
    assert "worse" not in {row[4] for row in table_of(section)[1:]}

"""An audit by slices as people read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.core.estimate import in_percent, in_units
from qconf.core.printable import shown
from qconf.report.grid import Column, Grid
from qconf.slicing.figures import VERDICTS
from qconf.slicing.looking import FEWEST_GROUPS
from qconf.slicing.wording import level_sentence

if TYPE_CHECKING:
    from qconf.slicing.result import SliceAudit

__all__ = ["audit_parts", "heading", "verdict_counts"]


def audit_parts(audit: SliceAudit) -> Iterator[str | Grid]:
    """Tell of an audit: what it is of, what is worse, and the verdicts."""
    yield heading(audit)
    told = audit.worse
    if not audit.is_measured:
        yield (
            f"No slice has newer rows of {FEWEST_GROUPS} groups, and fewer do not tell how far "
            "groups differ: nothing can be said. If rows of a group are independent for what is "
            "asked, name a finer group."
        )
    elif not told:
        yield "No slice is shown to be worse."
    for number, one in enumerate(told, 1):
        same = sum(other.explained_by == one.text for other in audit.slices)
        more = f" Told once for {same + 1} slices that share its rows." if same else ""
        yield f"{number}. worse: {shown(one.sentence)}{more}"
    yield verdict_counts(audit)
    if audit.levels:
        yield level_sentence(audit.levels)


def heading(audit: SliceAudit) -> str:
    """Say what the slices are of, and what they are held against."""
    percent = audit.error != "absolute"
    groups = "" if audit.n_groups is None else f" ({audit.n_groups:,} groups)"
    bias = in_percent(audit.bias) if percent else in_units(audit.bias)
    level = f"{100 * audit.confidence_level:g} %"
    together = f" Intervals hold for all slices and metrics at once with {level}."
    if not audit.is_measured:
        together = ""
    return (
        f"Slices of {audit.n_newer:,} rows{groups}, found on {audit.n_older:,} others: "
        f"{audit.scheme}. In all rows errors are {audit.calibration:.2f} times what was expected "
        f"(root mean square), {in_percent(audit.outlier_rate)} are outliers, the bias is "
        f"{bias}; slices are held against that.{together}"
    )


def verdict_counts(audit: SliceAudit) -> Grid:
    """Count verdicts by the number of properties and by metric."""
    columns = [
        Column("looked at"), Column("metric"), *(Column(one, right=True) for one in VERDICTS)
    ]  # fmt: skip
    rows = []
    for n_properties, name in ((1, "one property"), (2, "two properties")):
        own = [one for one in audit.slices if len(one.properties) == n_properties]
        for metric in own[0].figures if own else ():
            counts = Counter(one.figures[metric].verdict for one in own)
            rows.append(
                [f"{len(own):,} of {name}", metric, *(f"{counts[one]:,}" for one in VERDICTS)]
            )
    return Grid(columns, rows)

"""Pictures of a report's sections: a dot with its interval for each band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from qconf.avm.sections.asked import Block
from qconf.avm.sections.tiers import EXPECTED
from qconf.report.intervals import IntervalsDisplay
from qconf.report.reliability import ReliabilityDisplay

__all__ = ["DRAWN", "bands_display"]

#: Sections of bands that have one figure which decides, and that figure.
DRAWN: Final[Mapping[str, str]] = {
    "tiers": "failure_rate", "fsd": "z_rms", "price_bands": "median_ratio", "ccs": "ppe10",
}  # fmt: skip


def bands_display(
    section: str, blocks: Sequence[Block], called: Mapping[str, str] | None = None
) -> IntervalsDisplay | ReliabilityDisplay:
    """Draw the figure that decides, of each band.

    Parameters
    ----------
    section : str
        One of `DRAWN`.
    blocks : sequence of Block
        Not that of all rows.
    called : mapping of str to str, default=None
        Other names of bands.
    """
    if section == "ccs":
        return ReliabilityDisplay({"CCS": pd.DataFrame(map(_as_bin, blocks))})
    names = [(called or {}).get(one.band, one.band) for one in blocks]
    figures = [one.figures[DRAWN[section]] for one in blocks]
    first = figures[0]
    percent = first.written.percent
    expected = {
        name: one.given[EXPECTED]
        for name, one in zip(names, blocks, strict=True)
        if EXPECTED in one.given
    }
    return IntervalsDisplay(
        {name: one.estimate for name, one in zip(names, figures, strict=True)},
        f"{first.label}, %" if percent else first.label,
        reference=None if percent else (1.0, "1"),
        percent=percent,
        expected=expected or None,
    )


def _as_bin(one: Block) -> dict[str, float]:
    came = one.figures[DRAWN["ccs"]].estimate
    low, high = came.interval
    return {"probability": one.given["mean_ccs"], "rate": came.value, "low": low, "high": high}

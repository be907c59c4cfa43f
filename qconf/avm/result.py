"""What a report holds: as numbers, as a table, as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.avm.sections.asked import Block, Figure
from qconf.core.estimate import in_percent
from qconf.errors import OptionError, not_one_of

if TYPE_CHECKING:
    from qconf.report.intervals import IntervalsDisplay
    from qconf.report.reliability import ReliabilityDisplay

__all__ = ["AvmReport"]

#: Sections that speak of all rows at once: in JSON they are not lists.
_OF_ALL = ("scope", "accuracy", "ratios")


@dataclass(frozen=True, eq=False, repr=False)
class AvmReport:
    """What an AVM committee asks of values whose truth is known.

    Attributes
    ----------
    rows : int
        Rows with a truth.
    valued : int
        Those that have a value too.
    n_groups : int or None
        Groups that were resampled; None if rows were, one by one.
    threshold, confidence_level : float
        What was asked for.
    n_resamples : int
    sections : dict of str to tuple of Block
        ``scope``, ``accuracy``, ``fsd``, ``cut_offs``, ``ccs``, ``tiers``, ``ratios``,
        ``price_bands``: those for which there were columns.
    notes : tuple of str
        What limits the intervals.
    left_out : dict of str to int
        Rows that were left out, by reason.
    by_class : dict of str to AvmReport
        The same for each protected class.
    """

    rows: int
    valued: int
    n_groups: int | None
    threshold: float
    confidence_level: float
    n_resamples: int
    sections: dict[str, tuple[Block, ...]]
    notes: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    by_class: dict[str, AvmReport] = field(default_factory=dict)

    def figure(self, section: str, name: str, band: str = "all") -> Figure:
        """Look up a figure.

        Raises
        ------
        KeyError
            If there is no such section, band or figure.
        """
        for block in self.sections[section]:
            if block.band == band:
                return block.figures[name]
        raise KeyError(band)

    @property
    def table(self) -> pd.DataFrame:
        """One row a figure.

        Returns
        -------
        DataFrame of shape (n_figures, 10)
            Indexed by ``section``: ``band``, ``n``, ``figure``, ``value``, ``low``, ``high``,
            ``least`` and ``greatest`` (what it may be), ``verdict``; before them ``class`` where
            there are protected classes (empty for all rows).
        """
        told = pd.DataFrame(self._lines()).set_index("section")
        if not self.by_class:
            return told
        parts = {"": told} | {name: one.table for name, one in self.by_class.items()}
        for name, part in parts.items():
            part.insert(0, "class", name)
        return pd.concat(parts.values())

    def _lines(self) -> list[dict[str, Any]]:
        lines = []
        for section, blocks in self.sections.items():
            for block in blocks:
                here: dict[str, Any] = {"section": section, "band": block.band, "n": block.n}
                lines += [here | _line(one) for one in block.figures.values()]
                if block.verdict is not None:
                    lines.append(here | {"figure": "verdict", "verdict": block.verdict})
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain numbers and texts."""
        told: dict[str, Any] = {
            "rows": self.rows,
            "valued": self.valued,
            "left_out": self.left_out,
            "groups": self.n_groups,
            "threshold": self.threshold,
            "confidence_level": self.confidence_level,
            "resamples": self.n_resamples,
        }
        for section, blocks in self.sections.items():
            every = [one.to_dict() for one in blocks]
            told[section] = every[0] if section in _OF_ALL else every
        told["notes"] = list(self.notes)
        if self.by_class:
            told["by_class"] = {name: one.to_dict() for name, one in self.by_class.items()}
        return told

    def __repr__(self) -> str:
        """Return a line: how many rows, PPE10 and failure rate."""
        within, failures = (
            self.figure("accuracy", name).estimate.value for name in ("ppe10", "failure_rate")
        )
        return (
            f"<AvmReport on {self.valued:,} values: PPE10 {in_percent(within)}, failure rate "
            f"{in_percent(failures)}>"
        )

    def __str__(self) -> str:
        """Return all sections as tables."""
        from qconf.avm.table import report_text  # noqa: PLC0415 - rich, only to print

        return report_text(self).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return those tables for a notebook."""
        from qconf.avm.table import report_html  # noqa: PLC0415

        return report_html(self)

    def plot(
        self, section: str = "tiers", *, ax: Any = None
    ) -> IntervalsDisplay | ReliabilityDisplay:
        """Draw a figure of each band, with its interval; needs the extra ``qconf[plots]``.

        Parameters
        ----------
        section : {"tiers", "fsd", "ccs", "price_bands"}, default="tiers"
            The failure rate of each tier, z rms of each band of the FSD, PPE10 against the score,
            or the median ratio of each fifth of the prices.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        IntervalsDisplay or ReliabilityDisplay

        Raises
        ------
        OptionError
            If the report has no such section, or no picture of it.
        """
        from qconf.avm.pictures import DRAWN, bands_display  # noqa: PLC0415 - only to draw

        known = [one for one in DRAWN if self.sections.get(one)]
        if section not in known:
            raise OptionError(not_one_of("picture of this report", section, known))
        blocks = [one for one in self.sections[section] if one.band != "all"]
        return bands_display(section, blocks).plot(ax=ax)


def _line(figure: Figure) -> dict[str, Any]:
    (low, high), accepted = figure.estimate.interval, figure.accepted or (None, None)
    return {
        "figure": figure.name,
        "value": figure.estimate.value,
        "low": low,
        "high": high,
        "least": accepted[0],
        "greatest": accepted[1],
        "verdict": figure.verdict,
    }

"""Which model is chosen for which portfolio, and how sure the portfolios' sums are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from qconf.core.estimate import in_units
from qconf.core.printable import shown
from qconf.report.grid import Column, Grid
from qconf.report.html import as_html

__all__ = ["PortfolioChoice"]

#: How many portfolios are shown, the largest first.
_SHOWN = 20


@dataclass(frozen=True, eq=False, repr=False)
class PortfolioChoice:
    """Models on portfolios of rows whose outcomes are not known.

    Attributes
    ----------
    table : DataFrame
        A row for each ``portfolio`` and ``model``: ``n``; ``expected_rms``, the root mean squared
        expected error (AVMU), scaled to the labelled rows; ``difference``, the mean squared error
        beyond that of `better_before`, with ``difference_low`` and ``difference_high``; ``sum`` of
        the values; ``expected_sum``, of values brought to the level of the labelled rows, and
        ``sum_std``, the standard deviation of its error, and ``sum_low`` and ``sum_high`` at the
        confidence level (divided by ``n`` they are those of the mean). Not a number is what cannot
        be said.
    better_before : str
        The model with the lowest `held_out_rms`.
    held_out_rms : dict of str to float
        Root mean squared residual of rows that were held out.
    calibration_ratio : dict of str to float
        What expected errors were multiplied by.
    correlation : dict of str to float
        Of the errors of two rows of one portfolio.
    error : str
        Name of the error scale.
    confidence_level : float
    notes : tuple of str
    """

    table: pd.DataFrame
    better_before: str
    held_out_rms: dict[str, float]
    calibration_ratio: dict[str, float]
    correlation: dict[str, float]
    error: str
    confidence_level: float
    notes: tuple[str, ...]

    @cached_property
    def choices(self) -> pd.DataFrame:
        """The chosen model of each portfolio.

        Returns
        -------
        DataFrame
            With the portfolio as index: ``chosen``; ``distinguishable``, whether it is shown to be
            better than `better_before`, which is chosen otherwise; and of the chosen model all
            columns of `table`.
        """
        better = self.table[self.table["difference_high"] < 0]
        best = better.sort_values("difference", kind="stable").drop_duplicates("portfolio")
        named = best.set_index("portfolio")["model"].to_dict()
        chosen = [named.get(one, self.better_before) for one in self.table["portfolio"]]
        own = self.table[self.table["model"] == chosen].set_index("portfolio")
        own = own.rename(columns={"model": "chosen"})
        own.insert(1, "distinguishable", own.index.isin(list(named)))
        return own

    @property
    def verdict(self) -> str:
        """Where another model than before is to be used."""
        choices = self.choices
        changed = choices[choices["distinguishable"]]
        rest = f"not distinguishable: take {self.better_before}, which was better before"
        if changed.empty:
            return f"In all {len(choices):,} portfolios {rest}."
        counts = changed["chosen"].value_counts()
        told = ", ".join(f"{name} in {n:,}" for name, n in counts.items())
        return f"Shown to be better: {told} of {len(choices):,} portfolios; in the others {rest}."

    def __repr__(self) -> str:
        """Return a line: how many portfolios, and what was chosen."""
        return f"<PortfolioChoice: {self.verdict}>"

    def __str__(self) -> str:
        """Return what `print` shows: the largest portfolios, and the verdict."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*self._parts()).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(*self._parts())

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        choices = self.choices.drop(columns=["difference", "difference_low", "difference_high"])
        return {
            "better_before": self.better_before,
            "held_out_rms": dict(self.held_out_rms),
            "calibration_ratio": dict(self.calibration_ratio),
            "correlation": dict(self.correlation),
            "error": self.error,
            "level": self.confidence_level,
            "verdict": self.verdict,
            "choices": choices.reset_index().to_dict("records"),
            "portfolios": self.table.to_dict("records"),
            "notes": list(self.notes),
        }

    def _parts(self) -> Iterator[str | Grid]:
        choices = self.choices.sort_values("n", ascending=False, kind="stable")
        level = f"{100 * self.confidence_level:g} %"
        columns = [
            Column("\nportfolio", fold=True),
            Column("\nrows", right=True),
            Column("\ntake", fold=True),
            Column("expected\nrms error", right=True),
            Column("expected\nsum", right=True),
            Column(f"off by at most\n({level})", right=True),
        ]
        rows = [
            [
                shown(str(name)),
                f"{one['n']:,}",
                shown(one["chosen"]) + ("" if one["distinguishable"] else " ~"),
                in_units(one["expected_rms"]),
                in_units(one["expected_sum"]),
                "cannot say"
                if pd.isna(one["sum_std"])
                else in_units(one["sum_high"] - one["expected_sum"]),
            ]
            for name, one in choices.head(_SHOWN).iterrows()
        ]
        yield Grid(columns, rows)
        if len(choices) > _SHOWN:
            yield f"The largest {_SHOWN} of {len(choices):,} portfolios; `choices` has all."
        yield self.verdict
        yield f"~: not distinguishable from {self.better_before} ({level})."
        yield from (f"Note: {one}" for one in self.notes)

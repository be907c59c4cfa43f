"""What the explanations of several rows share: a line a row, in text and in notebooks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import pandas as pd

from qconf.errors import OptionError, did_you_mean
from qconf.report.contributions import ContributionsDisplay
from qconf.report.grid import Column, Grid
from qconf.report.html import as_html

__all__ = ["ToldRows"]

_SHOWN = 20


class ToldRows(ABC):
    """Explanations of rows: a table by row and property, and a summary by row.

    Attributes
    ----------
    table, summary : DataFrame
        ``row`` of the one is the index of the other.
    """

    table: pd.DataFrame
    summary: pd.DataFrame

    def in_words(self, row: Any = None) -> str:
        """Write what is told of a row in a line; None is the first row."""
        return self._words(*self._of(row))

    @abstractmethod
    def _words(self, own: pd.DataFrame, line: pd.Series[Any]) -> str:
        """Write what the lines of a row tell, and its summary."""

    @abstractmethod
    def _display(self, own: pd.DataFrame, line: pd.Series[Any], names: list[str]) -> Any:
        """Return a picture of the lines of a row, which are called by their cells."""

    @abstractmethod
    def _figure(self, line: pd.Series[Any]) -> tuple[str, str]:
        """Name what is explained, and write it."""

    def plot(self, ax: Any = None, *, row: Any = None) -> ContributionsDisplay:
        """Draw what leads from the typical row to one row.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        row : object, default=None
            Its label; None is the first.

        Returns
        -------
        ContributionsDisplay

        Raises
        ------
        OptionError
            If there is no such row.
        """
        return self.display(row).plot(ax)

    def display(self, row: Any = None) -> ContributionsDisplay:
        """Return what draws itself as `plot` does; None is the first row."""
        own, line = self._of(row)
        names = [f"{a} = {b or '-'}" for a, b in zip(own["property"], own["cell"], strict=True)]
        made: ContributionsDisplay = self._display(own, line, names)
        return made

    def _of(self, row: Any) -> tuple[pd.DataFrame, pd.Series[Any]]:
        """Return the lines of a row, and its summary."""
        label = self.summary.index[0] if row is None else row
        if label not in self.summary.index:
            close = did_you_mean(str(label), map(str, self.summary.index))
            msg = f"There is no row {label!r} among those that are explained. {close}"
            raise OptionError(msg)
        line: pd.Series[Any] = self.summary.loc[label]
        return self.table[self.table["row"] == label], line

    def _rows(self, lines: str) -> list[dict[str, Any]]:
        """Return all rows as plain values, their lines under a name."""
        told = []
        for label in self.summary.index:
            own, line = self._of(label)
            figures = {str(name): float(one) for name, one in line.items()}
            words = self._words(own, line)
            names = [name for name in own.columns if name != "row"]
            columns = [own[name].tolist() for name in names]
            parts = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
            told.append({"row": str(label), **figures, "in_words": words, lines: parts})
        return told

    def __str__(self) -> str:
        """Return what `print` shows: a line for each of the first rows."""
        from qconf.report.drawing import drawn  # noqa: PLC0415 - rich, only to print

        return drawn(*self._parts()).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(*self._parts())

    def _parts(self) -> Iterator[str | Grid]:
        labels = list(self.summary.index[:_SHOWN])
        figures = [self._figure(self._of(label)[1]) for label in labels]
        rows = [
            [str(label), figure, self.in_words(label)]
            for label, (_, figure) in zip(labels, figures, strict=True)
        ]
        name = figures[0][0]
        yield Grid([Column("row"), Column(name, right=True), Column("why", fold=True)], rows)
        if len(self.summary) > _SHOWN:
            yield f"And {len(self.summary) - _SHOWN:,} more rows."

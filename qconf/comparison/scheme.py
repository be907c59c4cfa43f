"""How the rows of a comparison were kept apart, in words."""

from __future__ import annotations

from typing import Protocol

from qconf.evaluation.selection import Selection
from qconf.residuals.schedules import Schedule
from qconf.tables.dataset import Dataset

__all__ = ["copies_kept", "rows_in_words", "scheme"]


class OnRows(Protocol):
    """A result that says which rows it is of."""

    @property
    def rows(self) -> int: ...
    @property
    def history(self) -> int: ...
    @property
    def left_out(self) -> dict[str, int]: ...
    @property
    def scheme(self) -> str: ...
    @property
    def overall(self) -> Selection: ...


def scheme(plan: Schedule, dataset: Dataset) -> str:
    """Say how rows were kept apart."""
    words = plan.in_words
    if dataset.given_groups is not None:
        words += " of whole groups" if dataset.time is None else ", groups kept apart"
    n_copies = copies_kept(dataset)
    if n_copies and dataset.time is None:
        kept = (
            "copy kept with the row it is"
            if n_copies == 1
            else "copies kept with the rows they are"
        )
        words += f", {n_copies:,} {kept} like"
    elif n_copies:
        kept = "copy of an earlier row" if n_copies == 1 else "copies of earlier rows"
        words += f", {n_copies:,} {kept} not judged"
    return words if dataset.drawn is None else f"{words}; these are {dataset.drawn.in_words}"


def copies_kept(dataset: Dataset) -> int:
    """Count the rows that have an earlier row like them, where these were kept together."""
    if dataset.copies is None:
        return 0
    return dataset.copies.count if dataset.repeats is None else int(dataset.repeats.sum())


def rows_in_words(result: OnRows) -> str:
    """Say in a sentence how many rows there were, and what became of them."""
    rows = f"{result.rows:,} rows; {result.overall.n:,} scored in {result.scheme}"
    if result.history:
        rows += f", the first {result.history:,} only learned from"
    gone = [f"{n:,} left out ({why.replace('_', ' ')})" for why, n in result.left_out.items()]
    return "; ".join([rows, *gone]) + "."

"""Read what is asked of a table: the roles of its columns, and what counts as badly wrong."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any, Self, get_args

from qconf._types import ArrayLike, Copies, ErrorScaleName, TableLike
from qconf.core.conventions import check_options
from qconf.core.error_scale import ErrorScale, error_scale
from qconf.encoding.source_pairs import Pairs
from qconf.errors import OptionError, not_one_of, refuse_warnings
from qconf.suspicions.look import look_at
from qconf.tables.dataset import Dataset, make_dataset
from qconf.tables.large_tables import Room, read_within
from qconf.tables.reading import TableFile, read_table

__all__ = ["Settings", "table_of", "take_in"]

#: A row is an outlier if it is off by more than this, where errors are shares.
_DEFAULT_THRESHOLD = 0.15


@dataclass(frozen=True)
class Settings:
    """What counts as badly wrong, and how much is called safest.

    Attributes
    ----------
    scale : ErrorScale
    threshold : float
    threshold_given : bool
        Whether somebody chose it.
    fraction, confidence_level : float
    """

    scale: ErrorScale
    threshold: float
    threshold_given: bool
    fraction: float
    confidence_level: float

    @classmethod
    def checked(
        cls,
        error: ErrorScaleName,
        threshold: float | None,
        fraction: float,
        confidence_level: float,
    ) -> Self:
        """Hold numbers against their ranges, and choose a threshold where there is none.

        Raises
        ------
        OptionError
        """
        scale = error_scale(error)
        limit = _threshold(threshold, scale)
        check_options(
            threshold=limit, fraction=fraction, confidence_level=confidence_level, outlier_rates=()
        )
        return cls(scale, limit, threshold is not None, fraction, confidence_level)

    @property
    def numbers(self) -> dict[str, Any]:
        """What an evaluation asks for by these names."""
        names = ("threshold", "fraction", "confidence_level")
        return {name: getattr(self, name) for name in names}


def take_in(
    table: TableLike | TableFile | str | PathLike[str],
    target: str | ArrayLike,
    settings: Settings,
    *,
    prediction: str | ArrayLike | None,
    time: str | ArrayLike | None,
    groups: str | ArrayLike | None,
    features: Sequence[str] | str | None,
    drop: Sequence[str] | str,
    scores: Sequence[str],
    copies: Copies,
    strict: bool,
    valuations: Sequence[str] = (),
    conflicts: Pairs | None = None,
    room: Room | None = None,
) -> tuple[Dataset, tuple[str, ...]]:
    """Read and check a table, and say what of it gives reason to doubt what will be found.

    Parameters
    ----------
    table : DataFrame, array-like of shape (n_samples, n_columns), or path
    target, prediction, time, groups, features, drop
        As `qconf.compare` takes them.
    settings : Settings
    scores : sequence of str
        Columns that are scores to be judged, and so no features.
    copies : {"group", "keep"}
    strict : bool
        Whether a doubt is an error.
    valuations : sequence of str, default=()
        Columns of predictions, each to be judged beside others.
    conflicts : sequence or mapping of pairs of str, default=None
        Features that should agree.
    room : Room, default=None
        How much memory there is for a table that is a path; None is as much as it takes.

    Returns
    -------
    dataset : Dataset
    doubts : tuple of str

    Raises
    ------
    TableError
    OptionError
    """
    if copies not in get_args(Copies):
        raise OptionError(not_one_of("option copies", copies, get_args(Copies)))
    file = table_of(table, room)
    dataset = make_dataset(
        file.frame,
        target,
        settings.scale,
        prediction=prediction,
        time=time,
        groups=groups,
        features=features,
        drop=drop,
        scores=scores,
        valuations=valuations,
        conflicts=conflicts,
        keep_copies=copies == "keep",
    )
    if file.drawn is not None:
        dataset = replace(dataset, rows=file.drawn.rows[dataset.rows], drawn=file.drawn)
    valued = [dataset.valued_by(name) for name in valuations] or [dataset]
    found = dict.fromkeys(line for one in valued for line in _doubts(one, settings))
    doubts = (*file.warnings, *found)
    if strict:
        refuse_warnings(doubts)
    return dataset, doubts


def _threshold(threshold: float | None, scale: ErrorScale) -> float:
    if threshold is not None:
        return threshold
    if scale.needs_positive:
        return _DEFAULT_THRESHOLD
    msg = (
        "The absolute error needs a threshold, in the units of the target: from which error on "
        "is a row badly wrong? (--threshold 25000, say)"
    )
    raise OptionError(msg)


def _doubts(dataset: Dataset, settings: Settings) -> tuple[str, ...]:
    """Say what in the table gives reason to doubt what will be found."""
    lines = look_at(
        dataset.features,
        dataset.y,
        target_name=dataset.target_name,
        scale=settings.scale,
        threshold=settings.threshold,
        threshold_given=settings.threshold_given,
        prediction=dataset.prediction,
        prediction_name=dataset.prediction_name,
        time=dataset.time,
        time_name=dataset.time_name,
        groups=None if dataset.given_groups is None else dataset.groups,
        scores=dataset.scores,
        rows=dataset.rows,
    )
    return (*dataset.warnings, *lines)


def table_of(table: Any, room: Room | None = None) -> TableFile:
    """Read a file, or as much of it as there is room for; or take a table as it is."""
    if isinstance(table, str | PathLike):
        path = os.fspath(table)
        return read_table(path) if room is None else read_within(path, room)
    return table if isinstance(table, TableFile) else TableFile(table)

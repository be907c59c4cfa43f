"""One pass over the rows: what it counts, and what the next one has to look at."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from qconf._types import ArrayLike, BoolArray, FloatArray
from qconf.core.frames import as_series
from qconf.counting.borders import border_cells
from qconf.counting.by_stretch import ByStretch
from qconf.counting.cell_counts import CellCounts
from qconf.counting.cell_sums import CellSums
from qconf.counting.columns import columns_of, n_columns, resampled_columns
from qconf.counting.grid import Grid, first_grid
from qconf.counting.group_hashes import group_hashes
from qconf.counting.kept_rows import KeptRows
from qconf.counting.known_groups import KnownGroups
from qconf.counting.lane_sums import unit_of
from qconf.counting.moments import CountedMoments, moment_keys
from qconf.counting.planning import cell_of_each_score, finer_grid, is_settled, summing_cells
from qconf.counting.replicates import Replicates
from qconf.counting.seen_rows import SeenRows
from qconf.counting.settings import Settings
from qconf.counting.sort_keys import Keys, sort_keys
from qconf.errors import OptionError, TableError

__all__ = ["OnePass"]

#: Rows that are worked on at once: their columns stay in the processor's cache.
_BLOCK = 2**16
#: Groups whose type is looked at where no more is needed.
_LOOKED_AT = 100


@dataclass(eq=False)
class OnePass:
    """What one pass has counted.

    Attributes
    ----------
    settings : Settings
    number : int
        From 1.
    before : SeenRows or None
        What the pass before has seen.
    cells : CellCounts
        Counted by this pass; in the last one, known from the one before.
    sums : CellSums or None
        In the last pass.
    seen : SeenRows
    groups : KnownGroups
        In the last pass.
    moments : CountedMoments
        Counted by the first.
    kept : KeptRows
        In the first.
    """

    settings: Settings
    number: int = 1
    before: SeenRows | None = None
    cells: CellCounts = field(default_factory=lambda: CellCounts.nothing(first_grid()))
    sums: CellSums | None = None
    seen: SeenRows = field(default_factory=SeenRows)
    groups: KnownGroups = field(default_factory=KnownGroups)
    moments: CountedMoments = field(default_factory=CountedMoments)
    kept: KeptRows = field(default_factory=KeptRows)

    @property
    def is_last(self) -> bool:
        """Whether no other pass over the rows is needed."""
        return self.sums is not None or (self.number == 1 and self.kept.are_all)

    def add(
        self, scores: FloatArray, residual: FloatArray, groups: ArrayLike | None,
        time: ArrayLike | None,
    ) -> None:  # fmt: skip
        """Count rows, whose scores and residuals were checked.

        Raises
        ------
        TableError, OptionError
            If their groups or times cannot be used; nothing is counted then.
        """
        keys = sort_keys(scores)
        rows = SeenRows.number(keys, residual)
        hashes, kind = (None, "") if groups is None else self._hashed(groups, rows)
        moments, clock = (None, "") if time is None else moment_keys(time, len(rows))
        self.seen.check_groups(groups is not None, kind)
        self.seen.check_times(clock)
        self._add(keys, residual, rows, hashes, moments)

    def add_kept(self, kept: KeptRows, seen: SeenRows) -> None:
        """Count rows that the first pass has kept."""
        keys, residual, groups, moments = kept.sorted()
        self.seen.check_groups(seen.grouped, seen.kind)
        self.seen.check_times(seen.clock)
        self._add(
            keys, residual, SeenRows.number(keys, residual), groups if seen.grouped else None,
            moments if seen.timed else None,
        )  # fmt: skip

    def merge(self, other: OnePass) -> None:
        """Add the rows of another part, counted in the same pass with the same settings.

        Raises
        ------
        OptionError
            If their groups are of another kind.
        """
        self.seen.merge(other.seen)
        self.groups.merge(other.groups)
        if self.sums is not None and other.sums is not None:
            self.sums.merge(other.sums)
        else:
            self.cells.merge(other.cells)
            self.kept.merge(other.kept)
        if self.number == 1:
            self.moments.merge(other.moments)

    def empty(self) -> OnePass:
        """Return the same pass before it has seen a row."""
        new = OnePass(self.settings, self.number, self.before, cells=self.cells)
        new.moments = CountedMoments() if self.number == 1 else self.moments
        if self.sums is not None:
            new.sums = new._no_sums(self.sums.grid, self.sums.is_kept)
        else:
            new.cells = CellCounts.nothing(self.cells.grid)
        return new

    def next(self) -> OnePass:
        """Return the pass that comes after this one.

        Raises
        ------
        TableError
            If no row was counted.
        OptionError
            If this pass has seen other rows than the one before.
        """
        self.check_whole()
        new = OnePass(self.settings, self.number + 1, self.seen, moments=self.moments)
        counts = self.cells.only_occupied()
        border = border_cells(counts, self.settings.fraction, self.settings.outlier_rates)
        looked = self.number > 1 or bool(counts.is_tie.all())
        if looked and is_settled(counts, border):
            part = summing_cells(counts, border)
            first = np.flatnonzero(np.diff(part, prepend=-1))
            new.cells = counts
            is_kept = (border & ~counts.is_tie)[first]
            new.sums = new._no_sums(Grid(counts.grid.edges[first]), is_kept)
        elif self.number == 1 and self.kept.are_all:
            new.cells = CellCounts.nothing(cell_of_each_score(self.kept.sorted()[0]))
        else:
            grid = finer_grid(counts, border, evenly=self.number == 1)
            new.cells = CellCounts.nothing(grid)
        return new

    def check_whole(self) -> None:
        """Check that rows were counted, and the same as in the pass before.

        Raises
        ------
        TableError, OptionError
        """
        if self.seen.n == 0:
            where = "" if self.number == 1 else f" in pass {self.number}"
            msg = f"No rows were counted{where}: update the counts with all rows first."
            raise TableError(msg)
        if self.before is not None:
            self.seen.check_same(self.before, self.number)

    def check_alike(self, other: OnePass) -> None:
        """Check that the counts of two parts can be added.

        Raises
        ------
        OptionError
        """
        own, theirs = self.settings.to_dict(), other.settings.to_dict()
        for name, value in own.items():
            if value != theirs[name]:
                msg = (
                    f"Counts merge with those of the same {name}: {value!r} here, {theirs[name]!r} "
                    "there. Count one of them anew."
                )
                raise OptionError(msg)
        if self.number != other.number:
            msg = (
                f"Counts merge with those of the same pass: {self.number} here, {other.number} "
                "there. Finish the one for all rows, then begin the next (next_pass)."
            )
            raise OptionError(msg)
        same_end = (self.sums is None) == (other.sums is None)
        same_times = self.number == 1 or self.moments.are_those_of(other.moments)
        same_cells = np.array_equal(self.cells.grid.edges, other.cells.grid.edges)
        if not (same_end and same_times and same_cells):
            msg = (
                f"These counts of pass {self.number} follow from different earlier passes: begin "
                "each part with empty() of one next_pass()."
            )
            raise OptionError(msg)

    def _hashed(self, groups: ArrayLike, rows: Keys) -> tuple[Keys | None, str]:
        """Hash groups where that is needed: not while cells alone are counted."""
        if self.sums is not None or (self.number == 1 and self.kept.are_all):
            return group_hashes(groups, rows)
        values = as_series(groups, "group", len(rows))
        return None, group_hashes(values[:_LOOKED_AT], rows[:_LOOKED_AT])[1]

    def _add(
        self, keys: Keys, residual: FloatArray, rows: Keys, groups: Keys | None,
        moments: Keys | None,
    ) -> None:  # fmt: skip
        for start in range(0, len(keys), _BLOCK):
            block = slice(start, start + _BLOCK)
            own, when = (None if one is None else one[block] for one in (groups, moments))
            self._add_block(keys[block], residual[block], rows[block], own, when)

    def _add_block(
        self, keys: Keys, residual: FloatArray, rows: Keys, groups: Keys | None,
        moments: Keys | None,
    ) -> None:  # fmt: skip
        settings = self.settings
        outlier: BoolArray = np.abs(residual) > settings.threshold
        if self.sums is not None:
            self.seen.add(rows, np.zeros(0))
            self.sums.add(
                keys, residual, outlier, groups, moments, settings.metrics, settings.threshold
            )
            if groups is not None:
                self.groups.add(groups)
            return
        self.seen.add(rows, self._largest(keys, residual))
        self.cells.add(keys, outlier)
        if self.number == 1:
            self.kept.add(keys, residual, groups, moments)
            if moments is not None:
                self.moments.add(moments)

    def _largest(self, keys: Keys, residual: FloatArray) -> FloatArray:
        """Return the greatest absolute value of each column that is resampled."""
        size = float(np.abs(residual).max())
        if not self.settings.metrics:
            return np.array([size, size * size])
        columns = columns_of(keys, residual, self.settings.metrics, self.settings.threshold)
        return np.array([np.abs(one).max() for one in resampled_columns(columns)])

    def _no_sums(self, grid: Grid, is_kept: BoolArray) -> CellSums:
        settings, replicates, by_stretch = self.settings, None, None
        before = self.before or SeenRows()
        units = np.array([unit_of(float(one)) for one in before.largest])
        if before.grouped:
            replicates = Replicates.nothing(
                len(grid), units, settings.replicates(grouped=True), settings.random_state
            )
        if before.timed:
            by_stretch = ByStretch.nothing(len(grid), units, self.moments.stretches())
        return CellSums.nothing(
            grid, is_kept, n_columns(len(settings.metrics)), replicates, by_stretch
        )

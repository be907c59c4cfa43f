"""The way of an audit: cut, search the older half, measure the newer, tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qconf._types import BoolArray, IntArray
from qconf.errors import TableError
from qconf.slicing.figures import WORSE, Figure, figures_of, unmeasured
from qconf.slicing.halves import Halves
from qconf.slicing.influence import Excesses, Newer
from qconf.slicing.levels import Level, supported_levels
from qconf.slicing.looking import looked_at
from qconf.slicing.measures import Scores
from qconf.slicing.merging import merged
from qconf.slicing.options import SliceOptions
from qconf.slicing.properties import Property, properties_of
from qconf.slicing.result import MeasuredSlice, SliceAudit
from qconf.slicing.search import Older, find_suspects, n_candidates
from qconf.slicing.simultaneous import joint_quantile
from qconf.slicing.slices import Slice
from qconf.slicing.wording import slice_sentence

__all__ = ["Audit"]


@dataclass(frozen=True, eq=False)
class Audit:
    """The rows of an audit, and what is asked of them."""

    table: Any
    scores: Scores
    halves: Halves
    groups: IntArray | None
    time: Any
    options: SliceOptions

    def run(self, *, levels: bool) -> SliceAudit:
        """Find, measure and tell."""
        properties, older = self._older()
        suspects = find_suspects(older)
        rows, newer_scores = self.halves.newer, self.scores.take(self.halves.newer)
        measures = newer_scores.measures(
            self.options.metrics, self.scores.take(self.halves.older), self.options.against,
            self.options.tolerance,
        )  # fmt: skip
        newer = Newer(
            np.column_stack([one.excess for one in measures]), self._groups_of(rows),
            None if self.time is None else self.time[rows],
        )  # fmt: skip
        slices, is_measured = self._looked_at(properties, suspects, newer)
        inside = [one.holds(properties, rows) for one in slices]
        if is_measured:
            excesses = Excesses.of(newer, inside, self.options.seed)
            quantile = joint_quantile(
                excesses.correlation, self.options.confidence_level, self.options.seed
            )
            figures = figures_of(measures, inside, excesses, quantile)
            least = self.options.min_rows
            told, explained = merged(slices, inside, figures, newer, quantile, least)
        else:
            figures, told, explained = unmeasured(measures, inside), [], {}
        order = [*told, *(i for i in _by_evidence(figures) if i not in set(told))]
        measured = [
            self._measured(
                slices[i], properties, inside[i], figures[i],
                slices[explained[i]].text(properties) if i in explained else None,
                suspect=slices[i] in set(suspects),
            )
            for i in order
        ]  # fmt: skip
        tried = self._levels(properties, newer) if levels and is_measured else ()
        return self._result(tuple(measured), tried, newer, newer_scores, older)

    def _looked_at(
        self, properties: list[Property], suspects: list[Slice], newer: Newer
    ) -> tuple[list[Slice], bool]:
        """Return slices, and whether they can be measured: few groups do not tell their spread."""
        rows, least = self.halves.newer, self.options.min_rows
        for groups in (newer.groups, None):
            slices = looked_at(properties, suspects, rows, groups, least)
            if slices:
                return slices, groups is newer.groups
        msg = (
            f"No slice has {least} newer rows: give more rows or columns, or a smaller min_rows "
            "(--min-rows)."
        )
        raise TableError(msg)

    def _older(self) -> tuple[list[Property], Older]:
        rows, options = self.halves.older, self.options
        scores = self.scores.take(rows)
        measures = scores.measures(options.metrics, scores, options.against, options.tolerance)
        excess = np.column_stack([one.excess for one in measures])
        properties = properties_of(self.table, rows, excess, options.min_rows, options.seed)
        if not properties:
            msg = (
                "Nothing to slice by: each column has one value, or none that is shared by "
                f"{options.min_rows} rows. Give other columns, or a smaller min_rows (--min-rows)."
            )
            raise TableError(msg)
        two_sided = np.array([one.two_sided for one in measures])
        older = Older(
            properties, rows, self.halves.newer, excess, two_sided, self._groups_of(rows),
            options.min_rows, options.max_columns,
        )  # fmt: skip
        return properties, older

    def _groups_of(self, rows: IntArray) -> IntArray | None:
        if self.groups is None:
            return None
        codes = np.unique(self.groups[rows], return_inverse=True)[1].astype(np.intp)
        return None if codes.max() == len(rows) - 1 else codes

    def _measured(
        self,
        one: Slice,
        properties: list[Property],
        inside: BoolArray,
        figures: Sequence[Figure],
        explained_by: str | None,
        *,
        suspect: bool,
    ) -> MeasuredSlice:
        n, text = int(inside.sum()), one.text(properties)
        percent = self.options.error != "absolute"
        return MeasuredSlice(
            text=text,
            properties=tuple(properties[each.column].name for each in one.conditions),
            suspect=suspect,
            n=n,
            n_older=int(one.holds(properties, self.halves.older).sum()),
            share=n / len(inside),
            figures={each.metric: each for each in figures},
            explained_by=explained_by,
            sentence=slice_sentence(
                text, figures, n, percent=percent, against=self.options.against
            ),
            definition=one,
        )

    def _levels(self, properties: list[Property], newer: Newer) -> tuple[Level, ...]:
        older, rows = self.halves.older, self.halves.newer
        sizes = (self.scores.take(older).standardised, self.scores.take(rows).standardised)
        return supported_levels(
            properties, (older, rows), sizes, groups=newer.groups, time=newer.time,
            min_rows=self.options.min_rows, seed=self.options.seed,
        )  # fmt: skip

    def _result(
        self,
        slices: tuple[MeasuredSlice, ...],
        levels: tuple[Level, ...],
        newer: Newer,
        scores: Scores,
        older: Older,
    ) -> SliceAudit:
        return SliceAudit(
            slices=slices,
            levels=levels,
            scheme=self.halves.in_words,
            n_older=len(self.halves.older),
            n_newer=len(self.halves.newer),
            n_groups=None if newer.groups is None else int(newer.groups.max()) + 1,
            candidates=n_candidates(older),
            threshold=scores.threshold,
            tolerance=float(self.options.tolerance),
            confidence_level=float(self.options.confidence_level),
            error=self.options.error,
            against=self.options.against,
            calibration=float(np.sqrt(np.mean((scores.residual / scores.floored) ** 2))),
            outlier_rate=float(np.mean(np.abs(scores.residual) > scores.threshold)),
            bias=float(scores.residual.mean()),
            cells=tuple(older.properties),
        )


def _by_evidence(figures: Sequence[Sequence[Figure]]) -> list[int]:
    """Order slices: what is worse first, then by how much it looks so."""

    def key(i: int) -> tuple[bool, float]:
        worse = any(one.verdict == WORSE for one in figures[i])
        return not worse, -max(one.evidence for one in figures[i])

    return sorted(range(len(figures)), key=key)

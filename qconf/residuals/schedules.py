"""Schedule cross-fits: who may see what, so that nothing that scores a row has seen it.

The rows are cut into blocks, and blocks are scored in *rounds*. In a round, one block is held
back; the confidence estimator that scores it is fitted on residuals of other blocks, and those
residuals come from valuation models that have not seen the held-back block either. A plain
K-fold of residuals does not give that: the model behind the residual of one row was fitted on
the very rows that are scored later.

*Shuffled*: in the round of block k, block m's residuals come from a model fitted on all blocks
but k and m. That model serves the round of m too, so K folds need K (K − 1) / 2 + K fits.

*Forward in time*: block m's residuals come from a model fitted on the blocks before m, and
block k is scored from what is known before k. Nothing is ever predicted from its future. Where
groups come back, the models behind the residuals of round k have not seen block k's groups either.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from qconf._types import ArrayLike, BoolArray, IntArray
from qconf.core.grouping import group_codes
from qconf.errors import OptionError, TableError

__all__ = [
    "Fit",
    "ForwardBlocks",
    "Round",
    "Schedule",
    "ShuffledFolds",
    "blocks_in_time",
    "blocks_of_moments",
    "schedule",
]

#: Blocks of residuals that are seen, forward in time, before the first block is scored.
HISTORY_BLOCKS = 2

_MIN_FOLDS = 2
#: Fewer rows than this, of groups that do not come back, teach nothing.
_MIN_SEEN = 10


@dataclass(frozen=True)
class Fit:
    """A model is fitted on some blocks and predicts others.

    Attributes
    ----------
    train : ndarray of int
        Positions of the rows that are fitted on.
    held_out : tuple of ndarray of int
        For each held-out block, the positions of its rows.
    """

    train: IntArray
    held_out: tuple[IntArray, ...]


@dataclass(frozen=True)
class Round:
    """One block is scored.

    Attributes
    ----------
    scored : ndarray of int
        Positions of the rows that are scored.
    scored_by : tuple of int
        Which fit, and which of its held-out blocks, predicts them.
    history : tuple of tuple of int
        The same for each block whose residuals the confidence estimator is fitted on.
    seen : ndarray of int
        Positions of the rows whose residuals the confidence estimator may see.
    """

    scored: IntArray
    scored_by: tuple[int, int]
    history: tuple[tuple[int, int], ...]
    seen: IntArray


@dataclass(frozen=True)
class Schedule:
    """All fits and all rounds of a cross-fit.

    Attributes
    ----------
    fits : tuple of Fit
    rounds : tuple of Round
    residual_fits : tuple of Fit
        Fits that give every row they can an out-of-sample residual, to fit a confidence
        estimator that will score rows which are not in the table at all.
    n_rows : int
    in_words : str
        One clause for the reader of a report.
    """

    fits: tuple[Fit, ...]
    rounds: tuple[Round, ...]
    residual_fits: tuple[Fit, ...]
    n_rows: int
    in_words: str

    @property
    def scored(self) -> IntArray:
        """Positions of all rows that are scored in some round, in table order."""
        return np.sort(np.concatenate([one.scored for one in self.rounds]))


def schedule(
    n_rows: int,
    *,
    folds: int = 5,
    time: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    repeats: BoolArray | None = None,
    predicted: bool = False,
    random_state: int = 0,
) -> Schedule:
    """Cut the rows into blocks and say who may see what.

    Parameters
    ----------
    n_rows : int
    folds : int, default=5
        Number of scored blocks, at least 2.
    time : array-like of shape (n_rows,), default=None
        If given, blocks follow each other in time, and rows of equal time stay together. The
        rows are cut into ``folds + 3`` blocks; the first three are history only.
    groups : array-like of shape (n_rows,), default=None
        Rows of one group are never on both sides: not in one fit and its held-out block, nor in
        what scores a block and the block. A missing group is a group of its own.
    repeats : ndarray of shape (n_rows,), dtype bool, default=None
        With `time`: rows that an earlier row is like. Their copy's label is known when they are
        predicted, so that they are learned from by valuation models, but neither scored nor seen.
    predicted : bool, default=False
        True if predictions are given and nothing has to be fitted to get residuals: then two
        blocks of history are enough, and all earlier residuals may be seen.
    random_state : int, default=0
        Shuffles the rows, or the groups, if there is no time.

    Returns
    -------
    Schedule

    Raises
    ------
    OptionError
        If there are fewer than 2 folds.
    TableError
        If there are too few rows, groups or distinct times, if groups last through the whole
        time, or if times or groups are not one a row.
    """
    if folds < _MIN_FOLDS:
        msg = f"The number of folds must be at least {_MIN_FOLDS}, got {folds}."
        raise OptionError(msg)
    codes = None if groups is None else group_codes(groups)
    moments = None if time is None else np.asarray(time)
    for role, values in (("time", moments), ("group", codes)):
        if values is not None and len(values) != n_rows:
            msg = f"The {role} has {len(values)} values, the table {n_rows} rows."
            raise TableError(msg)
    if moments is not None:
        blocks = ForwardBlocks(moments, folds, codes, repeats, predicted=predicted)
        return blocks.schedule()
    return ShuffledFolds(n_rows, folds, codes, random_state).schedule()


class ShuffledFolds:
    """K folds at random; rows of one group in one fold."""

    def __init__(self, n_rows: int, folds: int, groups: IntArray | None, random_state: int) -> None:
        units = np.arange(n_rows) if groups is None else groups
        n_units = int(units.max(initial=-1)) + 1
        if n_units < folds:
            what = "rows" if groups is None else "groups"
            msg = f"{folds} folds need at least {folds} {what}, found {n_units}."
            raise TableError(msg)
        # Groups are dealt out like cards: fold sizes differ by what the groups differ.
        shuffled = np.random.default_rng(random_state).permutation(n_units)
        self.fold_of_row = (shuffled % folds)[units]
        self.blocks = [np.flatnonzero(self.fold_of_row == k) for k in range(folds)]

    def schedule(self) -> Schedule:
        """Fit without each fold, and without each two folds."""
        folds = range(len(self.blocks))
        without_one = {k: self._fit((k,)) for k in folds}
        without_two = {pair: self._fit(pair) for pair in combinations(folds, 2)}
        fits = [*without_one.values(), *without_two.values()]
        number = {pair: len(without_one) + i for i, pair in enumerate(without_two)}
        rounds = []
        for k in folds:
            history = []
            for m in folds:
                if m != k:
                    pair = (min(k, m), max(k, m))
                    history.append((number[pair], pair.index(m)))
            seen = without_one[k].train
            rounds.append(Round(self.blocks[k], (k, 0), tuple(history), seen))
        words = f"{len(self.blocks)} shuffled folds"
        return Schedule(
            tuple(fits), tuple(rounds), tuple(without_one.values()), len(self.fold_of_row), words
        )

    def _fit(self, without: tuple[int, ...]) -> Fit:
        train = [block for k, block in enumerate(self.blocks) if k not in without]
        joined = np.sort(np.concatenate(train)) if train else np.empty(0, dtype=np.intp)
        return Fit(joined, tuple(self.blocks[k] for k in without))


class ForwardBlocks:
    """Blocks that follow each other in time; rows of equal time stay together."""

    def __init__(
        self,
        time: Any,
        folds: int,
        groups: IntArray | None,
        repeats: BoolArray | None = None,
        *,
        predicted: bool,
    ) -> None:
        #: The first block that has residuals.
        self.first = 0 if predicted else 1
        n_blocks = folds + self.first + HISTORY_BLOCKS
        moment = group_codes(time, sort=True)
        distinct = int(moment.max(initial=-1)) + 1
        if distinct < n_blocks:
            msg = (
                f"Scoring {folds} blocks forward in time needs at least {n_blocks} distinct "
                f"times, found {distinct}; ask for fewer folds, or leave the time column out."
            )
            raise TableError(msg)
        self.n_rows = len(moment)
        self.folds = folds
        self.groups = groups
        self.repeats = repeats
        self.predicted = predicted
        block_of_row = _block_of_row(moment, n_blocks)
        self.blocks = [np.flatnonzero(block_of_row == k) for k in range(n_blocks)]

    def schedule(self) -> Schedule:
        """Fit on everything before each block but the first."""
        fits = [self._fit(k) for k in range(1, len(self.blocks))]
        residual_fits = tuple(Fit(fit.train, (self._fresh(fit.held_out[0]),)) for fit in fits)
        rounds = [
            self._round(k, fits) for k in range(self.first + HISTORY_BLOCKS, len(self.blocks))
        ]
        words = f"{self.folds} blocks forward in time"
        return Schedule(tuple(fits), tuple(rounds), residual_fits, self.n_rows, words)

    def _fit(self, k: int) -> Fit:
        before = np.sort(np.concatenate(self.blocks[:k]))
        return Fit(self._without_groups_of(k, before), (self.blocks[k],))

    def _round(self, k: int, fits: list[Fit]) -> Round:
        """Score block k; fits that must not have seen its groups are added to `fits`."""
        seen: list[IntArray] = []
        history: list[tuple[int, int]] = []
        for m in range(self.first, k):
            if not self.predicted:
                number = self._fit_without(k, m, fits)
                if number is None:
                    continue
                history.append((number, 0))
            seen.append(self._fresh(self._without_groups_of(k, self.blocks[m])))
        joined = np.sort(np.concatenate(seen)) if seen else np.empty(0, dtype=np.intp)
        enough = min(_MIN_SEEN, sum(len(block) for block in self.blocks[self.first : k]))
        learned_from = len(joined) if self.predicted else len(fits[k - 1].train)
        if min(len(joined), learned_from) < enough:
            raise TableError(_groups_last(k + 1, len(self.blocks), len(joined)))
        scored = self._fresh(self.blocks[k])
        if len(scored) == 0:
            raise TableError(_NOTHING_NEW.format(k + 1, len(self.blocks)))
        return Round(scored, (k - 1, 0), tuple(history), joined)

    def _fit_without(self, k: int, m: int, fits: list[Fit]) -> int | None:
        """Return the number of a fit that predicts block m and has not seen block k's groups."""
        usual = fits[m - 1]
        train = self._without_groups_of(k, usual.train)
        if len(train) == 0:
            return None
        if len(train) == len(usual.train):
            return m - 1
        fits.append(Fit(train, usual.held_out))
        return len(fits) - 1

    def _fresh(self, rows: IntArray) -> IntArray:
        return rows if self.repeats is None else rows[~self.repeats[rows]]

    def _without_groups_of(self, k: int, rows: IntArray) -> IntArray:
        if self.groups is None:
            return rows
        return rows[~np.isin(self.groups[rows], self.groups[self.blocks[k]])]


_NOTHING_NEW = (
    "Every row of block {} of {} in time is a copy of an earlier one in all features: nothing new "
    "is left to judge. Take copies for different rows (--copies keep), or leave the time out."
)


def _groups_last(block: int, n_blocks: int, n_rows: int) -> str:
    return (
        f"Groups last through the whole time: of the rows before block {block} of {n_blocks}, "
        f"{n_rows} are of groups that are not in it, too few to learn from. Leave the groups out "
        "(no --groups: time keeps the future apart), or the time (no --time: whole groups are then "
        "kept apart)."
    )


def blocks_in_time(time: Any, n_blocks: int) -> IntArray:
    """Cut time into numbered stretches that hold nearly equally many rows.

    Parameters
    ----------
    time : array-like of shape (n_rows,)
    n_blocks : int
        At most so many; rows of equal time share a block.

    Returns
    -------
    ndarray of shape (n_rows,)
        Codes from 0, rising in time, none left out.
    """
    moment = group_codes(time, sort=True)
    return _block_of_row(moment, min(n_blocks, int(moment.max()) + 1))


def _block_of_row(moment: IntArray, n_blocks: int) -> IntArray:
    """Cut rows into blocks of nearly equal size, none empty, no moment in two of them."""
    return blocks_of_moments(np.bincount(moment), n_blocks)[moment]


def blocks_of_moments(size: IntArray, n_blocks: int) -> IntArray:
    """Cut moments, each with so many rows, into blocks of nearly equally many rows, none empty.

    Parameters
    ----------
    size : ndarray of shape (n_moments,) of int
    n_blocks : int
        At most `n_moments`.

    Returns
    -------
    ndarray of shape (n_moments,)
        Codes from 0, rising.

    Examples
    --------
    >>> blocks_of_moments(np.array([1, 1, 2, 4]), 2)
    array([0, 0, 0, 1])
    """
    middle = np.cumsum(size) - size / 2
    block = np.minimum((middle * n_blocks / size.sum()).astype(np.intp), n_blocks - 1)
    # A moment with very many rows may leave the blocks next to it empty: the i-th moment must
    # be in block i at most, leave a moment for each later block, and never skip a block.
    i = np.arange(len(size))
    block = np.clip(block, i - len(size) + n_blocks, i)
    return i + np.minimum.accumulate(block - i)

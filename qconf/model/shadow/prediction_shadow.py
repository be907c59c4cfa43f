"""Learn a small model of somebody else's predictions, and hold later ones against it."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, BoolArray, FloatArray, RandomState, TableLike
from qconf.core.grouping import group_codes
from qconf.core.seeding import random_source
from qconf.core.validation import (
    Interval,
    TakesTables,
    check_column,
    check_enough_rows,
    check_parameters,
)
from qconf.encoding.encoded import Encoded, encode
from qconf.encoding.encoder import TableEncoder
from qconf.errors import TableError
from qconf.model.shadow.clock import Clock
from qconf.model.shadow.columns import Columns
from qconf.model.shadow.judged import Judged
from qconf.model.shadow.memory import RowMemory, row_keys
from qconf.model.shadow.mix import Cells
from qconf.model.shadow.scale import PredictionScale
from qconf.model.shadow.scores import WORDS
from qconf.model.shadow.splitting import hold_out, periods
from qconf.model.shadow.trend import Trend
from qconf.model.shadow.two_parts import TwoParts
from qconf.model.shadow.verdict import Verdict, statement
from qconf.model.shadow.yardstick import Yardstick

__all__ = ["MIN_ROWS", "PredictionShadow"]

#: Fewer rows cast no shadow.
MIN_ROWS = 40
#: More add little, and each is remembered.
_MAX_ROWS = 20_000
#: Rows of a batch that are judged, at most: the held-out rows are no more either.
_JUDGED = 5_000
#: Prices go up or down by so much in a year, before anything was seen: one standard deviation.
_DRIFT = 0.1


class PredictionShadow(TakesTables, BaseEstimator):
    """A model of a valuation model's predictions, to tell when they come from another one.

    Needs no truth: predictions are learned from the features of seven tenths of the rows, and
    what is left of them on the others is what batches are held against. The chance that a
    batch of the same model is refused is at most `level`, also where it is another mix of rows
    than that of `fit`: see ``docs/decisions/0030-fingerprint.md``.

    Parameters
    ----------
    level : float, default=0.01
        Chance that a batch of the same model is taken for one of another, at most.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    encoder_ : TableEncoder
    clock_ : Clock or None
        Where the time stands; None without one.
    parts_ : TwoParts
        The shadow, on the scale of `scale_`.
    trend_ : Trend or None
        What is added at each time; None without times, or where all rows are of one.
    scale_ : PredictionScale
    columns_ : Columns
    memory_, homes_ : RowMemory
        Predictions of the rows of `fit`; and, with a trend, those less the level of their time,
        by all features but times.
    cells_ : Cells
    dated_, undated_ : Yardstick or None
        What rows are held against whose time is told, and others.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).uniform(size=(3000, 2))
    >>> avm = lambda X, trend=1.0: trend * np.exp(X[:, 0] + np.sin(6 * X[:, 1]))
    >>> shadow = PredictionShadow(random_state=0).fit(X[:2000], avm(X[:2000]))
    >>> shadow.check(X[2000:], avm(X[2000:])).changed
    False
    >>> shadow.check(X[2000:], avm(X[2000:], trend=1.05)).changed
    True
    """

    encoder_: TableEncoder
    feature_names_in_: Any
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "level": [Interval(Real, 0, 1, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(self, *, level: float = 0.01, random_state: RandomState = None) -> None:
        self.level = level
        self.random_state = random_state

    def fit(
        self,
        X: TableLike,
        prediction: ArrayLike,
        groups: ArrayLike | None = None,
        time: ArrayLike | None = None,
    ) -> Self:
        """Learn the predictions of a valuation model.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            At least 40 rows; of more than 20,000 so many are drawn.
        prediction : array-like of shape (n_samples,)
            Finite.
        groups : array-like of shape (n_samples,), default=None
            Rows of a group are held out together.
        time : array-like of shape (n_samples,), default=None
            Numbers or dates, one a row. Predictions may then go up and down with the market: their
            level is followed in time and carried on, see `Trend`, and what differs from time
            to time besides is no sign of a change. A column of `X` that orders the rows alike
            counts as their time, in later batches too.

        Returns
        -------
        PredictionShadow

        Raises
        ------
        ValueError
            If the table, the predictions or a parameter break their rule.
        """
        check_parameters(self)
        table = encode(self, X, reset=True)
        given = check_column("predictions", prediction, len(table))
        check_enough_rows(self, len(table), MIN_ROWS)
        rng = random_source(self.random_state)
        codes = None if groups is None else group_codes(groups)
        self.clock_ = None if time is None else Clock.of(table, time)
        moments = np.full(len(table), np.nan)
        if self.clock_ is not None:
            moments = self.clock_.read(table, time)
        rows = np.sort(rng.permutation(len(table))[:_MAX_ROWS])
        held_out = hold_out(len(rows), None if codes is None else codes[rows], rng)
        self._learn(table[rows], given[rows], held_out, moments[rows], rng)
        return self

    def _learn(
        self,
        table: Encoded,
        prediction: FloatArray,
        held_out: BoolArray,
        time: FloatArray,
        rng: np.random.RandomState,
    ) -> None:
        """Grow the shadow on some rows, and learn from the others what it leaves."""
        self.scale_ = PredictionScale.of(prediction)
        value = self.scale_.values(prediction)
        seen, rows = np.flatnonzero(~held_out), np.flatnonzero(held_out)
        clock = None if self.clock_ is None else self.clock_.column
        self.columns_ = Columns.of(table[seen], table[rows], clock)
        fair = self.columns_.judgeable(table[rows])
        rows = rows[fair] if fair.any() else rows
        known, kept = (self.columns_.of_use(table[some]) for some in (seen, rows))
        timeless = self.columns_.of_all_times(table[seen])
        steady = self._without_market(timeless, value[seen], time[seen], rng)
        parts = TwoParts.grown(known, self.columns_.lasting, steady, rng)
        coarse, detail = parts.predict(kept)
        self.trend_ = self._trend(time[rows], value[rows] - coarse - detail.mean(axis=1))
        self.parts_ = parts.stretched(kept, self._steady(value[rows], time[rows]))
        self._remember(table, value, time)
        self._calibrate(table[rows], value[rows], time[rows])

    def _trend(self, time: FloatArray, left: FloatArray) -> Trend | None:
        """Learn the level from what features leave of predictions."""
        if self.clock_ is None:
            return None
        drift = self.scale_.relative(_DRIFT)
        return Trend.of(time, left, drift, dates=self.clock_.dates)

    def _without_market(
        self, table: Encoded, value: FloatArray, time: FloatArray, rng: np.random.RandomState
    ) -> FloatArray:
        """Take out what a coarse look at the features leaves to the times."""
        if self.clock_ is None:
            return value
        rows: Any = table
        coarse = TwoParts.coarse_grown(table, value, rng)
        trend = self._trend(time, value - coarse.predict(rows))
        return value if trend is None else value - trend.level(time) + trend.centre

    def _remember(self, table: Encoded, value: FloatArray, time: FloatArray) -> None:
        keys, homes = self.columns_.keys(table, time)
        self.memory_ = RowMemory.of(keys, homes, value)
        self.homes_: RowMemory | None = None
        if self.trend_ is not None:
            self.homes_ = RowMemory.of(homes, homes[:0], self._steady(value, time))

    def _calibrate(self, table: Encoded, value: FloatArray, time: FloatArray) -> None:
        left, detail, seen_as = self._looked_at(table, value, time)
        is_code = np.zeros(seen_as.shape[1], dtype=bool)
        is_code[: table.shape[1]] = table.encoder.is_categorical_
        self.cells_ = Cells.of(seen_as, is_code)
        cells = self.cells_.codes(seen_as)
        period = None if self.clock_ is None else periods(time)
        unknown = np.full(len(time), np.nan)
        self.undated_ = Yardstick.of(self._difference(left, unknown), detail, cells, period)
        self.dated_: Yardstick | None = None
        if self.trend_ is not None:
            self.dated_ = Yardstick.of(self._difference(left, time), detail, cells, period)

    def check(self, X: TableLike, prediction: ArrayLike, time: ArrayLike | None = None) -> Verdict:
        """Tell whether a batch of predictions can come from the model of `fit`.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        prediction : array-like of shape (n_samples,)
            Rows without one are left out.
        time : array-like of shape (n_samples,), default=None
            When the predictions are of, as in `fit`; rows without one are left out. If `fit` had
            times and nothing tells these, they are taken to be of those times, or of at most a
            year later: a shift is then only found beyond what the market may have done since.

        Returns
        -------
        Verdict
            One test at the level; of many batches `ShadowWatch` makes one.

        Raises
        ------
        ValueError
            If the table, the predictions or the times break their rule.
        """
        return self.verdict(self.judge(X, prediction, time))

    def judge(self, X: TableLike, prediction: ArrayLike, time: ArrayLike | None = None) -> Judged:
        """Look at the rows of a batch that can be judged, as `check` does.

        Returns
        -------
        Judged
            Of at most 5,000 rows, chosen by what they hold; without rows that `fit` has seen, or
            that were alike them in all but times, and without those that hold what `fit` never
            saw: another level, a gap in a column that had none, a number out of its range.
        """
        check_is_fitted(self)
        table = encode(self, X, reset=False)
        given = _column(prediction, len(table))
        when = self._moments(table, time)
        told = np.isfinite(when) | ~np.isfinite(when).any()
        rows = np.flatnonzero(np.isfinite(given) & told & self.columns_.judgeable(table))
        table, given, when = table[rows], given[rows], when[rows]
        value = self.scale_.values(given)
        keys, homes = self.columns_.keys(table, when)
        contradicted, differing, again = self._contradicted(keys, homes, value, when)
        copies = row_keys(np.column_stack([table.matrix, given]))
        rows = np.flatnonzero(~self.memory_.knows(homes))
        rows = rows[np.argsort(copies[rows], kind="stable")[:_JUDGED]]
        table, value, when = table[rows], value[rows], when[rows]
        left, detail, seen_as = self._looked_at(table, value, when)
        return Judged(
            left,
            detail,
            when,
            self.cells_.codes(seen_as),
            copies[rows],
            differing,
            again,
            contradicted,
        )

    def verdict(self, judged: Judged, share: float = 1.0) -> Verdict:
        """Judge rows together; a test that is one of many may spend a share of the level."""
        p_value, what = 1.0, ""
        yardstick = self._yardstick(judged.time)
        difference = self._difference(judged.left, judged.time)
        if len(judged):
            reach = self._reach(judged.time)
            found = yardstick.p_values(judged, difference, reach) * len(WORDS) / share
            p_value = min(1.0, float(found.min()))
            # The first that shows it: a shift also takes predictions further away.
            what = WORDS[int(np.argmax(found <= self.level))]
        if judged.contradicted:
            p_value = 0.0
            what = f"{judged.differing} of {judged.again} rows of the fit have other predictions"
        size = np.median(np.abs(difference)) if len(judged) else np.nan
        usual = yardstick.scores.usual_difference
        shown, usual = map(self.scale_.told, (float(size), usual))
        changed = p_value <= self.level
        text = statement(changed, what, len(judged), shown, usual, self.scale_.words)
        return Verdict(p_value, changed, text, len(judged), shown, usual)

    def check_restored(self) -> None:
        """Take over what files hold that were written before shadows had a trend."""
        held = vars(self)
        if "parts_" in held:
            return
        self.clock_ = self.trend_ = self.homes_ = self.dated_ = None
        used = held.pop("_used")
        self.parts_ = TwoParts(held.pop("coarse_"), [held.pop("detail_")], used, 1.0)
        self.columns_ = Columns(held.pop("support_"), held.pop("_times"), used, used)
        self.undated_ = Yardstick(held.pop("scores_"), held.pop("mix_"))

    def _contradicted(
        self, keys: Any, homes: Any, value: FloatArray, time: FloatArray
    ) -> tuple[bool, int, int]:
        """Hold rows that came again against `fit`: at the same time, and at any."""
        found = self.memory_.contradicts(keys, value)
        if found[0] or self.homes_ is None or not len(value):
            return found
        return self.homes_.contradicts(homes, self._steady(value, time), self._reach(time))

    def _moments(self, table: Encoded, time: ArrayLike | None) -> FloatArray:
        """Return the time of each row; not a number if there is none, or it is of no use."""
        if self.clock_ is None or self.trend_ is None:
            return np.full(len(table), np.nan)
        return self.clock_.read(table, time)

    def _yardstick(self, time: FloatArray) -> Yardstick:
        is_dated = self.dated_ is not None and np.isfinite(time).all()
        return self.dated_ if self.dated_ is not None and is_dated else self.undated_

    def _steady(self, value: FloatArray, time: FloatArray) -> FloatArray:
        """Take the level of their time out of values."""
        return value if self.trend_ is None else value - self.trend_.level(time)

    def _difference(self, left: FloatArray, time: FloatArray) -> FloatArray:
        """Return predictions minus what the model of `fit` is expected to say."""
        return self.scale_.rounded(self._steady(left.T, time).T)

    def _reach(self, time: FloatArray) -> float:
        """Say how far all predictions of some times may have moved together."""
        return 0.0 if self.trend_ is None else self.trend_.reach(time)

    def _looked_at(
        self, table: Encoded, value: FloatArray, time: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what the shadow leaves, its details, and what rows are cut into cells by."""
        used = self.columns_.of_use(table)
        coarse, detail = self.parts_.predict(used)
        shadow = coarse + detail.mean(axis=1)
        cut = self.columns_.of_all_times(table).matrix
        # A month may differ by itself, as a place may; of unknown times all may.
        moments = [] if self.clock_ is None else [time]
        seen_as = np.column_stack([cut, shadow, self._steady(value, time), *moments])
        return (value - coarse)[:, None] - detail, detail, seen_as


def _column(prediction: ArrayLike, n_rows: int) -> FloatArray:
    """Check predictions of which some may be missing."""
    column: FloatArray = np.asarray(prediction, dtype=np.float64)
    if column.shape != (n_rows,):
        msg = f"The predictions must have shape ({n_rows},), one a row; got {column.shape}."
        raise TableError(msg)
    return column

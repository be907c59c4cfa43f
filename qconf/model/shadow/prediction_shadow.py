"""Learn a small model of somebody else's predictions, and hold later ones against it."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray, RandomState, TableLike
from qconf.core.grouping import group_codes
from qconf.core.seeding import draw_seed, random_source
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
from qconf.learners.trees.boosted import BoostedTrees
from qconf.model.shadow.judged import Judged, p_values
from qconf.model.shadow.memory import RowMemory, row_keys
from qconf.model.shadow.mix import Cells, Mix
from qconf.model.shadow.scale import PredictionScale
from qconf.model.shadow.scores import WORDS, Scores
from qconf.model.shadow.splitting import columns_of_time, hold_out, periods
from qconf.model.shadow.support import Support
from qconf.model.shadow.verdict import Verdict, statement

__all__ = ["PredictionShadow"]

_MIN_ROWS = 40
#: More add little, and each is remembered.
_MAX_ROWS = 20_000
#: Rows of a batch that are judged, at most: the held-out rows are no more either.
_JUDGED = 5_000
#: Where more held-out rows have a level of their own, the column is a name of rows.
_NEW_LEVELS = 0.2
_COARSE: dict[str, Any] = {
    "n_estimators": 60,
    "learning_rate": 0.1,
    "max_features": 0.7,
    "min_samples_leaf": 20,
}
_DETAIL: dict[str, Any] = {
    "n_estimators": 200,
    "learning_rate": 0.1,
    "max_features": 0.7,
    "min_samples_leaf": 3,
}


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
    coarse_, detail_ : BoostedTrees
        Their sum is the shadow, on the scale of `scale_`; the second is learned from what the
        first leaves.
    scale_ : PredictionScale
    support_ : Support
    memory_ : RowMemory
    scores_ : Scores
    cells_ : Cells
    mix_ : Mix
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
            Numbers or dates. Rows of later batches are from another time, and what differs
            from time to time is no sign of a change. A column of `X` that holds the same is one
            in which new values are expected, as dates are.

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
        check_enough_rows(self, len(table), _MIN_ROWS)
        rng = random_source(self.random_state)
        codes = None if groups is None else group_codes(groups)
        moments = None if time is None else group_codes(time, sort=True)
        rows = np.sort(rng.permutation(len(table))[:_MAX_ROWS])
        table, given = table[rows], given[rows]
        moments = None if moments is None else moments[rows]
        held_out = hold_out(len(rows), None if codes is None else codes[rows], rng)
        self._learn(table, given, held_out, moments, rng)
        return self

    def _learn(
        self,
        table: Encoded,
        prediction: FloatArray,
        held_out: BoolArray,
        moments: IntArray | None,
        rng: np.random.RandomState,
    ) -> None:
        """Grow the shadow on some rows, and learn from the others what it leaves."""
        self.scale_ = PredictionScale.of(prediction)
        value = self.scale_.values(prediction)
        self._times = columns_of_time(table, moments)
        seen = np.flatnonzero(~held_out)
        levels = {i: len(names) for i, names in table.encoder.levels_.items()}
        self.support_ = Support.of(table.matrix[seen], levels, self._times)
        self._used = self._columns_of_use(table[np.flatnonzero(held_out)])
        self.memory_ = RowMemory.of(*self._keys(table), value)
        self._grow(table[seen], value[seen], rng)
        rows = np.flatnonzero(held_out & self._judgeable(table))
        if not len(rows):
            rows = np.flatnonzero(held_out)
        period = None if moments is None else periods(moments)[rows]
        self._calibrate(table[rows], value[rows], period)

    def _columns_of_use(self, table: Encoded) -> BoolArray:
        """Leave out columns whose levels name rows: new rows have new ones."""
        new = ~self.support_.has(table.matrix, table.unseen) & ~np.isnan(table.matrix)
        names = table.encoder.is_categorical_ & (new.mean(axis=0) > _NEW_LEVELS)
        used: BoolArray = np.logical_not(names)
        return used

    def _grow(self, table: Encoded, value: FloatArray, rng: np.random.RandomState) -> None:
        encoded: Any = self._without_names(table)
        self.coarse_ = BoostedTrees(**_COARSE, random_state=draw_seed(rng))
        self.detail_ = BoostedTrees(**_DETAIL, random_state=draw_seed(rng))
        left = value - np.asarray(self.coarse_.fit(encoded, value).predict(encoded))
        self.detail_.fit(encoded, left)

    def _calibrate(self, table: Encoded, value: FloatArray, period: IntArray | None) -> None:
        coarse, detail = self._shadow(table)
        difference = self.scale_.rounded(value - coarse - detail)
        self.scores_, found = Scores.of(difference, detail)
        seen_as = self._seen_as(table, coarse + detail, value)
        is_code = np.append(table.encoder.is_categorical_, [False, False])
        self.cells_ = Cells.of(seen_as, is_code)
        self.mix_ = Mix.of(self.cells_.codes(seen_as), found, period)

    def check(self, X: TableLike, prediction: ArrayLike) -> Verdict:
        """Tell whether a batch of predictions can come from the model of `fit`.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        prediction : array-like of shape (n_samples,)
            Rows without one are left out.

        Returns
        -------
        Verdict
            One test at the level; of many batches `ShadowWatch` makes one.

        Raises
        ------
        ValueError
            If the table or the predictions break their rule.
        """
        return self.verdict(self.judge(X, prediction))

    def judge(self, X: TableLike, prediction: ArrayLike) -> Judged:
        """Score the rows of a batch that can be judged, as `check` does.

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
        rows = np.flatnonzero(np.isfinite(given) & self._judgeable(table))
        table, given = table[rows], given[rows]
        value = self.scale_.values(given)
        keys, alike = self._keys(table)
        contradicted, differing, again = self.memory_.contradicts(keys, value)
        copies = row_keys(np.column_stack([table.matrix, given]))
        rows = np.flatnonzero(~self.memory_.knows(alike))
        rows = rows[np.argsort(copies[rows], kind="stable")[:_JUDGED]]
        table, value = table[rows], value[rows]
        coarse, detail = self._shadow(table)
        difference = self.scale_.rounded(value - coarse - detail)
        return Judged(
            self.scores_.ranks(difference, detail),
            self.cells_.codes(self._seen_as(table, coarse + detail, value)),
            copies[rows],
            difference,
            differing,
            again,
            contradicted,
        )

    def verdict(self, judged: Judged, share: float = 1.0) -> Verdict:
        """Judge rows together; a test that is one of many may spend a share of the level."""
        p_value, what = 1.0, ""
        if len(judged):
            found = p_values(judged, self.mix_, self.scores_.centre) * len(WORDS) / share
            p_value = min(1.0, float(found.min()))
            # The first that shows it: a shift also takes predictions further away.
            what = WORDS[int(np.argmax(found <= self.level))]
        if judged.contradicted:
            p_value = 0.0
            what = f"{judged.differing} of {judged.again} rows of the fit have other predictions"
        size = np.median(np.abs(judged.difference)) if len(judged) else np.nan
        difference, usual = map(self.scale_.told, (float(size), self.scores_.usual_difference))
        changed = p_value <= self.level
        text = statement(changed, what, len(judged), difference, usual, self.scale_.words)
        return Verdict(p_value, changed, text, len(judged), difference, usual)

    def _judgeable(self, table: Encoded) -> BoolArray:
        known = self.support_.has(table.matrix, table.unseen)
        judgeable: BoolArray = np.asarray((known | ~self._used).all(axis=1))
        return judgeable

    def _without_names(self, table: Encoded) -> Encoded:
        return Encoded(np.where(self._used, table.matrix, np.nan), table.encoder)

    def _shadow(self, table: Encoded) -> tuple[FloatArray, FloatArray]:
        """Predict by the coarse part of the shadow, and by the detail."""
        if not len(table):
            return np.empty(0), np.empty(0)
        encoded: Any = self._without_names(table)
        return self.coarse_.predict(encoded), self.detail_.predict(encoded)

    def _seen_as(self, table: Encoded, shadow: FloatArray, value: FloatArray) -> FloatArray:
        """Put together what rows are cut into cells by."""
        used = self._without_names(table).matrix
        return np.column_stack([used, shadow, value])

    def _keys(self, table: Encoded) -> tuple[Any, Any]:
        """Hash all that is known of rows, and all but times."""
        matrix = self._without_names(table).matrix
        return row_keys(matrix), row_keys(np.where(self._times, np.nan, matrix))


def _column(prediction: ArrayLike, n_rows: int) -> FloatArray:
    """Check predictions of which some may be missing."""
    column: FloatArray = np.asarray(prediction, dtype=np.float64)
    if column.shape != (n_rows,):
        msg = f"The predictions must have shape ({n_rows},), one a row; got {column.shape}."
        raise TableError(msg)
    return column

"""Predict error size from how far another model of the target is from the prediction."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, FloatArray, RandomState, TableLike
from qconf.base import PREDICTION, ConfidenceEstimator
from qconf.core.frames import as_series
from qconf.core.restored import is_count, require
from qconf.core.seeding import at_most, draw_seed, random_source
from qconf.core.validation import Interval, check_column
from qconf.encoding.encoded import Encoded
from qconf.estimators.informed_errors import InformedErrors
from qconf.estimators.whose_residuals import is_any_residual, is_residual
from qconf.learners.trees.value_forest import ValueForest, ValueMoments
from qconf.tables.copies import find_copies, joined
from qconf.tables.roles import groups_of

__all__ = ["SecondOpinionConfidence"]

#: Many trees of few rows each cost as much as few of many, and disagree less by chance.
_ROWS_OF_A_TREE = 2000
_NUMBERS_OF_TREES = ("n_trees", "n_error_trees")
#: Rows that are learned from, at most.
_MOST_ROWS = 200_000
#: Attributes of estimators that were saved when boosted trees could be a fourth opinion.
_OF_BEFORE = ("boosted_", "n_boosted_trees")
#: Opinions closer than this share of the root mean squared residual agree as well as any.
_AGREEMENT = 0.1
#: On the log scale a prediction below this share of the least target, or below 0, counts as it.
_LEAST = 1e-3


class SecondOpinionConfidence(ConfidenceEstimator):
    """Expect larger errors where another model of the target disagrees with the prediction.

    Or its trees with each other. All other estimators see residuals only. This one is told the
    target, and learns it anew from the features without the prediction, by a forest. Where its
    value is far from the prediction one of the two is wrong; where its trees disagree, or targets
    of rows in the same leaves, any model must guess. Disagreement of models as a measure of error
    is query by committee (Krogh & Vedelsby 1995, Advances in Neural Information Processing
    Systems 7); the spread of a forest's targets is what quantile forests look at (Meinshausen
    2006, Journal of Machine Learning Research 7). Where opinions tell errors and where they do not
    is then learned from the residuals: by boosted trees on the features and the opinions of those
    trees of the forest that have not seen a row (`InformedErrors`).

    The answer of `predict` is for ranking: the geometric mean of the root mean square of the three
    opinions and of what was learned of the odds and the size of errors
    (``docs/decisions/0064-a-million-rows.md``). `BlendConfidence` weighs the signals. Of more than
    200,000 rows so many are drawn at random; the rest are not used.

    Parameters
    ----------
    n_trees : int, default=250
        Trees of the forest, each of 2,000 rows at most: disagreement of few trees is chance.
    n_error_trees : int, default=200
        Trees of each of the three models of errors.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    forest_ : ValueForest
    errors_ : InformedErrors
    on_logs_ : bool
        Whether values are compared on the log scale, as relative and log errors are.
    prediction_ : int or None
        Position of the column ``prediction``; None if values are held against zero, because there
        is none or no target was given.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> size = rng.uniform(1, 2, size=2000)
    >>> price = size * np.exp(rng.normal(scale=0.02, size=2000))
    >>> table = pd.DataFrame({"size": size, "prediction": np.where(size < 1.5, size, 1.2 * size)})
    >>> est = SecondOpinionConfidence(random_state=0)
    >>> est = est.fit(table, np.log(table["prediction"] / price), target=price)
    >>> right = size < 1.5
    >>> bool(est.predict(table[right]).mean() < 0.5 * est.predict(table[~right]).mean())
    True
    """

    averages_unseen: ClassVar[bool] = True
    winsorises: ClassVar[bool] = True
    takes_encoded = True
    n_features_in_: int
    #: Groups and targets: as they are given, and then of the rows that are learned from.
    _told: tuple[Any, Any]
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_trees": [Interval(Integral, 1, None, closed="left")],
        "n_error_trees": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_trees: int = 250,
        *,
        n_error_trees: int = 200,
        random_state: RandomState = None,
    ) -> None:
        self.n_trees = n_trees
        self.n_error_trees = n_error_trees
        self.random_state = random_state

    @property
    def families(self) -> tuple[int, ...]:
        """Numbers of signals: of the forest, of errors' sizes and of their mean."""
        return 3, 2, 1

    @property
    def in_error_units(self) -> bool:
        """False: disagreement has the units of an error, but not its size."""
        return False

    def fit(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        groups: ArrayLike | None = None,
        target: ArrayLike | None = None,
    ) -> Self:
        """Learn the target anew, and what opinions of it tell of errors.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            With a column ``prediction``; without names, the last one if residuals are of it.
        y : array-like of shape (n_samples,)
            Signed residuals, each made without having seen its row's truth.
        groups : array-like of shape (n_samples,), default=None
            No tree that has seen a row of a group is asked for an opinion of another of its rows,
            where it is learned what opinions tell; nor of rows alike in all features.
        target : array-like of shape (n_samples,), default=None
            The truth of each row; `compare`, `ConfidentRegressor` and `BlendConfidence` pass it
            on. Without, or without a column ``prediction``, opinions are of the residual, and
            held against zero.

        Returns
        -------
        SecondOpinionConfidence

        Raises
        ------
        ValueError
            If a parameter, the table, the residuals or the targets break their rule.
        """
        self._told = groups, target
        try:
            return super().fit(X, y)
        finally:
            del self._told

    def _learned_from(self, table: Encoded, residual: FloatArray) -> tuple[Encoded, FloatArray]:
        groups, target = self._told
        n_rows = len(residual)
        units = None if groups is None else as_series(groups, "groups", n_rows)
        truth = None if target is None else check_column("target", target, n_rows)
        if n_rows > _MOST_ROWS:
            rng = random_source(self.random_state)
            drawn = at_most(_MOST_ROWS, np.arange(n_rows), rng)
            table, residual = table[drawn], residual[drawn]
            units = None if units is None else units.iloc[drawn]
            truth = None if truth is None else truth[drawn]
        self._told = units, truth
        return table, residual

    def signals(self, X: TableLike) -> FloatArray:
        """Say more than one number of each row, for a blend.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 6)
            How far the trees of the forest disagree, how far apart targets in their leaves are,
            and how far the forest's value is from the prediction; then what `InformedErrors` say.
            On the scale of the errors, > 0, lower is more confident.
        """
        check_is_fitted(self)
        return self._unseen_cells.signals(self._signals, self._checked_table(X, reset=False))

    def share(self, n: int) -> Self:
        """Make an unfitted estimator for one of `n` folds of a blend, of an n-th of the trees.

        Parameters
        ----------
        n : int
            At least 2.

        Returns
        -------
        SecondOpinionConfidence
        """
        whole = {name: getattr(self, name) for name in _NUMBERS_OF_TREES}
        shares = {name: max(1, round(k / n)) for name, k in whole.items()}
        fewer: Self = clone(self).set_params(**shares)
        return fewer

    def check_restored(self) -> None:
        """Check what is read from a file: the prediction is looked up.

        Raises
        ------
        ValueError
        """
        super().check_restored()
        if "prediction_" in vars(self):
            inside = self.prediction_ is None or is_count(
                self.prediction_, most=self.n_features_in_ - 1
            )
            require(inside, "the prediction is no column")

    def _fit(self, X: Encoded, y: FloatArray) -> None:
        for of_before in _OF_BEFORE:
            vars(self).pop(of_before, None)
        rng = random_source(self.random_state)
        units, target = self._told
        values = self._values(X, y, target)
        blind = self._without_prediction(X)
        self._floor = _AGREEMENT * float(np.sqrt(np.mean(y**2))) + np.finfo(np.float64).tiny
        self.forest_ = ValueForest(
            n_estimators=self.n_trees, max_samples=_ROWS_OF_A_TREE, random_state=draw_seed(rng)
        )
        apart = joined(groups_of(units), find_copies(blind.matrix))
        opinion, variance = self.forest_.fit_out_of_bag(blind, values, apart)
        informed = self._beside_opinions(X, opinion, variance)
        self.errors_ = InformedErrors(self.n_error_trees).fit(informed, y, rng)

    def _values(self, X: Encoded, y: FloatArray, target: FloatArray | None) -> FloatArray:
        """Return what is learned anew, on the scale on which it is held against the prediction."""
        self.on_logs_, self.prediction_ = False, None
        if target is None:
            return -y
        self.prediction_ = self._find_prediction(X, target, y)
        if self.prediction_ is None:
            return -y
        given = X.matrix[:, self.prediction_]
        self._typical = float(np.nanmedian(given))
        if is_residual(given - target, y):
            # So that a target is cut to size where its absurd residual was.
            return np.where(np.isnan(given), target, given - y)
        self.on_logs_ = bool(target.min() > 0)
        self._least = max(_LEAST * float(target.min()), float(np.finfo(np.float64).tiny))
        return np.log(target) if self.on_logs_ else target

    def _find_prediction(self, X: Encoded, target: FloatArray, y: FloatArray) -> int | None:
        """Look the prediction up by its name; in an array it is the last column, if it is there."""
        names = list(getattr(self, "feature_names_in_", []))
        if names and PREDICTION not in names:
            return None
        position = names.index(PREDICTION) if names else X.shape[1] - 1
        given = X.matrix[:, position]
        if not X.is_measured(position) or np.isnan(given).all():
            return None
        return position if names or is_any_residual(given, target, y) else None

    def _without_prediction(self, X: Encoded) -> Any:
        """Blank the prediction out, so that opinions are independent of it."""
        if self.prediction_ is None:
            return X
        matrix = X.matrix.copy()
        matrix[:, self.prediction_] = 0.0
        return Encoded(matrix, X.encoder, X.unseen)

    def _given(self, X: Encoded) -> FloatArray:
        if self.prediction_ is None:
            return np.zeros(len(X))
        given = X.matrix[:, self.prediction_]
        # Not knowing a prediction is no agreement with it: the usual one stands in.
        given = np.where(np.isnan(given), self._typical, given)
        return np.log(np.maximum(given, self._least)) if self.on_logs_ else given

    def _beside_opinions(self, X: Encoded, opinion: FloatArray, variance: FloatArray) -> Encoded:
        above = self._given(X) - opinion
        return X.beside(np.column_stack([above, np.abs(above), np.sqrt(variance)]))

    def _signals(self, X: Encoded) -> FloatArray:
        found, opinions = self._opinions(X)
        if not hasattr(self, "errors_"):
            # Fitted, and saved, when there were no models of errors yet.
            return opinions
        return np.column_stack([opinions, self.errors_.signals(self._beside(X, found))])

    def _beside(self, X: Encoded, found: ValueMoments) -> Encoded:
        return self._beside_opinions(X, found.mean, found.variance_of_means)

    def _opinions(self, X: Encoded) -> tuple[ValueMoments, FloatArray]:
        """Return what the forest says, and the signals that are opinions."""
        blind, given = self._without_prediction(X), self._given(X)
        found = self.forest_.moments(blind)
        away = [np.abs(found.mean - given)]
        if hasattr(self, "boosted_"):
            away.append(np.abs(self.boosted_.predict(blind) - given))
        spread = np.sqrt([found.variance_of_means, found.variance])
        return found, np.column_stack([*spread, *away]) + self._floor

    def _predict(self, X: Encoded) -> FloatArray:
        found, opinions = self._opinions(X)
        alone = _root_mean_square(opinions)
        if "n_boosted_trees" in vars(self):
            # Saved when opinions alone were the answer.
            return alone
        odds, size = self.errors_.sizes(self._beside(X, found)).T
        expected: FloatArray = np.sqrt(alone * np.sqrt(odds * size))
        return expected


def _root_mean_square(opinions: FloatArray) -> FloatArray:
    mean: FloatArray = np.sqrt(np.mean(opinions**2, axis=1))
    return mean

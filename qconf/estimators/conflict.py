"""Let a confidence estimator see how far two sources of an input disagree."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, ConfidenceLike, FloatArray, Table, TableLike
from qconf.base import ConfidenceEstimator
from qconf.core.frames import as_series
from qconf.core.validation import HasMethods, check_table, only_what_learners_take
from qconf.encoding.input_conflict import InputConflict
from qconf.encoding.source_pairs import Pairs, read_pairs
from qconf.errors import OptionError, TableError
from qconf.residuals.crossfit import fit_confidence, wanted, with_values

__all__ = ["ConflictConfidence", "check_learns", "with_conflicts"]

#: Of pairs that say nothing of errors, so many are used.
_CHANCE = 0.01
_ENOUGH_ROWS = 20_000
_FEWEST_ROWS = 10


def with_conflicts(estimator: Any, pairs: Pairs | None) -> Any:
    """Let an estimator see conflicts, if there are pairs of columns that should agree.

    Parameters
    ----------
    estimator : confidence estimator
        One that takes a column for a score learns nothing, and is returned as it is.
    pairs : sequence or mapping, or None

    Returns
    -------
    confidence estimator
        Not fitted.
    """
    if not pairs or _takes_a_score(estimator):
        return estimator
    return ConflictConfidence(estimator, pairs)


class ConflictConfidence(ConfidenceEstimator):
    """Fit a confidence estimator on the features and on the conflicts between some of them.

    The valuation model sees what the sources say; only what estimates its errors sees how far
    they disagree. What is usual is learned from the rows of `fit`, as all else is.

    Parameters
    ----------
    estimator : confidence estimator
    pairs : sequence of (str, str), or mapping of str to (str, str)
        Columns that should agree, as in `InputConflict`.

    Attributes
    ----------
    conflict_ : InputConflict
    used_ : list of bool
        For each pair, whether its conflicts told anything of the residuals of `fit`; what told
        nothing is not shown to the estimator, to which it would be noise.
    estimator_ : confidence estimator
        Fitted on the columns of the table, and after them those of `conflict_` that are used.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> from qconf.estimators.residual import ResidualConfidence
    >>> rng = np.random.default_rng(0)
    >>> tax = rng.uniform(50, 300, size=2000)
    >>> wrong = rng.random(2000) < 0.2
    >>> homes = pd.DataFrame({"tax": tax, "listing": 1.03 * tax * np.where(wrong, 1.3, 1.0)})
    >>> residual = rng.normal(scale=np.where(wrong, 0.2, 0.1))
    >>> est = ConflictConfidence(ResidualConfidence(random_state=0), [("tax", "listing")])
    >>> expected = est.fit(homes, residual).predict(homes)
    >>> [round(float(expected[rows].mean()), 1) for rows in (~wrong, wrong)]
    [0.1, 0.2]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [HasMethods(["fit", "predict"])],
        "pairs": ["array-like", dict, tuple],
    }

    def __init__(self, estimator: ConfidenceLike, pairs: Pairs) -> None:
        self.estimator = estimator
        self.pairs = pairs

    @property
    def in_error_units(self) -> bool:
        """Whether the estimator's answers are."""
        return bool(getattr(self.estimator, "in_error_units", True))

    def fit(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        time: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        target: ArrayLike | None = None,
    ) -> Self:
        """Learn what is usual between sources, and how large errors are.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Signed residuals, each made without having seen its row's truth.
        time, groups, target : array-like of shape (n_samples,), default=None
            Of each row, passed on to an estimator that asks for it.

        Returns
        -------
        ConflictConfidence

        Raises
        ------
        ValueError
            If a parameter, the table, a pair or the residuals break their rule.
        """
        self._told = {"time": time, "groups": groups, "target": target}
        try:
            return super().fit(X, y)
        finally:
            del self._told

    @available_if(lambda self: hasattr(self.estimator, "share"))  # type: ignore[untyped-decorator]
    def share(self, n: int) -> ConflictConfidence:
        """Make an unfitted estimator for one of `n` folds of a blend."""
        return ConflictConfidence(self.estimator.share(n), self.pairs)  # type: ignore[attr-defined]

    @available_if(lambda self: hasattr(self.estimator, "signals"))  # type: ignore[untyped-decorator]
    def signals(self, X: TableLike) -> FloatArray:
        """Say several numbers of each row, as the estimator does."""
        check_is_fitted(self)
        told: FloatArray = self.estimator_.signals(
            self._with_conflicts(self._checked_table(X, reset=False))
        )
        return told

    def wanted_columns(self, columns: list[Any]) -> list[Any]:
        """List the columns that must be there, even if they have no value."""
        sources = [name for pair in read_pairs(self.pairs) for name in pair.sources]
        return [*sources, *wanted(self.estimator, columns)]

    def _checked_table(self, X: Any, *, reset: bool) -> Any:
        # The estimator itself warns of numbers in text, and need not do so twice.
        if not reset:
            check_is_fitted(self)
        return check_table(self, X, reset=reset)

    def _fit(self, X: Table, y: FloatArray) -> None:
        for role, values in self._told.items():
            # Checked here: the estimator may not ask for it.
            if values is not None:
                as_series(values, role, len(y))
        self.conflict_ = InputConflict(self.pairs).set_output(transform="default").fit(X)
        self._columns: list[str] | None = None
        n_pairs = len(read_pairs(self.pairs))
        blocks = np.hsplit(self.conflict_.transform(X), n_pairs) if n_pairs else []
        self.used_ = [
            # Where few rows conflict and all others agree, ranks alone see little.
            _tells_of_errors(np.column_stack([block, usually.is_unusual(block[:, 1])]), y)
            for block, usually in zip(blocks, self.conflict_.agreements_, strict=True)
        ]
        joined = self._with_conflicts(X)
        joined = with_values(joined, wanted(self.estimator, getattr(joined, "columns", ())))
        if isinstance(joined, pd.DataFrame):
            self._columns = list(joined.columns)
        self.estimator_: Any = clone(self.estimator)
        fit_confidence(self.estimator_, joined, y, **self._told)

    def _predict(self, X: Table) -> FloatArray:
        return np.asarray(self.estimator_.predict(self._with_conflicts(X)), dtype=np.float64)

    def _with_conflicts(self, X: Table) -> Table:
        """Put the conflicts after the columns; without those that were missing in every row."""
        names = self.conflict_.get_feature_names_out()
        used = np.repeat(np.array(self.used_, dtype=bool), len(names) // max(1, len(self.used_)))
        made, names = self.conflict_.transform(X)[:, used], names[used].tolist()
        if not isinstance(X, pd.DataFrame):
            return np.column_stack([X, made])
        taken = next((name for name in names if name in X.columns), None)
        if taken is not None:
            msg = f"The column {taken!r} has the name that a conflict gets; rename it."
            raise TableError(msg)
        joined = pd.concat([X, pd.DataFrame(made, columns=names, index=X.index)], axis=1)
        return joined if self._columns is None else joined[self._columns]

    def __sklearn_tags__(self) -> Any:
        return only_what_learners_take(super().__sklearn_tags__(), [self.estimator])


def check_learns(estimator: Any, pairs: Pairs | None, name: str) -> None:
    """Refuse conflicts for an estimator that takes a column as it stands.

    Raises
    ------
    OptionError
    """
    if read_pairs(pairs) and _takes_a_score(estimator):
        msg = (
            f"The estimator {name!r} takes a score as it stands, and learns nothing of conflicts. "
            "Leave the conflicts out, or name an estimator that learns (blend)."
        )
        raise OptionError(msg)


def _takes_a_score(estimator: Any) -> bool:
    return bool(getattr(estimator, "score_columns", False))


def _tells_of_errors(made: FloatArray, residual: FloatArray) -> bool:
    """Tell whether any feature of a pair goes with the size of residuals, in 1 % by chance."""
    rows = slice(None, None, -(-len(residual) // _ENOUGH_ROWS))
    size = np.abs(residual[rows])
    for column in made[rows].T:
        known = ~np.isnan(column)
        if known.sum() > _FEWEST_ROWS and np.ptp(column[known]) > 0 and np.ptp(size[known]) > 0:
            chance = spearmanr(column[known], size[known]).pvalue
            if chance < _CHANCE / made.shape[1]:
                return True
    return False

"""The estimators that are compared: made from names, fitted, and held to the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from sklearn.base import clone

from qconf._types import FloatArray, IntArray
from qconf.core.seeding import with_seed
from qconf.encoding.source_pairs import Pairs
from qconf.errors import EstimatorError, OptionError
from qconf.estimators.conflict import with_conflicts
from qconf.estimators.registry import blamed, check_estimator, make_estimator
from qconf.residuals.crossfit import fit_confidence, wanted, with_values

__all__ = ["DEFAULT_ESTIMATORS", "Contender", "make_contenders", "score_columns"]

#: What the scores of a comparison have beside one column for each estimator.
SCORE_COLUMNS = ("row", "block", "prediction", "signed_residual")

DEFAULT_ESTIMATORS = ("residual", "quantile", "count", "blend", "constant")

#: Rows, and the expected error of each.
_Scores: TypeAlias = list[tuple[IntArray, FloatArray]]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Played:
    """What an estimator expected of the rows of a round.

    Attributes
    ----------
    expected : ndarray of shape (n_scored,)
    swapped : dict of str to ndarray of shape (n_scored,)
        For the predictions of other valuation models.
    seconds : float
        Spent in fitting and predicting.
    """

    expected: FloatArray
    swapped: dict[str, FloatArray]
    seconds: float


@dataclass(eq=False)
class Contender:
    """An estimator under the name it is ranked by, and the scores it has given so far.

    Attributes
    ----------
    name : str
    estimator : estimator
        Unfitted; a clone of it is fitted in each round.
    seconds : float
        Spent in fitting and predicting.
    """

    name: str
    estimator: Any
    seconds: float = 0.0
    _scores: _Scores = field(default_factory=list, repr=False)
    _swapped: dict[str, _Scores] = field(default_factory=dict, repr=False)

    def play(
        self,
        features: pd.DataFrame,
        scores: pd.DataFrame,
        residual: FloatArray,
        seen: IntArray,
        scored: IntArray,
        rng: np.random.RandomState,
        time: Any = None,
        groups: Any = None,
        target: Any = None,
        swapped: Mapping[str, pd.DataFrame] = _NOTHING,
        conflicts: Pairs = (),
    ) -> Played:
        """Fit on the rows that may be seen, and score the others; `keep` takes the scores.

        Parameters
        ----------
        features, scores : DataFrame of shape (n_rows, n_columns)
            What it learns from, the prediction among them; columns that are scores as they stand.
        residual : ndarray of shape (n_rows,)
        seen, scored : ndarray of int
            Positions of rows.
        rng : RandomState
        time, groups, target : array-like of shape (n_rows,), default=None
            Of all rows; an estimator that asks is told those of the rows that may be seen.
        swapped : mapping of str to DataFrame of shape (n_scored, n_columns), default={}
            The scored rows once more, with the predictions of other valuation models.
        conflicts : sequence or mapping of pairs of str, default=()
            Columns that should agree; an estimator that learns sees how far they do not.

        Returns
        -------
        Played

        Raises
        ------
        EstimatorError
            If the estimator fails, or its answer is not one expected error >= 0 a row.
        """
        judged = bool(_columns_read(self.estimator))
        table = scores if judged else features
        began = perf_counter()
        with blamed(f"The estimator {self.name!r} failed"):
            estimator = with_seed(with_conflicts(clone(self.estimator), conflicts), rng)
            told = [
                None if role is None else np.asarray(role)[seen] for role in (time, groups, target)
            ]
            asked = wanted(estimator, table.columns)
            known = table.iloc[seen] if judged else with_values(table.iloc[seen], asked)
            fit_confidence(estimator, known, residual[seen], *told)
            expected = np.asarray(
                estimator.predict(table[known.columns].iloc[scored]), dtype=np.float64
            )
            seconds = perf_counter() - began
            others = {
                name: expected
                if judged
                else np.asarray(estimator.predict(other[known.columns]), dtype=np.float64)
                for name, other in swapped.items()
            }
        for answer in (expected, *others.values()):
            self._check(answer, len(scored))
        return Played(expected, others, seconds)

    def keep(self, scored: IntArray, played: Played) -> None:
        """Add what was expected of some rows to the scores."""
        self.seconds += played.seconds
        self._scores.append((scored, played.expected))
        for name, other in played.swapped.items():
            self._swapped.setdefault(name, []).append((scored, other))

    def check_scores(self, scores: pd.DataFrame) -> None:
        """Check the columns that are judged as they stand, in all rows at once."""
        if _columns_read(self.estimator):
            self.estimator.check_scores(scores)

    def expected_error(self, n_rows: int, swapped: str | None = None) -> FloatArray:
        """Put the scores of all rounds together; rows never scored are not a number.

        Parameters
        ----------
        n_rows : int
        swapped : str, default=None
            Those for the predictions of another valuation model.
        """
        joined = np.full(n_rows, np.nan)
        for rows, expected in self._scores if swapped is None else self._swapped[swapped]:
            joined[rows] = expected
        return joined

    def _check(self, expected: FloatArray, n_rows: int) -> None:
        if expected.shape != (n_rows,):
            msg = (
                f"The estimator {self.name!r} must predict one expected error a row, shape "
                f"({n_rows},); it gave shape {expected.shape}."
            )
            raise EstimatorError(msg)
        wrong = int((~(np.isfinite(expected) & (expected >= 0))).sum())
        if wrong:
            msg = (
                f"The estimator {self.name!r} must predict finite expected errors >= 0; "
                f"{wrong} of {n_rows} are not."
            )
            raise EstimatorError(msg)


def make_contenders(
    estimators: Iterable[Any] | Mapping[str, Any], error: str = "relative"
) -> list[Contender]:
    """Make contenders from names, estimators, or a mapping of names to either.

    Parameters
    ----------
    estimators : iterable of (str or estimator), or mapping of str to (str or estimator)
        A name such as ``residual`` or ``column:fsd`` is looked up among the registered ones. An
        estimator without a name is called by its class.
    error : str, default="relative"
        Name of the error scale, for those that are made here and have such a parameter.

    Returns
    -------
    list of Contender

    Raises
    ------
    EstimatorError
        If a name is unknown or an object is no estimator.
    OptionError
        If there are none, two of the same name, or one of a name that is taken.
    """
    if isinstance(estimators, Mapping):
        named = list(estimators.items())
    else:
        items = [estimators] if isinstance(estimators, str) else list(estimators)
        named = [(_name(item), item) for item in items]
    if not named:
        msg = f"At least one estimator is needed, such as {', '.join(DEFAULT_ESTIMATORS)}."
        raise OptionError(msg)
    names = [name for name, _ in named]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"The estimator {twice!r} is named twice."
        raise OptionError(msg)
    taken = next((name for name in names if name in SCORE_COLUMNS), None)
    if taken is not None:
        msg = f"An estimator cannot be named {taken!r}, as a column of the scores is; rename it."
        raise OptionError(msg)
    return [Contender(name, _estimator(name, item, error)) for name, item in named]


def score_columns(contenders: Iterable[Contender]) -> list[str]:
    """Return the columns that are judged as scores, and so are not features."""
    read = [name for one in contenders for name in _columns_read(one.estimator)]
    # A column may be judged under two names.
    return list(dict.fromkeys(map(str, read)))


def _name(item: Any) -> str:
    if isinstance(item, str):
        return item
    return (item if isinstance(item, type) else type(item)).__name__


def _columns_read(estimator: Any) -> list[Any]:
    """List the columns that an estimator takes for scores, as they stand, instead of features."""
    return list(getattr(estimator, "score_columns", ()))


def _estimator(name: str, item: Any, error: str) -> Any:
    if isinstance(item, str):
        made = make_estimator(item)
        return made.set_params(error=error) if "error" in made.get_params() else made
    check_estimator(item, f"The estimator {name!r}")
    return item

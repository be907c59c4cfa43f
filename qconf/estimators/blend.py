"""Several estimators, combined on residuals that none of them was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from qconf._types import (
    ArrayLike,
    BoolArray,
    ConfidenceLike,
    FloatArray,
    IntArray,
    RandomState,
    Table,
    TableLike,
)
from qconf.base import ConfidenceEstimator
from qconf.core.frames import as_series
from qconf.core.renamed import renamed
from qconf.core.restored import require
from qconf.core.row_by_row import mean_of
from qconf.core.seeding import at_most, random_source, with_seed
from qconf.core.spreading import each
from qconf.core.threads import rows_side_by_side
from qconf.core.validation import (
    Interval,
    StrOptions,
    check_column,
    check_enough_rows,
    only_what_learners_take,
)
from qconf.encoding.encoded import Encoded, takes_encoded
from qconf.encoding.encoder import TableEncoder
from qconf.errors import OptionError
from qconf.estimators.blend_folds import (
    BlendRows,
    Fold,
    apart,
    dealt,
    deciding,
    judging,
    newest_first,
    signals_of,
)
from qconf.estimators.forest import ForestConfidence
from qconf.estimators.nearby import NearbyConfidence, Places, places_of
from qconf.estimators.neighbors import NeighborConfidence
from qconf.estimators.online import OnlineConfidence
from qconf.estimators.quantile import QuantileConfidence
from qconf.estimators.registry import check_estimator
from qconf.estimators.residual import ResidualConfidence
from qconf.estimators.second_opinion import SecondOpinionConfidence
from qconf.learners.maps.forward_weights import forward_weights
from qconf.learners.maps.monotone_map import MonotoneMap
from qconf.learners.maps.weighted_signals import WeightedSignals
from qconf.residuals.schedules import blocks_in_time
from qconf.tables.copies import find_copies, joined
from qconf.tables.roles import all_moments, groups_of

__all__ = ["BlendConfidence"]

#: Rows that the members of one fold are fitted on, at most; each fold draws its own.
_MOST_ROWS = 200_000
#: With time and groups, each stretch leaves at least this share of rows to learn from.
_ENOUGH_APART = 0.2
#: How strongly weights are drawn towards equal ones without time: hardly, for what held-out rows
#: say is then so for new ones too.
_PENALTY = 0.01
#: A signal below this share of the root mean squared residual says no more than at it.
_FLOOR = 1e-3


class BlendConfidence(ConfidenceEstimator):
    """Combine the expected errors of several estimators by weights learned on held-out rows.

    The rows are cut into folds. Each member is fitted on all folds but one and scores that one;
    from these held-out scores `WeightedSignals` learns how to weigh the members, and a rising
    map (`MonotoneMap`) gives the result its units: where 0.08 is expected, the mean squared
    residual is 0.08². A new row is scored by the members of every fold, whose logarithms are
    averaged; members that can be had in shares (fewer trees in each fold) cost no more than one
    fit of them. In tables of more than 250,000 rows each fold is fitted on 200,000 of its own.

    Weights are drawn to equal shares of the members, however many signals one of them gives.

    Rows of a group are in one fold, and so are rows that are alike in all features. With `time`,
    folds are stretches of time, and units are learned on the newest, which is scored by members
    that have seen earlier rows only (with fewer than 1,000 rows in it also on those before it).
    Weights are learned there or on all stretches, and drawn to equal ones more or less strongly:
    each way has the more say the better it told errors of stretches that were next
    (`forward_weights`), for what has told errors of the past apart need not tell those to come.
    For the same reason those members that have not seen the newest stretch have a third of the
    say of those that have not seen the oldest (``docs/decisions/0060-weights-in-time.md``).

    Stacking of error models is in Pollestad, Næss & Oust (2024, Journal of Real Estate Finance
    and Economics, doi 10.1007/s11146-024-10002-7).

    Parameters
    ----------
    estimators : list of confidence estimators or None, default=None
        The members. None is `ResidualConfidence`, `ForestConfidence` and `OnlineConfidence`;
        with them `SecondOpinionConfidence` where `fit` is told the target, else
        `QuantileConfidence` (10 % and 90 %) and `NeighborConfidence` (up to 200,000 rows, beyond
        which it takes most of the time and has the least weight). A member with a method
        ``signals`` is asked for those instead of ``predict``, and has a share of the weights for
        each of its ``families``, which are numbers of signals; one with a method ``share`` is
        fitted in shares; one whose ``fit`` asks for ``time``, ``groups`` or ``target`` is told.
    folds : int, default=5
        Number of folds.
    places : "infer", None or (str, str), default="infer"
        Columns of latitude and longitude, or of x and y of a map, by which `NearbyConfidence` is
        one more of the members that None stands for. ``"infer"`` finds columns that are called
        latitude and longitude, as ``geo_lat`` and ``geo_lon`` are, if their values are degrees;
        None has none.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    members_ : list of list of estimators
        For each fold, the fitted members.
    fold_weights_ : ndarray of shape (n_folds,) or None
        What say the members of each fold have of a new row; None is the same.
    weights_ : ndarray of shape (n_signals,)
        Change of the log squared expected error with one standard deviation of the log of a
        member's signal, >= 0.
    shares_ : Series of length n_members
        What share of all weights each member has.
    places_ : (str, str) or None
        The columns that tell the place of a row; None if there are none, or they are not used.
    combiner_ : WeightedSignals
    units_map_ : MonotoneMap
        From the combined log signal to the mean squared residual.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> residual = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.10))
    >>> est = BlendConfidence(random_state=0).fit(x, residual)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(est.predict(part).mean()), 2) for part in (x[easy], x[~easy])]
    [0.05, 0.1]
    """

    # Its members average; averaging once more would multiply what that costs.
    averages_unseen: ClassVar[bool] = False
    winsorises: ClassVar[bool] = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimators": [list, tuple, None],
        "folds": [Interval(Integral, 2, None, closed="left")],
        "places": [StrOptions({"infer"}), tuple, list, None],
        "random_state": ["random_state"],
    }

    @renamed(cv="folds")
    def __init__(
        self,
        estimators: Sequence[ConfidenceLike] | None = None,
        *,
        folds: int = 5,
        places: Places = "infer",
        random_state: RandomState = None,
    ) -> None:
        self.estimators = estimators
        self.folds = folds
        self.places = places
        self.random_state = random_state

    def fit(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        time: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        target: ArrayLike | None = None,
    ) -> Self:
        """Fit all members, and learn how to weigh them.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Signed residuals, each made without having seen its row's truth.
        time : array-like of shape (n_samples,), default=None
            When each row became known; `compare` and `ConfidentRegressor` pass it on.
        groups : array-like of shape (n_samples,), default=None
            Rows of a group, and rows that are alike in all features, are in one fold: weights and
            units are then learned for a group that no member has seen. They pass it on too.
        target : array-like of shape (n_samples,), default=None
            The truth of each row, for members that ask for it; they pass it on too. No row is
            scored by a member that was told its truth.

        Returns
        -------
        BlendConfidence

        Raises
        ------
        ValueError
            If a parameter, the table or the residuals break their rule.
        """
        self._told = {"time": time, "groups": groups, "target": target}
        try:
            return super().fit(X, y)
        finally:
            del self._told

    def __sklearn_tags__(self) -> Any:
        return only_what_learners_take(super().__sklearn_tags__(), self.estimators or [])

    def _fit(self, X: Table, y: FloatArray) -> None:
        self._encoder_of_all = TableEncoder().fit_checked(X, self)
        roles = _roles(len(y), **self._told)
        table = BlendRows(X, Encoded.of(X, self._encoder_of_all), roles)
        rng = random_source(self.random_state)
        check_enough_rows(self, len(y), 2 * self.folds)
        unfitted = self._unfitted(table.encoded, told_target="target" in roles)
        units = _units(X, roles)
        stretches = self._stretches(roles.get("time"), units)
        fold = dealt(len(y), units, self.folds, rng) if stretches is None else stretches
        decides = deciding(fold, rng, newest=stretches is not None)
        held_out = decides if stretches is None else judging(fold, decides, rng)
        self._floor = _FLOOR * max(float(np.sqrt(np.mean(y**2))), np.finfo(np.float64).tiny)
        folds = [
            Fold(
                train=at_most(_MOST_ROWS, apart(fold, k, units), rng),
                members=[with_seed(one, rng) for one in self._shares(unfitted)],
                scored=held_out[fold[held_out] == k],
            )
            for k in range(int(fold.max()) + 1)
        ]
        ours = all(map(takes_encoded, folds[0].members))
        most = max(len(one.train) for one in folds)
        # Members come back fitted, from another process perhaps.
        fitted = list(each(lambda one: one.fit(table, y), folds, most, ours=ours))
        self.members_ = [members for members, _ in fitted]
        self.fold_weights_ = None if stretches is None else newest_first(len(folds))
        signals = [said for _, said in fitted]
        said = next(filter(None, signals))
        self._n_signals = [one.shape[1] for one in said]
        self._families = [_families(*pair) for pair in zip(self.members_[0], said, strict=True)]
        order = np.concatenate([one.scored for one in folds])
        log_signals = np.concatenate([self._logs(said) for said in signals if said])
        of = None if stretches is None else stretches[order]
        self._combine(log_signals, y[order] ** 2, of, np.isin(order, decides))

    def _stretches(self, time: Any, units: IntArray | None) -> IntArray | None:
        """Cut time into as many stretches as there are folds; None if there is no order.

        Nor is there one if groups last so long that too few rows are of other stretches only.
        """
        if time is None:
            return None
        stretches = blocks_in_time(time, self.folds)
        last = int(stretches.max())
        if last == 0:
            return None
        fewest = min(len(apart(stretches, k, units)) for k in range(last + 1))
        return stretches if fewest >= _ENOUGH_APART * len(stretches) else None

    def _unfitted(self, X: Encoded, *, told_target: bool) -> list[Any]:
        self.places_: tuple[str, str] | None = None
        if self.estimators is None:
            names = list(getattr(self, "feature_names_in_", []))
            self.places_ = places_of(X, names, self.places)
            nearby = [NearbyConfidence(places=self.places_)] if self.places_ else []
            return _default_members(len(X), told_target=told_target) + nearby
        if self.places not in ("infer", None):
            msg = (
                "The 'places' of a blend are for the members that it has by default; list "
                f"qconf.estimators.nearby.NearbyConfidence(places={self.places!r}) among yours."
            )
            raise OptionError(msg)
        if len(self.estimators) == 0:
            msg = "The 'estimators' of a blend must hold at least one estimator. Got none."
            raise OptionError(msg)
        for number, one in enumerate(self.estimators, 1):
            check_estimator(one, f"The member {number} of a blend")
        return list(self.estimators)

    def _shares(self, unfitted: list[Any]) -> list[Any]:
        return [one.share(self.folds) if hasattr(one, "share") else clone(one) for one in unfitted]

    def _combine(
        self, logs: FloatArray, squared: FloatArray, of: IntArray | None, decides: BoolArray
    ) -> None:
        """Learn weights, and on the rows that decide units; `of` are their stretches of time."""
        shares = self._shares_of_families()
        if of is None:
            self.combiner_ = WeightedSignals(logs, squared, _PENALTY, shares)
        else:
            self.combiner_ = forward_weights(logs, squared, of, shares)
        self.units_map_ = MonotoneMap(self.combiner_(logs[decides]), squared[decides])
        self.weights_: FloatArray = self.combiner_.weights
        self.shares_ = self._sum_by_member()

    def _shares_of_families(self) -> FloatArray:
        """Give each family one share: one that says four things is not heard four times."""
        sizes = [n for families in self._families for n in families]
        return np.concatenate([np.full(n, 1.0 / n) for n in sizes])

    def _sum_by_member(self) -> pd.Series[float]:
        total = max(float(self.weights_.sum()), np.finfo(np.float64).tiny)
        parts = np.split(self.weights_ / total, np.cumsum(self._n_signals)[:-1])
        names = [type(one).__name__.removesuffix("Confidence").lower() for one in self.members_[0]]
        return pd.Series([float(part.sum()) for part in parts], index=names, name="share")

    def _logs(self, signals: list[FloatArray]) -> FloatArray:
        logs: FloatArray = np.log(np.maximum(np.hstack(signals), self._floor))
        return logs

    @property
    def encoder_of_predict(self) -> TableEncoder | None:
        """By which `predict` takes an `Encoded` table; None if a member has to see the rows."""
        return self._encoder_of_all if all(map(takes_encoded, self.members_[0])) else None

    def check_restored(self) -> None:
        """Check what comes from a file: members look up the codes of one encoder.

        Raises
        ------
        ValueError
        """
        super().check_restored()
        for one in (one for members in vars(self).get("members_", ()) for one in members):
            theirs = getattr(one, "encoder_of_predict", None)
            require(
                theirs is None
                or not takes_encoded(one)  # reads rows as they came, by an encoder of its own
                or theirs.codes_like(vars(self).get("_encoder_of_all")),
                "a member of a blend reads rows by another encoder",
            )

    def _predict(self, X: Table | Encoded) -> FloatArray:
        encoded = X if isinstance(X, Encoded) else Encoded.of(X, self._encoder_of_all)
        rows: Any = X  # is encoded only where no member has to see the rows themselves
        table = BlendRows(rows, encoded)
        if not all(map(takes_encoded, self.members_[0])):
            # Models of others need not be safe in threads.
            return self._expected(table)
        expected = np.empty(len(X))

        def predict(part: slice) -> None:
            expected[part] = self._expected(table[part])

        rows_side_by_side(predict, len(X))
        return expected

    def _expected(self, table: BlendRows) -> FloatArray:
        logs = [self._logs(signals_of(members, table)) for members in self.members_]
        # A blend that was saved before folds had weights has none.
        mean = mean_of(logs, getattr(self, "fold_weights_", None))
        expected: FloatArray = np.sqrt(self.units_map_(self.combiner_(mean)))
        return expected


def _default_members(n_rows: int, *, told_target: bool) -> list[Any]:
    """List the members that were better together than apart, on many tables."""
    residual, forest, online = ResidualConfidence(), ForestConfidence(), OnlineConfidence()
    if told_target:
        # It says what the two others would say, and more.
        return [residual, forest, online, SecondOpinionConfidence()]
    near = [NeighborConfidence()] if n_rows <= _MOST_ROWS else []
    return [residual, QuantileConfidence(quantiles=(0.1, 0.9)), forest, *near, online]


def _families(member: Any, said: FloatArray) -> Sequence[int]:
    """Return the numbers of signals that are of one family each."""
    sizes: Sequence[int] = getattr(member, "families", ())
    return sizes if sum(sizes) == said.shape[1] else [said.shape[1]]


def _roles(n_rows: int, time: Any, groups: Any, target: Any) -> dict[str, Any]:
    """Read the time, the group and the truth of each row, where they are given."""
    roles = {
        "time": None if time is None else all_moments(time, n_rows),
        "groups": None if groups is None else as_series(groups, "groups", n_rows),
        "target": None if target is None else check_column("target", target, n_rows),
    }
    return {role: values for role, values in roles.items() if values is not None}


def _units(X: Table, roles: Mapping[str, Any]) -> IntArray | None:
    """Return numbers for rows that must stay on one side; None if each may stand alone."""
    units = joined(groups_of(roles.get("groups")), find_copies(X, time=roles.get("time")))
    return units if units is None or units.max() > 0 else None

"""Fit a valuation model and its confidence, as one regressor."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self, get_args, overload

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from qconf._types import (
    ArrayLike,
    BoolArray,
    BootstrapScope,
    Bound,
    ConfidenceLike,
    Copies,
    ErrorScaleName,
    FloatArray,
    IntArray,
    RandomState,
    RegressorLike,
    Table,
    TableLike,
)
from qconf.core.error_scale import ERROR_SCALES, ErrorScale, error_scale
from qconf.core.renamed import renamed
from qconf.core.seeding import draw_seed, random_source, with_seed
from qconf.core.validation import (
    HasMethods,
    Interval,
    StrOptions,
    TakesTables,
    check_enough_rows,
    check_parameters,
    check_table,
    select_rows,
)
from qconf.encoding.encoded import Encoded, takes_encoded
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.source_pairs import Pairs, check_pairs
from qconf.errors import EstimatorError, OptionError
from qconf.estimators.bounds import BOUNDS, upper_bound
from qconf.estimators.conflict import check_learns, with_conflicts
from qconf.estimators.registry import make_estimator
from qconf.model.background import Background
from qconf.model.coded_pair import coded_pair
from qconf.model.decomposition import Cuts, Shares, split_error
from qconf.model.given_prediction import given_prediction, shadow_of
from qconf.model.known_sales import KeptRows, KnownSales
from qconf.model.known_values import KnownValues
from qconf.model.probabilities import PredictsProbabilities, held_out_distribution
from qconf.model.replicates import Maker, Replicates, fit_replicates, resamples, with_prediction
from qconf.model.shadow import PredictionShadow
from qconf.probability.error_distribution import ErrorDistribution
from qconf.residuals.schedules import schedule
from qconf.residuals.valuation import default_valuation_model
from qconf.tables.fit_roles import FitRoles, fit_roles, warn_beyond
from qconf.tables.roles import (
    check_known,
    check_positive,
    check_target_values,
    fit_target,
    is_name,
    moments_of,
)

__all__ = ["ConfidentRegressor"]

_MIN_REPLICATES = 2
_READS_NO_CODES = "This model does not read encoded rows: use predict_with_error."
#: Rows that are kept so that a model can be known again by what it predicts.
_PINNED = 16


class ConfidentRegressor(TakesTables, PredictsProbabilities, RegressorMixin, BaseEstimator):
    """A regressor that also says how wrong each of its predictions is likely to be.

    `fit` makes out-of-sample residuals by fitting the valuation model on parts of the rows, fits
    the confidence estimator on those residuals, and then the valuation model on all rows.

    Parameters
    ----------
    regressor : regressor or str, default=None
        The valuation model. None is boosted trees, on the logarithm of the target unless the
        error is absolute. ``"column:NAME"`` takes the predictions of somebody else's model from
        that column, each made without having seen its row's target.
    confidence : str or confidence estimator, default="blend"
        A registered name or an estimator; it sees the features and the column ``prediction``.
    error : {"relative", "log", "absolute"}, default="relative"
        The error scale. The relative and the log scale need targets > 0.
    folds : int, default=5
        How many parts the rows are cut into, at least 2.
    bootstrap : {"error", "both"}, default="error"
        What replicates fit again on resampled rows: the confidence estimator, with the residuals
        held fixed, or the valuation model too, so that its variance counts. An upper bound then
        also rises where other sales would have made another valuation model.
    n_bootstrap : int, default=0
        Number of replicates. Beside the fits that are made without any, ``"error"`` costs
        `n_bootstrap` fits of the confidence estimator, and ``"both"`` as many of the whole:
        ``folds + 1`` valuation models (``folds + 3`` with time) and a confidence estimator each.
        All models are kept.
    bound : {"mean", "mean+sd", "max"} or float, default="mean"
        What is taken over the replicates' estimates of the squared error; a float strictly
        between 0 and 1 is their quantile. All but ``"mean"`` need at least 2 replicates.
    conflicts : sequence of (str, str), or mapping of str to (str, str), default=()
        Features that should agree, or what each pair is about: the confidence estimator sees how
        far they do not (`InputConflict`), the valuation model does not.
    copies : {"group", "keep"}, default="group"
        Rows that are alike in all features, ids and time aside, are kept on one side like a
        group when residuals are made; forward in time one that an earlier row is like gets none.
        ``"keep"`` takes them for different rows.
    probabilities : bool, default=False
        Whether to hold rows out for `predict_within`, `predict_interval` and `predict_quantiles`.
        With time that costs 3 more fits of the confidence estimator, each on a part of the rows.
        Without it one, and ``folds - 1`` valuation models; on fewer than 12,500 rows more of both.
    keep_sales : bool, default=False
        Whether to keep the rows of `fit` and their targets, in the model and in its file, so that
        `qconf.comparables` needs no other table. Whoever gets the file can then read them.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    regressor_ : regressor
        The valuation model, fitted on all rows.
    confidence_ : estimator
        The confidence estimator, fitted on the residuals of the rows as they are.
    replicates_ : Replicates or None
        Only with `n_bootstrap`: the models that were fitted on resampled rows.
    residual_ : ndarray of shape (n_samples,)
        Out-of-sample residuals of the rows of `fit`, in error-scale units; not a number for the
        first rows in time, which nothing comes before, and for rows without a time.
    error_distribution_ : ErrorDistribution or None
        What the residuals of rows held out were in units of their expected errors; None without
        `probabilities`, or where too few rows could be held out.
    time_name_ : str or None
        The column that tells the time; the confidence estimator does not see it.
    time_range_ : tuple or None
        The first and the last time in `fit`.
    group_name_ : str or None
        The column that tells the group; no model sees it.
    shadow_ : PredictionShadow or None
        Where the predictions are a column, what tells later ones of another model.
    pinned_ : DataFrame or ndarray of shape (n_pinned, n_features)
        A few rows of `fit`, by whose predictions the model is known again.
    background_ : Background
        What the rows of `fit` are like, column by column, for explanations of others.
    known_sales_ : KnownSales
        By what the rows of `fit` are known again; the rows themselves with `keep_sales`.
    cuts_ : Cuts or None
        Where rows begin to count as common and as hard, found in the rows of `fit`; only with
        ``bootstrap="both"`` and at least 2 replicates.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Notes
    -----
    Resampled are rows, or whole groups; each row keeps its fold, so that no copy of a row is
    behind its own prediction. A resample has fewer different rows than the table, and its
    valuation models are worse: with ``"both"`` the replicates' mean is higher than one estimate
    by about the variance of the model, most where rows are rare. That errs on the safe side and
    ranked the simulated world's houses better; how far both are from the true sampling
    spread is in docs/decisions/0026-levels-of-the-bootstrap.md.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> y = np.exp(x[:, 0] + rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.1)))
    >>> model = ConfidentRegressor(confidence="residual", random_state=0).fit(x, y)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(model.predict_error(part).mean()), 2) for part in (x[easy], x[~easy])]
    [0.05, 0.1]
    """

    n_features_in_: int
    feature_names_in_: Any
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "regressor": [HasMethods(["fit", "predict"]), str, None],
        "confidence": [str, HasMethods(["fit", "predict"])],
        "error": [StrOptions(set(ERROR_SCALES))],
        "folds": [Interval(Integral, 2, None, closed="left")],
        "bootstrap": [StrOptions(set(get_args(BootstrapScope)))],
        "n_bootstrap": [Interval(Integral, 0, None, closed="left")],
        "bound": [StrOptions(set(BOUNDS)), Interval(Real, 0, 1, closed="neither")],
        "conflicts": ["array-like", dict, tuple],
        "copies": [StrOptions(set(get_args(Copies)))],
        "probabilities": ["boolean"],
        "keep_sales": ["boolean"],
        "random_state": ["random_state"],
    }

    @renamed(cv="folds")
    def __init__(
        self,
        regressor: RegressorLike | str | None = None,
        confidence: str | ConfidenceLike = "blend",
        *,
        error: ErrorScaleName = "relative",
        folds: int = 5,
        bootstrap: BootstrapScope = "error",
        n_bootstrap: int = 0,
        bound: Bound = "mean",
        conflicts: Pairs = (),
        copies: Copies = "group",
        probabilities: bool = False,
        keep_sales: bool = False,
        random_state: RandomState = None,
    ) -> None:
        self.regressor = regressor
        self.confidence = confidence
        self.error = error
        self.folds = folds
        self.bootstrap = bootstrap
        self.n_bootstrap = n_bootstrap
        self.bound = bound
        self.conflicts = conflicts
        self.copies = copies
        self.probabilities = probabilities
        self.keep_sales = keep_sales
        self.random_state = random_state

    def fit(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        time: str | ArrayLike | None = None,
        groups: str | ArrayLike | None = None,
    ) -> Self:
        """Fit the valuation model, and the confidence estimator on its residuals.

        Parameters
        ----------
        X : DataFrame, array-like of shape (n_samples, n_features), or table of polars or Arrow
        y : array-like of shape (n_samples,)
        time : str or array-like of shape (n_samples,), default=None
            If given, residuals are made forward in time: each from earlier rows only. The name of
            a column of `X` keeps that column from the confidence estimator, which would have to
            go beyond the times it knows; the valuation model sees it, to follow the market. Text
            is read as dates, here and in `predict`. Rows without a time are left out.
        groups : str or array-like of shape (n_samples,), default=None
            Rows of a group are never on both sides when residuals are made, nor in a blend. The
            column of that name is no feature.

        Returns
        -------
        ConfidentRegressor

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule.

        Warns
        -----
        UserWarning
            If rows have no time.
        """
        check_parameters(self)
        self._check_bound()
        scale = error_scale(self.error)
        table = check_table(self, X, reset=True)
        target = fit_target(y, len(table))
        check_enough_rows(self, len(target), 2 * self.folds)
        rng = random_source(self.random_state)
        given = given_prediction(self.regressor, table)
        predicted = None if given is None else given.predict(table)
        self._given_name = None if given is None else given.column
        roles = self._take_roles(table, time, groups)
        self.pinned_: Table = select_rows(table, _spread(roles.rows))
        given_rows = select_rows(table, roles.rows)
        kept = KeptRows(table, target) if self.keep_sales else None
        table = select_rows(self._features(table), roles.rows)
        target = target[roles.rows]
        check_pairs(self.conflicts, self._seen_by_confidence(table))
        check_target_values(target, "target", scale)
        if scale.name == "log" and predicted is not None:
            check_positive(predicted, f"prediction {self._given_name!r}", scale)
        plan = schedule(
            len(target),
            folds=self.folds,
            time=roles.time,
            groups=roles.apart,
            repeats=roles.repeats,
            predicted=given is not None,
            random_state=draw_seed(rng),
        )
        model = self._unfitted_regressor(scale) if given is None else given
        parts = model, self._unfitted_confidence(), self.hidden_from_confidence
        maker = Maker(table, target, scale, plan.residual_fits, *parts, roles.time, roles.groups)
        regressor = with_seed(clone(maker.regressor), rng)
        prediction = maker.held_out_predictions(regressor)
        if predicted is not None:
            prediction = _of_new_rows(predicted[roles.rows], roles)
        self.residual_: FloatArray = np.full(roles.n_rows, np.nan)
        self.residual_[roles.rows] = scale.residual(prediction, target)
        self.confidence_ = maker.fit_confidence(prediction, rng)
        self.regressor_ = maker.fit_regressor(regressor)
        self._fit_replicates(maker, prediction, rng)
        self._remember(given_rows, table, target, roles, _name_of(y), kept)
        self._cast_shadow(table, predicted, roles, rng)
        self.error_distribution_: ErrorDistribution | None = None
        if self.probabilities:
            held_out = maker, plan, prediction, regressor, rng
            self.error_distribution_ = held_out_distribution(*held_out, given=given is not None)
        return self

    @property
    def encoder(self) -> TableEncoder:
        """What turns features, as the valuation model sees them, into numbers."""
        return self._known_values.encoder

    def _remember(
        self,
        given: Table,
        table: Table,
        target: FloatArray,
        roles: FitRoles,
        target_name: str | None,
        kept: KeptRows | None,
    ) -> None:
        """Keep of the rows what it takes to tell others from them, and to explain others."""
        self._known_values = KnownValues.of(table)
        self.known_sales_ = KnownSales.of(
            table, target, roles.rows, roles.n_rows, self.encoder, target_name, kept
        )
        self.background_ = Background.of(
            given,
            table,
            self.encoder,
            self.residual_[roles.rows],
            lambda rows: self._estimate(rows, self._predicted(rows)),
        )

    def _cast_shadow(
        self,
        table: Table,
        predicted: FloatArray | None,
        roles: FitRoles,
        rng: np.random.RandomState,
    ) -> None:
        """Keep what tells predictions of somebody else's model from those of another."""
        self.shadow_: PredictionShadow | None = None
        if predicted is not None and isinstance(table, pd.DataFrame):
            features = table.drop(columns=list(self.hidden_from_confidence))
            told = roles.time, roles.groups, draw_seed(rng)
            self.shadow_ = shadow_of(features, predicted[roles.rows], *told)

    def _take_roles(self, table: Table, time: Any, groups: Any) -> FitRoles:
        """Remember which columns play a role, and read what they say of each row."""
        self.time_name_ = str(time) if is_name(time) else None
        self.group_name_ = str(groups) if is_name(groups) else None
        features = table
        if self._given_name is not None and isinstance(table, pd.DataFrame):
            check_known(table, self._given_name)
            features = table.drop(columns=self._given_name)
        roles = fit_roles(features, time, groups, keep_copies=self.copies == "keep")
        self.time_range_ = roles.time_range
        return roles

    @property
    def hidden_from_confidence(self) -> tuple[str, ...]:
        """Columns that the confidence estimator does not see; a prediction it sees as such."""
        return tuple(name for name in (self.time_name_, self._given_name) if name is not None)

    def _seen_by_confidence(self, features: Table) -> Table:
        """Look at features as the confidence estimator does, without the prediction."""
        hidden = list(self.hidden_from_confidence)
        return features.drop(columns=hidden) if isinstance(features, pd.DataFrame) else features

    def _features(self, table: Table) -> Table:
        """Look at a checked table as the valuation model does: time as time, no group."""
        if not isinstance(table, pd.DataFrame):
            return table
        if self.group_name_ is not None:
            table = table.drop(columns=self.group_name_)
        if self.time_name_ is not None:
            moments, _ = moments_of(table[self.time_name_].reset_index(drop=True))
            table = table.assign(**{self.time_name_: moments})
        return table

    def _checked(self, X: TableLike) -> Table:
        """Check new rows, and warn if they lie far beyond the times of `fit`."""
        table = self.features_of(X)
        if self.time_name_ is not None and isinstance(table, pd.DataFrame):
            warn_beyond(table[self.time_name_].to_numpy(), self.time_range_)
        return table

    def features_of(self, X: TableLike) -> Table:
        """Check rows, and look at them as the valuation model does: time as time, no group.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        DataFrame or ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        return self._features(check_table(self, X, reset=False))

    def values_of(self, features: Table | Encoded) -> FloatArray:
        """Predict the target of rows from `features_of`, which need no second look.

        Parameters
        ----------
        features : DataFrame, ndarray or Encoded of shape (n_samples, n_features)
            Encoded by `encoder`, where `coded_pair` is not None.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        if not isinstance(features, Encoded):
            return self._predicted(features)
        coded = coded_pair(self)
        if coded is None:
            raise EstimatorError(_READS_NO_CODES)
        return coded.values_of(self, features)

    def described(self, features: Table, prediction: FloatArray) -> Table:
        """Look at rows from `features_of` as the confidence estimator does.

        Parameters
        ----------
        features : DataFrame or ndarray of shape (n_samples, n_features)
        prediction : ndarray of shape (n_samples,)

        Returns
        -------
        DataFrame or ndarray
            With the prediction, without the time.
        """
        return with_prediction(features, prediction, self.hidden_from_confidence)

    def _fit_replicates(
        self,
        maker: Maker,
        prediction: FloatArray,
        rng: np.random.RandomState,
    ) -> None:
        """Fit the replicates, and see with them where the rows fall apart."""
        self.replicates_: Replicates | None = None
        self.cuts_: Cuts | None = None
        if not self.n_bootstrap:
            return
        drawn = resamples(maker.fits, len(prediction), self.n_bootstrap, rng, maker.groups)
        self.replicates_ = fit_replicates(maker, prediction, drawn, self.bootstrap, rng)
        held_out_variance = self.replicates_.held_out_variance
        if held_out_variance is None:
            return
        known = np.flatnonzero(np.isfinite(prediction))
        shortage = maker.shortage[known]
        self._shortage = float(shortage.mean())
        seen = select_rows(maker.table, known)
        # Of held-out predictions, as those of new rows are: of its own rows a model is too sure.
        self.cuts_ = split_error(
            self._estimate(seen, prediction[known]) ** 2,
            held_out_variance[known] / shortage,
            self._shortage,
        ).natural_cuts()

    @overload
    def predict(self, X: TableLike, return_std: Literal[False] = False) -> FloatArray: ...

    @overload
    def predict(self, X: TableLike, return_std: Literal[True]) -> tuple[FloatArray, FloatArray]: ...

    def predict(
        self, X: TableLike, return_std: bool = False
    ) -> FloatArray | tuple[FloatArray, FloatArray]:
        """Predict the target, and on request how far off that is likely to be.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        return_std : bool, default=False
            Also return the expected error in the units of the target, as scikit-learn's
            regressors with this option do. `predict_error` gives it in error-scale units.

        Returns
        -------
        prediction : ndarray of shape (n_samples,)
        std : ndarray of shape (n_samples,)
            Only with `return_std`; >= 0, lower is more confident.
        """
        table = self._checked(X)
        if not return_std:
            return self._predicted(table)
        prediction, expected = self._both(table)
        return prediction, error_scale(self.error).spread(expected, prediction)

    def predict_error(self, X: TableLike) -> FloatArray:
        """Predict the expected error of each row.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Expected error >= 0, in error-scale units; lower is more confident. With replicates,
            the root of the `bound` over their squared expected errors.
        """
        return self._both(self._checked(X))[1]

    def predict_with_error(self, X: TableLike) -> tuple[FloatArray, FloatArray]:
        """Predict the target and the expected error of each row, checking the rows once.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        prediction : ndarray of shape (n_samples,)
            As `predict` returns it.
        expected_error : ndarray of shape (n_samples,)
            As `predict_error` returns it.
        """
        return self._both(self._checked(X))

    def predict_encoded(self, rows: Encoded) -> tuple[FloatArray, FloatArray]:
        """Do the same with rows that `encoder` has encoded, if both models read such.

        Parameters
        ----------
        rows : Encoded of shape (n_samples, n_features)
            What `features_of` returns of checked rows, encoded.

        Raises
        ------
        EstimatorError
            If one of the models has to see the rows themselves (`coded_pair` is None).
        """
        coded = coded_pair(self)
        if coded is None:
            raise EstimatorError(_READS_NO_CODES)
        return coded.ask(self, rows)

    def unlike(self, X: TableLike) -> pd.DataFrame:
        """Tell the cells that hold what no row of `fit` held.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        DataFrame of shape (n_samples, n_features), dtype bool
            True for a level that was not there, a gap in a column that had none, and a number
            out of its range; dates may be newer.
        """
        table = self.features_of(X)
        return pd.DataFrame(
            self.unlike_codes(Encoded.of(table, self.encoder)),
            columns=getattr(table, "columns", None),
            index=getattr(table, "index", None),
        )

    def unlike_codes(self, rows: Encoded) -> BoolArray:
        """Do the same with rows that `encoder` has encoded, shape (n_samples, n_features)."""
        return self._known_values.unlike(rows)

    def decompose(
        self, X: TableLike, *, rare_below: float | None = None, hard_above: float | None = None
    ) -> pd.DataFrame:
        """Split the expected error of each row into what more data could cure, and what not.

        The expected squared error is irreducible error + variance of the model; squared bias
        cannot be told from noise, and counts as irreducible (Hastie, Tibshirani & Friedman, ESL
        2nd ed., p. 223). The variance is that of the replicates' predictions. Needs
        ``bootstrap="both"`` and at least 2 replicates; with B of them the variance has a relative
        standard error of sqrt(2 / (B − 1)), so that 30 are good to a quarter.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Rows that were not in `fit`: of its own rows a flexible model is too sure.
        rare_below : float, default=None
            Rows with fewer effective rows are rare.
        hard_above : float, default=None
            Rows with a larger irreducible error are hard. None, for either, is where the rows of
            `fit` fall apart best (`qconf.model.decomposition.natural_break`); see `cuts_`.

        Returns
        -------
        DataFrame of shape (n_samples, 5)
            With the index of `X`. ``expected_error``: of the valuation model in use, without a
            bound, the root of the sum of the squares of the next two. ``irreducible`` and
            ``model_sd``: in error-scale units. ``effective_rows``: how many rows with this noise
            would have a mean as uncertain as the prediction. ``archetype``: "common, easy",
            "rare, easy", "common, hard" or "rare, hard".

        Raises
        ------
        OptionError
            If there are no replicates of the valuation model, or a threshold is negative.

        Notes
        -----
        Residuals come from valuation models that were fitted on a part of the rows. Their
        variance is taken to be larger in proportion, K / (K − 1) times with K folds and more
        with the short histories of residuals forward in time, and taken out with that factor;
        so ``expected_error`` is a little below that of `predict_error`. Rows with equal features
        are not the only ones that a model learns from: where it also learns from noisier ones,
        a row counts as rare in spite of many like it, for more of these would help it.
        """
        check_is_fitted(self)
        if self.replicates_ is None or self.cuts_ is None:
            msg = (
                "The split needs replicates of the valuation model: bootstrap='both' and "
                f"n_bootstrap >= {_MIN_REPLICATES}, got bootstrap={self.bootstrap!r} and "
                f"n_bootstrap = {self.n_bootstrap}."
            )
            raise OptionError(msg)
        cuts = Cuts(
            _given_cut("rare_below", rare_below, self.cuts_.rare_below),
            _given_cut("hard_above", hard_above, self.cuts_.hard_above),
        )
        table = self._checked(X)
        prediction = self._predicted(table)
        shares: Shares = split_error(
            self._estimate(table, prediction) ** 2,
            self.replicates_.model_variance(table, prediction, error_scale(self.error)),
            self._shortage,
        )
        return shares.to_frame(cuts, table.index if isinstance(table, pd.DataFrame) else None)

    def _predicted(self, table: Table) -> FloatArray:
        """Predict the target of rows that were checked; models of ours need no second look."""
        model: Any = self.regressor_
        rows = Encoded.of(table, model.encoder_) if takes_encoded(model) else table
        return np.asarray(model.predict(rows), dtype=np.float64)

    def _both(self, table: Table) -> tuple[FloatArray, FloatArray]:
        """Predict the target and the expected error of rows that were checked."""
        coded = coded_pair(self)
        if coded is not None:
            return coded.ask(self, Encoded.of(table, self.encoder))
        prediction = self._predicted(table)
        return prediction, self._expected_error(table, prediction)

    def _expected_error(self, table: Table, prediction: FloatArray) -> FloatArray:
        if self.replicates_ is None:
            return self._estimate(table, prediction)
        squares = self.replicates_.squared_errors(table, prediction)
        return np.sqrt(upper_bound(squares, self.bound))

    def _estimate(self, table: Table, prediction: FloatArray) -> FloatArray:
        """Predict expected errors by the fit on the original rows, without replicates."""
        expected: FloatArray = self.confidence_.predict(self.described(table, prediction))
        return expected

    def _check_bound(self) -> None:
        if self.bootstrap == "both" and isinstance(self.regressor, str):
            msg = (
                "bootstrap='both' fits the valuation model again, and of somebody else's there are "
                f"only predictions (regressor={self.regressor!r}). Use bootstrap='error'."
            )
            raise OptionError(msg)
        if self.bound != "mean" and self.n_bootstrap < _MIN_REPLICATES:
            msg = (
                f"The bound {self.bound!r} is taken over bootstrap replicates and needs "
                f"n_bootstrap >= {_MIN_REPLICATES}, got {self.n_bootstrap}."
            )
            raise OptionError(msg)

    def _unfitted_regressor(self, scale: ErrorScale) -> Any:
        if self.regressor is None:
            return default_valuation_model(scale)
        return clone(_made("regressor", self.regressor))

    def _unfitted_confidence(self) -> Any:
        if isinstance(self.confidence, str):
            estimator = make_estimator(self.confidence)
        else:
            estimator = clone(_made("confidence", self.confidence))
        check_learns(estimator, self.conflicts, str(self.confidence))
        return with_conflicts(estimator, self.conflicts)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.error != "absolute"
        return tags


def _spread(rows: IntArray) -> IntArray:
    """Choose a few rows, evenly along the table."""
    at = np.linspace(0, len(rows) - 1, num=min(_PINNED, len(rows))).astype(np.intp)
    return rows[at]


def _name_of(target: Any) -> str | None:
    name = getattr(target, "name", None)
    return str(name) if name is not None and is_name(name) else None


def _of_new_rows(prediction: FloatArray, roles: FitRoles) -> FloatArray:
    """Leave out the predictions of rows that get no residual, being copies of earlier ones."""
    return prediction if roles.repeats is None else np.where(roles.repeats, np.nan, prediction)


def _made(role: str, estimator: Any) -> Any:
    """Refuse a class where an instance of it is meant."""
    if isinstance(estimator, type):
        msg = f"The {role} is a class; pass one that is made: {estimator.__name__}()."
        raise OptionError(msg)
    return estimator


def _given_cut(name: str, asked: float | None, found: float) -> float:
    if asked is None:
        return found
    if not (isinstance(asked, Real) and asked >= 0):
        msg = f"{name} must be a number >= 0, or None for {found:.3g}; got {asked!r}."
        raise OptionError(msg)
    return float(asked)

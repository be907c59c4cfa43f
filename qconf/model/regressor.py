"""Fit a valuation model and its confidence, as one regressor."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self, get_args

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone

from qconf._types import (
    ArrayLike,
    BootstrapScope,
    Bound,
    ConfidenceLike,
    Copies,
    ErrorScaleName,
    FloatArray,
    RandomState,
    RegressorLike,
    TableLike,
)
from qconf.core.error_scale import ERROR_SCALES, error_scale
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
from qconf.encoding.source_pairs import Pairs, check_pairs
from qconf.estimators.bounds import BOUNDS
from qconf.model.earlier_models import EarlierModels, learns_row_by_row
from qconf.model.expected_errors import PredictsErrors
from qconf.model.given_prediction import GivenPrediction, given_prediction
from qconf.model.known_sales import KeptRows
from qconf.model.known_values import KnownValues
from qconf.model.pair_fitter import PairFitter
from qconf.model.probabilities import PredictsProbabilities, check_folds, held_out_distribution
from qconf.model.remembering import RowsOfFit, name_of
from qconf.model.splitting import SplitsErrors
from qconf.model.unfitted import check_replicates, unfitted_confidence, unfitted_regressor
from qconf.model.whole_table import WholeTable
from qconf.probability.error_distribution import ErrorDistribution
from qconf.residuals.crossfit import HeldOutModel
from qconf.residuals.schedules import Schedule, schedule
from qconf.tables.roles import (
    check_positive,
    check_target_values,
    fit_target,
)

__all__ = ["ConfidentRegressor"]


class ConfidentRegressor(
    TakesTables, PredictsErrors, SplitsErrors, PredictsProbabilities, RegressorMixin, BaseEstimator
):  # fmt: skip
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
        How many parts the rows are cut into, at least 2; with `probabilities` and no time 3.
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
        return self._fitted(X, y, time, groups, None)

    def fit_drawn(
        self,
        X: TableLike,
        y: ArrayLike,
        whole: WholeTable,
        *,
        time: str | ArrayLike | None = None,
        groups: str | ArrayLike | None = None,
    ) -> Self:
        """Fit on rows that were drawn from a longer table, and the valuation model on all of it.

        Parameters
        ----------
        X, y, time, groups
            As `fit`; the rows that were drawn.
        whole : WholeTable
            All rows.
        """
        return self._fitted(X, y, time, groups, whole)

    def _fitted(
        self, X: TableLike, y: ArrayLike, time: Any, groups: Any, whole: WholeTable | None
    ) -> Self:
        check_parameters(self)
        check_replicates(self.regressor, self.bootstrap, self.n_bootstrap, self.bound)
        rows = self._read(X, y, time, groups)
        given = rows.predicted is not None
        if self.probabilities:
            check_folds(self.folds, in_time=rows.roles.time is not None, given=given)
        rng = random_source(self.random_state)
        plan = schedule(
            len(rows.target),
            folds=self.folds,
            time=rows.roles.time,
            groups=rows.roles.apart,
            repeats=rows.roles.repeats,
            predicted=given,
            random_state=draw_seed(rng),
        )
        fitter = self._pair_fitter(rows, plan)
        regressor = with_seed(clone(fitter.regressor), rng)
        models: list[HeldOutModel] = []
        prediction = rows.predicted
        if prediction is None:
            models, prediction = self._valued(fitter, regressor, whole)
        elif rows.roles.repeats is not None:
            # Copies of earlier rows get no residual.
            prediction = np.where(rows.roles.repeats, np.nan, prediction)
        self.residual_: FloatArray = np.full(rows.roles.n_rows, np.nan)
        self.residual_[rows.roles.rows] = fitter.scale.residual(prediction, rows.target)
        self.confidence_ = fitter.fit_confidence(prediction, rng)
        self._learn_values(fitter, regressor, whole, models)
        self._fit_replicates(fitter, prediction, rng)
        self._remember(rows, name_of(y))
        self._cast_shadow(rows, rng)
        self.error_distribution_: ErrorDistribution | None = None
        if self.probabilities:
            held_out = fitter, plan, prediction, regressor, rng
            self.error_distribution_ = held_out_distribution(*held_out, given=given)
        return self

    def _read(self, X: TableLike, y: ArrayLike, time: Any, groups: Any) -> RowsOfFit:
        """Check the table and the target, and take the rows that have all their roles."""
        scale = error_scale(self.error)
        table = check_table(self, X, reset=True)
        target = fit_target(y, len(table))
        check_enough_rows(self, len(target), 2 * self.folds)
        given = given_prediction(self.regressor, table)
        predicted = None if given is None else given.predict(table)
        self._given_name = None if given is None else given.column
        roles = self._take_roles(table, time, groups)
        features = select_rows(self._features(table), roles.rows)
        check_pairs(self.conflicts, self._seen_by_confidence(features))
        check_target_values(target[roles.rows], "target", scale)
        if scale.name == "log" and predicted is not None:
            check_positive(predicted, f"prediction {self._given_name!r}", scale)
        return RowsOfFit(
            given=select_rows(table, roles.rows),
            features=features,
            target=target[roles.rows],
            predicted=None if predicted is None else predicted[roles.rows],
            roles=roles,
            kept=KeptRows(table, target) if self.keep_sales else None,
        )

    def _pair_fitter(self, rows: RowsOfFit, plan: Schedule) -> PairFitter:
        """Put together what makes residuals and learns from them."""
        scale = error_scale(self.error)
        model: Any = (
            unfitted_regressor(self.regressor, scale)
            if self._given_name is None
            else GivenPrediction(self._given_name)
        )
        return PairFitter(
            rows.features,
            rows.target,
            scale,
            plan.residual_fits,
            model,
            unfitted_confidence(self.confidence, self.conflicts),
            self.hidden_from_confidence,
            rows.roles.time,
            rows.roles.groups,
        )

    @staticmethod
    def _valued(
        fitter: PairFitter, regressor: Any, whole: WholeTable | None
    ) -> tuple[list[HeldOutModel], FloatArray]:
        """Predict each row by a model that has not seen it; keep those that others need, too."""
        forward = whole is not None and fitter.time is not None
        if not (forward and learns_row_by_row(fitter.confidence)):
            return [], fitter.held_out_predictions(regressor)
        models = fitter.held_out_models(regressor)
        return models, fitter.predictions_of(models)

    def _learn_values(
        self,
        fitter: PairFitter,
        regressor: Any,
        whole: WholeTable | None,
        models: list[HeldOutModel],
    ) -> None:
        """Fit the valuation model on all rows, of which these may have been drawn.

        An online confidence goes on with the others, which earlier `models` value.
        """
        self._known_values = KnownValues.of(fitter.table)
        if whole is None:
            self.regressor_ = fitter.fit_regressor(regressor)
            return
        learned = whole.learn(self, regressor, self._known_values)
        self.regressor_, self._known_values, self.time_range_ = learned
        if models:
            whole.learn_errors(self, EarlierModels.of(self, fitter, models))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.error != "absolute"
        return tags

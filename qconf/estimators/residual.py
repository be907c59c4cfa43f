"""Regress the size of residuals on features: the error model, with upper bounds."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar, get_args

import numpy as np
import pandas as pd
from sklearn.base import clone

from qconf._types import (
    Bound,
    ErrorLearner,
    ErrorLoss,
    ErrorTargetName,
    FloatArray,
    IntArray,
    RandomState,
    RegressorLike,
    ReplicateMethod,
    Table,
)
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import random_source
from qconf.core.validation import (
    HasMethods,
    Interval,
    StrOptions,
    only_what_learners_take,
    select_rows,
)
from qconf.encoding.encoded import takes_encoded
from qconf.errors import OptionError
from qconf.estimators.bounds import BOUNDS, upper_bound
from qconf.estimators.error_learners import make_learner
from qconf.estimators.error_rules import ErrorPrior, read_prior
from qconf.estimators.error_targets import (
    COMBINED,
    ErrorTarget,
    combined_squares,
    error_targets,
    square_factor,
)
from qconf.estimators.starting_rules import StartsFromRules
from qconf.learners.linear.coefficient_prior import CoefficientPrior
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.replicated import Replicated, has_leaves

__all__ = ["ResidualConfidence"]

_MIN_REPLICATES = 2
#: Columns of `coef_table_` that are effects on what is learned; of squares, twice those on errors.
_BELIEFS = ["prior", "prior_sd", "data", "data_sd", "posterior", "posterior_sd"]
#: So many expected errors tell their mean square to half a per cent.
_ROWS_TO_CALIBRATE = 20_000


class ResidualConfidence(StartsFromRules, ConfidenceEstimator):
    """Regress squared residuals on features; expect the square root of what that predicts.

    The squared residual's mean given x is the expected prediction error, noise + bias² +
    variance (Hastie, Tibshirani & Friedman, ESL 2nd ed., p. 223). Other functions of the residual
    can be learned instead. With a bound, rows whose error is only thought to be small do not
    count as safe: it is taken over bootstrap replicates of the error model, or of the ``"glm"``
    without any.

    Parameters
    ----------
    learner : {"boosted", "glm", "online"} or regressor, default="boosted"
        - ``"boosted"``: gradient boosted trees.
        - ``"glm"``: `GammaGLM`, one factor for each column, with standard errors: `coef_table_`
          tells which features drive the error. For the targets ``"squared"`` and ``"absolute"``.
        - ``"online"``: `OnlineLinearRegressor` on levels and bins, one pass through the rows in
          their order, with the log link (the identity for the target ``"log"``).
        - any scikit-learn regressor. It gets the table as it was passed to `fit`, and learns
          the target by its own loss.
    target : {"squared", "absolute", "log", "outlier", "combined"}, default="squared"
        What is learned of the residual r: r², abs(r), log abs(r) (above half the median), or
        whether abs(r) is above a limit; or all four, whose expected errors are averaged in logs.
        See the notes.
    loss : {"gamma", "squared"}, default="gamma"
        Loss of the boosted trees for the target ``"squared"``: Gamma deviance with log link, or
        squared loss, which the heavy tail of squared residuals misleads.
    monotonic : mapping of str or int to {+1, -1} or None, default=None
        Columns that the expected error may only rise (+1) or only fall (-1) with, by name:
        ``{"age": +1}``. By position where the table has no names. Boosted trees only. Where
        there are few rows, a sign that is known for sure is worth many. Holds for every bound
        but ``"mean+sd"``, whose standard deviation can fall where the replicates agree.
    prior : mapping of str to (float, float), or CoefficientPrior, default=None
        What is believed before there are rows, for the learner ``"glm"``: for each term an effect
        on the logarithm of the expected error, and its standard deviation. ``{"age": (0.01,
        0.005)}`` is 1 % more error for each unit of the column ``age`` (a year), give or take a
        half; ``"zone=b"`` is that level against levels of which nothing is said, which are taken
        to be alike even if no row has them; ``"age missing"`` is a gap; ``"(others)": (0, 0.1)``
        is each other level, and each other number for one standard deviation of it. Or
        `posterior_` of earlier rows.
    early_stopping : bool, default=False
        Let a fifth of the rows of `fit` say how many trees there are, up to 1000, instead of
        200. Boosted trees only.
    n_bootstrap : int, default=0
        Number of replicates; 0 fits one model on the rows as they are.
    bound : {"mean", "mean+sd", "max"} or float, default="mean"
        What is taken over the replicates' estimates of the squared error; a float strictly
        between 0 and 1 is their quantile. All but ``"mean"`` need at least 2 replicates, except
        that ``"mean+sd"`` and quantiles of the ``"glm"`` follow from its standard errors.
    replicates : {"auto", "leaves", "refits"}, default="auto"
        ``"leaves"`` keeps the trees of one model and learns their leaves anew (`LeafBootstrap`),
        at the price of about one fit; ``"refits"`` fits the learner again on resampled rows.
        ``"auto"`` is leaves for boosted trees with a Gamma or a squared loss and no `monotonic`,
        and refits else.
    outlier_quantile : float, default=0.8
        For the target ``"outlier"``, the share of the rows of `fit` that are none.
    threshold : float or None, default=None
        From which absolute residual on a row is an outlier; None is that quantile.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    models_ : list of regressors, or dict of str to list of regressors
        The fitted error models: max(1, n_bootstrap) of them, or one whose leaves were learned
        anew. With ``"combined"`` such a list for each target.
    targets_ : list of ErrorTarget
        What was learned, one or four.
    posterior_ : CoefficientPrior
        Only with a `prior`, and without replicates: what is believed after these rows, which is
        the prior of the next.

    Notes
    -----
    The residuals are held fixed: the replicates vary the error model only, not the valuation
    model that made the residuals, and so understate how uncertain the estimate is.

    An expected error is the root of an expected square. To get there from ``"absolute"``,
    residuals of all rows are taken to have one shape, and to differ in scale only. For ``"log"``
    and ``"outlier"`` they are taken to be Normal: a probability p of being above the limit t means
    sigma = t / Φ⁻¹(1 − p / 2), a mean logarithm the sigma that has it. One constant then makes the
    mean squared expected error (of 20,000 rows of `fit`, where there are more) that of the
    residuals: the order of rows does not need the right shape, nor does the level on average.
    ``"squared"`` assumes no shape; its constant undoes what the Gamma loss leaves out, for a
    Newton step of few rows is too low on average. With a learner that remembers its rows instead
    of smoothing them the constant is wrong.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> residual = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.10))
    >>> est = ResidualConfidence(random_state=0).fit(x, residual)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(est.predict(part).mean()), 2) for part in (x[easy], x[~easy])]
    [0.05, 0.1]

    Experts' rules, before there are any residuals, and after thirty:

    >>> rules = {"age": (0.01, 0.01), "zone=wild": (0.7, 0.3)}
    >>> est = ResidualConfidence.from_rules(0.05, rules, typical={"age": 30})
    >>> homes = pd.DataFrame({"age": [30, 60, 30], "zone": ["calm", "calm", "wild"]})
    >>> est.predict(homes).round(2)
    array([0.05, 0.07, 0.1 ])
    >>> thirty = homes.iloc[np.arange(30) % 3]
    >>> est = est.fit(thirty, np.random.default_rng(0).normal(scale=0.05, size=30))
    >>> told = est.coef_table_.loc["zone=wild"]
    >>> bool(told["data"] < told["posterior"] < told["prior"])
    True

    Which features drive the error:

    >>> table = pd.DataFrame({"zone": np.where(easy, "calm", "wild"), "rooms": x[::-1, 0]})
    >>> est = ResidualConfidence("glm").fit(table, residual)
    >>> est.coef_table_["effect"].round(2).to_dict()
    {'(base)': 0.05, 'rooms': 1.01, 'zone=wild': 1.98}
    """

    averages_unseen: ClassVar[bool] = True
    winsorises: ClassVar[bool] = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "learner": [StrOptions(set(get_args(ErrorLearner))), HasMethods(["fit", "predict"])],
        "target": [StrOptions(set(get_args(ErrorTargetName)))],
        "loss": [StrOptions(set(get_args(ErrorLoss)))],
        "monotonic": [dict, None],
        "prior": [dict, CoefficientPrior, None],
        "early_stopping": ["boolean"],
        "n_bootstrap": [Interval(Integral, 0, None, closed="left")],
        "bound": [StrOptions(set(BOUNDS)), Interval(Real, 0, 1, closed="neither")],
        "replicates": [StrOptions(set(get_args(ReplicateMethod)))],
        "outlier_quantile": [Interval(Real, 0, 1, closed="neither")],
        "threshold": [Interval(Real, 0, None, closed="neither"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        learner: ErrorLearner | RegressorLike = "boosted",
        *,
        target: ErrorTargetName = "squared",
        loss: ErrorLoss = "gamma",
        monotonic: Mapping[Any, int] | None = None,
        prior: ErrorPrior | None = None,
        early_stopping: bool = False,
        n_bootstrap: int = 0,
        bound: Bound = "mean",
        replicates: ReplicateMethod = "auto",
        outlier_quantile: float = 0.8,
        threshold: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.learner = learner
        self.target = target
        self.loss = loss
        self.monotonic = monotonic
        self.prior = prior
        self.early_stopping = early_stopping
        self.n_bootstrap = n_bootstrap
        self.bound = bound
        self.replicates = replicates
        self.outlier_quantile = outlier_quantile
        self.threshold = threshold
        self.random_state = random_state

    @property
    def takes_encoded(self) -> bool:
        """Whether the learner does, as all that have names do; a prior speaks of the table."""
        if self.prior is not None:
            return False
        return isinstance(self.learner, str) or takes_encoded(self.learner)

    @property
    def coef_table_(self) -> pd.DataFrame:
        """What drives the error, with the learner ``"glm"``: one row a term.

        As `GammaGLM.coef_table_`, with the column ``effect`` instead of ``ratio``: what the
        expected error is multiplied with, which for the target ``"squared"`` is exp(coef / 2).
        With a `prior` also what was believed, what these rows alone say, and both (``prior``,
        ``data``, ``posterior``, and ``prior_sd``, ...), as effects on the logarithm of the
        expected error: of a number with a prior for one unit.
        """
        tables = [
            model.coef_table_
            for model in getattr(self, "models_", [])
            if hasattr(model, "coef_table_")
        ]
        if not tables:
            msg = "There is a coef_table_ after fit, and with learner='glm' only."
            raise AttributeError(msg)
        table: pd.DataFrame = tables[0].rename(columns={"ratio": "effect"})
        if self.target == "squared":
            table["effect"] = np.sqrt(table["effect"])
            table[table.columns.intersection(_BELIEFS)] /= 2
        return table

    def __sklearn_tags__(self) -> Any:
        own = [] if isinstance(self.learner, str) else [self.learner]
        return only_what_learners_take(super().__sklearn_tags__(), own)

    def share(self, n: int) -> ResidualConfidence:
        """Make an unfitted estimator for one of `n` folds of a blend (`BoostedTrees.share`).

        Parameters
        ----------
        n : int
            At least 2.

        Returns
        -------
        ResidualConfidence
            With boosted trees on squared residuals, one with fewer of them; else one like this.
        """
        one: ResidualConfidence = clone(self)
        if self.learner == "boosted" and self.target == "squared" and not self.early_stopping:
            trees = BoostedTrees(self.loss, monotonic=self.monotonic).share(n)
            one.learner, one.monotonic = trees, None
        return one

    def _fit(self, X: Table, y: FloatArray) -> None:
        if self.loss != "gamma" and self.target != "squared":
            msg = f"loss={self.loss!r} is for target='squared', got target={self.target!r}."
            raise OptionError(msg)
        rng = random_source(self.random_state)
        targets = error_targets(self.target, y, self.outlier_quantile, self.threshold)
        learners = [self._unfitted(target, X.shape[1]) for target in targets]
        self._check_bound(learners[0])
        leaves = self._check_replicates(learners)
        samples: list[IntArray] = []
        if not leaves:
            samples = [rng.randint(len(y), size=len(y)) for _ in range(self.n_bootstrap)]
        self._parts = [
            Replicated(learner, self.n_bootstrap, leaves=leaves).fit(X, target.of(y), samples, rng)
            for target, learner in zip(targets, learners, strict=True)
        ]
        models = {
            target.name: part.models_ for target, part in zip(targets, self._parts, strict=True)
        }
        self.models_ = models if self.target == COMBINED else self._parts[0].models_
        self._calibrate(targets, X, y)

    def _calibrate(self, targets: list[ErrorTarget], X: Table, y: FloatArray) -> None:
        """Calibrate expected errors to the residuals' mean square."""
        if getattr(self.prior, "has_base", False):
            # What is believed of a typical error has been weighed against the residuals.
            self.targets_, self._factor = targets, 1.0
            return
        seen = select_rows(X, slice(None, None, -(-len(y) // _ROWS_TO_CALIBRATE)))
        squares = [
            target.squares(part.predict_models(seen))
            for target, part in zip(targets, self._parts, strict=True)
        ]
        self.targets_ = [
            target.calibrated(own, y) for target, own in zip(targets, squares, strict=True)
        ]
        self._factor = 1.0
        if self.target == COMBINED:
            factors = [target.factor**2 for target in self.targets_]
            together = combined_squares(
                [factor * own for factor, own in zip(factors, squares, strict=True)]
            )
            self._factor = square_factor(together, y)

    def _predict(self, X: Table) -> FloatArray:
        if self.target == COMBINED:
            return np.sqrt(upper_bound(self._combined(X), self.bound))
        (target,), (part,) = self.targets_, self._parts
        if self.bound != "mean" and self.n_bootstrap == 0:
            return np.sqrt(target.squares(part.models_[0].predict_upper(X, self._z)))
        return np.sqrt(part.reduce(X, lambda p: upper_bound(target.squares(p), self.bound)))

    def _combined(self, X: Table) -> FloatArray:
        """Return expected squares of the combination, shape (n_replicates, n_samples)."""
        squares = [
            target.squares(part.predict(X))
            for target, part in zip(self.targets_, self._parts, strict=True)
        ]
        return self._factor * combined_squares(squares)

    def _unfitted(self, target: ErrorTarget, n_columns: int) -> Any:
        return make_learner(
            self.learner,
            target.name,
            n_columns,
            loss=self.loss,
            monotonic=self.monotonic,
            early_stopping=self.early_stopping,
            prior=read_prior(self.prior, self.learner, self.target),
        )

    def _check_bound(self, learner: Any) -> None:
        analytic = hasattr(learner, "predict_upper") and self.bound != "max"
        if self.bound == "mean" or self.n_bootstrap >= _MIN_REPLICATES:
            return
        if self.n_bootstrap == 0 and analytic:
            return
        msg = (
            f"The bound {self.bound!r} is taken over bootstrap replicates and needs "
            f"n_bootstrap >= {_MIN_REPLICATES}, got {self.n_bootstrap}."
        )
        raise OptionError(msg)

    def _check_replicates(self, learners: list[Any]) -> bool:
        """Tell whether replicates are leaves learned anew."""
        possible = all(has_leaves(learner) for learner in learners)
        if self.replicates == "leaves" and not possible:
            msg = (
                "replicates='leaves' needs boosted trees with a Gamma or squared loss, no signs in "
                "monotonic, and a target other than 'outlier' and 'combined'. Use 'auto' or "
                "'refits'."
            )
            raise OptionError(msg)
        return possible and self.replicates != "refits" and self.n_bootstrap > 0

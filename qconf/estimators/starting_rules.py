"""Let an estimator start from experts' rules, and go on from what rows made of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import pandas as pd
from scipy.stats import norm

from qconf._types import ArrayLike, Bound, FloatArray, TableLike
from qconf.estimators.error_rules import (
    ErrorPrior,
    believed_of_errors,
    expected_by_rules,
    rows_for,
    rules_as_prior,
)
from qconf.estimators.error_targets import ErrorTarget
from qconf.learners.linear.coefficient_prior import CoefficientPrior
from qconf.learners.linear.prior_columns import columns_named
from qconf.learners.linear.prior_glm import PriorGammaGLM
from qconf.learners.trees.replicated import Replicated

__all__ = ["StartsFromRules"]


class StartsFromRules:
    """Methods of an estimator that has a `prior`, and expects errors by it before there are rows.

    The estimator's own ``fit`` and ``predict`` come after these in the order of methods.
    """

    prior: ErrorPrior | None
    bound: Bound
    target: str
    n_bootstrap: int
    n_features_in_: int
    targets_: list[ErrorTarget]
    _parts: list[Replicated]

    @abstractmethod
    def _check_bound(self, learner: Any) -> None: ...

    @classmethod
    def from_rules(
        cls,
        typical_error: float | tuple[float, float],
        rules: Mapping[str, tuple[float, float]],
        *,
        typical: Mapping[str, float] | None = None,
        bound: Bound = "mean",
    ) -> Self:
        """Make an estimator of experts' rules, which expects errors without any `fit`.

        Its `fit` takes the rules for its prior, and learns from rows how right they are.

        Parameters
        ----------
        typical_error : float or (float, float)
            The expected error of a typical row; and the standard deviation of its logarithm,
            1 if it is not told.
        rules : mapping of str to (float, float)
            As `prior`. ``"(others)"`` is (0, 0.1) if it is not told.
        typical : mapping of str to float, default=None
            What a typical row has of the numbers that there are rules for; 0 if it is not told.
            It also stands for numbers that are missing. Further from it than any number seen, a
            rule raises the expected error by as much as it says, and lowers it to a half at most.
        bound : {"mean", "mean+sd"} or float, default="mean"
            Of the standard deviations of the rules.

        Returns
        -------
        estimator

        Raises
        ------
        OptionError
            If a rule is no effect and its standard deviation.
        """
        made: Any = cls
        started: Self = made(
            "glm", prior=rules_as_prior(typical_error, rules, typical), bound=bound
        )
        return started

    def fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Learn how large errors are; with a prior, how right it is.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Signed residuals, each made without having seen its row's truth.

        Returns
        -------
        estimator

        Raises
        ------
        ValueError
            If a parameter, the table or the residuals break their rule.
        """
        super().fit(X, y)  # type: ignore[misc]
        if hasattr(self._parts[0].models_[0], "posterior_"):
            self._know_what_the_prior_knows()
        return self

    def predict(self, X: TableLike) -> FloatArray:
        """Predict the expected error of each row.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Expected error >= 0, in the units of the residuals; lower is more confident. By the
            rules alone where there are such, and was no `fit`.
        """
        if isinstance(self.prior, CoefficientPrior) and self._by_rules_alone:
            self._check_bound(PriorGammaGLM(self.prior))
            return expected_by_rules(self.prior, X, self._z)
        expected: FloatArray = super().predict(X)  # type: ignore[misc]
        return expected

    @property
    def pinned_(self) -> pd.DataFrame:
        """Rows by which rules without a fit are known again, when they were kept in a file."""
        if isinstance(self.prior, CoefficientPrior) and self._by_rules_alone:
            return rows_for(self.prior)
        msg = "Only rules without a fit have rows of their own."
        raise AttributeError(msg)

    def wanted_columns(self, columns: list[Any]) -> list[Any]:
        """List the columns that a prior speaks of: they are used even if they have no value."""
        terms = self.prior.terms if isinstance(self.prior, CoefficientPrior) else self.prior
        return columns_named(terms or (), columns)

    @property
    def _by_rules_alone(self) -> bool:
        complete = isinstance(self.prior, CoefficientPrior) and self.prior.has_base
        return complete and not hasattr(self, "models_")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "models_") or self._by_rules_alone

    def _know_what_the_prior_knows(self) -> None:
        """Take levels and gaps that a prior speaks of for ones that were seen."""
        unseen = vars(self)["_unseen_cells"]
        names = getattr(self, "feature_names_in_", None)
        places = [f"x{i}" for i in range(self.n_features_in_)] if names is None else list(names)
        for column, (levels, gaps) in self._parts[0].models_[0].design_.known_cells().items():
            unseen.know(places.index(column), levels, gaps=gaps)

    @property
    def posterior_(self) -> CoefficientPrior:
        """What is believed of the logarithm of the expected error after `fit`, with a prior."""
        parts = getattr(self, "_parts", [])
        learned = getattr(parts[0].models_[0], "posterior_", None) if parts else None
        if self.n_bootstrap or learned is None:
            msg = "There is a posterior_ after fit, with a prior and without replicates only."
            raise AttributeError(msg)
        return believed_of_errors(learned, self.target, self.targets_[0].factor)

    @property
    def _z(self) -> float:
        """How many standard errors higher a bound is that needs no replicates."""
        if self.bound == "mean":
            return 0.0
        return 1.0 if self.bound == "mean+sd" else float(norm.ppf(float(self.bound)))

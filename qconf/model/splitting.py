"""Replicates of a regressor, and what they say of its errors: cured by more data, or not."""

from __future__ import annotations

from abc import abstractmethod
from numbers import Real

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from qconf._types import BootstrapScope, ErrorScaleName, FloatArray, Table, TableLike
from qconf.core.error_scale import error_scale
from qconf.core.validation import select_rows
from qconf.errors import OptionError
from qconf.model.decomposition import Cuts, Shares, split_error
from qconf.model.pair_fitter import PairFitter
from qconf.model.replicates import Replicates, fit_replicates, resamples

__all__ = ["MIN_REPLICATES", "SplitsErrors"]

MIN_REPLICATES = 2


class SplitsErrors(BaseEstimator):
    """Mixin of a regressor with replicates.

    Attributes
    ----------
    replicates_ : Replicates or None
    cuts_ : Cuts or None
        Where rows begin to count as common and as hard.
    """

    error: ErrorScaleName
    bootstrap: BootstrapScope
    n_bootstrap: int

    @abstractmethod
    def _checked(self, X: TableLike) -> Table: ...

    @abstractmethod
    def _predicted(self, table: Table) -> FloatArray: ...

    @abstractmethod
    def _estimate(self, table: Table, prediction: FloatArray) -> FloatArray: ...

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
                f"n_bootstrap >= {MIN_REPLICATES}, got bootstrap={self.bootstrap!r} and "
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

    def _fit_replicates(
        self,
        fitter: PairFitter,
        prediction: FloatArray,
        rng: np.random.RandomState,
    ) -> None:
        """Fit the replicates, and see with them where the rows fall apart."""
        self.replicates_: Replicates | None = None
        self.cuts_: Cuts | None = None
        if not self.n_bootstrap:
            return
        drawn = resamples(fitter.fits, len(prediction), self.n_bootstrap, rng, fitter.groups)
        self.replicates_ = fit_replicates(fitter, prediction, drawn, self.bootstrap, rng)
        held_out_variance = self.replicates_.held_out_variance
        if held_out_variance is None:
            return
        known = np.flatnonzero(np.isfinite(prediction))
        shortage = fitter.shortage[known]
        self._shortage = float(shortage.mean())
        seen = select_rows(fitter.table, known)
        # Of held-out predictions, as those of new rows are: of its own rows a model is too sure.
        self.cuts_ = split_error(
            self._estimate(seen, prediction[known]) ** 2,
            held_out_variance[known] / shortage,
            self._shortage,
        ).natural_cuts()


def _given_cut(name: str, asked: float | None, found: float) -> float:
    if asked is None:
        return found
    if not (isinstance(asked, Real) and asked >= 0):
        msg = f"{name} must be a number >= 0, or None for {found:.3g}; got {asked!r}."
        raise OptionError(msg)
    return float(asked)

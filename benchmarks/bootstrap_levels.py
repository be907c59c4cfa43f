"""The level of the bootstrap: how far each is from the true sampling spread, and who ranks best.

The estimate is the expected squared error of a group of houses in the simulated world: houses are
valued by the mean of the group's others, and the error is learned from those residuals, a group
at a time. Its *true sampling spread* is how much it differs between many worlds with the same
groups, and new houses in them. Each world is also resampled, and the spread over replicates held
against the true one: with the residuals fixed (``error``), and with the valuation model fitted
again (``both``). A ratio of 1 would be right.

The second table ranks: how many outliers are among the houses that a bound calls safest. The
chance of an outlier is known exactly here, group by group, so nothing but the world is random.

Two things make ``both`` too wide where houses are rare. Held-out predictions of a resample rest on
fewer different houses, so their variance counts twice. And once in a while all of a rare group's
houses that were drawn are in one fold: nothing is known of the group then, and its residuals are
as large as groups differ. That is rare but weighs in a mean; ``ratio_median`` tells what most see.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.base import BaseEstimator, RegressorMixin

from qconf import ConfidentRegressor, ResidualConfidence
from qconf._types import BootstrapScope, Bound, FloatArray, IntArray
from qconf.estimators.bounds import upper_bound
from qconf.simulation.result import THRESHOLD
from qconf.simulation.world import ARCHETYPES

__all__ = ["SPREADS", "GroupMeans", "run"]

#: Standard deviations of the group means.
SPREADS = (0.5, 0.1)
#: Worlds, groups of each archetype, replicates: for spreads, and then for ranks.
SPREAD_SIZE = (100, 40, 30)
RANK_SIZE = (10, 1000, 30)
_SCOPES: tuple[BootstrapScope, ...] = ("error", "both")
_BOUNDS: tuple[Bound, ...] = ("mean", "mean+sd", "max")


class GroupMeans(RegressorMixin, BaseEstimator):
    """The mean of each level of the first column, a category; of all rows for unseen levels."""

    def fit(self, X: pd.DataFrame, y: Any) -> Self:
        """Take means."""
        level, n_levels = X.iloc[:, 0].cat.codes, len(X.iloc[:, 0].cat.categories)
        count = np.bincount(level, minlength=n_levels)
        total = np.bincount(level, y, minlength=n_levels)
        self.mean_ = np.where(count > 0, total / np.maximum(count, 1), np.mean(y))
        return self

    def predict(self, X: pd.DataFrame) -> FloatArray:
        """Look them up."""
        found: FloatArray = self.mean_[X.iloc[:, 0].cat.codes]
        return found


class Groups(NamedTuple):
    """The groups of a world, each array of shape (n_groups,)."""

    mean: FloatArray
    size: IntArray
    sigma: FloatArray

    @classmethod
    def draw(cls, of_each: int, spread: float, rng: np.random.Generator) -> Self:
        """Draw means; archetypes take turns."""
        size, sigma = (
            np.tile(np.array([getattr(one, name) for one in ARCHETYPES]), of_each)
            for name in ("rows", "sigma")
        )
        return cls(rng.normal(scale=spread, size=len(size)), size, sigma)

    @property
    def table(self) -> pd.DataFrame:
        """One row a group."""
        return pd.DataFrame({"group": pd.Categorical(np.arange(len(self.mean)))})

    def fit(
        self, scope: BootstrapScope, n_bootstrap: int, rng: np.random.Generator
    ) -> ConfidentRegressor:
        """Draw houses, and fit a model with replicates on them."""
        group = np.repeat(np.arange(len(self.mean)), self.size)
        value = self.mean[group] + self.sigma[group] * rng.standard_normal(len(group))
        model = ConfidentRegressor(
            GroupMeans(),
            ResidualConfidence(GroupMeans()),
            error="absolute",
            bootstrap=scope,
            n_bootstrap=n_bootstrap,
            random_state=int(rng.integers(2**31)),
        )
        return model.fit(self.table.iloc[group], value)


class _Estimates(NamedTuple):
    """Expected squared errors of each group: by one fit, and by each replicate."""

    prediction: FloatArray
    single: FloatArray
    replicates: FloatArray

    @classmethod
    def of(cls, model: ConfidentRegressor, table: pd.DataFrame) -> Self:
        prediction = model.predict(table)
        single = model.confidence_.predict(table.assign(prediction=prediction)) ** 2
        assert model.replicates_ is not None
        return cls(prediction, single, model.replicates_.squared_errors(table, prediction))


def run(folder: Path | None, seeds: int) -> dict[str, pd.DataFrame]:  # noqa: ARG001 - no table
    """Measure the spreads, one row an archetype and level, and the ranks, one row a bound."""
    return {
        "bootstrap-levels": pd.DataFrame(_spreads()),
        "bootstrap-levels-ranks": pd.DataFrame(_ranks()),
    }


def _spreads() -> Iterator[dict[str, Any]]:
    n_worlds, of_each, n_bootstrap = SPREAD_SIZE
    for spread in SPREADS:
        for scope in _SCOPES:
            rng = np.random.default_rng(0)  # The same houses for both scopes.
            groups = Groups.draw(of_each, spread, rng)
            worlds = [
                _Estimates.of(groups.fit(scope, n_bootstrap, rng), groups.table)
                for _ in range(n_worlds)
            ]
            for row in _by_archetype(worlds):
                yield {"group_mean_sd": spread, "level": scope, **row}


def _by_archetype(worlds: list[_Estimates]) -> Iterator[dict[str, Any]]:
    """Average over groups and worlds; variances in units of the group's own sigma²."""
    single = np.stack([one.single for one in worlds])
    replicate_mean = np.stack([one.replicates.mean(axis=0) for one in worlds])
    replicate_sd = np.stack([one.replicates.std(axis=0, ddof=1) for one in worlds])
    variance = single.var(axis=0, ddof=1)
    for i, one in enumerate(ARCHETYPES):
        of_kind = slice(i, None, len(ARCHETYPES))
        true_sd = np.sqrt(variance[of_kind].mean())
        measured = {
            "truth": one.sigma**2 * (1 + 1 / one.rows),
            "estimate": single[:, of_kind].mean(),
            "replicate_mean": replicate_mean[:, of_kind].mean(),
            "true_sd": true_sd,
            "replicate_sd": replicate_sd[:, of_kind].mean(),
        }
        yield {
            "archetype": one.kind,
            **{name: round(value / one.sigma**2, 4) for name, value in measured.items()},
            "ratio": round(measured["replicate_sd"] / true_sd, 4),
            "ratio_median": round(np.median(replicate_sd[:, of_kind]) / true_sd, 4),
        }


def _ranks() -> Iterator[dict[str, Any]]:
    n_worlds, of_each, n_bootstrap = RANK_SIZE
    for spread in SPREADS:
        for world in range(n_worlds):
            for scope in _SCOPES:
                rng = np.random.default_rng(world)
                groups = Groups.draw(of_each, spread, rng)
                made = _Estimates.of(groups.fit(scope, n_bootstrap, rng), groups.table)
                scores = {str(bound): upper_bound(made.replicates, bound) for bound in _BOUNDS}
                for bound, score in {"(no replicates)": made.single, **scores}.items():
                    rate = _outlier_rate_of_safest(groups, made.prediction, score)
                    what = {"group_mean_sd": spread, "world": world, "level": scope}
                    yield {**what, "bound": bound, "outlier_rate": round(rate, 6)}


def _outlier_rate_of_safest(groups: Groups, prediction: FloatArray, score: FloatArray) -> float:
    """Tell how likely a new house is an outlier, in the safest tenth of all houses."""
    off = prediction - groups.mean
    above, below = (norm.sf((THRESHOLD + side * off) / groups.sigma) for side in (-1, 1))
    chance: FloatArray = above + below
    order = np.argsort(score, kind="stable")
    safest = np.repeat(chance[order], groups.size[order])[: groups.size.sum() // 10]
    return float(safest.mean())

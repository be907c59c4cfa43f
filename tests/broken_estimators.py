"""Small estimators that break one law of the contract each, as their names say."""

from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from qconf import ConstantConfidence
from qconf._types import FloatArray, Table


def first_column(X: Table) -> FloatArray:
    return np.asarray(X)[:, 0].astype(np.float64)


class NumbersOnly(ConstantConfidence):
    """Says that it takes neither texts nor categories nor gaps, and refuses them."""

    def _fit(self, X: Table, y: FloatArray) -> None:
        self._refuse(X)
        super()._fit(X, y)

    def _predict(self, X: Table) -> FloatArray:
        self._refuse(X)
        return super()._predict(X)

    def _refuse(self, X: Table) -> None:
        if np.isnan(np.asarray(X, dtype=np.float64)).any():
            msg = "numbers without gaps, please"
            raise ValueError(msg)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.categorical = tags.input_tags.allow_nan = False
        return tags


class SaysNothing(RegressorMixin, BaseEstimator):
    """Has nothing of qconf, and scikit-learn's tags."""

    def fit(self, X: Any, y: Any) -> Self:
        self.size_ = float(np.abs(np.asarray(y)).mean())
        return self

    def predict(self, X: Any) -> FloatArray:
        return np.full(len(X), self.size_)


class WrongShape(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        return super()._predict(X)[:, None]


class NotFiniteFarAway(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        return np.where(first_column(X) > 10, np.nan, super()._predict(X))


class NegativeFarAway(ConstantConfidence):
    def predict(self, X: Any) -> FloatArray:
        return np.where(first_column(X) > 10, -1.0, super().predict(X))


class BelowZeroAfterOneSidedResiduals(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        super()._fit(X, y)
        self.expected_error_ += 1.5 * float(y.mean())

    def predict(self, X: Any) -> FloatArray:
        check_is_fitted(self)
        return super()._predict(X)


class LooksAtTheIndex(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        sorted_rows = not isinstance(X, pd.DataFrame) or X.index.is_monotonic_increasing
        return super()._predict(X) * (1.0 if sorted_rows else 2.0)


class LooksRowsUp(ConstantConfidence):
    """Remembers the rows of fit by their index, and takes others for safe."""

    def _fit(self, X: Table, y: FloatArray) -> None:
        super()._fit(X, y)
        self.met_ = pd.DataFrame(X).index

    def _predict(self, X: Table) -> FloatArray:
        return super()._predict(X) * np.where(pd.DataFrame(X).index.isin(self.met_), 1.0, 0.5)


class JoinsByTheIndex(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        joined = pd.DataFrame(X).assign(residual=pd.Series(y))["residual"].fillna(1.0)
        super()._fit(X, joined.to_numpy())


class LearnsTheSign(ConstantConfidence):
    """Expects the mean error, in which large ones of both sides cancel out."""

    def _fit(self, X: Table, y: FloatArray) -> None:
        self.expected_error_ = abs(float(np.mean(y)))


class LearnsOneSide(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        self.expected_error_ = max(0.0, float(np.quantile(y, 0.9)))


class SaysHowSureItIs(NumbersOnly):
    """Lower means less safe."""

    def _fit(self, X: Table, y: FloatArray) -> None:
        super()._fit(X, y)
        self.slope_, self.at_zero_ = np.polyfit(first_column(X), np.abs(y), 1)

    def _predict(self, X: Table) -> FloatArray:
        errs = self.at_zero_ + self.slope_ * first_column(X)
        sure: FloatArray = np.maximum(0.0, 2 * super()._predict(X) - errs)
        return sure


class HeldAgainstTheBatch(NumbersOnly):
    def _predict(self, X: Table) -> FloatArray:
        return super()._predict(X) * float(first_column(X).max())


class ReturnsAnother(ConstantConfidence):
    def fit(self, X: Any, y: Any) -> Self:
        super().fit(X, y)
        return copy.copy(self)


class AnswersBeforeFit(ConstantConfidence):
    expected_error_ = 0.1

    def predict(self, X: Any) -> FloatArray:
        return np.full(len(X), self.expected_error_)


class DrawsWithoutSeed(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        super()._fit(X, y)
        self.expected_error_ *= 1 + 1e-5 * float(np.random.default_rng().random())


class UsesGlobalRandomState(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        np.random.random()
        super()._fit(X, y)


class ChangesTheTable(ConstantConfidence):
    def fit(self, X: Any, y: Any) -> Self:
        if isinstance(X, pd.DataFrame):
            X["size"] = 0.0
        return super().fit(X, y)


class ChangesTheResiduals(ConstantConfidence):
    def fit(self, X: Any, y: Any) -> Self:
        super().fit(X, y)
        y *= -1.0
        return self


class ChangesItsParameter(ConstantConfidence):
    def __init__(self, level: float = 1.0) -> None:
        self.level = level

    def _fit(self, X: Table, y: FloatArray) -> None:
        super()._fit(X, y)
        self.level = self.expected_error_


class CannotBePickled(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        super()._fit(X, y)
        self.hook_ = lambda: None


class LosesItselfInAPickle(ConstantConfidence):
    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        self.expected_error_ = 0.0


class ClonesWhatItLearned(ConstantConfidence):
    def __sklearn_clone__(self) -> Self:
        return copy.deepcopy(self)


class RemembersItsFirstFit(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        if not hasattr(self, "expected_error_"):
            super()._fit(X, y)


class OtherForArrays(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        return super()._predict(X) * (1.0 if isinstance(X, pd.DataFrame) else 2.0)


class StumblesOverArrays(ConstantConfidence):
    def _fit(self, X: Any, y: FloatArray) -> None:
        super()._fit(X["size"], y)


class OwnUnits(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        return super()._predict(X) + 0.05


class IgnoresTheResiduals(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        return np.full(len(X), 0.1)


class OnlyRanks(IgnoresTheResiduals):
    """Breaks no law, for it says what it is."""

    in_error_units = False


class RefusesTexts(ConstantConfidence):
    def _fit(self, X: Table, y: FloatArray) -> None:
        super()._fit(np.asarray(X, dtype=np.float64), y)


class NumbersLevelsInEachBatch(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        named = isinstance(X, pd.DataFrame) and "zone" in X
        texts = named and not isinstance(X["zone"].dtype, pd.CategoricalDtype)
        codes = pd.factorize(X["zone"])[0] if texts else np.zeros(len(X))
        return super()._predict(X) * (1.0 + codes)


class GoesByCodesOfCategories(ConstantConfidence):
    def _predict(self, X: Any) -> FloatArray:
        named = isinstance(X, pd.DataFrame) and isinstance(X.dtypes.iloc[-1], pd.CategoricalDtype)
        return super()._predict(X) * (1.0 + X["zone"].cat.codes.to_numpy() if named else 1.0)


class LooksLevelsUp(ConstantConfidence):
    def _fit(self, X: Any, y: FloatArray) -> None:
        super()._fit(X, y)
        self.factors_ = dict.fromkeys(self._zones(X), 2.0)

    def _predict(self, X: Any) -> FloatArray:
        return super()._predict(X) * [self.factors_[zone] for zone in self._zones(X)]

    def _zones(self, X: Any) -> list[Any]:
        named = isinstance(X, pd.DataFrame) and "zone" in X
        return list(X["zone"]) if named else [None] * len(X)


class RefusesGaps(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        if pd.isna(X).any(axis=None):
            msg = "Input X contains NaN."
            raise ValueError(msg)
        return super()._predict(X)


class FillsGapsFromTheBatch(ConstantConfidence):
    def _predict(self, X: Table) -> FloatArray:
        size = first_column(X)
        gap = np.isnan(size)
        stand_in = 0.0 if gap.all() else float(np.nanmin(size))
        return super()._predict(X) * (1.0 + np.where(gap, stand_in, 0.0))


class Signals(ConstantConfidence):
    """Breaks no law: two signals of each row."""

    def signals(self, X: Any) -> FloatArray:
        expected = self.predict(X)
        return np.column_stack([expected, 2.0 * expected])


class SignalsWithoutColumns(Signals):
    def signals(self, X: Any) -> FloatArray:
        return self.predict(X)


class NegativeSignals(Signals):
    def signals(self, X: Any) -> FloatArray:
        return -super().signals(X)


class RanksForSignals(Signals):
    def signals(self, X: Any) -> FloatArray:
        return super().signals(X) * np.argsort(np.argsort(first_column(X)))[:, None]


class SignalsBeforeFit(Signals):
    def signals(self, X: Any) -> FloatArray:
        return np.full((len(X), 1), getattr(self, "expected_error_", 0.1))


class SignalsInOwnUnits(Signals):
    def signals(self, X: Any) -> FloatArray:
        return np.ones_like(super().signals(X))


class Shared(ConstantConfidence):
    """Breaks no law: a share of nothing."""

    def __init__(self, n_parts: int = 100) -> None:
        self.n_parts = n_parts

    def share(self, n: int) -> Any:
        return clone(self).set_params(n_parts=self.n_parts // n)


class SharesItself(Shared):
    def share(self, n: int) -> Any:
        return self


class SharesAnother(Shared):
    def share(self, n: int) -> Any:
        return ConstantConfidence()


class HalvesItself(Shared):
    def share(self, n: int) -> Any:
        self.n_parts //= n
        return clone(self)


class SharesWhatCannotBeFitted(Shared):
    def share(self, n: int) -> Any:
        return super().share(n).set_params(n_parts=0)

    def _fit(self, X: Table, y: FloatArray) -> None:
        if self.n_parts < 1:
            msg = "n_parts must be at least 1"
            raise ValueError(msg)
        super()._fit(X, y)


class SharesWhatItLearned(Shared):
    def share(self, n: int) -> Any:
        part = copy.deepcopy(self)
        part.n_parts //= n
        return part


class ForgetsWhenShared(Shared):
    def share(self, n: int) -> Any:
        self.expected_error_ = 0.0
        return super().share(n)


class Timed(ConstantConfidence):
    """Breaks no law: takes time and groups, and looks at their lengths."""

    def fit(self, X: Any, y: Any, *, time: Any = None, groups: Any = None) -> Self:
        for role in (time, groups):
            if role is not None and len(role) != len(X):
                msg = "one a row, please"
                raise ValueError(msg)
        return super().fit(X, y)


class TakesTimeOfAnyLength(Timed):
    def fit(self, X: Any, y: Any, *, time: Any = None, groups: Any = None) -> Self:
        return super().fit(X, y, groups=groups)


class TakesNoDates(Timed):
    def fit(self, X: Any, y: Any, *, time: Any = None, groups: Any = None) -> Self:
        if np.asarray(time).dtype.kind == "M":
            msg = "time must be numbers"
            raise TypeError(msg)
        return super().fit(X, y, time=time, groups=groups)


class WantsATime(Timed):
    def fit(self, X: Any, y: Any, *, time: Any = 0, groups: Any = None) -> Self:
        super().fit(X, y, time=None if np.ndim(time) == 0 else time, groups=groups)
        self.expected_error_ *= 2.0 if time is None else 1.0
        return self


class TakesGroupsOfAnyLength(Timed):
    def fit(self, X: Any, y: Any, *, time: Any = None, groups: Any = None) -> Self:
        return super().fit(X, y, time=time)


class Told(ConstantConfidence):
    """Breaks no law: takes targets, and looks at their number."""

    def fit(self, X: Any, y: Any, *, target: Any = None) -> Self:
        if target is not None and len(target) != len(X):
            msg = "one a row, please"
            raise ValueError(msg)
        return super().fit(X, y)


class TakesTargetsOfAnyLength(Told):
    def fit(self, X: Any, y: Any, *, target: Any = None) -> Self:
        return super().fit(X, y)


class TakesNoTargetsBelowZero(Told):
    def fit(self, X: Any, y: Any, *, target: Any = None) -> Self:
        if target is not None and np.min(target) < 0:
            msg = "targets must be > 0"
            raise ValueError(msg)
        return super().fit(X, y, target=target)


class TakesLogsOfTargets(Told):
    def fit(self, X: Any, y: Any, *, target: Any = None) -> Self:
        super().fit(X, y, target=target)
        if target is not None:
            with np.errstate(invalid="ignore"):
                self.expected_error_ *= float(np.exp(np.log(target).mean()))
        return self


class WantsATarget(Told):
    def fit(self, X: Any, y: Any, *, target: Any = 0) -> Self:
        super().fit(X, y, target=None if np.ndim(target) == 0 else target)
        self.expected_error_ *= 2.0 if target is None else 1.0
        return self


class RequiresTime(ConstantConfidence):
    def fit(self, X: Any, y: Any, time: Any) -> Self:  # type: ignore[override]
        return super().fit(X, y)

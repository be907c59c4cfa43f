"""Grow trees by LightGBM: all at once, part by part of the rows, or until a loss falls no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.errors import QconfError
from qconf.learners.trees.binned_rows import BinnedRows
from qconf.learners.trees.flat_trees import FlatTrees
from qconf.learners.trees.gamma_objective import gamma_deviance, gamma_gradients
from qconf.learners.trees.streamed_rows import engine_rows

__all__ = ["EngineRows", "Grown", "grow", "leaf_size", "load_lightgbm", "trees_until_no_change"]

#: A column of levels with so many bins at most is split level by level: the engine's own default.
_ONE_BY_ONE = 4


@dataclass(frozen=True, eq=False)
class EngineRows:
    """Rows that trees are grown on.

    Attributes
    ----------
    encoded : ndarray of shape (n_samples, n_features)
        May be streamed.
    target : ndarray of shape (n_samples,)
        The engine makes short floats of it.
    weight : ndarray of shape (n_samples,) or None
    is_categorical : ndarray of shape (n_features,), dtype bool
    bins : BinnedRows or None
        The same rows, where other models are fitted on them, too; they have no weights.
    """

    encoded: FloatArray
    target: FloatArray
    weight: FloatArray | None
    is_categorical: BoolArray
    bins: BinnedRows | None = None

    def __getitem__(self, rows: IntArray | BoolArray) -> EngineRows:
        """Take some rows."""
        weight = None if self.weight is None else self.weight[rows]
        return EngineRows(self.encoded[rows], self.target[rows], weight, self.is_categorical)

    def dataset(self, parameters: dict[str, Any]) -> Any:
        """Make a `lightgbm.Dataset`, or take the one that another model was fitted on."""
        if self.bins is None:
            return self._built(parameters)
        return self.bins.labelled(self.target, parameters, lambda: self._built(parameters))

    def held_out(self, parameters: dict[str, Any], seen: Any) -> Any:
        """Make the one that is held against what is learned from the rows seen."""
        return self._built(parameters, reference=seen)

    def _built(self, parameters: dict[str, Any], **options: Any) -> Any:
        return load_lightgbm().Dataset(
            engine_rows(self.encoded),
            label=self.target,
            weight=self.weight,
            categorical_feature=np.flatnonzero(self.is_categorical).tolist(),
            params=parameters,
            # The matrix is the caller's, and goes when that goes.
            free_raw_data=False,
            **options,
        )


class Grown(NamedTuple):
    """Trees as they were grown.

    Attributes
    ----------
    trees : FlatTrees
    in_sets : ndarray of shape (n_features,), dtype bool
        Columns whose levels were split into two sets, not one level from the others.
    """

    trees: FlatTrees
    in_sets: BoolArray


def grow(
    parameters: dict[str, Any], rows: EngineRows, n_trees: int, parts: Sequence[IntArray] = ()
) -> Grown:
    """Grow trees; each part of the rows has its share of them, going on from those before.

    Parameters
    ----------
    parameters : dict
        Of the engine.
    rows : EngineRows
    n_trees : int
    parts : sequence of ndarray of int, default=()
        Positions of the rows of each part; none is one part of all rows.

    Returns
    -------
    Grown
    """
    parameters = parameters | {"max_cat_to_onehot": _ONE_BY_ONE}
    # All rows are taken as they are: they may be streamed. Bins are found once, of all of them.
    whole = rows.dataset(parameters).construct()
    if parts:
        trees = _part_by_part(parameters, rows, n_trees, parts, whole)
    else:
        trees = FlatTrees.of_lightgbm(_trained(parameters, whole, n_trees))
    return Grown(trees, rows.is_categorical & (_n_bins(whole) > _ONE_BY_ONE))


def _part_by_part(
    parameters: dict[str, Any],
    rows: EngineRows,
    n_trees: int,
    parts: Sequence[IntArray],
    whole: Any,
) -> FlatTrees:
    models: list[FlatTrees] = []
    n_parts = len(parts)
    for k, part in enumerate(parts):
        # The engine puts them in their order, and says nothing.
        rising = np.sort(part)
        data = whole.subset(rising, params=parameters)
        # Else they would be copied as they were before they got bins, too.
        data.free_raw_data = True
        if models:
            # The engine could go on from its trees itself, and walks them half as fast.
            before = FlatTrees.joined(models)
            told = before.sums(rows.encoded[rising], parameters["num_threads"])
            data.construct().set_init_score(told[:, 0])
        # Numbers of trees that add up, and differ by one at most.
        of_part = (k + 1) * n_trees // n_parts - k * n_trees // n_parts
        booster = _trained(parameters, data, of_part)
        models.append(FlatTrees.of_lightgbm(booster))
        # They hold the rows of the part.
        del booster, data
    return FlatTrees.joined(models)


def trees_until_no_change(
    parameters: dict[str, Any], rows: EngineRows, n_trees: int, held_out: BoolArray, patience: int
) -> int:
    """Find how many trees, grown on the other rows, do best on the rows held out.

    Parameters
    ----------
    parameters : dict
        Of the engine.
    rows : EngineRows
    n_trees : int
        The most there can be.
    held_out : ndarray of shape (n_samples,), dtype bool
    patience : int
        After how many trees that have not lowered the loss none is grown any more.

    Returns
    -------
    int
    """
    seen = rows[~held_out].dataset(parameters)
    booster = _trained(
        parameters,
        seen,
        n_trees,
        valid_sets=[rows[held_out].held_out(parameters, seen)],
        feval=gamma_deviance if parameters["objective"] == "gamma" else None,
        callbacks=[load_lightgbm().early_stopping(patience, verbose=False)],
    )
    return int(booster.best_iteration)


def _trained(parameters: dict[str, Any], data: Any, n_trees: int, **options: Any) -> Any:
    # Where there is nothing to split the engine takes no objective from outside; its own makes
    # the same constant.
    if parameters["objective"] == "gamma" and _has_splits(data):
        parameters = parameters | {"objective": gamma_gradients}
    # Else the engine writes its trees down and reads them again, to be rid of the rows.
    options["keep_training_booster"] = True
    return load_lightgbm().train(parameters, data, n_trees, **options)


def _has_splits(data: Any) -> bool:
    """Tell whether any column of a `lightgbm.Dataset` has values that can be told apart."""
    return bool((_n_bins(data.construct()) > 0).any())


def _n_bins(data: Any) -> IntArray:
    return np.array([data.feature_num_bin(column) for column in range(data.num_feature())])


def leaf_size(n_rows: int) -> int:
    """Choose how many rows a leaf has at least: a twentieth, at least 5 and at most 100."""
    return int(np.clip(n_rows // 20, 5, 100))


def load_lightgbm() -> Any:
    """Import the engine when it is first needed, and say what is missing if it cannot load."""
    try:
        import lightgbm  # noqa: PLC0415 - the import costs a second; `import qconf` must not pay it
    except OSError as error:
        msg = (
            f"LightGBM cannot load its OpenMP library ({error}). Install it: "
            "'apt-get install libgomp1' on Debian and Ubuntu, 'brew install libomp' on macOS."
        )
        raise QconfError(msg) from error
    return lightgbm

"""What regressors that walk along flat trees have in common."""

from __future__ import annotations

from qconf.core.restored import require
from qconf.learners.trees.flat_trees import FlatTrees

__all__ = ["HoldsTrees"]


class HoldsTrees:
    """Mixin of estimators that keep their trees as arrays.

    Attributes
    ----------
    trees_ : FlatTrees
    n_features_in_ : int
    """

    trees_: FlatTrees
    n_features_in_: int

    def check_restored(self) -> None:
        """Check trees from a file: a walk looks up columns, and must end.

        Raises
        ------
        ValueError
        """
        if "trees_" in vars(self):
            require(isinstance(self.trees_, FlatTrees), "the trees are none")
            self.trees_.check(self.n_features_in_)

"""NGBoost: the scale of the Normal distribution that it predicts."""

from __future__ import annotations

from typing import Any, ClassVar

from benchmarks.peers.inputs import Codes, log_truth
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["NaturalScale"]


class NaturalScale(ConfidenceEstimator):
    """The predicted standard deviation, with the defaults: 500 steps of trees of depth 3.

    NGBoost 0.6.0 asks for scikit-learn below 1.7 on Pythons before 3.14 and is
    therefore in no extra; installed without its dependencies (``pip install --no-deps ngboost``,
    then ``pip install lifelines sympy tqdm``) it works with newer ones.

    Parameters
    ----------
    of : {"truth", "residual"}
        Learn log targets, or residuals.
    random_state : int, RandomState instance or None, default=None
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "of": [StrOptions({"truth", "residual"})],
    }

    def __init__(self, of: str = "truth", *, random_state: RandomState = None) -> None:
        self.of = of
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        from ngboost import NGBRegressor  # noqa: PLC0415 - may not be installed

        self.codes_ = Codes().fit(X)
        target = log_truth(X, y) if self.of == "truth" else y
        seed = draw_seed(random_source(self.random_state))
        model = NGBRegressor(random_state=seed, verbose=False)
        self.model_ = model.fit(self.codes_.transform(X), target)

    def _predict(self, X: Table) -> FloatArray:
        scale: FloatArray = self.model_.pred_dist(self.codes_.transform(X)).params["scale"]
        return scale

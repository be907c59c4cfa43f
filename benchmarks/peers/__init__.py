"""Confidence scores of other packages, each in its documented best use.

All are confidence estimators like our own: they are given the features, the prediction among
them, and residuals out of fold; those that model the target get its logarithm. Packages are
imported when an estimator is fitted, so that none has to be there.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from benchmarks.peers.catboost_uncertainty import BoostedUncertainty
from benchmarks.peers.crepes_difficulty import ForestVariance, NeighbourDifficulty
from benchmarks.peers.distribution_grid import GridDeviation
from benchmarks.peers.fewer_rows import FewerRows
from benchmarks.peers.hessboost_distribution import BoostedNormal
from benchmarks.peers.lightgbm_quantiles import QuantileWidth
from benchmarks.peers.mapie_residual import ResidualModel
from benchmarks.peers.ngboost_scale import NaturalScale
from benchmarks.peers.quantile_forests import ForestQuartiles
from benchmarks.peers.skpro_residual import DoubleResidual

__all__ = ["PEERS", "Peer", "installed_peers"]


@dataclass(frozen=True)
class Peer:
    """An estimator of another package.

    Attributes
    ----------
    package : str
        The module it comes from.
    estimator : estimator
    kind : {"peer", "variant"}
        A variant is the package's engine used as ours is: on residuals out of fold, where its
        documentation has it on the target.
    """

    package: str
    estimator: Any
    kind: str = "peer"


#: Rows of a fit for the slowest packages.
_FEWEST = 5000
#: Ids are permanent; the cheap ones come first. What would take many minutes a fit gets fewer rows.
PEERS: dict[str, Peer] = {
    "crepes-knn-distance": Peer("crepes", NeighbourDifficulty("distance")),
    "crepes-knn-std": Peer("crepes", NeighbourDifficulty("std")),
    "crepes-knn-residual": Peer("crepes", NeighbourDifficulty("residual")),
    "mapie-linear": Peer("mapie", ResidualModel("linear")),
    "mapie-boosted": Peer("mapie", ResidualModel("boosted")),
    "hessboost-normal-truth": Peer("hessboost", BoostedNormal("truth")),
    "hessboost-normal-residual": Peer("hessboost", BoostedNormal("residual"), "variant"),
    "lightgbm-cqr-truth": Peer("lightgbm", QuantileWidth("truth")),
    "lightgbm-cqr-residual": Peer("lightgbm", QuantileWidth("residual"), "variant"),
    "skpro-boosted": Peer("skpro", DoubleResidual("boosted")),
    "crepes-variance": Peer("crepes", FewerRows(ForestVariance(), most_rows=_FEWEST)),
    "skpro-forest": Peer("skpro", FewerRows(DoubleResidual("forest"))),
    "quantile-forest-truth": Peer(
        "quantile_forest", FewerRows(ForestQuartiles("truth"), most_rows=_FEWEST)
    ),
    "distribution-regressor-truth": Peer(
        "distribution_regressor", FewerRows(GridDeviation("truth"), most_rows=_FEWEST)
    ),
    "catboost-data-truth": Peer(
        "catboost", FewerRows(BoostedUncertainty("data", "truth"), most_rows=_FEWEST)
    ),
    "catboost-total-truth": Peer(
        "catboost", FewerRows(BoostedUncertainty("total", "truth"), most_rows=_FEWEST)
    ),
    "ngboost-truth": Peer("ngboost", FewerRows(NaturalScale("truth"), most_rows=_FEWEST)),
    "quantile-forest-residual": Peer(
        "quantile_forest", FewerRows(ForestQuartiles("residual"), most_rows=_FEWEST), "variant"
    ),
    "distribution-regressor-residual": Peer(
        "distribution_regressor", FewerRows(GridDeviation("residual"), most_rows=_FEWEST), "variant"
    ),
    "catboost-data-residual": Peer(
        "catboost", FewerRows(BoostedUncertainty("data", "residual"), most_rows=_FEWEST), "variant"
    ),
    "ngboost-residual": Peer(
        "ngboost", FewerRows(NaturalScale("residual"), most_rows=_FEWEST), "variant"
    ),
}


def installed_peers() -> dict[str, Any]:
    """Return the estimators whose package is there, by id."""
    return {
        name: peer.estimator for name, peer in PEERS.items() if find_spec(peer.package) is not None
    }

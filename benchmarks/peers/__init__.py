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


#: Ids are permanent; the cheap ones come first.
PEERS: dict[str, Peer] = {
    "crepes-knn-distance": Peer("crepes", NeighbourDifficulty("distance")),
    "crepes-knn-std": Peer("crepes", NeighbourDifficulty("std")),
    "crepes-knn-residual": Peer("crepes", NeighbourDifficulty("residual")),
    "mapie-linear": Peer("mapie", ResidualModel("linear")),
    "mapie-boosted": Peer("mapie", ResidualModel("boosted")),
    "lightgbm-cqr-truth": Peer("lightgbm", QuantileWidth("truth")),
    "lightgbm-cqr-residual": Peer("lightgbm", QuantileWidth("residual"), "variant"),
    "skpro-boosted": Peer("skpro", DoubleResidual("boosted")),
    "catboost-data-truth": Peer("catboost", BoostedUncertainty("data", "truth")),
    "catboost-data-residual": Peer("catboost", BoostedUncertainty("data", "residual"), "variant"),
    "catboost-total-truth": Peer("catboost", BoostedUncertainty("total", "truth")),
    "crepes-variance": Peer("crepes", ForestVariance()),
    "skpro-forest": Peer("skpro", DoubleResidual("forest")),
    "quantile-forest-truth": Peer("quantile_forest", ForestQuartiles("truth")),
    "quantile-forest-residual": Peer("quantile_forest", ForestQuartiles("residual"), "variant"),
    "ngboost-truth": Peer("ngboost", NaturalScale("truth")),
    "ngboost-residual": Peer("ngboost", NaturalScale("residual"), "variant"),
}


def installed_peers() -> dict[str, Any]:
    """Return the estimators whose package is there, by id."""
    return {
        name: peer.estimator for name, peer in PEERS.items() if find_spec(peer.package) is not None
    }

"""The built-in confidence estimators, one family a file."""

from qconf.estimators.blend import BlendConfidence
from qconf.estimators.column import ColumnConfidence
from qconf.estimators.constant import ConstantConfidence
from qconf.estimators.count import CountConfidence
from qconf.estimators.empirical_bayes import EmpiricalBayesConfidence
from qconf.estimators.forest import ForestConfidence
from qconf.estimators.interval import IntervalConfidence
from qconf.estimators.neighbors import NeighborConfidence
from qconf.estimators.online import OnlineConfidence
from qconf.estimators.quantile import QuantileConfidence
from qconf.estimators.residual import ResidualConfidence

__all__ = [
    "BlendConfidence",
    "ColumnConfidence",
    "ConstantConfidence",
    "CountConfidence",
    "EmpiricalBayesConfidence",
    "ForestConfidence",
    "IntervalConfidence",
    "NeighborConfidence",
    "OnlineConfidence",
    "QuantileConfidence",
    "ResidualConfidence",
]

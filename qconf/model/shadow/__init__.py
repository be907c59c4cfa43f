"""Tell whether predictions that come from outside are still those of the model of `fit`."""

from qconf.model.shadow.prediction_shadow import PredictionShadow
from qconf.model.shadow.verdict import Verdict
from qconf.model.shadow.watch import ShadowWatch

__all__ = ["PredictionShadow", "ShadowWatch", "Verdict"]

"""The published walk-through, as ``qconf simulate --plots`` draws it."""

from shown import show

from qconf.simulation.plots.walkthrough import walkthrough

show(walkthrough(0))

"""Risk-coverage curves of the simulated world, as ``qconf simulate --plots`` draws them."""

from shown import show, small_world

from qconf.simulation.plots.curves import risk_coverage_curves

show(risk_coverage_curves(small_world()))

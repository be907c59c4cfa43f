"""Outliers in the best decile of the simulated world, as ``qconf simulate --plots`` draws them."""

from shown import show, small_world

from qconf.simulation.plots.curves import best_decile_bars

show(best_decile_bars(small_world()))

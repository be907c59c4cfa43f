"""The picture of monitored periods."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from qconf.report.monitoring import MonitoringDisplay


def test_it_draws_what_came_what_was_forecast_and_where_alarms_began() -> None:
    """In per cent, with the certified limit; a period without outcomes leaves a gap."""
    table = pd.DataFrame(
        {
            "period": ["2026-01", "2026-02"],
            "outlier_rate": [0.1, None],
            "accepted_outlier_rate": [0.05, None],
            "forecast": [0.11, 0.12],
            "forecast_low": [0.08, 0.09],
            "forecast_high": [0.13, 0.15],
        }
    )
    display = MonitoringDisplay(table, 0.06, ["2026-02", "2026-02", "2019-01"]).plot()
    lines: dict[Any, Any] = {line.get_label(): line for line in display.ax_.get_lines()}
    assert lines["all rows"].get_ydata()[0] == 10.0
    assert lines["certified: at most 6 %"].get_ydata()[0] == 6.0
    asked = MonitoringDisplay(table, 0.06, [], is_certified=False).plot()
    assert "asked for: at most 6 %" in [one.get_label() for one in asked.ax_.get_lines()]
    assert lines["an alarm began"].get_xdata()[0] == 1
    assert [one.get_text() for one in display.ax_.get_xticklabels()] == ["2026-01", "2026-02"]
    bars: Any = display.ax_.patches
    assert [one.get_x() + one.get_width() / 2 for one in bars] == pytest.approx([0, 1])
    assert [one.get_y() for one in bars] == pytest.approx([8, 9])
    assert [one.get_y() + one.get_height() for one in bars] == pytest.approx([13, 15])
    left, right = display.ax_.get_xlim()
    assert left < -0.4
    assert right > 1.4

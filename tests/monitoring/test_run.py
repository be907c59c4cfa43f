"""Files of models and rows, as `qconf monitor` reads them: see tests/cli/test_monitor.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from qconf import ConstantConfidence, monitor_file, save
from qconf.errors import OptionError


def test_an_estimator_alone_cannot_be_watched(tmp_path: Path) -> None:
    """It makes no predictions whose errors could be counted."""
    model = ConstantConfidence().fit([[0.0], [1.0], [2.0]], [0.1, 0.2, 0.3])
    save(model, tmp_path / "e.qconf")
    with pytest.raises(OptionError, match="Only a regressor"):
        monitor_file(str(tmp_path / "e.qconf"), "rows.csv", truth="price")

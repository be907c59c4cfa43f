"""Tables are read for a kept model as `score` reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from qconf import ConfidentRegressor
from qconf.scoring.kept_rows import read_kept, score_frame
from qconf.tables.schema import Schema


def test_codes_stay_text_and_rows_that_cannot_be_scored_are_told(tmp_path: Path) -> None:
    """A column that was text in the fit is text in a CSV file, and a bad row has its reason."""
    x = pd.DataFrame({"zip": ["01", "02"] * 50, "area": np.arange(100.0)})
    model = ConfidentRegressor(confidence="constant", error="absolute", random_state=0)
    model.fit(x, x["area"])
    x.head(3).to_csv(tmp_path / "new.csv", index=False)
    schema = Schema.of_model(model)
    frame = read_kept(str(tmp_path / "new.csv"), schema, {}).frame
    assert frame["zip"].tolist() == ["01", "02", "01"]
    frame.loc[1, "area"] = np.inf
    scored = score_frame(model, schema, frame)
    assert list(scored.reasons) == [1]
    assert len(scored.table) == 2

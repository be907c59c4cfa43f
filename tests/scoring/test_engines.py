"""The recipes of docs/engines.md are run as they stand there, by the engines that are installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from new_rows import features, fitted_model, new_rows

import qconf
from qconf.saving.writing import save

TEXT = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
ENGINES = {"DuckDB": "duckdb", "Polars": "polars", "Dask": "dask.dataframe"}


def recipe(title: str) -> str:
    """Return the first piece of code below a title."""
    found = re.search(r"```python\n(.*?)```", TEXT.partition(f"# {title}\n")[2], re.DOTALL)
    assert found is not None, title
    return found[1]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of Dask, to pandas
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("n_parts", [1, 2, 7])
def test_a_recipe_scores_as_the_model_predicts(
    engine: str, n_parts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row has the same bits as in memory, in however many parts."""
    pytest.importorskip(ENGINES[engine])
    table = new_rows(300)
    (tmp_path / "new").mkdir()
    for i, rows in enumerate(np.array_split(np.arange(300), n_parts)):
        table.iloc[rows].to_parquet(tmp_path / "new" / f"{i}.parquet", index=False)
    save(fitted_model(), tmp_path / "avm.qconf")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(recipe("Scoring on the engine that has the rows") + recipe(engine), names)  # noqa: S102
    scored = names["scored"]
    if engine == "Dask":
        scored = pd.read_parquet("scored")
    frame = scored if isinstance(scored, pd.DataFrame) else pa.table(scored).to_pandas()
    frame = frame.set_index("id").loc[table["id"]]
    model = fitted_model()
    np.testing.assert_array_equal(frame["prediction"], model.predict(features(table)))
    np.testing.assert_array_equal(frame["expected_error"], model.predict_error(features(table)))


def test_all_engines_have_a_recipe() -> None:
    """Those that tests cannot run as well, and none is longer than it has to be."""
    for engine in (*ENGINES, "Spark", "Ray"):
        code = [line for line in recipe(engine).splitlines() if line and "import" not in line]
        assert len(code) <= 5, engine
    assert callable(qconf.score_batch)

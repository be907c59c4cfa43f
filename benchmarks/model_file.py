"""The file of a model, beside pickle, joblib and skops: how long, how soon opened, what it needs.

A default `ConfidentRegressor` on King County, forward in time. Each contender writes it once a turn
and opens it in a process of its own, where the modules are there already; all in turns. Seconds are
those of the processor, which hang less on what else it does. What numba does once in a process,
some 0.4 s, falls to the first who predicts: qconf does while it opens a file, to see whether the
model says what it said; the others when they are asked. So a file is also opened a second time.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from qconf import ConfidentRegressor
from qconf.datasets import load_example

__all__ = ["run"]

_WRITE = {
    "qconf": "import qconf; qconf.save(model, path)",
    "pickle": "import pickle; pickle.dump(model, open(path, 'wb'))",
    "joblib, compress=3": "import joblib; joblib.dump(model, path, compress=3)",
    "skops": "import skops.io; skops.io.dump(model, path)",
    "skops, deflated": (
        "import skops.io, zipfile;"
        "skops.io.dump(model, path, compression=zipfile.ZIP_DEFLATED, compresslevel=4)"
    ),
}
_OPEN = {
    "qconf": "model = qconf.load(path)",
    "pickle": "model = pickle.load(open(path, 'rb'))",
    "joblib, compress=3": "model = joblib.load(path)",
    "skops": "model = skops.io.load(path, skops.io.get_untrusted_types(file=path))",
    "skops, deflated": "model = skops.io.load(path, skops.io.get_untrusted_types(file=path))",
}
#: All that any of them imports, and every class of the model: this is not counted.
_READY = """
import sys, time, pickle, joblib, numpy, pandas, numba, qconf
try:
    import skops.io
except ImportError:
    pass
from qconf.saving import opening
from qconf.saving.classes import TABLE, class_named
[class_named(name) for name in TABLE]
path, rows = sys.argv[1:]
rows = pandas.read_pickle(rows)
moments = [time.process_time()]
{opened}
moments.append(time.process_time())
model.predict_error(rows)
moments.append(time.process_time())
{opened}
moments.append(time.process_time())
print(moments[1] - moments[0], moments[2] - moments[0], moments[3] - moments[2])
"""


def run(folder: Path | None, seeds: int) -> pd.DataFrame:
    """Write and open in turns, `seeds` times."""
    X, target = _table(folder)
    model = ConfidentRegressor(random_state=0).fit(X, target, time="date")
    found = []
    with tempfile.TemporaryDirectory() as name:
        rows = Path(name, "rows")
        X.iloc[:20].to_pickle(rows)
        for turn in range(seeds):
            for contender in _WRITE:
                measured = _measured(contender, model, Path(name, "model"), rows)
                found.append({"turn": turn, "contender": contender, **measured})
    return pd.DataFrame(found)


def _table(folder: Path | None) -> tuple[pd.DataFrame, Any]:
    if folder is None:
        table = load_example("king-county").table
    else:
        table = pd.read_parquet(folder / "kc_house.parquet")
    table = table.drop(columns="id", errors="ignore").astype({"zipcode": str})
    return table.drop(columns="price"), table["price"].to_numpy()


def _measured(contender: str, model: Any, path: Path, rows: Path) -> dict[str, Any]:
    """Write with one contender and open in a new process; what fails says why."""
    start = time.process_time()
    try:
        exec(_WRITE[contender], {"model": model, "path": str(path)})  # noqa: S102 - our own words
    except Exception as error:  # noqa: BLE001 - that it cannot is a result
        return {"failed": " ".join(str(error).split())[:120]}
    wrote = time.process_time() - start
    program = _READY.format(opened=_OPEN[contender])
    done = subprocess.run(  # noqa: S603 - the same
        [sys.executable, "-c", program, str(path), str(rows)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:120]}
    opened, answered, again = map(float, done.stdout.split())
    return {
        "megabytes": round(path.stat().st_size / 1e6, 2),
        "seconds_to_write": round(wrote, 3),
        "seconds_to_open": round(opened, 3),
        "seconds_to_answer": round(answered, 3),
        "seconds_to_open_again": round(again, 3),
        "names_to_trust": _names_to_trust(contender, path),
    }


def _names_to_trust(contender: str, path: Path) -> str:
    """Say how many names of the file are imported that only trust lets in."""
    if contender == "qconf":
        return "0"
    if not contender.startswith("skops"):
        return "any"
    import skops.io  # noqa: PLC0415 - a peer

    return str(len(skops.io.get_untrusted_types(data=io.BytesIO(path.read_bytes()).getvalue())))

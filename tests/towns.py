"""Towns in which one of two models is better, and models that say what is in a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qconf._types import FloatArray


@dataclass
class Told:
    """A model that says what is in two columns."""

    name: str
    error: str = "log"

    def predict_with_error(self, X: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        return X[f"{self.name}_value"].to_numpy(), X[f"{self.name}_error"].to_numpy()


MODELS = {name: Told(name) for name in ("east", "west")}


def world(n_rows: int, seed: int, *, knows: bool = True, shift: float = 0.0) -> pd.DataFrame:
    """Make forty towns: in even ones `east` errs by 0.1 and `west` by 0.2, elsewhere otherwise.

    `east` is a little better in all; `shift` is the part of the errors that a town has in common.
    Where models know nothing, they expect the same everywhere.
    """
    rng = np.random.default_rng(seed)
    town = rng.integers(0, 40, n_rows)
    sigma = {
        "east": np.where(town % 2 == 0, 0.10, 0.19),
        "west": np.where(town % 2 == 0, 0.20, 0.10),
    }
    truth = np.exp(rng.normal(12, 0.3, n_rows))
    table = pd.DataFrame({"town": town.astype(str), "truth": truth})
    for name, own in sigma.items():
        together = shift * own * np.random.default_rng(99 + seed).normal(size=40)[town]
        table[f"{name}_value"] = truth * np.exp(rng.normal(scale=own) + together)
        table[f"{name}_error"] = own if knows else float(np.sqrt(np.mean(own**2)))
    return table

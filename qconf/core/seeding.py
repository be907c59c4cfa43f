"""Draw seeds for our own generators and for other people's models."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from qconf._types import IntArray, RandomState

__all__ = ["at_most", "draw_seed", "random_source", "with_seed"]


def random_source(random_state: RandomState) -> np.random.RandomState:
    """Make the generator that a `random_state` stands for.

    As in scikit-learn, an int always gives the same numbers and None always others; but None
    is fresh entropy here, and leaves NumPy's global generator alone.

    Parameters
    ----------
    random_state : int, RandomState instance or None

    Returns
    -------
    RandomState
    """
    if random_state is None:
        return np.random.RandomState()
    source: np.random.RandomState = check_random_state(random_state)
    return source


def at_most(most: int, rows: IntArray, rng: np.random.RandomState) -> IntArray:
    """Thin rows out at random if there are more than so many; they stay in their order."""
    return rows if len(rows) <= most else np.sort(rng.permutation(rows)[:most])


def draw_seed(rng: np.random.RandomState) -> int:
    """Draw an int that can seed any other generator."""
    return int(rng.randint(np.iinfo(np.int32).max))


def with_seed(model: Any, rng: np.random.RandomState) -> Any:
    """Give a seed to every `random_state` of a model that is still None.

    Parameters
    ----------
    model : estimator
        Changed in place, so pass a clone. Nested parameters (a pipeline's steps) count too.
    rng : RandomState
        Where the seeds come from.

    Returns
    -------
    estimator
        The same object.
    """
    unseeded = sorted(
        name
        for name, value in model.get_params(deep=True).items()
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    )
    seeds = {name: draw_seed(rng) for name in unseeded}
    return model.set_params(**seeds) if seeds else model

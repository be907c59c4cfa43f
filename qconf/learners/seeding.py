"""Seeds for models that others made."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["with_seed"]


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
    seeds = {name: int(rng.randint(np.iinfo(np.int32).max)) for name in unseeded}
    return model.set_params(**seeds) if seeds else model

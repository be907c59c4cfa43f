"""The valuation models of a backtest: made from names, or given, or columns of predictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pickle import PicklingError
from typing import Any

import joblib
from sklearn.base import clone
from sklearn.utils import check_random_state

from qconf.core.error_scale import ErrorScale
from qconf.core.seeding import with_seed
from qconf.errors import OptionError
from qconf.residuals.valuation import make_valuation_model

__all__ = ["DEFAULT_MODELS", "ValuationModel", "make_models"]

DEFAULT_MODELS = ("linear", "forest", "boosted")

_COLUMN = "column:"


@dataclass(frozen=True, eq=False)
class ValuationModel:
    """A valuation model under the name it is ranked by.

    Attributes
    ----------
    name : str
    column : str or None
        The column that has its predictions, where these are given.
    model : regressor or None
        Unfitted and seeded, where they are not.
    """

    name: str
    column: str | None
    model: Any

    @property
    def key(self) -> str:
        """The same for two that would predict the same: their residuals are made once."""
        if self.column is not None:
            return f"{_COLUMN}{self.column}"
        try:
            return str(joblib.hash(self.model))
        except (PicklingError, TypeError, AttributeError):
            # Of what cannot be written down nobody knows whether it is the same.
            return f"id:{id(self.model)}"


def make_models(
    models: Iterable[Any] | Mapping[str, Any], scale: ErrorScale, random_state: int
) -> list[ValuationModel]:
    """Make valuation models from names, regressors, or a mapping of names to either.

    Parameters
    ----------
    models : iterable of (str or regressor), or mapping of str to (str or regressor)
        ``boosted``, ``comparables``, ``forest``, ``linear``, ``column:NAME``, or a regressor; one
        without a name is called by its class.
    scale : ErrorScale
        Of those that are made here.
    random_state : int
        Seeds every model that has no seed of its own, all alike.

    Returns
    -------
    list of ValuationModel

    Raises
    ------
    OptionError
        If there are none, a name is unknown, an object is no regressor, or two have one name.
    """
    if isinstance(models, Mapping):
        named = [(str(name), item) for name, item in models.items()]
    else:
        items = [models] if isinstance(models, str) else list(models)
        named = [(item if isinstance(item, str) else type(item).__name__, item) for item in items]
    if not named:
        msg = f"At least one valuation model is needed, such as {', '.join(DEFAULT_MODELS)}."
        raise OptionError(msg)
    names = [name for name, _ in named]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"The valuation model {twice!r} is named twice; give each a name of its own."
        raise OptionError(msg)
    return [_made(name, item, scale, random_state) for name, item in named]


def _made(name: str, item: Any, scale: ErrorScale, random_state: int) -> ValuationModel:
    if isinstance(item, str) and item.startswith(_COLUMN):
        column = item.removeprefix(_COLUMN)
        if not column:
            msg = f"The valuation model {item!r} needs the name of a column: column:NAME."
            raise OptionError(msg)
        return ValuationModel(name, column, None)
    if isinstance(item, str):
        return ValuationModel(name, None, make_valuation_model(item, scale, random_state))
    if isinstance(item, type):
        msg = f"The valuation model {name!r} is a class; pass one that is made: {item.__name__}()."
        raise OptionError(msg)
    if not all(hasattr(item, method) for method in ("fit", "predict", "get_params")):
        msg = (
            f"The valuation model {name!r} must have fit, predict and get_params, as "
            f"scikit-learn's regressors do; got {item!r}."
        )
        raise OptionError(msg)
    return ValuationModel(name, None, with_seed(clone(item), check_random_state(random_state)))

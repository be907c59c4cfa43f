"""Write a model as plain values: a list of objects, each of which holds only earlier ones.

A value of JSON stands for itself. What JSON does not have is an object of one key, which says what
it is: ``{"array": ...}``, ``{"tuple": ...}``, ``{"object": 7}`` for the eighth of the list.
`qconf.saving.state_reader` reads it.
"""

from __future__ import annotations

from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from qconf.errors import OptionError
from qconf.saving.arrays import ArrayWriter
from qconf.saving.classes import is_ours, name_of_plug_in
from qconf.saving.foreign import Foreign

__all__ = ["StateWriter"]

_PLAIN = (bool, int, str, type(None))


class StateWriter:
    """Plain values of a model, and what they refer to.

    Attributes
    ----------
    objects : list of dict
    arrays : ArrayWriter
    foreign : Foreign
    models : list of object
        What each of `objects` was written from.
    plug_ins : set of str
    """

    def __init__(self) -> None:
        self.objects: list[dict[str, Any]] = []
        self.arrays = ArrayWriter()
        self.foreign = Foreign()
        self.models: list[Any] = []
        self.plug_ins: set[str] = set()
        self._place: dict[int, int] = {}
        self._at: list[str] = []
        self._open: set[int] = set()

    def value(self, value: Any) -> Any:
        """Write a value.

        Raises
        ------
        OptionError
            If it, or something in it, cannot be kept in a file.
        """
        kind = type(value)
        if kind in _PLAIN:
            return value
        if isinstance(value, np.str_):
            return str(value)
        if isinstance(value, np.generic):
            return self._scalar(value)
        if kind is float:
            return value if isfinite(value) else {"float": repr(value)}
        if kind is list:
            return [self.value(one) for one in value]
        if kind is dict:
            return {"dict": [[self.value(key), self.value(one)] for key, one in value.items()]}
        if kind in (tuple, set, frozenset):
            ordered = value if kind is tuple else sorted(value, key=repr)
            return {kind.__name__: [self.value(one) for one in ordered]}
        if kind is np.ndarray:
            return self._array(value)
        if isinstance(value, pd.Index):
            return self._index(value)
        if kind is pd.Series:
            return {"series": [self._column(value), self.value(value.index), value.name]}
        if kind is pd.DataFrame:
            return self._frame(value)
        return {"object": self._object(value)}

    def _scalar(self, value: np.generic) -> Any:
        if value.dtype.kind in "Mm":
            return {"scalar": [value.dtype.name, int(value.view(np.int64))]}
        if value.dtype.kind not in "biuf":
            self._refuse(f"a {type(value).__name__}")
        return {"scalar": [value.dtype.name, self.value(value.item())]}

    def _array(self, array: Any) -> Any:
        if array.dtype.kind in "OU":
            cells = [self.value(cell) for cell in array.ravel().tolist()]
            kind = "cells" if array.dtype.kind == "O" else "texts"
            return {kind: [cells, list(array.shape)]}
        try:
            return {"array": self.arrays.put(array)}
        except ValueError as error:
            return self._refuse(str(error))

    def _index(self, index: pd.Index) -> Any:
        if isinstance(index, pd.RangeIndex):
            return {"range": [index.start, index.stop, index.step]}
        return {"index": [self._column(pd.Series(index)), self.value(index.name)]}

    def _frame(self, frame: pd.DataFrame) -> Any:
        columns = [self._column(frame.iloc[:, i]) for i in range(frame.shape[1])]
        return {"frame": [self.value(frame.columns), self.value(frame.index), columns]}

    def _column(self, column: pd.Series[Any]) -> Any:
        dtype = column.dtype
        if isinstance(dtype, np.dtype):
            return self._array(column.to_numpy())
        if isinstance(dtype, pd.StringDtype):
            cells = [None if pd.isna(cell) else str(cell) for cell in column]
            return {"strings": [cells, dtype.storage, dtype.na_value is pd.NA]}
        if isinstance(dtype, pd.CategoricalDtype):
            codes = self._array(column.cat.codes.to_numpy())
            return {"categories": [codes, self.value(dtype.categories), bool(dtype.ordered)]}
        return self._refuse(f"a column of type {dtype}")

    def _object(self, value: Any) -> int:
        if id(value) in self._place:
            return self._place[id(value)]
        if id(value) in self._open:
            self._refuse("itself")
        self._open.add(id(value))
        entry = self._entry(value)
        self._open.remove(id(value))
        self._place[id(value)] = len(self.objects)
        self.objects.append(entry)
        # Kept alive, so that no other object gets its number.
        self.models.append(value)
        return len(self.objects) - 1

    def _entry(self, value: Any) -> dict[str, Any]:
        kind = type(value)
        if is_ours(kind):
            if isinstance(value, tuple):
                return {"type": kind.__name__, "fields": [self.value(one) for one in value]}
            return {"type": kind.__name__, "state": self._state(value)}
        if kind is np.random.RandomState:
            return {"random_state": self.value(value.get_state(legacy=True))}
        if kind is Pipeline and value.memory is None and _has_ours(value):
            return {"pipeline": [[name, self.value(step)] for name, step in value.steps]}
        plug_in = name_of_plug_in(kind)
        if plug_in is not None:
            self.plug_ins.add(plug_in)
            return {"plug_in": plug_in, "state": self._state(value)}
        if not hasattr(value, "fit"):
            self._refuse(f"a {kind.__module__}.{kind.__qualname__}")
        return {"foreign": self.foreign.put(value)}

    def _state(self, value: Any) -> dict[str, Any]:
        kind = type(value)
        left_out = getattr(kind, "_not_saved", ())
        state = {}
        for name, one in vars(value).items():
            # What can be computed again is.
            if name in left_out or isinstance(getattr(kind, name, None), cached_property):
                continue
            self._at.append(f"{kind.__name__}.{name}")
            state[name] = self.value(one)
            self._at.pop()
        return state

    def _refuse(self, what: str) -> Any:
        where = " > ".join(self._at)
        msg = f"This model cannot be kept in a file: {where or 'it'} holds {what}."
        raise OptionError(msg)


def _has_ours(pipeline: Pipeline) -> bool:
    return any(is_ours(type(step)) for _, step in pipeline.steps)

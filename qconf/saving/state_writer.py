"""Write a model as plain values: a list of objects, each of which holds only earlier ones.

A value of JSON stands for itself. What JSON does not have is an object of one key, which says what
it is: ``{"array": ...}``, ``{"tuple": ...}``, ``{"object": 7}`` for the eighth of the list.
`qconf.saving.state_reader` reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from math import isfinite
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from qconf.errors import OptionError
from qconf.saving.arrays import ArrayWriter
from qconf.saving.classes import is_ours, name_of_plug_in
from qconf.saving.foreign import Foreign

__all__ = ["StateWriter"]


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
        #: By type; NumPy's numbers, some of which are Python's too, are found before these.
        self._writers: dict[type, Callable[[Any], Any]] = {
            type(None): lambda _: None,
            bool: bool,
            int: int,
            str: str,
            np.generic: self._scalar,
            float: lambda value: value if isfinite(value) else {"float": repr(value)},
            list: self._list,
            tuple: lambda values: {"tuple": self._list(values)},
            # In an order that is always the same.
            set: lambda values: {"set": self._list(sorted(values, key=repr))},
            frozenset: lambda values: {"frozenset": self._list(sorted(values, key=repr))},
            dict: lambda pairs: {"dict": [self._list(pair) for pair in pairs.items()]},
            np.ndarray: self._array,
            pd.Index: self._index,
            pd.Series: lambda values: {
                "series": [self._column(values), *self._list([values.index, values.name])]
            },
            pd.DataFrame: self._frame,
        }

    def value(self, value: Any) -> Any:
        """Write a value.

        Raises
        ------
        OptionError
            If it, or something in it, cannot be kept in a file.
        """
        kind = type(value)
        if not is_ours(kind):
            for known in kind.__mro__:
                if known in self._writers:
                    return self._writers[known](value)
        return {"object": self._object(value)}

    def _list(self, values: Iterable[Any]) -> list[Any]:
        return [self.value(one) for one in values]

    def _scalar(self, value: np.generic) -> Any:
        if value.dtype.kind in "Mm":
            return {"scalar": [value.dtype.name, int(value.view(np.int64))]}
        if value.dtype.kind not in "biuf":
            self._refuse(f"a {type(value).__name__}")
        return {"scalar": [value.dtype.name, self.value(value.item())]}

    def _array(self, array: Any) -> Any:
        if array.dtype.kind in "OU":
            cells = self._list(array.ravel().tolist())
            kind = "cells" if array.dtype.kind == "O" else "texts"
            return {kind: [cells, list(array.shape)]}
        try:
            place = self.arrays.put(array)
        except ValueError as error:
            self._refuse(str(error))
        return {"array": place}

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
        if not isinstance(dtype, pd.CategoricalDtype):
            self._refuse(f"a column of type {dtype}")
        codes = self._array(column.cat.codes.to_numpy())
        return {"categories": [codes, self.value(dtype.categories), bool(dtype.ordered)]}

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
                return {"type": kind.__name__, "fields": self._list(value)}
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

    def _refuse(self, what: str) -> NoReturn:
        where = " > ".join(self._at)
        msg = f"This model cannot be kept in a file: {where or 'it'} holds {what}."
        raise OptionError(msg)


def _has_ours(pipeline: Pipeline) -> bool:
    return any(is_ours(type(step)) for _, step in pipeline.steps)

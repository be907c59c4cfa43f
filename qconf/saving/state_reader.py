"""Restore a model from plain values that need not be trusted.

Objects are made empty and get their attributes one by one; nothing of a class is
called before they are checked, and no name but those of `qconf.saving.classes` means a class.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from inspect import Parameter, signature
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from qconf.core.restored import is_count, require
from qconf.core.validation import check_parameters
from qconf.encoding.linear_design import LinearDesign
from qconf.saving.arrays import ArrayReader
from qconf.saving.classes import class_named
from qconf.saving.limits import DEEPEST

__all__ = ["StateReader"]

#: Words of the Mersenne twister, which are numbers of 32 bits.
_TWISTER = 624
_CONSTANTS: Final = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
_SCALARS: Final = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
                   "uint64", "float16", "float32", "float64")  # fmt: skip


class StateReader:
    """Objects of a model, restored in their order.

    Parameters
    ----------
    arrays : ArrayReader
    foreign : callable
        Gets the name of a part, and restores another package's model.
    plug_in : callable
        Gets the name of a plug-in, and returns its class.
    """

    def __init__(
        self,
        arrays: ArrayReader,
        foreign: Callable[[Any], Any],
        plug_in: Callable[[Any], type[Any]],
    ) -> None:
        self._foreign = foreign
        self._plug_in = plug_in
        self._objects: list[Any] = []
        self._depth = 0
        self._readers: dict[str, Callable[[Any], Any]] = {
            "array": arrays.get,
            "categories": self._categories,
            "cells": self._cells,
            "dict": self._dict,
            "float": lambda name: _CONSTANTS[name],
            "frame": self._frame,
            "frozenset": lambda values: frozenset(self._list(values)),
            "index": self._index,
            "object": self._known,
            "range": self._range,
            "scalar": self._scalar,
            "series": self._series,
            "set": lambda values: set(self._list(values)),
            "strings": self._strings,
            "texts": self._texts,
            "tuple": lambda values: tuple(self._list(values)),
        }

    def add(self, entry: Any) -> None:
        """Restore one more object, which may hold those before it.

        Raises
        ------
        ValueError
            If it is none.
        """
        keys = set(entry) if isinstance(entry, dict) else set()
        if keys == {"type", "state"}:
            made = self._with_state(class_named(entry["type"]), entry["state"])
        elif keys == {"type", "fields"}:
            made = self._with_fields(class_named(entry["type"]), entry["fields"])
        elif keys == {"plug_in", "state"}:
            made = self._with_state(self._plug_in(entry["plug_in"]), entry["state"])
        elif keys == {"foreign"}:
            made = self._foreign(entry["foreign"])
        elif keys == {"pipeline"}:
            made = self._pipeline(entry["pipeline"])
        elif keys == {"random_state"}:
            made = _random_state(self.value(entry["random_state"]))
        else:
            msg = f"an object has the keys {sorted(map(str, keys))}"
            raise ValueError(msg)
        self._objects.append(made)

    def value(self, value: Any) -> Any:
        """Restore a value.

        Raises
        ------
        ValueError
            If it is none.
        """
        if isinstance(value, list):
            return self._list(value)
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        require(kind in self._readers, f"there is no kind of value {kind[:80]!r}")
        self._depth += 1
        require(self._depth <= DEEPEST, "values are nested too deep")
        made = self._readers[kind](content)
        self._depth -= 1
        return made

    def _pipeline(self, entries: Any) -> Pipeline:
        steps = [(str(name), self.value(step)) for name, step in entries]
        # A design looks levels up by the codes of the step before it.
        for before, step in pairwise([None, *(step for _, step in steps)]):
            if isinstance(step, LinearDesign):
                step.check_columns(before)
        return Pipeline(steps)

    def _list(self, values: Any) -> list[Any]:
        require(isinstance(values, list), "a list is none")
        self._depth += 1
        require(self._depth <= DEEPEST, "values are nested too deep")
        made = [self.value(one) for one in values]
        self._depth -= 1
        return made

    def _known(self, place: Any) -> Any:
        found = is_count(place, 0, len(self._objects) - 1)
        require(found, f"there is no object {str(place)[:20]} yet")
        return self._objects[place]

    def _dict(self, pairs: Any) -> dict[Any, Any]:
        made = {self.value(key): self.value(one) for key, one in pairs}
        require(len(made) == len(pairs), "a key is there twice")
        return made

    def _scalar(self, content: Any) -> Any:
        name, value = content
        if name in _SCALARS:
            return np.array(self.value(value)).astype(name, casting="same_kind")[()]
        moment = str(name).startswith(("datetime64[", "timedelta64[")) and type(value) is int
        require(moment, f"a number cannot be of the type {str(name)[:20]!r}")
        return np.array(value, dtype=np.int64).view(str(name))[()]

    def _cells(self, content: Any) -> Any:
        cells, shape = content
        made = np.empty(len(cells), dtype=object)
        made[:] = self._list(cells)
        return made.reshape(shape)

    def _texts(self, content: Any) -> Any:
        cells, shape = content
        return np.array(_all_texts(cells), dtype=np.str_).reshape(shape)

    def _strings(self, content: Any) -> Any:
        cells, storage, own_gap = content
        known = [cell for cell in cells if cell is not None]
        dtype = pd.StringDtype(storage, na_value=pd.NA if own_gap is True else np.nan)
        _all_texts(known)
        return pd.array(cells, dtype=dtype)

    def _categories(self, content: Any) -> Any:
        codes, categories, ordered = content
        dtype = pd.CategoricalDtype(self.value(categories), ordered=ordered is True)
        return pd.Categorical.from_codes(self.value(codes), dtype=dtype)

    def _index(self, content: Any) -> Any:
        cells, name = content
        column = self.value(cells)
        # pandas would guess a type for objects.
        dtype = object if getattr(column, "dtype", None) == np.dtype(object) else None
        return pd.Index(column, dtype=dtype, name=self.value(name))

    def _range(self, content: Any) -> pd.RangeIndex:
        start, stop, step = content
        return pd.RangeIndex(start, stop, step)

    def _series(self, content: Any) -> Any:
        column, index, name = content
        return pd.Series(self.value(column), index=self.value(index), name=self.value(name))

    def _frame(self, content: Any) -> pd.DataFrame:
        names, index, columns = content
        made = [self.value(column) for column in columns]
        frame = pd.DataFrame(dict(enumerate(made)), index=self.value(index))
        frame.columns = self.value(names)
        return frame

    def _with_fields(self, kind: type[Any], fields: Any) -> Any:
        values = self._list(fields)
        n_fields = len(getattr(kind, "_fields", ()))
        require(len(values) == n_fields > 0, f"a {kind.__name__} has no {len(values)} fields")
        return _checked(kind(*values))

    def _with_state(self, kind: type[Any], state: Any) -> Any:
        sound = isinstance(state, dict) and not issubclass(kind, tuple)
        require(sound, f"a {kind.__name__} has no such state")
        made: Any = object.__new__(kind)
        allowed = _fields_of(kind)
        for name, value in state.items():
            # An attribute of that name would hide a method.
            own = name.isidentifier() and (name in allowed or not hasattr(kind, name))
            require(own, f"a {kind.__name__} has no attribute {name[:80]!r} of its own")
            vars(made)[name] = self.value(value)
        require(not allowed or set(state) == allowed, f"a {kind.__name__} lacks something")
        if isinstance(made, BaseEstimator):
            _give_later_parameters(made)
        return _checked(made)


def _fields_of(kind: type[Any]) -> set[str]:
    if not dataclasses.is_dataclass(kind):
        return set()
    return {field.name for field in dataclasses.fields(kind)}


def _give_later_parameters(made: BaseEstimator) -> None:
    """Give parameters that came after the file was written their defaults."""
    for name, one in signature(type(made).__init__).parameters.items():
        if name not in vars(made) and one.default is not Parameter.empty:
            setattr(made, name, one.default)


def _checked(made: Any) -> Any:
    """Check what was restored, in the one place where that is done."""
    if isinstance(made, BaseEstimator) and getattr(made, "_parameter_constraints", None):
        check_parameters(made)
    check = getattr(type(made), "check_restored", None)
    if check is not None:
        check(made)
    return made


def _all_texts(cells: list[Any]) -> list[str]:
    require(all(type(cell) is str for cell in cells), "a list of texts holds something else")
    return cells


def _random_state(state: Any) -> np.random.RandomState:
    """Restore a generator; its own loader would take a position beyond the end."""
    name, words, position, has_gauss, cached = state
    sound = (
        name == "MT19937"
        and isinstance(words, np.ndarray)
        and words.shape == (_TWISTER,)
        and words.dtype == np.uint32
        and type(position) is int
        and 0 <= position <= _TWISTER
        and has_gauss in (0, 1)
    )
    require(sound, "a generator of random numbers is none")
    made = np.random.RandomState(0)
    made.set_state((name, words, position, int(has_gauss), float(cached)))
    return made

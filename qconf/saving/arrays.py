"""Keep all numbers of a model in one long array for each type of number."""

from __future__ import annotations

import io
from collections.abc import Mapping
from math import prod
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from qconf.saving.limits import MOST_BYTES, MOST_CELLS_OF_NOTHING

__all__ = ["ARRAYS", "ArrayReader", "ArrayWriter"]

#: Types of numbers that there may be. Moments and durations are whole numbers and a unit.
_TYPES: Final = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64",
)  # fmt: skip
_UNITS: Final = ("D", "h", "m", "s", "ms", "us", "ns", "W", "M", "Y")
_MOMENTS: Final = {
    f"{name}64[{unit}]": f"{kind}8[{unit}]"
    for name, kind in (("datetime", "M"), ("timedelta", "m"))
    for unit in _UNITS
}
_MOST_DIMENSIONS = 8
#: What the parts are called.
ARRAYS: Final = tuple(rf"arrays/{name}\.npy" for name in _TYPES)


class ArrayWriter:
    """Arrays that are put one behind the other, and told by where they are."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[NDArray[Any]]] = {name: [] for name in _TYPES}
        self._length = dict.fromkeys(_TYPES, 0)
        self._known: dict[int, tuple[NDArray[Any], list[Any]]] = {}

    def put(self, array: NDArray[Any]) -> list[Any]:
        """Keep an array; return its type, its place, its shape and its order in memory.

        Raises
        ------
        ValueError
            If it holds no plain numbers.
        """
        if id(array) not in self._known:
            # The array is kept alive, so that no other gets its number.
            self._known[id(array)] = array, self._put(array)
        return self._known[id(array)][1]

    def _put(self, array: NDArray[Any]) -> list[Any]:
        name = array.dtype.newbyteorder("=").name
        stored = "int64" if name in _MOMENTS else name
        if stored not in _TYPES:
            msg = f"an array of type {array.dtype} cannot be kept in a file"
            raise ValueError(msg)
        order: Literal["C", "F"] = (
            "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        )
        flat = array.ravel(order)
        flat = flat.view(np.int64) if name in _MOMENTS else flat
        start = self._length[stored]
        self._pieces[stored].append(flat)
        self._length[stored] += flat.size
        return [name, start, list(array.shape), order]

    def parts(self) -> dict[str, bytes]:
        """Return the content of each part that is not empty."""
        return {
            f"arrays/{name}.npy": _as_npy(np.concatenate(pieces), name)
            for name, pieces in self._pieces.items()
            if pieces
        }


class ArrayReader:
    """Arrays by where they are; each is a copy of its own, and the same one if asked for again.

    Parameters
    ----------
    parts : mapping of str to bytes
        A part that is no plain array of its type is refused.
    """

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._whole = {
            name: _from_npy(parts[f"arrays/{name}.npy"], name)
            for name in _TYPES
            if f"arrays/{name}.npy" in parts
        }
        self._known: dict[str, NDArray[Any]] = {}

    def get(self, place: Any) -> NDArray[Any]:
        """Return the array of a place.

        Raises
        ------
        ValueError
            If there is no such array.
        """
        key = str(place)
        if key not in self._known:
            self._known[key] = self._get(place)
        return self._known[key]

    def _get(self, place: Any) -> NDArray[Any]:
        name, start, shape, order = _checked_place(place)
        whole = self._whole.get("int64" if name in _MOMENTS else name)
        size = prod(shape)
        if whole is None or start + size > len(whole):
            msg = f"an array of {size:,} {name} is not there"
            raise ValueError(msg)
        if size == 0 and prod(max(n, 1) for n in shape) > MOST_CELLS_OF_NOTHING:
            msg = f"an array of shape {tuple(shape)} holds nothing"
            raise ValueError(msg)
        flat = whole[start : start + size].copy()
        if name in _MOMENTS:
            flat = flat.view(_MOMENTS[name])
        return flat.reshape(shape, order=order)


def _checked_place(place: Any) -> tuple[str, int, list[int], Any]:
    if not (isinstance(place, list) and len(place) == 4):  # noqa: PLR2004 - as `put` returns
        msg = "an array has no place"
        raise ValueError(msg)
    name, start, shape, order = place
    sound = (
        isinstance(name, str)
        and (name in _TYPES or name in _MOMENTS)
        and order in ("C", "F")
        and isinstance(shape, list)
        and len(shape) <= _MOST_DIMENSIONS
        and all(type(n) is int and 0 <= n <= MOST_BYTES for n in [start, *shape])
    )
    if not sound:
        msg = f"an array cannot be {str(place)[:80]}"
        raise ValueError(msg)
    return name, start, shape, order


def _as_npy(array: NDArray[Any], name: str) -> bytes:
    written = io.BytesIO()
    plain = np.ascontiguousarray(array, dtype=np.dtype(name).newbyteorder("<"))
    np.lib.format.write_array(written, plain, version=(1, 0), allow_pickle=False)
    return written.getvalue()


def _from_npy(content: bytes, name: str) -> NDArray[Any]:
    """Read a part; NumPy's own reader decides by the file what it makes, this one by the name."""
    file = io.BytesIO(content)
    wanted = np.dtype(name).newbyteorder("<")
    if np.lib.format.read_magic(file) != (1, 0):
        msg = f"arrays/{name}.npy is of another version"
        raise ValueError(msg)
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    data = memoryview(content)[file.tell() :]
    if dtype != wanted or fortran or shape != (len(data) // wanted.itemsize,):
        msg = f"arrays/{name}.npy is no column of {name}"
        raise ValueError(msg)
    if len(data) % wanted.itemsize:
        msg = f"arrays/{name}.npy ends in the middle of a number"
        raise ValueError(msg)
    if name == "bool" and np.frombuffer(data, np.uint8).max(initial=0) > 1:
        msg = "arrays/bool.npy holds what is neither true nor false"
        raise ValueError(msg)
    whole: NDArray[Any] = np.frombuffer(data, wanted).astype(name, copy=False)
    return whole

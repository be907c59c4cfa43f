"""Keep a tree of plain values and arrays in a file: a text of JSON, and arrays beside it.

For what is no model: no class is named in it, and nothing of it is run.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from qconf.core.targets import check_target
from qconf.core.whole_files import whole_file
from qconf.saving.arrays import ARRAYS, ArrayReader, ArrayWriter
from qconf.saving.container import Container, write_parts
from qconf.saving.json_text import as_json, parsed
from qconf.saving.limits import MOST_BYTES_OF_MANIFEST

__all__ = ["read_plain_state", "write_plain_state"]

_ARRAY = "array"


def write_plain_state(path: str | PathLike[str], name: str, state: dict[str, Any]) -> None:
    """Write a file, whole or not at all; equal states are equal bytes.

    Parameters
    ----------
    path : str or path
    name : str
        What the text is called in the file, which tells its kind.
    state : dict
        Plain values, dictionaries and lists of such, and arrays of numbers.

    Raises
    ------
    OutputError
        If the name cannot be written to.
    OSError
        If the system refuses.
    """
    arrays = ArrayWriter()
    text = as_json(_placed(state, arrays))
    with whole_file(check_target(path)) as file:
        write_parts(file, {f"{name}.json": text, **arrays.parts()})


def read_plain_state(path: str | PathLike[str], name: str) -> dict[str, Any]:
    """Read such a file, which need not be trusted. What its values are is for the caller to check.

    Raises
    ------
    Exception
        Of any kind, if the file is another one or is damaged.
    """
    text = f"{name}.json"
    with Path(path).open("rb") as file:
        container = Container.of(file, (rf"{name}\.json", *ARRAYS))
        state = parsed(container.read(text), MOST_BYTES_OF_MANIFEST)
        parts = {one: container.read(one) for one in container.entries if one != text}
    if not isinstance(state, dict):
        msg = "it holds no state"
        raise TypeError(msg)
    found: dict[str, Any] = _filled(state, ArrayReader(parts))
    return found


def _placed(value: Any, arrays: ArrayWriter) -> Any:
    if isinstance(value, np.ndarray):
        return {_ARRAY: arrays.put(value)}
    if isinstance(value, dict):
        return {key: _placed(one, arrays) for key, one in value.items()}
    return [_placed(one, arrays) for one in value] if isinstance(value, list) else value


def _filled(value: Any, arrays: ArrayReader) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_ARRAY}:
            return arrays.get(value[_ARRAY])
        return {key: _filled(one, arrays) for key, one in value.items()}
    return [_filled(one, arrays) for one in value] if isinstance(value, list) else value

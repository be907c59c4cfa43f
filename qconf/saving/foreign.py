"""Keep other people's models in the file, by `skops`, and restore those of types that are trusted.

skops writes names of classes, and imports them again; so a file could name any. What it refuses by
its own rules it refuses here, and the class of each model must be named by whoever opens the file.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterator
from pathlib import PurePath
from typing import Any, Final

from qconf.errors import ModelFileError, OptionError
from qconf.saving.container import Container, write_parts
from qconf.saving.json_text import as_json, parsed
from qconf.saving.limits import MOST_BYTES_OF_JSON

__all__ = ["FOREIGN", "Foreign", "dumped", "restored", "types_of"]

#: What the parts are called, and the parts of each, which is a zip itself.
FOREIGN: Final = (r"foreign/\d+\.skops",)
_INSIDE: Final = (r"schema\.json", r"\d+\.\w+")
_SCHEMA: Final = "schema.json"
_OURS: Final = "qconf."


class Foreign:
    """Models of other packages, in parts of their own."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}

    def put(self, model: Any) -> str:
        """Write a model; return the name of its part.

        Raises
        ------
        OptionError
            If it cannot be written.
        """
        name = f"foreign/{len(self.parts)}.skops"
        self.parts[name] = dumped(model)
        return name


def dumped(model: Any) -> bytes:
    """Write a model of another package; the same model gives the same bytes.

    Raises
    ------
    OptionError
        If skops is not installed or cannot write it, or if it holds an estimator of qconf's.
    """
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    try:
        content = _repacked(_skops().dumps(model))
    except Exception as error:  # other people's code may raise anything
        if isinstance(error, OptionError):
            raise
        msg = f"A {kind} cannot be kept in a file: {' '.join(str(error).split())[:200]}."
        raise OptionError(msg) from error
    names = types_of(content)
    nowhere = [name for name in names if name.startswith("__main__.") or "<" in name]
    if nowhere:
        msg = (
            f"A {kind} that holds {nowhere[0]} cannot be kept in a file: no other process can "
            "import it. Put what it names into a module, at its top level."
        )
        raise OptionError(msg)
    own = [name for name in names if name.startswith(_OURS)]
    if own:
        msg = (
            f"A {kind} that holds {own[0]} cannot be kept in a file: what is inside of another "
            "package's estimator cannot be checked. Use it outside, or in a Pipeline."
        )
        raise OptionError(msg)
    return content


def types_of(content: bytes) -> list[str]:
    """List the types that a part names, without importing any.

    Raises
    ------
    ValueError
        If it is not what skops writes.
    """
    schema = parsed(_opened(content).read(_SCHEMA), MOST_BYTES_OF_JSON)
    return sorted({_type_of(node) for node in _nodes(schema)})


def restored(content: bytes, trust: Collection[str]) -> Any:
    """Restore a model of trusted types.

    Parameters
    ----------
    content : bytes
    trust : collection of str
        Names of types, such as ``"sklearn.linear_model._ridge.Ridge"``.

    Raises
    ------
    ModelFileError
        If other types would have to be trusted, or skops is not installed.
    ValueError
        If it cannot be read.
    """
    own = [name for name in types_of(content) if name.startswith(_OURS)]
    if own:
        msg = f"another package's model holds {own[0]}"
        raise ValueError(msg)
    skops = _skops(ModelFileError)
    schema = parsed(_opened(content).read(_SCHEMA), MOST_BYTES_OF_JSON)
    needed = {_type_of(schema), *skops.get_untrusted_types(data=content)}
    missing = sorted(needed - set(trust))
    if missing:
        raise ModelFileError(_not_trusted(sorted(needed)))
    return skops.loads(content, trusted=sorted(needed))


def _not_trusted(needed: list[str]) -> str:
    return (
        f"holds a model of another package, of the types {', '.join(needed)}: opening it runs "
        f"their code. If you trust who made the file, name them: --trust {','.join(needed)} "
        f"(trust={needed!r})."
    )


def _skops(kind: type[Exception] = OptionError) -> Any:
    try:
        import skops.io  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = (
            "needs skops for a model of another package, which is not installed. Install it with: "
            "pip install 'qconf[foreign]'"
        )
        raise kind(msg) from error
    return skops.io


def _opened(content: bytes) -> Container:
    return Container.of(io.BytesIO(content), _INSIDE)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Walk through all nodes of a schema."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "__class__" in value:
                yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _type_of(node: Any) -> str:
    return f"{node['__module__']}.{node['__class__']}"


def _repacked(content: bytes) -> bytes:
    """Write what skops wrote without the time, and with small numbers for places in memory."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    schema = json.loads(parts.pop(_SCHEMA))
    number: dict[str, int] = {}
    _renumber(schema, number)
    names = {name: f"{number[PurePath(name).stem]}{PurePath(name).suffix}" for name in parts}
    ordered = sorted(parts, key=lambda name: number[PurePath(name).stem])
    written = io.BytesIO()
    renamed = {names[name]: parts[name] for name in ordered}
    write_parts(written, {_SCHEMA: as_json(schema), **renamed})
    return written.getvalue()


def _renumber(value: Any, number: dict[str, int]) -> None:
    if isinstance(value, list):
        for one in value:
            _renumber(one, number)
    if not isinstance(value, dict):
        return
    if isinstance(value.get("__id__"), int):
        value["__id__"] = number.setdefault(str(value["__id__"]), len(number))
    if isinstance(value.get("file"), str):
        path = PurePath(value["file"])
        value["file"] = f"{number.setdefault(path.stem, len(number))}{path.suffix}"
    for one in value.values():
        _renumber(one, number)

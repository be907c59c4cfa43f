"""Open a model file without having to trust it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from qconf.core.uncollected import uncollected
from qconf.errors import ModelFileError
from qconf.saving.arrays import ArrayReader
from qconf.saving.classes import plug_in_named
from qconf.saving.container import Container
from qconf.saving.fingerprint import Fingerprint
from qconf.saving.first_page import PART_NAMES, manifest_of, opened
from qconf.saving.foreign import restored
from qconf.saving.json_text import parsed
from qconf.saving.limits import MOST_BYTES_OF_JSON
from qconf.saving.manifest import MANIFEST, STATE, Manifest, versions
from qconf.saving.state_reader import StateReader

__all__ = ["ModelFile", "load", "open_model"]


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A model from a file, and what the file says of it.

    Attributes
    ----------
    model : estimator
    manifest : Manifest
    """

    model: Any
    manifest: Manifest


def load(
    path: str | os.PathLike[str], *, plugins: bool = False, trust: Collection[str] = ()
) -> Any:
    """Open a model that `save` has written.

    No code of the file runs, and no name in it is imported: what classes there may be stands in
    qconf. What the file holds is checked before it is used, and the model must say of a few pinned
    rows what it said when it was saved.

    Parameters
    ----------
    path : str or path
    plugins : bool, default=False
        Whether the model may have confidence estimators that other installed packages offer.
        Opening it then runs the code of those packages, not that of the file.
    trust : collection of str, default=()
        Types of other packages' models that may be opened, such as
        ``"sklearn.linear_model._ridge.Ridge"``. They are opened by skops: only name them if you
        trust who made the file.

    Returns
    -------
    estimator
        Predicts to the last bit what the saved one did.

    Raises
    ------
    ModelFileError
        If it is no such file, is of another format, is damaged, or holds what was not allowed.
    """
    return open_model(path, plugins=plugins, trust=trust).model


def open_model(
    path: str | os.PathLike[str], *, plugins: bool = False, trust: Collection[str] = ()
) -> ModelFile:
    """Open a model as `load` does, and return what the file says of it, too.

    Parameters
    ----------
    path : str or path
    plugins : bool, default=False
    trust : collection of str, default=()

    Returns
    -------
    ModelFile

    Raises
    ------
    ModelFileError
        As `load`.
    """
    with opened(path) as file, uncollected():
        container = Container.of(file, PART_NAMES)
        manifest = manifest_of(container)
        parts = _checked_parts(container, manifest)
        state = parsed(parts[STATE], MOST_BYTES_OF_JSON)
        reader = StateReader(ArrayReader(parts), _foreign(parts, trust), _plug_ins(allowed=plugins))
        # Models may warn of what they are asked to be; none of it is news for who opens a file.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for entry in state["objects"]:
                reader.add(entry)
            model = reader.value(state["model"])
            rows, answers = reader.value(state["pinned"]) or (None, {})
            _check_answers(model, rows, answers, manifest)
        return ModelFile(model, manifest)


def _checked_parts(container: Container, manifest: Manifest) -> Mapping[str, bytes]:
    """Unpack all parts, each of which must be what the manifest says."""
    expected = {part.name: part for part in manifest.parts}
    if {*expected, MANIFEST} != set(container.entries) or len(expected) < len(manifest.parts):
        msg = "its parts are others than the manifest says"
        raise ValueError(msg)
    parts = {name: container.read(name) for name in expected}
    for name, content in parts.items():
        if sha256(content).hexdigest() != expected[name].sha256:
            msg = f"the part {name!r} was changed"
            raise ValueError(msg)
    return parts


def _foreign(parts: Mapping[str, bytes], trust: Collection[str]) -> Callable[[Any], Any]:
    def restore(name: Any) -> Any:
        return restored(parts[name], trust)

    return restore


def _plug_ins(*, allowed: bool) -> Callable[[Any], type[Any]]:
    def find(name: Any) -> type[Any]:
        if not allowed:
            msg = (
                f"holds the plug-in {str(name)[:80]!r}: opening it runs the code of the package "
                "that offers it. If you want that, say --plugins (plugins=True)."
            )
            raise ModelFileError(msg)
        return plug_in_named(str(name))

    return find


def _check_answers(model: Any, rows: Any, answers: dict[str, Any], manifest: Manifest) -> None:
    """Let the model say again what it said of pinned rows when it was saved."""
    if not hasattr(model, "fit"):
        msg = f"it holds a {type(model).__name__}, which is no model"
        raise ValueError(msg)
    known = None if rows is None else Fingerprint(rows, answers)
    digest = None if known is None else known.digest
    if manifest.card is not None and not manifest.card.promises_of(digest):
        msg = "has a certificate of another fit of its model, which promises nothing of this one."
        raise ModelFileError(msg)
    if known is None:
        if manifest.plug_ins or manifest.foreign_types:
            return
        msg = "it does not tell by which rows its model is known again"
        raise ValueError(msg)
    changed = known.disagreement(model)
    if changed is not None:
        here = versions()
        then = manifest.versions.items()
        other = [f"{name} {one}" for name, one in then if here.get(name) != one]
        hint = f"it was saved with {', '.join(other)}" if other else "it is damaged"
        msg = f"its model does not say of pinned rows what it said when saved ({changed}); {hint}"
        raise ValueError(msg)

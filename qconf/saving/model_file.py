"""Save a model to one file, and open it again without having to trust it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

import qconf
from qconf.core.whole_files import whole_file
from qconf.errors import ModelFileError, OptionError, OutputError, QconfError
from qconf.saving.arrays import ARRAYS, ArrayReader
from qconf.saving.card import ModelCard
from qconf.saving.classes import plug_in_named
from qconf.saving.container import Container, write_parts
from qconf.saving.fingerprint import Fingerprint, fingerprint_of
from qconf.saving.foreign import FOREIGN, restored, types_of
from qconf.saving.json_text import as_json, parsed
from qconf.saving.limits import MOST_BYTES_OF_JSON, MOST_BYTES_OF_MANIFEST
from qconf.saving.manifest import FORMAT, Manifest, Part, versions
from qconf.saving.schema import columns_of
from qconf.saving.state_reader import StateReader
from qconf.saving.state_writer import StateWriter

__all__ = ["ModelFile", "load", "open_model", "read_manifest", "save"]

_MANIFEST: Final = "manifest.json"
_STATE: Final = "state.json"
_NAMES: Final = (r"manifest\.json", r"state\.json", *ARRAYS, *FOREIGN)


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


def save(model: Any, path: str | os.PathLike[str], *, card: ModelCard | None = None) -> None:
    """Write a fitted model to a file that can be opened without running anyone's code.

    The same model gives the same bytes. The file is there whole or not at all.

    Parameters
    ----------
    model : estimator
        A fitted `ConfidentRegressor`, confidence estimator or learner of qconf's, or a plug-in.
        Models of other packages inside of it need ``qconf[foreign]``.
    path : str or path
    card : ModelCard, default=None
        What is to be said of the model beside what it knows itself.

    Raises
    ------
    OptionError
        If the model is not fitted, or holds what cannot be kept in a file.
    OutputError
        If the file cannot be written; one that was there is left as it was.
    """
    _check_fitted(model)
    parts = _parts(model, card)
    target = Path(os.path.realpath(path))
    try:
        _check_target(path, target)
        with whole_file(target) as file:
            write_parts(file, parts)
    except OSError as error:
        raise OutputError(_cannot_write(path, error.strerror or str(error))) from error


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
    """Do the same; return what the file says of the model, too.

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
    with _told(path), Path(path).open("rb") as file:
        container = Container.of(file, _NAMES)
        manifest = _manifest(container)
        parts = _checked_parts(container, manifest)
        state = parsed(parts[_STATE], MOST_BYTES_OF_JSON)
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


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """Read what a file says of its model, and nothing else of it.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Manifest

    Raises
    ------
    ModelFileError
        If it is no model file, is of another format, or is damaged.
    """
    with _told(path), Path(path).open("rb") as file:
        return _manifest(Container.of(file, _NAMES))


def _parts(model: Any, card: ModelCard | None) -> dict[str, bytes]:
    """Write all parts of a file, the manifest last."""
    writer = StateWriter()
    whole = writer.value(model)
    columns = columns_of(model, writer.models)
    known = fingerprint_of(model, columns)
    pinned = None if known is None else writer.value((known.rows, known.answers))
    state = {"objects": writer.objects, "model": whole, "pinned": pinned}
    parts = {_STATE: as_json(state), **writer.arrays.parts(), **writer.foreign.parts}
    manifest = Manifest(
        format=FORMAT,
        qconf=qconf.__version__,
        versions=versions(),
        model=_described(model),
        columns=[{**asdict(column), "first": list(column.first)} for column in columns],
        error=getattr(model, "error", None),
        seeds=_seeds(model),
        fingerprint=None if known is None else {"rows": len(known.rows), "sha256": known.digest},
        plug_ins=sorted(writer.plug_ins),
        foreign_types=sorted(
            {one for part in writer.foreign.parts.values() for one in types_of(part)}
        ),
        card=card,
        parts=[
            Part(name, len(content), sha256(content).hexdigest()) for name, content in parts.items()
        ],
    )
    return {**parts, _MANIFEST: as_json(manifest.to_dict(), indent=1)}


def _described(model: Any) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": type(model).__name__,
        "written": " ".join(repr(model).split()),
    }
    for name in ("regressor_", "confidence_"):
        if hasattr(model, name):
            described[name.rstrip("_")] = type(getattr(model, name)).__name__
    if hasattr(model, "residual_"):
        described["n_rows"] = len(model.residual_)
    return described


def _seeds(model: Any) -> dict[str, int]:
    if not hasattr(model, "get_params"):
        return {}
    given = model.get_params(deep=True)
    return {
        name: value
        for name, value in sorted(given.items())
        if name.endswith("random_state") and type(value) is int
    }


def _check_fitted(model: Any) -> None:
    try:
        check_is_fitted(model)
    except (NotFittedError, TypeError) as error:
        msg = (
            f"Only a fitted model can be saved; this {type(model).__name__} is none. Fit it first."
        )
        raise OptionError(msg) from error


def _check_target(path: Any, target: Path) -> None:
    if target.is_dir():
        raise OutputError(_cannot_write(path, "it is a folder; name a file in it"))
    if not target.parent.is_dir():
        raise OutputError(_cannot_write(path, f"there is no folder {str(target.parent)!r}"))
    if target.exists() and not target.is_file():
        raise OutputError(_cannot_write(path, "it is no regular file; name one"))
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(_cannot_write(path, "the file is not writable"))


def _cannot_write(path: Any, reason: str) -> str:
    return f"Cannot write to {str(path)!r}: {reason}."


@contextmanager
def _told(path: Any) -> Iterator[None]:
    """Say in one line why a file cannot be opened, whatever was raised."""
    shown = repr(str(path))
    try:
        yield
    except QconfError as error:
        if isinstance(error, ModelFileError):
            raise ModelFileError(f"The file {shown} {error}") from error
        msg = f"The file {shown} cannot be opened: {error}"
        raise ModelFileError(msg) from error
    except FileNotFoundError as error:
        msg = f"There is no file {shown}."
        raise ModelFileError(msg) from error
    except IsADirectoryError as error:
        msg = f"{shown} is a folder; name a model file, such as avm.qconf."
        raise ModelFileError(msg) from error
    except Exception as error:  # a file that was tampered with may raise anything
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        msg = f"The file {shown} is no model file, or it is damaged: {reason}."
        raise ModelFileError(msg) from error


def _manifest(container: Container) -> Manifest:
    plain = parsed(container.read(_MANIFEST), MOST_BYTES_OF_MANIFEST)
    found = plain.get("format") if isinstance(plain, dict) else None
    if type(found) is int and found != FORMAT:
        written = str(plain.get("qconf"))[:40]
        what = "a newer qconf" if found > FORMAT else "an older qconf"
        msg = (
            f"has the format {found}, and qconf {qconf.__version__} reads {FORMAT}. It was written "
            f"by qconf {written}: open it with {what}: pip install 'qconf=={written}'."
        )
        raise ModelFileError(msg)
    return Manifest.from_dict(plain)


def _checked_parts(container: Container, manifest: Manifest) -> Mapping[str, bytes]:
    """Unpack all parts, each of which must be what the manifest says."""
    expected = {part.name: part for part in manifest.parts}
    if {*expected, _MANIFEST} != set(container.entries) or len(expected) < len(manifest.parts):
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
    if rows is None:
        if manifest.plug_ins or manifest.foreign_types:
            return
        msg = "it does not tell by which rows its model is known again"
        raise ValueError(msg)
    changed = Fingerprint(rows, answers).disagreement(model)
    if changed is not None:
        other = {
            name: one for name, one in manifest.versions.items() if versions().get(name) != one
        }
        libraries = ", ".join(f"{name} {one}" for name, one in other.items())
        hint = f"; it was saved with {libraries}" if libraries else ", or it is damaged"
        msg = f"the model does not say of pinned rows what it said when it was saved ({changed}){hint}"
        raise ValueError(msg)

"""Write a fitted model to one file."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

import qconf
from qconf.core.long_files import long_file
from qconf.core.targets import cannot_write, check_target
from qconf.errors import OptionError, OutputError
from qconf.saving.card import ModelCard
from qconf.saving.container import write_parts
from qconf.saving.fingerprint import fingerprint_of
from qconf.saving.foreign import types_of
from qconf.saving.json_text import as_json
from qconf.saving.manifest import FORMAT, MANIFEST, STATE, Manifest, Part, versions
from qconf.saving.schema import columns_of
from qconf.saving.state_writer import StateWriter

__all__ = ["save"]


def save(model: Any, path: str | os.PathLike[str], *, card: ModelCard | None = None) -> None:
    """Write a fitted model to a file that can be opened without running anyone's code.

    The same model gives the same bytes. The file is there whole or not at all; what a process that
    was killed has left unfinished goes.

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
        If the model is not fitted, or holds what cannot be kept in a file, or the card has a
        certificate of another fit.
    OutputError
        If the file cannot be written; one that was there is left as it was.
    """
    _check_fitted(model)
    parts = _parts(model, card)
    try:
        with long_file(check_target(path)) as file:
            write_parts(file, parts)
    except OSError as error:
        raise OutputError(cannot_write(path, error.strerror or str(error))) from error


def _parts(model: Any, card: ModelCard | None) -> dict[str, bytes]:
    """Write all parts of a file, the manifest last."""
    writer = StateWriter()
    whole = writer.value(model)
    columns = columns_of(model, writer.models)
    known = fingerprint_of(model, columns)
    _check_certificate(card, None if known is None else known.digest)
    pinned = None if known is None else writer.value((known.rows, known.answers))
    state = {"objects": writer.objects, "model": whole, "pinned": pinned}
    parts = {STATE: as_json(state), **writer.arrays.parts(), **writer.foreign.parts}
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
    return {**parts, MANIFEST: as_json(manifest.to_dict(), indent=1)}


def _described(model: Any) -> dict[str, Any]:
    # Where something lies in memory is no part of what it is.
    written = re.sub(r" at 0x[0-9A-Fa-f]+", "", " ".join(repr(model).split()))
    described: dict[str, Any] = {"type": type(model).__name__, "written": written}
    for name in ("regressor_", "confidence_"):
        if hasattr(model, name):
            described[name.rstrip("_")] = type(getattr(model, name)).__name__
    if hasattr(model, "residual_"):
        described["n_rows"] = len(model.residual_)
    places = _places(getattr(model, "confidence_", model))
    if places is not None:
        described["places"] = ", ".join(places)
    return described


def _places(confidence: Any) -> tuple[str, str] | None:
    """Return the columns of a place, of an estimator or the one inside it."""
    inside = getattr(confidence, "estimator_", confidence)
    places: tuple[str, str] | None = getattr(inside, "places_", None)
    return places


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


def _check_certificate(card: ModelCard | None, digest: str | None) -> None:
    if card is not None and not card.promises_of(digest):
        msg = (
            "The card's certificate is of another fit, and a fit voids it. Certify this model "
            "(qconf.certify_model), or leave the certificate out of the card's figures."
        )
        raise OptionError(msg)

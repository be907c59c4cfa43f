"""Read the first page of a model file, and say in one line what is wrong with a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import qconf
from qconf.errors import ModelFileError, QconfError
from qconf.saving.arrays import ARRAYS
from qconf.saving.container import Container
from qconf.saving.foreign import FOREIGN
from qconf.saving.json_text import parsed
from qconf.saving.limits import MOST_BYTES_OF_MANIFEST
from qconf.saving.manifest import FORMAT, MANIFEST, Manifest

__all__ = ["PART_NAMES", "manifest_of", "read_manifest", "told"]

PART_NAMES: Final = (r"manifest\.json", r"state\.json", *ARRAYS, *FOREIGN)


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
    with told(path), Path(path).open("rb") as file:
        return manifest_of(Container.of(file, PART_NAMES))


@contextmanager
def told(path: Any) -> Iterator[None]:
    """Say in one line why a file cannot be opened, whatever was raised."""
    shown = repr(str(path))
    try:
        yield
    except QconfError as error:
        if isinstance(error, ModelFileError):
            msg = f"The file {shown} {error}"
            raise ModelFileError(msg) from error
        msg = f"The file {shown} cannot be opened: {error}"
        raise ModelFileError(msg) from error
    except FileNotFoundError as error:
        msg = f"There is no file {shown}."
        raise ModelFileError(msg) from error
    except IsADirectoryError as error:
        msg = f"{shown} is a folder; name a model file, such as avm.qconf."
        raise ModelFileError(msg) from error
    except Exception as error:  # a file that was tampered with may raise anything
        reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        msg = f"The file {shown} is no model file, or it is damaged: {reason}."
        raise ModelFileError(msg) from error


def manifest_of(container: Container) -> Manifest:
    """Read the manifest of a file of this format.

    Raises
    ------
    ModelFileError
        If it is of another format.
    ValueError
        If it is damaged.
    """
    plain = parsed(container.read(MANIFEST), MOST_BYTES_OF_MANIFEST)
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

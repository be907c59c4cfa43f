"""Read the first page of a model file, and say in one line what is wrong with a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import qconf
from qconf.errors import ModelFileError, QconfError, which_file
from qconf.saving.arrays import ARRAYS
from qconf.saving.container import Container
from qconf.saving.foreign import FOREIGN
from qconf.saving.json_text import parsed
from qconf.saving.limits import MOST_BYTES_OF_MANIFEST
from qconf.saving.manifest import FORMAT, MANIFEST, Manifest
from qconf.saving.other_files import what_it_is

__all__ = ["PART_NAMES", "manifest_of", "opened", "read_manifest", "told"]

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
    with opened(path) as file:
        return manifest_of(Container.of(file, PART_NAMES))


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a file that may hold a model; say in one line why not, whatever is raised in the block.

    Raises
    ------
    ModelFileError
    """
    with told(path), Path(path).open("rb") as file:
        other = what_it_is(file)
        if other is not None:
            msg = f"is no model file: {other}."
            raise ModelFileError(msg)
        yield file


@contextmanager
def told(path: str | os.PathLike[str]) -> Iterator[None]:
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
        raise ModelFileError(_no_such_file(Path(path))) from error
    except IsADirectoryError as error:
        msg = f"{shown} is a folder; name a model file, such as avm.qconf."
        raise ModelFileError(msg) from error
    except OSError as error:
        msg = f"Cannot read the file {shown}: {error.strerror or error}."
        raise ModelFileError(msg) from error
    except Exception as error:  # a file that was tampered with may raise anything
        reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        msg = f"The file {shown} is no model file, or it is damaged: {reason}."
        raise ModelFileError(msg) from error


def _no_such_file(path: Path) -> str:
    beside = sorted(one.name for one in path.parent.glob("*.qconf"))
    if beside:
        return f"There is no file {str(path)!r}. {which_file(path.name, beside)}"
    return f"There is no file {str(path)!r}: name a model file, such as qconf fit writes."


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

"""A folder of new rows, part by part: which parts are there already, and which are to be made.

Each part keeps in its own file what it was made from. So a run that was killed goes on where it
stopped, and no part of another model, or of an input that has changed, is taken for one of this
run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qconf.core.targets import cannot_write
from qconf.errors import OutputError, TableError
from qconf.scoring.sinks import STAMP
from qconf.scoring.stream import How, Tally
from qconf.tables.containers import PARQUET
from qconf.tables.partitions import partition_values
from qconf.tables.sources import TEXT_FILES, files_of

__all__ = ["ASIDE", "Part", "Standing", "parts_of", "stamp_of", "standing_of"]

#: Where in the output's folder rejected rows wait; names that begin so are not read as tables.
ASIDE = "_rejected"
#: What a part keeps of how it was made.
_KEYS = {"model", "input", "options", "qconf", "rows"}


@dataclass(frozen=True)
class Part:
    """One file of the input, and the file that is made of it.

    Attributes
    ----------
    source, output : Path
    rejected : Path
        Where rows go that cannot be scored.
    number : int
        From 1.
    name : str
        What the user calls the source.
    partitions : tuple of (str, str or None)
        What the names of its folders say of all its rows.
    """

    source: Path
    output: Path
    rejected: Path
    number: int
    name: str
    partitions: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Standing:
    """How far a folder is.

    Attributes
    ----------
    missing : tuple of Part
    done : Tally
        Of the parts that are there already.
    n_done : int
    n_changed : int
        How many of the missing ones are there, but made of an input that has changed since.
    """

    missing: tuple[Part, ...]
    done: Tally
    n_done: int
    n_changed: int


def parts_of(source: str, folder: Path) -> list[Part]:
    """List the parts of a folder, or of the files that match a pattern.

    Raises
    ------
    TableError
        If there are none, they are neither Parquet nor CSV, or two would become one.
    OutputError
        If the output would lie within the input, or the input within the output.
    """
    files, base = files_of(source)
    known = (*PARQUET, *TEXT_FILES)
    other = next((file for file in files if not file.name.lower().endswith(known)), None)
    if other is not None:
        msg = f"Rows to score are Parquet or CSV; {str(other)!r} is neither: write it as one."
        raise TableError(msg)
    top = base if base.parts else Path(os.path.commonpath([file.parent for file in files]))
    _check_apart(files, top, folder)
    parts = []
    for number, file in enumerate(files, start=1):
        inside = _called(file.relative_to(top))
        values = tuple(partition_values(file, base).items())
        aside = (folder / ASIDE / inside).with_suffix(".csv")
        parts.append(Part(file, folder / inside, aside, number, str(file), values))
    _check_one_each(parts)
    return parts


def _called(inside: Path) -> Path:
    """Name what is made of a file: Parquet, since text could not keep what it was made from."""
    if inside.name.lower().endswith(PARQUET):
        return inside
    ending = next(one for one in TEXT_FILES if inside.name.lower().endswith(one))
    return inside.with_name(f"{inside.name[: -len(ending)]}.parquet")


def _check_one_each(parts: Sequence[Part]) -> None:
    """Refuse files that differ in their endings alone, such as ``a.csv`` and ``a.csv.gz``."""
    first: dict[Path, Part] = {}
    for part in parts:
        other = first.setdefault(part.output, part)
        if other is not part:
            msg = (
                f"{other.name!r} and {part.name!r} would both become {part.output.name!r}: rename "
                "one, or take it out of the folder."
            )
            raise TableError(msg)


def stamp_of(part: Part, digest: str, how: How, reading: dict[str, Any]) -> dict[str, Any]:
    """Say what a part is made from: the model, the input's file, and how."""
    from qconf import __version__  # noqa: PLC0415 - the package itself stands above

    file = part.source.stat()
    options = {key: value for key, value in asdict(how).items() if key != "batch_rows"}
    return {
        "model": digest,
        "input": [part.source.name, file.st_size, file.st_mtime_ns],
        "options": json.loads(json.dumps({**options, "reading": reading})),
        "qconf": __version__,
    }


def standing_of(parts: Sequence[Part], stamps: Sequence[dict[str, Any]], folder: Path) -> Standing:
    """Tell which parts are there already, made from the same input by the same model.

    Parameters
    ----------
    parts : sequence of Part
    stamps : sequence of dict
        For each what it would be made from.
    folder : Path

    Returns
    -------
    Standing

    Raises
    ------
    OutputError
        If a part is there that another model made, or was made otherwise, or a file that is no
        part of this run.
    """
    _check_strangers(parts, folder)
    missing, done, n_done, n_changed = [], Tally(), 0, 0
    for part, stamp in zip(parts, stamps, strict=True):
        found = _read_stamp(part.output)
        if found is None:
            missing.append(part)
            continue
        _check_same_run(found, stamp, part, folder)
        whole = part.rejected.exists() or not stamp["options"]["skip"]
        if found["input"] == stamp["input"] and whole:
            done, n_done = done + Tally(*found["rows"]), n_done + 1
        else:
            missing.append(part)
            n_changed += whole
    return Standing(tuple(missing), done, n_done, n_changed)


def _read_stamp(output: Path) -> dict[str, Any] | None:
    from pyarrow import parquet  # noqa: PLC0415 - half a second that `import qconf` does without

    if not output.exists():
        return None
    found: dict[str, Any] = {}
    try:
        kept = parquet.read_metadata(output).metadata or {}
        found = dict(json.loads(kept.get(STAMP, b"{}")))
    except (OSError, ValueError, TypeError):
        found = {}
    if not found.keys() >= _KEYS:
        reason = "a file is there that qconf score did not make. Name another folder, or remove it"
        raise OutputError(cannot_write(output, reason))
    return found


def _check_same_run(found: dict[str, Any], stamp: dict[str, Any], part: Part, folder: Path) -> None:
    differing = [
        what
        for key, what in (
            ("model", "by another model"),
            ("options", "with other options"),
            ("qconf", f"by qconf {found['qconf']}"),
        )
        if found[key] != stamp[key]
    ]
    if differing:
        msg = (
            f"The folder {str(folder)!r} holds parts that were made {differing[0]}, such as "
            f"{part.output.name!r}. Name another folder, or remove them."
        )
        raise OutputError(msg)


def _check_strangers(parts: Sequence[Part], folder: Path) -> None:
    """Refuse a folder with tables that this run would not make: they would be read as its parts."""
    own = {part.output for part in parts}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        hidden = any(one[0] in "._" and "=" not in one for one in path.relative_to(folder).parts)
        if path.name.lower().endswith(PARQUET) and not hidden and path not in own:
            msg = (
                f"The folder {str(folder)!r} holds {str(path.relative_to(folder))!r}, which is no "
                "part of this input. Name another folder, or remove it."
            )
            raise OutputError(msg)


def _check_apart(files: Sequence[Path], top: Path, folder: Path) -> None:
    read, written = Path(os.path.realpath(top)), Path(os.path.realpath(folder))
    if read == written or read in written.parents or written in read.parents:
        reason = (
            f"the input {str(top)!r} and the output must not lie within each other. Name a folder "
            "elsewhere"
        )
        raise OutputError(cannot_write(folder, reason))
    inputs = {(one.st_dev, one.st_ino) for one in map(Path.stat, files)}
    for path in folder.rglob("*") if folder.is_dir() else []:
        if path.is_file() and (path.stat().st_dev, path.stat().st_ino) in inputs:
            raise OutputError(cannot_write(folder, f"{path.name!r} in it is a file of the input"))

"""Put parts into a zip, always as the same bytes, and take them out of one that is not trusted."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from qconf.saving.limits import MOST_BYTES, MOST_PARTS, MOST_TIMES_AS_LONG, SHORT

__all__ = ["Container", "write_parts"]

#: The first moment that a zip can tell.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_ENCRYPTED = 0x1
_KEPT_AS_IT_IS, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
#: Before the content of a part stands at least this much of its own.
_LOCAL_HEADER = 30
#: Level 6 takes twice as long for one hundredth less (docs/decisions/0029-the-model-file.md).
_LEVEL = 4


def write_parts(file: IO[bytes], parts: Mapping[str, bytes]) -> None:
    """Write parts into a zip, in their order, without a word of when or where.

    Parameters
    ----------
    file : file
        Open for writing.
    parts : mapping of str to bytes
    """
    with zipfile.ZipFile(file, "w") as made:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr = _UNIX, (stat.S_IFREG | 0o644) << 16
            entry.compress_type = _DEFLATED if _packs_as_expected(content) else _KEPT_AS_IT_IS
            made.writestr(entry, content, compresslevel=_LEVEL)


def _packs_as_expected(content: bytes) -> bool:
    """Tell whether a part, packed, may still be unpacked by `Container`."""
    if len(content) <= SHORT:
        return True
    # Packs at least half as well as the zip will.
    return len(content) < MOST_TIMES_AS_LONG / 2 * len(zlib.compress(content, 1))


@dataclass(frozen=True, eq=False)
class Container:
    """A zip whose directory was checked.

    Attributes
    ----------
    entries : dict of str to zipfile.ZipInfo
    """

    _zip: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]

    @classmethod
    def of(cls, file: IO[bytes], names: Iterable[str]) -> Container:
        """Read and check the directory of a zip; nothing is unpacked yet.

        Parameters
        ----------
        file : file
        names : iterable of str
            Regular expressions: what parts may be called.

        Raises
        ------
        ValueError
            If there are too many parts, two of one name, others than these, encrypted or linked
            ones, some that overlap, or some that would be too long.
        """
        opened = zipfile.ZipFile(file)
        entries = opened.infolist()
        if len(entries) > MOST_PARTS:
            msg = f"it has {len(entries):,} parts, more than {MOST_PARTS:,}"
            raise ValueError(msg)
        patterns = re.compile("|".join(f"(?:{name})" for name in names))
        for entry in entries:
            _check(entry, patterns)
        _check_together(entries, opened.start_dir)
        return cls(opened, {entry.filename: entry for entry in entries})

    def read(self, name: str) -> bytes:
        """Unpack a part.

        Raises
        ------
        ValueError
            If it is not there, or not what the directory says.
        """
        entry = self.entries.get(name)
        if entry is None:
            msg = f"the part {name!r} is missing"
            raise ValueError(msg)
        with self._zip.open(entry) as part:
            # Stops at the length that was checked; its checksum is compared at the end.
            content = part.read(entry.file_size + 1)
        if len(content) != entry.file_size:
            msg = f"the part {name!r} is not as long as it should be"
            raise ValueError(msg)
        return content


def _check(entry: zipfile.ZipInfo, patterns: re.Pattern[str]) -> None:
    """Check one line of the directory."""
    name = entry.filename
    if entry.orig_filename != name or patterns.fullmatch(name) is None:
        msg = f"no part may be called {entry.orig_filename!r}"
        raise ValueError(msg)
    mode = entry.external_attr >> 16
    wrong = {
        "is encrypted": entry.flag_bits & _ENCRYPTED,
        "is packed in another way": entry.compress_type not in {_KEPT_AS_IT_IS, _DEFLATED},
        "is a link or a folder": stat.S_IFMT(mode) not in {0, stat.S_IFREG} or entry.is_dir(),
        "is packed too well": entry.file_size > SHORT
        and entry.file_size > MOST_TIMES_AS_LONG * entry.compress_size,
    }
    for reason, found in wrong.items():
        if found:
            msg = f"the part {name!r} {reason}"
            raise ValueError(msg)


def _check_together(entries: list[zipfile.ZipInfo], start_of_directory: int) -> None:
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        msg = "two parts have one name"
        raise ValueError(msg)
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        msg = f"its parts are longer than {MOST_BYTES:,} bytes together"
        raise ValueError(msg)
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    starts = [entry.header_offset for entry in ordered] + [start_of_directory]
    for entry, following in zip(ordered, starts[1:], strict=True):
        name = len(entry.filename.encode("utf-8"))
        if entry.header_offset + _LOCAL_HEADER + name + entry.compress_size > following:
            msg = f"the part {entry.filename!r} overlaps what follows"
            raise ValueError(msg)

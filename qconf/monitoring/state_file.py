"""Keep what monitors know between two runs: a small file of JSON, replaced whole or not at all."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import Any, Final

from qconf.core.whole_files import whole_file
from qconf.errors import OutputError, TableError

__all__ = ["StateFile"]

_VERSION: Final = 1
_ENDING = "Name another file with --state, or delete it to begin anew."


class StateFile:
    """A file with the state of a watch.

    Parameters
    ----------
    path : str or path
        It need not be there yet.
    model : str
        What tells the model: a state belongs to one.
    """

    def __init__(self, path: str | PathLike[str], model: str) -> None:
        self._path, self._model = Path(path), model
        self._read: bytes | None = None

    def read(self) -> dict[str, Any] | None:
        """Return the state, or None if there is no file yet.

        Raises
        ------
        TableError
            If the file is no state, or that of another model.
        """
        try:
            self._read = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            msg = f"Cannot read the state {str(self._path)!r}: {error.strerror}."
            raise TableError(msg) from error
        try:
            found = json.loads(self._read)
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            msg = f"{str(self._path)!r} is no state of qconf monitor. {_ENDING}"
            raise TableError(msg) from error
        if not isinstance(found, dict) or found.get("qconf_monitor") != _VERSION:
            msg = f"{str(self._path)!r} is no state of qconf monitor. {_ENDING}"
            raise TableError(msg)
        if found.get("model") != self._model:
            msg = (
                f"The state {str(self._path)!r} is of another model, of this one before it was "
                f"fitted or certified anew, or was begun with other options. {_ENDING}"
            )
            raise TableError(msg)
        kept = found.get("state")
        return kept if isinstance(kept, dict) else {}

    def write(self, state: dict[str, Any]) -> None:
        """Replace the file.

        Raises
        ------
        OutputError
            If it cannot be written, or another run has replaced it meanwhile.
        """
        whole = {"qconf_monitor": _VERSION, "model": self._model, "state": state}
        content = (json.dumps(whole, allow_nan=False, separators=(",", ":")) + "\n").encode()
        try:
            now = self._path.read_bytes() if self._path.exists() else None
            if now != self._read:
                msg = (
                    f"Another run has replaced the state {str(self._path)!r} meanwhile; nothing of "
                    "this one was kept. Run it again."
                )
                raise OutputError(msg)
            with whole_file(self._path.resolve()) as file:
                file.write(content)
        except OSError as error:
            msg = f"Cannot write the state {str(self._path)!r}: {error.strerror}."
            raise OutputError(msg) from error

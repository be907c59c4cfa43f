"""Run the program ``qconf``: one line and the right exit status for whatever goes wrong.

This is where a process begins. Nothing heavy is imported before it can be interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from qconf.cli.interrupts import leave_on_signals
from qconf.cli.streams import mend_streams
from qconf.cli.terminal import abandon, tell
from qconf.core.printable import shown

TYPE_CHECKING = False  # as type checkers have it
if TYPE_CHECKING:
    from typing import Any, NoReturn

__all__ = ["main"]

_OUR_FAULT = 1
_USER_CAN_MEND_IT = 2
_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_READER_GONE = 141  # 128 + SIGPIPE
_NEW_OBJECTS = 100_000

#: What the system may refuse anywhere, and we cannot help.
_REFUSALS = ("EACCES", "EBADF", "EDQUOT", "EFBIG", "EIO", "ELOOP", "EMFILE", "ENAMETOOLONG",
             "ENFILE", "ENOMEM", "ENOSPC", "EPERM", "EROFS")  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and exit: 0 if all went well, 2 if the user can mend it, 1 if only we can.

    Parameters
    ----------
    arguments : sequence of str, default=None
        What was typed after ``qconf``. None is the process's own arguments; signals, streams and
        warnings are then taken care of, too.
    """
    if arguments is None:
        _make_ready()
    typed = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    sys.exit(_status(typed))


def _make_ready() -> None:
    mend_streams()
    leave_on_signals()
    # Only now: what was imported so far took a few thousandths of a second.
    import atexit  # noqa: PLC0415
    import gc  # noqa: PLC0415
    import warnings  # noqa: PLC0415

    from qconf.cli.environment import drop_bad_thread_counts  # noqa: PLC0415

    drop_bad_thread_counts()
    warnings.showwarning = _show_warning
    # Modules are not garbage: looking for some while they are loaded, and once more at the end,
    # took a tenth of a second.
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    tell(f"warning: {message}")


def _status(typed: list[str]) -> int:
    """Do what was typed; whatever happens is an exit status, and a line if it is not 0."""
    try:
        return _run(typed)
    except BrokenPipeError:
        # Whoever read our output has had enough: no reason for words.
        abandon(sys.stdout)
        return _READER_GONE
    except KeyboardInterrupt:
        tell("interrupted")
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - told, with what to do about it
        if type(error).__name__ == "ArrowCancelled":
            # pyarrow heeds interrupts by itself, and may be quicker than we are.
            tell("interrupted")
            return _INTERRUPTED
        if isinstance(error, OSError):
            abandon(sys.stdout)
        message, status = _explained(error)
        if "--debug" in typed:
            _show_traceback(error)
        else:
            tell(message)
        return status


def _run(typed: list[str]) -> int:
    from qconf.cli.app import run  # noqa: PLC0415 - can be interrupted from here on

    return run(typed)


def _explained(error: Exception) -> tuple[str, int]:
    import errno  # noqa: PLC0415

    from qconf.errors import QconfError  # noqa: PLC0415

    if isinstance(error, QconfError):
        return str(error), _USER_CAN_MEND_IT
    if isinstance(error, OSError) and errno.errorcode.get(error.errno or 0) in _REFUSALS:
        which = "" if error.filename is None else f" ({str(error.filename)!r})"
        return f"The system refused: {error.strerror}{which}.", _USER_CAN_MEND_IT
    return (
        f"unexpected {type(error).__name__}: {error} (run again with --debug for the traceback, "
        "and please report it)"
    ), _OUR_FAULT


def _show_traceback(error: Exception) -> None:
    import traceback  # noqa: PLC0415

    for line in "".join(traceback.format_exception(error)).splitlines():
        sys.stderr.write(shown(line) + "\n")

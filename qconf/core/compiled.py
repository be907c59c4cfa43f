"""Compile loops with numba, keep the machine code, and prefetch memory, which numba cannot.

Importing this imports numba, a quarter of a second: import it where a loop is, and such modules
only where the loop is needed.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.core import types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.extending import intrinsic

__all__ = [
    "CACHE_LINE", "compiled", "exactly_compiled", "exactly_inlined", "inlined", "prefetch",
]  # fmt: skip

#: Its annotations lack an option.
_njit = cast("Any", numba.njit)

F = TypeVar("F", bound=Callable[..., Any])

#: Bytes that a processor loads at once.
CACHE_LINE = 64

_FOR_WRITING, _ALL_CACHE_LEVELS, _DATA = 1, 3, 1


_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "_nrt": False,
    "error_model": "numpy",
    # Not all of fastmath: infinite values are used.
    "fastmath": {"reassoc", "contract", "nsz", "nnan"},
}
_EXACT = _OPTIONS | {"fastmath": False}


def compiled(function: F) -> F:
    """Compile a function at its first call, and keep the machine code on disk if that is possible.

    Compiled functions release the GIL, and allocate nothing: arrays are made by the caller, who
    holds them. So they need not be counted, and counting took ten times as long as the work.
    Sums may be reordered to use the processor's vector units: results agree to rounding between
    processors, and exactly on one. A function that is called by such a one and sums up itself is
    to be `inlined`: else it is compiled twice, alone and as a part of its caller, and whether
    machine code was kept decides which of the two runs.

    Parameters
    ----------
    function : callable
        In the subset of Python that numba takes.

    Returns
    -------
    callable
    """
    return _kept(function, _OPTIONS)


def exactly_compiled(function: F) -> F:
    """Compile likewise, but as IEEE 754 has it: sums in their order, and NaN is NaN.

    For loops that must give the same bits on every processor, and for those that meet NaN.
    """
    return _kept(function, _EXACT)


def _kept(function: F, options: dict[str, Any]) -> F:
    """Compile a function, and keep the machine code on disk if that is possible."""
    dispatcher = _njit(**options)(function)
    # Neither the package's folder nor the user's may be writable: then every process compiles
    # for itself.
    with suppress(RuntimeError):
        dispatcher._cache = _ForgivingCache(function)  # noqa: SLF001 - as its enable_caching does
    return cast("F", dispatcher)


class _CheckedFile(IndexDataCacheFile):  # type: ignore[misc]  # numba has no types
    """Machine code behind its digest: code that was changed on disk must never run."""

    def _save_data(self, name: str, data: Any) -> None:
        content = self._dump(data)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(sha256(content).digest() + content)

    def _load_data(self, name: str) -> Any:
        digest, content = _split(Path(self._data_path(name)).read_bytes())
        if sha256(content).digest() != digest:
            msg = f"{name} is damaged"
            raise ValueError(msg)
        return pickle.loads(content)  # noqa: S301 - as numba does; who can write here can do more


class _ForgivingCache(FunctionCache):  # type: ignore[misc]  # the same
    """Machine code on disk. What cannot be read is compiled, and written anew.

    Numba's own cache raises whatever reading raises: a file that was cut off (a full disk, a
    killed process) would stop every run from then on.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        # Not numba's own names: without a digest, other versions of qconf could not read these.
        name = f"{self._impl.filename_base}.checked"
        self._cache_file = _CheckedFile(self._cache_path, name, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the kept machine code of a signature; None if there is none that can be used."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # noqa: BLE001 - bytes that were cut off or changed raise anything
            # Saving reads the index first, so it must go.
            with suppress(OSError):
                Path(self._cache_file._index_path).unlink()  # noqa: SLF001
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep machine code, if there is room for it."""
        with suppress(OSError):
            super().save_overload(sig, data)


def _split(content: bytes) -> tuple[bytes, bytes]:
    size = sha256().digest_size
    return content[:size], content[size:]


def inlined(function: F) -> F:
    """Compile a function into each function that calls it; alone it has no machine code to keep."""
    return cast("F", _njit(inline="always", **_OPTIONS)(function))


def exactly_inlined(function: F) -> F:
    """Inline a function into those that are `exactly_compiled`."""
    return cast("F", _njit(inline="always", **_EXACT)(function))


def _prefetch(typing_context: Any, array: Any, row: Any, byte: Any) -> Any:  # noqa: ARG001 - numba's signature
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride = builder.extract_value(made.strides, 0)
        start = builder.ptrtoint(made.data, stride.type)
        place = builder.add(builder.add(start, builder.mul(stride, arguments[1])), arguments[2])
        pointer = builder.inttoptr(place, ir.IntType(8).as_pointer())
        int32 = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [pointer.type, int32, int32, int32])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], shape)
        builder.call(hint, [pointer, int32(_FOR_WRITING), int32(_ALL_CACHE_LEVELS), int32(_DATA)])
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp), generate


#: ``prefetch(array, row, byte)``, in compiled code: ask the processor to load what is needed soon,
#: the `CACHE_LINE` at a byte of a row. Rows come in an order that no processor guesses, and waiting
#: for them was half of the time.
prefetch = cast("Callable[[Any, Any, int], None]", intrinsic(_prefetch))

"""Loops compiled with numba: how, and what it lacks.

Importing this imports numba, a quarter of a second: import it where a loop is, and such modules
only where the loop is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

__all__ = ["CACHE_LINE", "compiled", "inlined", "prefetch"]

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


def compiled(function: F) -> F:
    """Compile a function at its first call, and keep the machine code on disk if that is possible.

    Compiled functions release the GIL, and allocate nothing: arrays are made by the caller, who
    holds them. So they need not be counted, and counting took ten times as long as the work.
    Sums may be reordered to use the processor's vector units: results agree to rounding between
    processors, and exactly on one.

    Parameters
    ----------
    function : callable
        In the subset of Python that numba takes.

    Returns
    -------
    callable
    """
    try:
        return cast("F", _njit(cache=True, **_OPTIONS)(function))
    except RuntimeError:
        # Neither the package's folder nor the user's can be written to: then every process
        # compiles for itself.
        return cast("F", _njit(**_OPTIONS)(function))


def inlined(function: F) -> F:
    """Compile a function into each function that calls it; alone it has no machine code to keep."""
    return cast("F", _njit(inline="always", **_OPTIONS)(function))


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

"""Arithmetic on rows of `LANES` numbers, in compiled code, by the processor's vector units.

A compiler must take it that two arrays may overlap, and then does a loop over 16 numbers one by
one. That took five times as long as these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

__all__ = ["LANES", "add", "add_square_from", "multiply", "subtract_times"]

#: Numbers in a row: 64 bytes of float32, the width of a cache line.
LANES = 16


def _pointer(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    """Point to a row of a 2-dimensional array, as one vector."""
    made = context.make_array(kind)(context, builder, array)
    stride = builder.extract_value(made.strides, 0)
    place = builder.add(builder.ptrtoint(made.data, stride.type), builder.mul(stride, row))
    number = context.get_data_type(kind.dtype)
    return builder.inttoptr(place, ir.VectorType(number, LANES).as_pointer())


def _load(builder: Any, kind: Any, pointer: Any) -> Any:
    return builder.load(pointer, align=kind.dtype.bitwidth // 8)


def _load_as(builder: Any, kind: Any, pointer: Any, wanted: Any) -> Any:
    """Load a row and make its numbers those of the row that it is to be combined with."""
    loaded = _load(builder, kind, pointer)
    if loaded.type == wanted:
        return loaded
    if isinstance(wanted.element, ir.IntType):
        return builder.zext(loaded, wanted)
    return builder.uitofp(loaded, wanted)


def _change(compute: Callable[..., Any], signature: Any) -> Any:
    """Make the code of ``target[row] = compute(target[row], other[row], ...)``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds, values = signature.args[::2], list(zip(arguments[::2], arguments[1::2], strict=True))
        pointers = [
            _pointer(context, builder, kind, array, row)
            for kind, (array, row) in zip(kinds, values, strict=True)
        ]
        target = _load(builder, kinds[0], pointers[0])
        others = [
            _load_as(builder, kind, pointer, target.type)
            for kind, pointer in zip(kinds[1:], pointers[1:], strict=True)
        ]
        changed = compute(builder, target, *others)
        builder.store(changed, pointers[0], align=kinds[0].dtype.bitwidth // 8)
        return context.get_dummy_value()

    return signature, generate


def _sum(builder: Any, target: Any, other: Any) -> Any:
    whole = isinstance(target.type.element, ir.IntType)
    return builder.add(target, other) if whole else builder.fadd(target, other)


def _product(builder: Any, target: Any, other: Any) -> Any:
    return builder.fmul(target, other)


def _less_product(builder: Any, target: Any, other: Any, factor: Any) -> Any:
    return builder.fsub(target, builder.fmul(other, factor))


def _add(typing_context: Any, target: Any, row: Any, other: Any, its_row: Any) -> Any:  # noqa: ARG001 - numba's signature
    return _change(_sum, types.void(target, types.intp, other, types.intp))


def _multiply(typing_context: Any, target: Any, row: Any, other: Any, its_row: Any) -> Any:  # noqa: ARG001 - numba's signature
    return _change(_product, types.void(target, types.intp, other, types.intp))


def _subtract_times(
    typing_context: Any,  # noqa: ARG001 - numba's signature
    target: Any,
    row: Any,  # noqa: ARG001
    other: Any,
    its_row: Any,  # noqa: ARG001
    factor: Any,
    factor_row: Any,  # noqa: ARG001
) -> Any:
    taken = types.void(target, types.intp, other, types.intp, factor, types.intp)
    return _change(_less_product, taken)


def _add_square_from(
    typing_context: Any,  # noqa: ARG001 - numba's signature
    target: Any,
    row: Any,  # noqa: ARG001
    other: Any,
    its_row: Any,  # noqa: ARG001
    number: Any,  # noqa: ARG001
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        pointers = [
            _pointer(context, builder, kinds[at], arguments[at], arguments[at + 1]) for at in (0, 2)
        ]
        total, numbers = (
            _load(builder, kinds[at], pointer) for at, pointer in zip((0, 2), pointers, strict=True)
        )
        one = builder.insert_element(
            ir.Constant(numbers.type, ir.Undefined), arguments[4], ir.IntType(32)(0)
        )
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        away = builder.fsub(numbers, builder.shuffle_vector(one, one, everywhere))
        total = builder.fadd(total, builder.fmul(away, away))
        builder.store(total, pointers[0], align=kinds[0].dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(target, types.intp, other, types.intp, other.dtype), generate


#: ``add(target, row, other, its_row)``: ``target[row] += other[its_row]``. Integers are widened,
#: or become floats, as the target has them.
add = cast("Callable[[Any, Any, Any, Any], None]", intrinsic(_add))
#: ``multiply(target, row, other, its_row)``: ``target[row] *= other[its_row]``.
multiply = cast("Callable[[Any, Any, Any, Any], None]", intrinsic(_multiply))
#: ``subtract_times(target, row, other, its_row, factor, factor_row)``:
#: ``target[row] -= other[its_row] * factor[factor_row]``.
subtract_times = cast("Callable[[Any, Any, Any, Any, Any, Any], None]", intrinsic(_subtract_times))
#: ``add_square_from(target, row, other, its_row, number)``:
#: ``target[row] += (other[its_row] - number) ** 2``; all three of one type of floats.
add_square_from = cast("Callable[[Any, Any, Any, Any, Any], None]", intrinsic(_add_square_from))

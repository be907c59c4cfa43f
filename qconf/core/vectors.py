"""Arithmetic on rows of `LANES` numbers, in compiled code, by the processor's vector units.

A compiler must take it that two arrays may overlap, and then does a loop over 16 numbers one by
one. That took five times as long as these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

__all__ = ["LANES", "add", "multiply", "squared_distances", "subtract_times"]

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


def _squared_distances(
    typing_context: Any,  # noqa: ARG001 - numba's signature
    target: Any,
    vectors: Any,
    first: Any,  # noqa: ARG001
    points: Any,
    point: Any,  # noqa: ARG001
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        into, kind, _, points_kind, _ = signature.args
        out, rows, first, coordinates, point = arguments
        made = context.make_array(points_kind)(context, builder, coordinates)
        intp = first.type
        wide = ir.VectorType(context.get_data_type(kind.dtype), LANES)
        # Kept in registers: in the array, each sum would wait for the one before to be stored.
        sums = [cgutils.alloca_once_value(builder, ir.Constant(wide, None)) for _ in range(2)]
        with cgutils.for_range(builder, builder.extract_value(made.shape, 0)) as loop:
            place = cgutils.get_item_pointer(
                context, builder, points_kind, made, [loop.index, point]
            )
            number = _everywhere(builder, builder.load(place), wide)
            row = builder.add(first, builder.mul(loop.index, intp(2)))
            for half, total in enumerate(sums):
                pointer = _pointer(context, builder, kind, rows, builder.add(row, intp(half)))
                away = builder.fsub(_load(builder, kind, pointer), number)
                builder.store(builder.fadd(builder.load(total), builder.fmul(away, away)), total)
        for half, total in enumerate(sums):
            pointer = _pointer(context, builder, into, out, intp(half))
            builder.store(builder.load(total), pointer, align=into.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(target, vectors, types.intp, points, types.intp), generate


def _everywhere(builder: Any, number: Any, wide: Any) -> Any:
    """Make a vector of one number."""
    first = builder.insert_element(ir.Constant(wide, ir.Undefined), number, ir.IntType(32)(0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, first, mask)


#: ``add(target, row, other, its_row)``: ``target[row] += other[its_row]``. Integers are widened,
#: or become floats, as the target has them.
add = cast("Callable[[Any, Any, Any, Any], None]", intrinsic(_add))
#: ``multiply(target, row, other, its_row)``: ``target[row] *= other[its_row]``.
multiply = cast("Callable[[Any, Any, Any, Any], None]", intrinsic(_multiply))
#: ``subtract_times(target, row, other, its_row, factor, factor_row)``:
#: ``target[row] -= other[its_row] * factor[factor_row]``.
subtract_times = cast("Callable[[Any, Any, Any, Any, Any, Any], None]", intrinsic(_subtract_times))
#: ``squared_distances(target, vectors, first, points, point)``: for two rows at once, sum up
#: squared differences over all columns j, in their order; ``target[row]`` is set to the sum of
#: ``(vectors[first + 2 * j + row] - points[j, point]) ** 2``.
squared_distances = cast("Callable[[Any, Any, Any, Any, Any], None]", intrinsic(_squared_distances))

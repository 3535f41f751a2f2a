"""Sixteen numbers at once in compiled loops: what compilers will not find by themselves is written out with these.

A vector is LLVM's ``<16 x float>``, made of whatever registers the processor has, so the bits are the same on all of them.
Addresses are in numbers from an array's first on, whatever its shape.
"""

import operator
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.extending import intrinsic, overload, register_model

LANES = 16
_WIDE = ir.VectorType(ir.FloatType(), LANES)


class _Vector(types.Type):  # type: ignore[misc]  # numba has no types
    def __init__(self) -> None:
        super().__init__(name="float32x16")


_vector = _Vector()


@register_model(_Vector)  # type: ignore[untyped-decorator]
class _Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _WIDE)


def _place(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    first = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(first, [at]), _WIDE.as_pointer())


def _intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    return cast(Callable[..., Any], intrinsic(function))


@_intrinsic
def load(typing: Any, array: Any, at: Any) -> Any:
    """The sixteen numbers of ``array`` from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_place(context, builder, signature.args[0], *args), align=4)

    return _vector(array, types.intp), code


@_intrinsic
def store(typing: Any, array: Any, at: Any, value: Any) -> Any:
    """Put sixteen numbers into ``array`` from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _place(context, builder, signature.args[0], args[0], args[1]), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, _vector), code


@_intrinsic
def spread(typing: Any, value: Any) -> Any:
    """One number sixteen times."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        one = builder.insert_element(ir.Constant(_WIDE, ir.Undefined), args[0], ir.Constant(ir.IntType(32), 0))
        same = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(one, ir.Constant(_WIDE, ir.Undefined), same)

    return _vector(types.float32), code


@_intrinsic
def backwards(typing: Any, value: Any) -> Any:
    """Sixteen numbers, the last one first."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), list(range(LANES))[::-1])
        return builder.shuffle_vector(args[0], ir.Constant(_WIDE, ir.Undefined), order)

    return _vector(_vector), code


@_intrinsic
def fused(typing: Any, one: Any, other: Any, added: Any) -> Any:
    """``one`` times ``other`` plus ``added``, rounded once where the processor can."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(_WIDE, [_WIDE] * 3)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{LANES}f32"), args)

    return _vector(_vector, _vector, _vector), code


@_intrinsic
def transpose(typing: Any, out: Any, at: Any, by: Any, between: Any, source: Any, start: Any, step: Any, apart: Any) -> Any:
    """Put what stands in the columns of sixteen vectors of ``source`` into sixteen vectors of ``out``.

    Rows come in pairs: those of ``source`` begin at ``start``, the pairs ``step`` numbers one from another, in a pair
    ``apart``; in the same way those of ``out`` at ``at``, ``by`` and ``between``.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def row(k: int, kind: Any, array: Any, first: Any, pair: Any, within: Any) -> Any:
            place = builder.add(first, builder.mul(pair, ir.Constant(pair.type, k // 2)))
            return _place(context, builder, kind, array, builder.add(place, within) if k % 2 else place)

        rows = [builder.load(row(k, signature.args[4], *args[4:]), align=4) for k in range(LANES)]
        halves = [[n // 2 + first + LANES * (n % 2) for n in range(LANES)] for first in (0, LANES // 2)]
        orders = [ir.Constant(ir.VectorType(ir.IntType(32), LANES), half) for half in halves]
        for _ in range(LANES.bit_length() - 1):  # each time the halves of all are shuffled like cards
            rows = [builder.shuffle_vector(rows[k // 2], rows[k // 2 + LANES // 2], orders[k % 2]) for k in range(LANES)]
        for k, made in enumerate(rows):
            builder.store(made, row(k, signature.args[0], *args[:4]), align=4)
        return context.get_dummy_value()

    places = (types.intp,) * 3
    return types.void(out, *places, source, *places), code


def address(array: npt.NDArray[Any], kind: type[np.generic]) -> int:
    """Where the numbers of an array lie, for :func:`pointer`; loops could not tell there whether they are of that kind."""
    assert array.flags.c_contiguous
    assert array.dtype == kind
    return int(array.__array_interface__["data"][0])


@_intrinsic
def pointer(typing: Any, address: Any) -> Any:
    """The memory at an address, for ``numba.carray``."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.intp), code


@_intrinsic
def drawn(typing: Any, array: Any) -> Any:
    """The first number of an array of whole ones, which is one more from now on: no two threads draw the same."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        first = context.make_array(signature.args[0])(context, builder, args[0]).data
        return builder.atomic_rmw("add", first, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(array), code


def _between(name: str) -> Any:
    """What LLVM calls ``name``, of two vectors."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return getattr(builder, name)(*args)

    def typed(typing: Any, one: Any, other: Any) -> Any:
        return _vector(_vector, _vector), code

    return _intrinsic(typed)


def _of_vectors(sign: Callable[..., Any], made: Any) -> None:
    """Let ``sign`` between two vectors be ``made``."""

    def chosen(one: Any, other: Any) -> Any:
        if isinstance(one, _Vector) and isinstance(other, _Vector):
            return lambda one, other: made(one, other)
        return None

    overload(sign, strict=False)(chosen)


_of_vectors(operator.add, _between("fadd"))
_of_vectors(operator.sub, _between("fsub"))
_of_vectors(operator.mul, _between("fmul"))

"""Einstein's summation: products of tensors summed over the letters that the result has not.
Read `added_products.py` next.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import combinations
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

import numpy as np

from ...arrays.kinds import is_integral
from ...arrays.refusing import shown
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array, Arrays
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import DTypeError, ShapeError

__all__ = ["einsum"]

_FEW = 4096  # products that np.einsum adds up sooner than operands are arranged for np.matmul


@op(r"\sum A_{i \dots} B_{j \dots}", name="einsum", public="einsum")
def _contract(operands: Arrays, equation: str) -> Array:
    """Return the sum of products that an equation of letters only, with its arrow, stands for."""
    dtype = operands[0].dtype
    for each in operands:
        if each.dtype != dtype:
            raise DTypeError(f"einsum: operands must have one dtype, got {dtype} and {each.dtype}")
    term, _, result = equation.partition("->")
    if len(operands) == 1 and is_integral(operands[0]) and set(term) != set(result):
        dtype = np.dtype(np.int64)  # a sum of integers, as in sum()
        operands = [operands[0].astype(dtype)]
    wide = [in_float32(each) for each in operands]
    sizes = _sizes(equation, tuple([each.shape for each in operands]))
    if len(wide) < 3:
        return _of_one_or_two(equation, wide).astype(dtype, copy=False)
    for places, part in _in_pairs(equation, tuple(sizes.items())):
        wide.append(_of_one_or_two(part, [wide.pop(place) for place in places]))
    return wide[0].astype(dtype, copy=False)


def _of_one_or_two(equation: str, operands: Any) -> Array:
    if len(operands) == 1:
        return np.asarray(np.einsum(equation, *operands).copy())  # NumPy's may be a view
    a, b = operands
    plan = _plan(equation, a.shape, b.shape)
    if plan is not None:
        return _by_matmul(a, b, plan)
    y = np.asarray(np.einsum(equation, a, b))
    return np.ascontiguousarray(y) if y.ndim else y


@lru_cache(maxsize=256)
def _in_pairs(equation: str, sizes: tuple[tuple[str, int], ...]) -> list[tuple[Any, str]]:
    """Return steps: two operands to take out, and the equation that puts one behind the others.

    The cheapest pair comes first.
    """
    terms, _, result = equation.partition("->")
    left, steps = terms.split(","), []

    def cost(places: tuple[int, int]) -> int:
        return math.prod(n for k, n in sizes if any(k in left[place] for place in places))

    while len(left) > 1:
        places = min(combinations(reversed(range(len(left))), 2), key=cost)  # the later one first
        pair = [left.pop(place) for place in places]
        needed = {*result}.union(*left)
        made = "".join(sorted({*"".join(pair)} & needed)) if left else result
        steps.append((places, f"{','.join(pair)}->{made}"))
        left.append(made)
    return steps


@lru_cache(maxsize=256)
def _sizes(equation: str, shapes: tuple[tuple[int, ...], ...]) -> dict[str, int]:
    """Return the size of each letter; one of 1 gives way to another."""
    sizes: dict[str, int] = {}
    for term, shape in zip(equation.partition("->")[0].split(","), shapes, strict=True):
        for letter, size in zip(term, shape, strict=True):
            if sizes.setdefault(letter, size) == 1:
                sizes[letter] = size
            elif size not in (1, sizes[letter]):
                raise ShapeError(
                    f"einsum: operands of shapes {', '.join(map(str, shapes))} do not fit "
                    f"{equation!r}: {letter!r} would be {sizes[letter]} and {size}"
                )
    return sizes


class Plan(NamedTuple):
    """How a batch of matrix products gives what an equation of two operands stands for."""

    of_a: tuple[int, ...]  # its dimensions as (batch, rows, summed)
    of_b: tuple[int, ...]  # (batch, summed, columns)
    left: tuple[int, ...]  # the shapes of the matrices
    right: tuple[int, ...]
    made: tuple[int, ...]  # the shape of their product, the letters apart again
    order: tuple[int, ...]  # its dimensions as the result has them


@lru_cache(maxsize=256)
def _plan(equation: str, shape_a: tuple[int, ...], shape_b: tuple[int, ...]) -> Plan | None:
    """Return the plan of one that is worth it.

    None if it is none: a letter twice in an operand, summed in one operand alone, none summed, a
    size of 1 that broadcasts; or if the products are few.
    """
    terms, _, result = equation.partition("->")
    a, b = terms.split(",")
    if len(set(a)) < len(a) or len(set(b)) < len(b) or (set(a) ^ set(b)) - set(result):
        return None
    of_b = dict(zip(b, shape_b, strict=True))
    sizes = {**of_b, **dict(zip(a, shape_a, strict=True))}
    shared = [k for k in a if k in b]
    batch = [k for k in shared if k in result]
    summed = [k for k in shared if k not in result]
    rows, columns = [k for k in a if k not in b], [k for k in b if k not in a]
    if not summed or any(sizes[k] != of_b[k] for k in b) or math.prod(sizes.values()) <= _FEW:
        return None

    def shape(*groups: list[str]) -> tuple[int, ...]:
        return (*(sizes[k] for k in batch), *(math.prod(sizes[k] for k in g) for g in groups))

    return Plan(
        tuple(a.index(k) for k in (*batch, *rows, *summed)),
        tuple(b.index(k) for k in (*batch, *summed, *columns)),
        shape(rows, summed),
        shape(summed, columns),
        tuple(sizes[k] for k in (*batch, *rows, *columns)),
        tuple([*batch, *rows, *columns].index(k) for k in result),
    )


def _by_matmul(a: Array, b: Array, plan: Plan) -> Array:
    left, right = a.transpose(plan.of_a).reshape(plan.left), b.transpose(plan.of_b)
    y = np.matmul(left, right.reshape(plan.right), order="C")
    return y.reshape(plan.made).transpose(plan.order)


def _einsum_rule(g: Array, operands: Any, equation: str, wants: Any) -> list[Any]:
    """einsum(g, others): summed to the letters of each operand."""
    shapes = tuple([tuple(each.shape) for each in (g, *operands)])
    found: list[Any] = []
    for i, want in enumerate(wants):
        if not want:
            found.append(None)
            continue
        made, sizes, diagonals = _equation_of_gradient(equation, i, shapes)
        ones = [_like(g, np.ones(size)) for size in sizes]
        y = _contract([g, *operands[:i], *operands[i + 1 :], *ones], made)
        found.append(np.where(_on_diagonals(y, diagonals), y, 0.0) if diagonals else y)
    return found


@lru_cache(maxsize=256)
def _equation_of_gradient(
    equation: str, operand: int, shapes: tuple[tuple[int, ...], ...]
) -> tuple[str, list[int], list[tuple[int, int]]]:
    """Return the equation of one operand's gradient, the sizes of the ones in it, and diagonals.

    Ones spread a sum; and a letter that the others have in size 1 alone, which broadcast to the
    operand. A letter twice in the operand is a diagonal, beside which the gradient is 0.
    """
    inputs, _, result = equation.partition("->")
    names, (shape_of_g, *of_operands) = inputs.split(","), shapes
    name, shape = names.pop(operand), of_operands.pop(operand)
    terms, target = [result, *names], ""
    there = {*"".join(terms)}
    long = {
        k
        for term, sizes in zip(terms, (shape_of_g, *of_operands), strict=True)
        for k, n in zip(term, sizes, strict=True)
        if n != 1
    }
    ones: list[int] = []
    diagonals: list[tuple[int, int]] = []
    unused = (k for k in ascii_letters if k not in name and k not in there)
    for letter, size in zip(name, shape, strict=True):
        own = letter
        if letter in target:
            own = next(unused)
            diagonals.append((target.index(letter), len(target)))
        if letter in target or (letter not in long and (size != 1 or letter not in there)):
            ones.append(size)
            terms.append(own)
        target += own
    return f"{','.join(terms)}->{target}", ones, diagonals


def _on_diagonals(y: Array, diagonals: list[tuple[int, int]]) -> Any:
    places = np.ix_(*map(range, y.shape))
    return np.logical_and.reduce(
        np.broadcast_arrays(*[places[i] == places[j] for i, j in diagonals])
    )


def _like(g: Array, constant: Array) -> Any:
    """Return a constant as `g` is: in its dtype, a Tensor if it is one."""
    if isinstance(g, TensorBase):
        return make_tensor(constant.astype(g.array.dtype))
    return constant.astype(g.dtype)


_contract.vjp(operands=_einsum_rule)


def einsum(equation: Any, *operands: Any) -> Any:
    """Return the sum of products of the operands that the equation stands for.

    Each operand has a letter per dimension, or "..." for those that broadcast. The letters after
    "->" are the result's; without "->" these are the ones that occur once, in alphabetical order.
    Instead, each operand may be followed by a list of ints, its letters.

    Example:
        >>> import tinygrad_nn as tnn
        >>> a = tnn.arange(6.0).reshape(2, 3)
        >>> tnn.einsum("ij,kj->ik", a, a)
        tensor([[ 5., 14.],
                [14., 50.]])
    """
    if not isinstance(equation, str):
        equation, operands = _from_lists((equation, *operands))
    elif len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    if not operands:
        raise ShapeError(f"einsum: no operands for {equation!r}")
    try:
        ndims = tuple(x.ndim for x in operands)
    except AttributeError:
        raise _no_operands(operands) from None
    return _contract(list(operands), _letters(equation, ndims))


def _no_operands(given: tuple[Any, ...]) -> DTypeError:
    values = ", ".join(map(shown, given))
    return DTypeError(f"einsum() takes an equation and Tensors, or Tensors and lists; got {values}")


def _from_lists(given: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Return the equation of operands that are each followed by ints; 0 to 51 are A to z."""
    lists_given = (*given[1::2], *(given[-1:] if len(given) % 2 else ()))
    if not all(isinstance(each, (list, tuple)) for each in lists_given) or not all(
        k is Ellipsis or isinstance(k, int) for each in lists_given for k in each
    ):
        raise _no_operands(given)
    letters = ascii_uppercase + ascii_lowercase
    lists = ["".join("..." if k is Ellipsis else letters[k] for k in each) for each in given[1::2]]
    result = ""
    if len(given) % 2:
        result = "->" + "".join("..." if k is Ellipsis else letters[k] for k in given[-1])
    operands = given[: 2 * len(lists) : 2]
    return ",".join(lists) + result, operands


@lru_cache(maxsize=256)
def _letters(equation: str, ndims: tuple[int, ...]) -> str:
    """Return the equation with its arrow, and letters in place of dots."""
    inputs, arrow, result = equation.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ndims):
        raise ShapeError(
            f"einsum: {equation!r} is of {len(terms)} operands, {len(ndims)} are given"
        )
    dotted = [n - len(term.replace("...", "")) for term, n in zip(terms, ndims, strict=True)]
    for term, n, more in zip(terms, ndims, dotted, strict=True):
        if more < 0 or (more and "..." not in term):
            raise ShapeError(
                f"einsum: {term!r} in {equation!r} does not name the {n} dimensions of its operand"
            )
    most = max((n for term, n in zip(terms, dotted, strict=True) if "..." in term), default=0)
    dots = "".join([k for k in reversed(ascii_letters) if k not in equation][:most])
    named = [term.replace("...", dots[most - n :]) for term, n in zip(terms, dotted, strict=True)]
    if not arrow:
        counts = Counter("".join(terms).replace(".", ""))
        result = "..." + "".join(sorted(k for k, n in counts.items() if n == 1))
    result = result.replace("...", dots)
    for letter in result:
        if letter not in "".join(named) or result.count(letter) > 1 or letter not in ascii_letters:
            raise ShapeError(
                f"einsum: {equation!r}: {letter!r} of the result must be, once, an operand's letter"
            )
    if set("".join(named)) - set(ascii_letters):
        raise ShapeError(f"einsum: {equation!r} has other signs than letters, commas, dots and ->")
    return f"{','.join(named)}->{result}"

"""What a Function's backward may answer, and what its forward may return, beside PyTorch.
Read `test_function_context.py` next.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from beside_torch import leaf
from custom_function import disagreements, facts, function

import tinygrad_nn as tnn

Program = Callable[[Any], Any]
Pair = namedtuple("Pair", "first second")

# --- what backward answers ------------------------------------------------------------------------

# The arguments of forward; of all but the two leaves, None is the only gradient.
ARGUMENTS: dict[str, Callable[[Any, Any, Any], tuple[Any, ...]]] = {
    "x": lambda library, x, y: (x,),
    "x, y": lambda library, x, y: (x, y),
    "x, y, 3": lambda library, x, y: (x, y, 3),
    "3, x, y": lambda library, x, y: (3, x, y),
    "x, y, None": lambda library, x, y: (x, y, None),
    "[x], y": lambda library, x, y: ([x], y),
    "x, y, frozen": lambda library, x, y: (x, y, library.ones(2, dtype=library.float64)),
    "x, y, integers": lambda library, x, y: (x, y, library.tensor([1, 2])),
}
ANSWERS: dict[str, Callable[[Any, Any], Any]] = {
    "g": lambda library, g: g,
    "g, g": lambda library, g: (g, g),
    "g, g, g": lambda library, g: (g, g, g),
    "g, g, None": lambda library, g: (g, g, None),
    "g, g, None, None": lambda library, g: (g, g, None, None),
    "g, g, None, g": lambda library, g: (g, g, None, g),
    "None, g, g": lambda library, g: (None, g, g),
    "None, g": lambda library, g: (None, g),
    "None": lambda library, g: None,
    "None, None": lambda library, g: (None, None),
    "()": lambda library, g: (),
    "[g]": lambda library, g: [g],
    "[g, g]": lambda library, g: [g, g],
    "Pair(g, g)": lambda library, g: Pair(g, g),
    "g, g, 0": lambda library, g: (g, g, 0),
    "g, 3.0": lambda library, g: (g, 3.0),
    "3.0": lambda library, g: 3.0,
    "an array": lambda library, g: np.ones(2),
    "a str": lambda library, g: "g",
    "g, g, of another shape": lambda library, g: (g, g, library.ones(7)),
    "float32": lambda library, g: g.float(),
    "float16": lambda library, g: g.half(),
    "integers": lambda library, g: g.long(),
    "bool": lambda library, g: g > 0,
    "complex": lambda library, g: g * 1j,
    "what requires a gradient": lambda library, g: leaf(library, 5.0, 6.0) * 2,
    "a leaf": lambda library, g: leaf(library, 5.0, 6.0),
    "expanded": lambda library, g: g[:1].expand(2),
}


def answering(answer: Callable[[Any, Any], Any], arguments: Any, create_graph: bool) -> Program:
    def program(library):
        x, y = leaf(library, 1.0, 2.0), leaf(library, 3.0, 4.0)
        made = function(
            library, lambda ctx, *_: x.detach() * y.detach(), lambda ctx, g: answer(library, g)
        )
        out = made.apply(*arguments(library, x, y))
        (out * 2).sum().backward(create_graph=create_graph)
        return x.grad, y.grad

    return program


@pytest.mark.parametrize("create_graph", [False, True])
def test_answers_of_backward_are_taken_and_refused_as_by_pytorch(create_graph):
    programs = {
        f"forward({names}): {text}": answering(answer, arguments, create_graph)
        for names, arguments in ARGUMENTS.items()
        for text, answer in ANSWERS.items()
    }
    assert disagreements(programs) == {}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda g: (g, g), r"Custom\.backward returned Tensor for input 1, which is no Tensor"),
        (lambda g: (g[:1], None), r"gradient of shape \(1,\) for input 0, of shape \(2,\)"),
        (lambda g: (g * 1j, None), r"complex128 gradient for input 0, of float64.* \.real"),
    ],
    ids=["of a number", "of another shape", "complex"],
)
def test_a_refused_answer_is_named_with_its_place(answer, says):
    made = function(tnn, lambda ctx, x, factor: x * factor, lambda ctx, g: answer(g))
    with pytest.raises(RuntimeError, match=says):
        made.apply(leaf(tnn, 1.0, 2.0), 3).sum().backward()


SHAPES = [(), (1,), (2,), (3,), (6,), (0,), (2, 1), (1, 3), (2, 3), (2, 3, 1), (4, 2, 3), (3, 0)]


def shaped(shape: tuple[int, ...], gradient: tuple[int, ...]) -> Program:
    def program(library):
        x = library.ones(shape, dtype=library.float64, requires_grad=True)
        made = function(
            library,
            lambda ctx, x: x.sum(),
            lambda ctx, g: library.ones(gradient, dtype=library.float64),
        )
        made.apply(x).backward()
        return x.grad

    return program


def test_a_gradient_has_the_shape_of_its_input_or_one_that_it_broadcasts_to():
    programs = {
        f"{given} for {shape}": shaped(shape, given) for shape in SHAPES for given in SHAPES
    }
    assert disagreements(programs) == {}


# --- what forward returns -------------------------------------------------------------------------


def _recorded_inside(library, x):
    with library.enable_grad():
        return (x * 2) * 3


RETURNED: dict[str, Callable[[Any, Any], Any]] = {
    "a list": lambda library, x: [x * 1, x * 2],
    "no output": lambda library, x: (),
    "None": lambda library, x: None,
    "a tuple of None": lambda library, x: (None,),
    "numbers": lambda library, x: (1, 2.5),
    "a number": lambda library, x: 3.0,
    "a str": lambda library, x: "text",
    "an array": lambda library, x: np.ones(2),
    "a dict": lambda library, x: {"y": x * 2},
    "a type": lambda library, x: int,
    "tensors and others": lambda library, x: (x * 2, None, 3, "text"),
    "a tuple inside": lambda library, x: ((x * 2,), x * 3),
    "a named tuple": lambda library, x: Pair(x * 2, x * 3),
    "the input": lambda library, x: x,
    "the input, in a tuple": lambda library, x: (x,),
    "the input, twice": lambda library, x: (x, x),
    "the input, and a view": lambda library, x: (x, (x * 2)[:1]),
    "one output, twice": lambda library, x: next((y, y) for y in [x * 2]),
    "integers, twice, and another": lambda library, x: next((i, i, x * 2) for i in [x.long()]),
    "a view of another": lambda library, x: (x * 2).view(2, 1),
    "detached": lambda library, x: x.detach(),
    "integers": lambda library, x: x.long(),
    "bool and another": lambda library, x: (x > 0, x * 2),
    "a leaf": lambda library, x: leaf(library, 1.0, 2.0),
    "recorded inside": _recorded_inside,
    "what has nothing to do with it": lambda library, x: library.zeros(2, dtype=library.float64),
    "a scalar": lambda library, x: x.sum(),
    "complex": lambda library, x: x * (1 + 2j),
    "empty": lambda library, x: (x * 2)[:0],
}


def returning(returned: Callable[[Any, Any], Any], needs: bool, mode: str) -> Program:
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w * 2 if needs else library.ones(2, dtype=library.float64)

        def backward(ctx, *g):
            parts = [
                (each * 1).abs().sum() * (i + 3) for i, each in enumerate(g) if each is not None
            ]
            return sum(parts, library.zeros(2, dtype=library.float64))

        with getattr(library, mode)():
            out = function(library, lambda ctx, x: returned(library, x), backward).apply(x)
        items = out if isinstance(out, tuple | list) else [out]
        tensors = [each for each in items if hasattr(each, "requires_grad")]
        found: list[Any] = [hasattr(out, "requires_grad") or type(out).__name__]
        found += [str(each) for each in items if not hasattr(each, "requires_grad")]
        found += [[facts(y), y is x, y._version] for y in tensors]
        found.append(len({id(y) for y in tensors}))
        total = sum((y * y).abs().sum() for y in tensors if y.requires_grad)
        if needs and hasattr(total, "backward"):
            total.backward()
        return found, w.grad, facts(x)

    return program


def test_whatever_forward_returns_comes_out_as_in_pytorch():
    programs = {
        f"{name}, needs a gradient: {needs}, {mode}": returning(returned, needs, mode)
        for name, returned in RETURNED.items()
        for needs in (True, False)
        for mode in ("enable_grad", "no_grad")
    }
    assert disagreements(programs) == {}


def test_a_list_of_tensors_without_gradients_is_warned_of():
    made = function(tnn, lambda ctx, x: [x * 2], lambda ctx, g: g)
    with pytest.warns(UserWarning, match=r"Custom\.forward returned a list"):
        made.apply(leaf(tnn, 1.0))


# --- writes into what forward returned ------------------------------------------------------------

SHARED: dict[str, Callable[[Any, Any], Any]] = {
    "the input": lambda library, x: x,
    "a view": lambda library, x: x[:1],
    "two views": lambda library, x: (x[:1], x[1:]),
    "a view of another": lambda library, x: (x * 2)[:1],
    "another": lambda library, x: x * 2,
    "two others": lambda library, x: (x * 2, x * 3),
    "another and a view of it": lambda library, x: next((y, y[:1]) for y in [x * 2]),
    "detached": lambda library, x: x.detach(),
}
WRITES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "the output is multiplied": lambda x, y, z: y.mul_(5),
    "the output is zeroed": lambda x, y, z: y.zero_(),
    "an element of the output is zeroed": lambda x, y, z: y[0].zero_(),
    "the other output is multiplied": lambda x, y, z: z.mul_(5),
    "the input is multiplied": lambda x, y, z: x.mul_(5),
    "a view of the input is multiplied": lambda x, y, z: x[1:].mul_(5),
}


def written(returned: Any, write: Any, is_leaf: bool) -> Program:
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w if is_leaf else w * 2

        def backward(ctx, *g):
            parts = [each.sum() * (i + 3) for i, each in enumerate(g)]
            return sum(parts, library.zeros(2, dtype=library.float64))

        out = function(library, lambda ctx, x: returned(library, x), backward).apply(x)
        y, z = out if isinstance(out, tuple) else (out, out)
        write(x, y, z)
        (y.sum() * 2 + z.sum() + x.sum()).backward()
        return w.grad, x, y, z

    return program


def test_writes_into_outputs_and_what_shares_their_memory():
    programs = {
        f"{name}; {what}; a leaf: {is_leaf}": written(returned, write, is_leaf)
        for name, returned in SHARED.items()
        for what, write in WRITES.items()
        for is_leaf in (False, True)
    }
    assert disagreements(programs) == {}

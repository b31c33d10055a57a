"""Mistakes with gradients that are assigned, hooks, anomaly mode, no_grad and what is detached.
Read `shape_mistakes.py` next.
"""

from __future__ import annotations

import threading

from graph_mistakes import IN_PLACE, leaf
from mistakes import allowed, refused


@refused("S028", RuntimeError, ValueError, says=("(3,)", "(2,)"))
def assign_a_grad_of_another_shape(library):
    x = leaf(library)
    x.grad = library.ones(3, dtype=library.float64)


@refused("S029", RuntimeError, TypeError, says=("float32", "float64"))
def assign_a_grad_of_another_dtype(library):
    x = leaf(library)
    x.grad = library.ones(2, dtype=library.float32)


@refused("S030", TypeError, says=("grad", "int"))
def assign_a_number_as_grad(library):
    x = leaf(library)
    x.grad = 1


@refused("S031", RuntimeError, says=("input 1", "(2,)", "allow_unused=True"))
def grad_of_an_unused_input(library):
    x, unused = leaf(library), leaf(library)
    y = (x * x).sum()
    library.autograd.grad(y, [x, unused])


@refused("S032", RuntimeError, says=("sqrt", "nan", "grad_mistakes.py:"))
def anomaly_mode_with_a_nan(library):
    x = library.zeros(2, requires_grad=True)
    with library.autograd.detect_anomaly():
        y = (library.sqrt(x) * 0).sum()
        y.backward()


@allowed("S033", [[9.0, 9.0], 1])
def a_hook_that_multiplies_and_removes_itself(library):
    x, calls = leaf(library), []

    def hook(g):
        calls.append(g)
        handle.remove()
        return g * 3

    handle = x.register_hook(hook)
    (x * 3).sum().backward()
    first = x.grad.tolist()
    x.grad = None
    (x * 3).sum().backward()
    return [first, len(calls)]


@refused("S034", RuntimeError, ValueError, says=("hook", "(2,)", "(3,)"))
def a_hook_that_changes_the_shape(library):
    x = leaf(library)
    x.register_hook(lambda g: library.ones(3, dtype=library.float64))
    x.sum().backward()


@refused("S035", KeyError, says=("boom",))
def a_hook_that_raises(library):
    x = leaf(library)
    x.register_hook(lambda g: {}["boom"])
    x.sum().backward()


@allowed("S036", [1.0, 1.0])
def change_the_gradient_passed_to_backward(library):
    x, given = leaf(library), library.ones(2, dtype=library.float64)
    (x + 0).backward(given)
    given.zero_()
    return x.grad.tolist()


@allowed("S037", [100.0, 1.0])
def change_the_grad_of_one_operand(library):
    x, y = leaf(library), leaf(library)
    (x + y).sum().backward()
    x.grad.mul_(100)
    return [x.grad[0].item(), y.grad[0].item()]


@allowed("S038", False)
def compute_under_no_grad(library):
    with library.no_grad():
        return (leaf(library) * 2).requires_grad


@allowed("S039", True)
def an_exception_under_no_grad(library):
    try:
        with library.no_grad():
            raise KeyError
    except KeyError:
        return library.is_grad_enabled()


@allowed("S040", [True])
def a_thread_started_under_no_grad(library):
    found = []
    with library.no_grad():
        thread = threading.Thread(target=lambda: found.append(library.is_grad_enabled()))
        thread.start()
        thread.join()
    return found


@allowed("S041", [False, True])
def a_suspended_generator_under_no_grad(library):
    @library.no_grad()
    def generator():
        yield library.is_grad_enabled()

    running = generator()
    return [next(running), library.is_grad_enabled()]


@refused("S042", RuntimeError, says=("inference", ".clone()"))
def a_gradient_for_an_inference_tensor(library):
    with library.inference_mode():
        x = library.ones(2)
    x.requires_grad_()


@allowed("S043", [100.0, 2.0])
def write_into_a_detached_tensor(library):
    x = leaf(library)
    x.detach()[0] = 100
    return x.tolist()


@refused("S044", RuntimeError, says=("exp", *IN_PLACE))
def write_into_a_detached_tensor_that_was_kept(library):
    y = leaf(library).exp()
    y.detach().zero_()
    y.sum().backward()

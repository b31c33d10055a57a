"""Mistakes with the graph: writes in place, second passes, numbers from what is more than one.
Read `grad_mistakes.py` next.
"""

from __future__ import annotations

import copy
from typing import Any

from mistakes import allowed, refused


def leaf(library: Any) -> Any:
    return library.tensor([1.0, 2.0], dtype=library.float64, requires_grad=True)


IN_PLACE = ("in place", "version 1", "expected version 0", "(2,)")


@refused("S001", RuntimeError, says=("exp", "output", *IN_PLACE))
def write_into_a_kept_output(library):
    y = leaf(library).exp()
    y.add_(1)
    y.sum().backward()


@refused("S002", RuntimeError, says=("mul", *IN_PLACE))
def write_into_a_kept_operand(library):
    x = leaf(library)
    y = x * 2
    z = y * y
    y.add_(1)
    z.sum().backward()


@refused("S003", RuntimeError, says=("mul", *IN_PLACE))
def write_into_a_kept_operand_that_needs_no_gradient(library):
    w, x = leaf(library), library.ones(2, dtype=library.float64)
    y = w * x
    x.add_(1)
    y.sum().backward()


@allowed("S004", [1.0, 1.0])
def write_into_what_was_not_kept(library):
    x = leaf(library)
    y = x + 1
    z = y + 1
    y.add_(1)
    z.sum().backward()
    return x.grad.tolist()


@refused("S005", RuntimeError, says=("add_", "leaf", "(2,)", "no_grad"))
def write_into_a_leaf(library):
    x = leaf(library)
    x.add_(1)


@refused("S006", RuntimeError, says=("setitem", "leaf", "(2,)", "no_grad"))
def set_an_element_of_a_leaf(library):
    x = leaf(library)
    x[0] = 1.0


@refused("S007", RuntimeError, says=("mul_", "view of a leaf", "(1,)", "no_grad"))
def write_into_a_view_of_a_leaf(library):
    view = leaf(library)[:1]
    view.mul_(2)


@allowed("S008", [2.0, 3.0])
def write_into_a_leaf_under_no_grad(library):
    x = leaf(library)
    with library.no_grad():
        x.add_(1)
    return x.tolist()


@refused("S009", RuntimeError, says=("MulBackward0", "second time", "retain_graph=True"))
def backward_twice(library):
    x = leaf(library)
    y = (x * x).sum()
    y.backward()
    y.backward()


@allowed("S010", [4.0, 8.0])
def backward_twice_over_a_kept_graph(library):
    x = leaf(library)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad.tolist()


@allowed("S011", [2.0, 2.0])
def backward_twice_where_nothing_is_kept(library):
    x = leaf(library)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    return x.grad.tolist()


@refused("S012", RuntimeError, says=("second time", "retain_graph=True"))
def two_losses_that_share_a_part(library):
    x = leaf(library)
    shared = x.exp()
    first, second = (shared * 2).sum(), (shared * shared).sum()
    first.backward()
    second.backward()


@refused("S013", RuntimeError, says=("(2,)", "scalar", ".sum()", "gradient="))
def backward_from_a_vector(library):
    y = leaf(library) * 2
    y.backward()


@refused("S014", RuntimeError, ValueError, says=("(3,)", "(2,)"))
def backward_with_a_gradient_of_another_shape(library):
    y = leaf(library) * 2
    y.backward(library.ones(3, dtype=library.float64))


@allowed("S015", [2.0, 6.0])
def backward_with_an_integer_gradient(library):
    x = leaf(library)
    (x * 2).backward(library.tensor([1, 3]))
    return x.grad.tolist()


@allowed("S016", [2.0, 2.0])
def backward_with_a_gradient_of_another_dtype(library):
    x = leaf(library)
    (x * 2).backward(library.ones(2, dtype=library.float32))
    return x.grad.tolist()


@refused("S017", RuntimeError, says=("()", "does not require a gradient", "requires_grad=True"))
def backward_from_what_needs_no_gradient(library):
    y = library.ones(2).sum()
    y.backward()


@allowed("S018", None, says=("computed", "retain_grad()"))
def read_the_grad_of_a_computed_tensor(library):
    y = leaf(library) * 2
    y.sum().backward()
    return y.grad


@allowed("S019", [1.0, 1.0])
def read_a_retained_grad(library):
    y = leaf(library) * 2
    y.retain_grad()
    y.sum().backward()
    return y.grad.tolist()


@refused("S020", RuntimeError, TypeError, says=("floating-point", "int64", ".float()"))
def an_integer_tensor_that_requires_a_gradient(library):
    library.tensor([1, 2], requires_grad=True)


@refused("S021", RuntimeError, says=("requires_grad", "leaves", ".detach()"))
def turn_requires_grad_off_in_a_computed_tensor(library):
    y = leaf(library) * 2
    y.requires_grad_(False)


@refused("S022", RuntimeError, says=("numpy()", ".detach().numpy()"))
def numpy_of_what_requires_a_gradient(library):
    x = leaf(library)
    x.numpy()


@refused("S023", RuntimeError, ValueError, says=("(2,)", "2 elements", ".tolist()"))
def a_number_from_two_elements(library):
    x = library.ones(2)
    x.item()


@refused("S023", RuntimeError, ValueError, says=("(2,)", "2 elements"))
def a_float_from_two_elements(library):
    x = library.ones(2)
    float(x)


@refused("S024", RuntimeError, ValueError, says=("(2,)", "ambiguous"))
def the_truth_of_two_elements(library):
    x = library.ones(2)
    bool(x)


@refused("S025", TypeError, says=("len()", "0-d"))
def the_length_of_a_number(library):
    x = library.tensor(1.0)
    len(x)


@refused("S026", TypeError, says=("iteration", "0-d"))
def iterate_over_a_number(library):
    x = library.tensor(1.0)
    iter(x)


@refused("S027", RuntimeError, says=("deepcopy", ".detach()"))
def deepcopy_a_computed_tensor(library):
    y = leaf(library) * 2
    copy.deepcopy(y)

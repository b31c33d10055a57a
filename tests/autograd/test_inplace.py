"""Every write in place after every operation that keeps something, and what writes do to leaves.
Read `test_views.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from beside_torch import assert_same, leaf
from looping import looped

import tinygrad_nn as tnn

WRITES = {
    "add_": lambda x: x.add_(1),
    "sub_": lambda x: x.sub_(1),
    "mul_": lambda x: x.mul_(2),
    "div_": lambda x: x.div_(2),
    "pow_": lambda x: x.pow_(2),
    "neg_": lambda x: x.neg_(),
    "exp_": lambda x: x.exp_(),
    "log_": lambda x: x.log_(),
    "sqrt_": lambda x: x.sqrt_(),
    "abs_": lambda x: x.abs_(),
    "tanh_": lambda x: x.tanh_(),
    "sigmoid_": lambda x: x.sigmoid_(),
    "relu_": lambda x: x.relu_(),
    "clamp_": lambda x: x.clamp_(0.6, 0.9),
    "clip_": lambda x: x.clip_(max=0.9),
    "fill_": lambda x: x.fill_(0.5),
    "zero_": lambda x: x.zero_(),
    "copy_": lambda x: x.copy_(x.detach() * 3),
    "x[0] = v": lambda x: x.__setitem__(0, 0.5),
    "x[mask] = v": lambda x: x.__setitem__(x > 0.75, 0.5),
    "x[list] = v": lambda x: x.__setitem__([0, 1], 0.5),
    "x[0] += v": lambda x: x[0].add_(1),
    "x += v": lambda x: x.__iadd__(1),
    "x -= v": lambda x: x.__isub__(1),
    "x *= v": lambda x: x.__imul__(2),
    "x /= v": lambda x: x.__itruediv__(2),
    "x **= v": lambda x: x.__ipow__(2),
    "view": lambda x: x.reshape(2, 1).neg_(),
    "detach": lambda x: x.detach().zero_(),
    "data": lambda x: x.data.zero_(),
}
KEEPS_ITS_OPERAND = {
    "mul": lambda x: x * x,
    "div": lambda x: x / x,
    "pow": lambda x: x**3,
    "log": lambda x: x.log(),
    "abs": lambda x: x.abs(),
    "clamp": lambda x: x.clamp(0.1, 5.0),
    "matmul": lambda x: x @ x,
    "maximum": lambda x: x.maximum(x * 0 + 1),
    "var": lambda x: x.var(),
    "amax": lambda x: x.amax(),
    "mse_loss": lambda x: tnn.nn.functional.mse_loss(x, x.detach() * 0),
}
KEEPS_ITS_OUTPUT = {
    "exp": lambda x: x.exp(),
    "sqrt": lambda x: x.sqrt(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "relu": lambda x: x.relu(),
    "softmax": lambda x: x.softmax(0),
    "log_softmax": lambda x: x.log_softmax(0),
}
KEEPS_NOTHING = {
    "a number over x": lambda x: 1.0 / x,
    "add": lambda x: x + 1,
    "sub": lambda x: x - x,
    "neg": lambda x: -x,
    "sum": lambda x: x.sum(),
    "mean": lambda x: x.mean(),
    "clone": lambda x: x.clone(),
    "times a number": lambda x: x * 3,
    "cat": lambda x: tnn.cat([x, x]),
    "where": lambda x: tnn.where(tnn.tensor([True, False]), x, 1.0),
    "x[list]": lambda x: x[[0, 1, 1]],
}


def start():
    """A computed tensor of numbers that every operation here accepts."""
    return leaf(tnn, 0.7, 0.8) * 1.0


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
class TestAfter:
    @looped("operation", KEEPS_ITS_OPERAND.values(), ids=KEEPS_ITS_OPERAND)
    def test_an_operation_that_kept_its_operand(self, operation, write):
        x = start()
        y = operation(x)
        write(x)
        with pytest.raises(RuntimeError, match=r"operand.*\(2,\).*in place.*version"):
            y.sum().backward()

    @looped("operation", KEEPS_ITS_OUTPUT.values(), ids=KEEPS_ITS_OUTPUT)
    def test_an_operation_that_kept_its_output(self, operation, write):
        y = operation(start())
        write(y)
        with pytest.raises(RuntimeError, match=r"output.*\(2,\).*in place.*version"):
            y.sum().backward()

    @looped("operation", KEEPS_NOTHING.values(), ids=KEEPS_NOTHING)
    def test_an_operation_that_kept_nothing(self, operation, write):
        x = start()
        y = operation(x)
        write(x)
        y.sum().backward()


GRADIENTS = {
    **{name: write for name, write in WRITES.items() if name not in ("detach", "data")},
    "add_ with alpha": lambda x: x.add_(x.detach() * 2, alpha=3),
    "add_ of itself": lambda x: x.add_(x),
}


@pytest.mark.parametrize("write", GRADIENTS.values(), ids=GRADIENTS.keys())
def test_the_gradient_goes_through_the_write(write):
    def program(library):
        x = leaf(library, 0.7, 0.8)
        y = x * 1.0
        kept = y + 0
        write(y)
        ((y + kept) * library.tensor([2.0, 3.0], dtype=library.float64)).sum().backward()
        return y, x.grad

    assert_same(program)


OPERANDS = {
    "add_": lambda x, w: x.add_(w),
    "sub_": lambda x, w: x.sub_(w, alpha=2),
    "mul_": lambda x, w: x.mul_(w),
    "div_": lambda x, w: x.div_(w),
    "pow_": lambda x, w: x.pow_(w),
    "copy_": lambda x, w: x.copy_(w),
    "fill_": lambda x, w: x.fill_(w.sum()),
    "x[:, 1].mul_": lambda x, w: x[:, 1].mul_(w),
    "x[0] = w": lambda x, w: x.__setitem__(0, w),
    "x[:, [1, 0]] = w": lambda x, w: x.__setitem__((slice(None), [1, 0]), w),
    "x[[0, 0]] = w": lambda x, w: x.__setitem__(([0, 0],), w),
    "x[mask] = sum": lambda x, w: x.__setitem__(x > 0.5, w.sum()),
    "x[mask] = w": lambda x, w: x.__setitem__(x == x.amax(), w[:1]),
    "x[0] += w": lambda x, w: x[0].__iadd__(w),
    "x.transpose().add_": lambda x, w: x.transpose(0, 1).add_(w),
    "x[1:].copy_": lambda x, w: x[1:].copy_(w),
}


@pytest.mark.parametrize("needed", ["both", "tensor", "operand"])
@pytest.mark.parametrize("write", OPERANDS.values(), ids=OPERANDS.keys())
def test_the_gradient_reaches_tensor_and_operand(write, needed):
    def program(library):
        random = np.random.default_rng(0)
        x = library.tensor(random.uniform(0.1, 1, (2, 2)), requires_grad=needed != "operand")
        w = library.tensor(random.uniform(0.5, 2, (2,)), requires_grad=needed != "tensor")
        y = x * 1.0
        write(y, w)
        (y * library.tensor(random.standard_normal((2, 2)))).sum().backward()
        return y, x.grad, w.grad

    assert_same(program)


def test_rows_written_in_a_loop():
    def program(library):
        w = leaf(library, 1.0, 2.0, 3.0)
        out = library.zeros(4, 3, dtype=library.float64)
        state = w * 0
        for i in range(4):
            state = (state + w).tanh()
            out[i] = state * (i + 1)
        (out * out).sum().backward()
        return out, w.grad

    assert_same(program)


def test_a_parameter_is_updated_by_hand():
    def program(library):
        w = leaf(library, 1.0, 2.0)
        for _ in range(3):
            (w**3).sum().backward()
            with library.no_grad():
                w -= 0.1 * w.grad
                w.grad.zero_()
        return w, w.is_leaf, w.requires_grad, w._version

    assert_same(program)


def test_an_update_of_data_by_hand():
    def program(library):
        w = leaf(library, 1.0, 2.0)
        (w**3).sum().backward()
        w.data.sub_(w.grad.data * 0.1)
        w.data -= 0.1 * w.grad.data
        w.grad.data.zero_()
        return w, w.is_leaf, w.grad

    assert_same(program)


def test_versions_count_writes_as_in_pytorch():
    def program(library):
        x = library.ones(3, dtype=library.float64)
        seen = [x._version]
        view, detached, other = x[1:], x.detach(), x.clone()
        x.add_(1)
        seen.append(x._version)
        view.mul_(2)
        x[0] = 5.0
        x[x > 3] = 1.0
        detached.zero_()
        seen += [each._version for each in (x, view, detached, other, x.reshape(3), x + 1)]
        x.requires_grad_()
        (x * 2).sum().backward()
        (x * 2).sum().backward()
        return [*seen, x._version, x.grad._version]

    assert_same(program)


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda library, x: x.add_(library.ones(2, dtype=library.float64)), "float64"),
        (lambda library, x: x.mul_(0.5), "float32"),
        (lambda library, x: x.__setitem__(0, library.ones(3)), "(3,)"),
        (lambda library, x: x.add_(library.ones(2, 2).long()), "(2, 2)"),
        (lambda library, x: x.fill_(library.ones(2)), "(2,)"),
        (lambda library, x: x.copy_(library.ones(3)), "(3,)"),
        (lambda library, x: x.expand(3, 2).add_(1), "(3, 2)"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(write, says):
    seen = []

    def program(library):
        x = library.tensor([1, 2])
        seen.append(x)
        write(library, x)

    assert says in str(assert_same(program))
    assert (seen[0].tolist(), seen[0]._version) == ([1, 2], 0)


def test_a_value_is_converted_to_the_dtype_it_is_written_into():
    def program(library):
        x = library.tensor([1, 2, 3])
        x[0] = 7.9
        x[1] = library.tensor(True)
        x[2:].copy_(library.tensor([9.9]))
        half = library.ones(2, requires_grad=True) * 1
        half[0] = library.tensor(0.25, dtype=library.float64)
        return x, half

    assert_same(program)


def test_a_write_returns_the_tensor_itself():
    x = tnn.ones(2)
    assert x.add_(1) is x
    assert x.fill_(2) is x
    assert x.copy_(tnn.zeros(2)) is x
    before = x
    x += 1
    assert x is before


def test_a_tensor_over_a_read_only_array_is_not_written():
    array = np.ones(2)
    array.flags.writeable = False
    x = tnn.from_numpy(array)
    with pytest.raises(RuntimeError, match=r"add_.*read-only.*clone"):
        x.add_(1)
    assert array.tolist() == [1.0, 1.0]


def test_what_is_written_is_seen_through_every_alias():
    array = np.zeros(3)
    x = tnn.from_numpy(array)
    view = x[1:]
    x.add_(1)
    view[0] = 5
    array[2] = 7
    assert x.tolist() == array.tolist() == [1.0, 5.0, 7.0]
    assert x.detach().tolist() == x.data.tolist() == array.tolist()

"""Functions with right gradients and with planted faults, for this library and for PyTorch alike.
Read `test_gradcheck.py` next, which has them checked.
"""

import itertools


def leaf(library, values):
    return library.tensor(values, dtype=library.float64, requires_grad=True)


def function(library, forward_rule, backward_rule):
    """A function of tensors with a backward of its own, in either library."""

    class Planted(library.autograd.Function):
        @staticmethod
        def forward(ctx, *inputs):
            ctx.save_for_backward(*inputs)
            return forward_rule(*inputs)

        @staticmethod
        def backward(ctx, *gradients):
            return backward_rule(*gradients, *ctx.saved_tensors)

    return Planted.apply


X = [[0.5, -1.5, 2.0], [1.0, -0.25, 0.75]]
ROW = [0.25, 1.5, -0.5]


def planted(forward_rule, backward_rule, *values):
    """A case: build(library) gives the function and its inputs."""

    def build(library):
        inputs = tuple(leaf(library, each) for each in values)
        return function(library, forward_rule, backward_rule), inputs

    return build


def plain(func, *values):
    return lambda library: (
        lambda *inputs: func(library, *inputs),
        tuple(leaf(library, each) for each in values),
    )


def with_an_unused_input(library):
    return lambda x, scale, name: x * scale, (leaf(library, X), library.tensor(3.0), "name")


def wrong_at_one_entry(g, x):
    wrong = (x == x.max()) * 0.1
    return g * (2 * x + wrong)


def doubled_in_place(g, x):
    g *= 2 * x
    return g


def drifting(step):
    calls = itertools.count()
    return lambda g, x: g * (2 * x + step * next(calls))


def square(x):
    return x * x


RIGHT = {
    "elementwise": plain(lambda library, x: (x * x).exp() / (x * x + 1), X),
    "softmax": plain(lambda library, x: x.softmax(-1), X),
    "matmul": plain(lambda library, x, y: x @ y.T, X, X),
    "broadcasting": plain(lambda library, x, row: x * row + row, X, ROW),
    "two outputs": plain(lambda library, x, row: (x * row, row.exp()), X, ROW),
    "a list of outputs": plain(lambda library, x: [x * 2, x * x], X),
    "integer output": plain(lambda library, x: (x * x, x.argmax(-1)), X),
    "detached output beside": plain(lambda library, x: (x.detach() * 5, x * x), X),
    "constant": plain(lambda library, x: library.ones(2, dtype=library.float64), X),
    "nothing but integers": plain(lambda library, x: x.argmax(-1), X),
    "integers into a float": plain(lambda library, x: (x > 0).double(), X),
    "0-d": plain(lambda library, x: x * x, 3.0),
    "no entries": plain(lambda library, x: x * 2, []),
    "other arguments": with_an_unused_input,
    "one tensor twice": lambda library: (lambda a, b: a * b, (leaf(library, X),) * 2),
    "unused input": plain(lambda library, x, row: x * x, X, ROW),
    "computed input": lambda library: (square, (leaf(library, X) * 2,)),
    "non-contiguous input": lambda library: (
        square,
        (leaf(library, X).detach().T.requires_grad_(),),
    ),
    "own function": planted(square, lambda g, x: 2 * x * g, X),
    "written into the incoming gradient": planted(square, doubled_in_place, X),
    "5e-4 of itself off": planted(square, lambda g, x: 2 * x * g * 1.0005, X),
    "sum of copies by the engine": planted(
        lambda x, row: x * row, lambda g, x, row: (g * row, g * x), X, ROW
    ),
    "|x| at 0": plain(lambda library, x: x.abs(), [0.0, 1.0]),
    "largest of equals": plain(lambda library, x: x.amax(), [1.0, 1.0, 0.5]),
}

WRONG = {
    "1.1e-3 of itself off": planted(square, lambda g, x: 2 * x * g * 1.0011, [200.0, -100.0]),
    "infinite": planted(square, lambda g, x: g * 1e300 * 1e300, X),
    "opposite sign": planted(square, lambda g, x: -2 * x * g, X),
    "half": planted(square, lambda g, x: x * g, X),
    "one wrong entry": planted(square, wrong_at_one_entry, X),
    "zero": planted(square, lambda g, x: 0 * g, X),
    "transposed": planted(lambda x: x @ x, lambda g, x: g @ x + x @ g, [[1.0, 2.0], [3.0, 5.0]]),
    "one copy only": planted(
        lambda x, row: x * row, lambda g, x, row: (g * row, (g * x)[0]), X, ROW
    ),
    "mean of copies": planted(
        lambda x, row: x * row, lambda g, x, row: (g * row, (g * x).mean(0)), X, ROW
    ),
    "only the second input": planted(
        lambda x, row: x * row, lambda g, x, row: (g * row, 2 * (g * x).sum(0)), X, ROW
    ),
    "softmax with ones only": planted(
        lambda x: x.exp() / x.exp().sum(-1, keepdim=True),
        lambda g, x: 0 * g,  # for a g of ones it is right
        X,
    ),
    "second output": planted(lambda x: (x * 2, x * x), lambda g, h, x: 2 * g + 3 * h * x, X),
    "incoming gradient forgotten": planted(square, lambda g, x: 2 * x, X),
    "not the same twice": planted(square, drifting(1e-9), X),
    "detached": plain(lambda library, x: x * x.detach(), X),
    "all detached": plain(lambda library, x: x.detach() * 2, X),
    "relu at 0": plain(lambda library, x: x.relu(), [0.0, 1.0]),
    "relu just beside 0": plain(lambda library, x: x.relu(), [3e-7, 1.0]),
    "sqrt at 0": plain(lambda library, x: x.sqrt(), [0.0, 1.0]),
    "a step": plain(lambda library, x: x + (x > 1).double(), [1.0, 2.0]),
}

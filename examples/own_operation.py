"""An operation of your own, swish(x) = x sigmoid(x), with its gradient rule written in two ways.
Run it with `python examples/own_operation.py`; `docs/checking_gradients.md` explains the checks.
"""

import argparse

import numpy as np

import tinygrad_nn as tnn
from tinygrad_nn.autograd import GradcheckError, gradcheck, gradgradcheck, op

# swish(x) = x s, where s = sigmoid(x). The product rule, and s' = s (1 - s), give its slope:
#
#     swish'(x) = s + x s (1 - s)

# --- As a Function: PyTorch's spelling ------------------------------------------------------------
#
# forward and backward are given Tensors. What backward needs is kept by ctx.save_for_backward.


class Swish(tnn.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        s = x.sigmoid()
        return g * (s + x * s * (1 - s))


# --- As an @op: how the operations of this package are written ------------------------------------
#
# The function is plain NumPy. The rule's parameter names say what is kept for it: g is the incoming
# gradient, x the input (y would be the output, x_shape only a shape). Written with operators and
# NumPy functions, it runs on arrays, and on Tensors where a gradient is to be differentiated again.


def numpy_sigmoid(x):
    return (np.tanh(x / 2) + 1) / 2  # the same curve as 1 / (1 + exp(-x)), and it cannot overflow


@op(r"x\,\sigma(x)", elementwise=True)
def swish(x):
    return x * numpy_sigmoid(x)


def swish_rule(g, x):
    s = numpy_sigmoid(x)
    return g * (s + x * s * (1 - s))


swish.vjp(x=swish_rule)


# --- With a mistake: the product rule forgotten ---------------------------------------------------


@op(r"x\,\sigma(x)", elementwise=True, name="hasty_swish")
def hasty_swish(x):
    return x * numpy_sigmoid(x)


hasty_swish.vjp(x=lambda g, x: g * x * numpy_sigmoid(x) * (1 - numpy_sigmoid(x)))


# --- The gradients, and what checks them ----------------------------------------------------------

points = [-4.0, -1.0, 0.0, 1.0, 4.0]
ways = {
    "composed of x * x.sigmoid()": lambda x: x * x.sigmoid(),
    "Function": Swish.apply,
    "@op": swish,
    "@op with a mistake": hasty_swish,
}

print(f"{'d swish/dx at x =':30}" + "".join(f"{point:9.1f}" for point in points))
for name, function in ways.items():
    x = tnn.tensor(points, requires_grad=True)
    function(x).sum().backward()
    print(f"{name:30}" + "".join(f"{slope:9.5f}" for slope in x.grad.tolist()))

print("\nHeld against differences of the function, by gradcheck and gradgradcheck")
x = tnn.tensor(points, dtype=tnn.float64, requires_grad=True)
right = 0
for name, function in ways.items():
    try:
        gradcheck(function, x)
        gradgradcheck(function, x)
    except GradcheckError as error:
        print(f"{name:30}WRONG\n\n{error}\n")
    else:
        right += 1
        print(f"{name:30}right, and so is the gradient of its gradient")
print(f"{right} of {len(ways)} ways are right, to the second order")

# --- The curve and its slope, drawn if a file is named --------------------------------------------

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--picture", metavar="FILE", help="draw swish and its slope")
picture = parser.parse_args().picture
if picture:
    from matplotlib.figure import Figure

    x = tnn.linspace(-6, 6, 200, requires_grad=True)
    y = swish(x)
    y.sum().backward()
    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(x.detach().numpy(), y.detach().numpy(), color="tab:red", label="swish(x)")
    axes.plot(x.detach().numpy(), x.grad.numpy(), color="tab:blue", label="its slope, by its rule")
    axes.set(xlabel="x", ylim=(-0.5, 3))
    axes.legend()
    figure.savefig(picture, dpi=80)

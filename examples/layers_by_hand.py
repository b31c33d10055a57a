"""XOR learned by layers that are written by hand: each knows its forward, and its own backward.
Run it with `python examples/layers_by_hand.py`; beside them, autograd does the same in a few lines.
"""

import argparse

import numpy as np

import tinygrad_nn as tnn
from tinygrad_nn import nn, optim

STEPS = 2000
LEARNING_RATE = 0.3  # at 0.5 the weights swing, and what was rounded doubles every three steps

# --- By hand --------------------------------------------------------------------------------------
#
# A layer turns an input into an output. Going back, it is given dE/d(output) and returns
# dE/d(input), which is the dE/d(output) of the layer before. Arrays are (examples, units).


class Layer:
    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_gradient):
        raise NotImplementedError

    def descend(self, learning_rate):
        """Move the weights down the slope: a layer without weights has nothing to do."""


class Dense(Layer):
    """Y = X W^T + b: every output unit sees every input unit."""

    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def forward(self, input):
        self.input = input
        return input @ self.weight.T + self.bias

    def backward(self, output_gradient):
        self.weight_gradient = output_gradient.T @ self.input  # dE/dW = (dE/dY)^T X
        self.bias_gradient = output_gradient.sum(axis=0)  # b was added to every example
        return output_gradient @ self.weight  # dE/dX = dE/dY W

    def descend(self, learning_rate):
        self.weight -= learning_rate * self.weight_gradient
        self.bias -= learning_rate * self.bias_gradient


class Activation(Layer):
    """Y = f(X), each element by itself: dE/dX = dE/dY * f'(X)."""

    def __init__(self, function, derivative):
        self.function = function
        self.derivative = derivative

    def forward(self, input):
        self.input = input
        return self.function(input)

    def backward(self, output_gradient):
        return output_gradient * self.derivative(self.input)


class Tanh(Activation):
    def __init__(self):
        super().__init__(np.tanh, lambda x: 1 - np.tanh(x) ** 2)


class MSE:
    """The mean of (prediction - target)^2."""

    def forward(self, prediction, target):
        self.difference = prediction - target
        return np.mean(self.difference**2)

    def backward(self):
        return 2 * self.difference / self.difference.size


X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])  # 1 if one of the two is 1, but not both

tnn.manual_seed(1)
model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Tanh()).double()

# The layers start from copies of the weights that nn.Linear drew.
W1, b1, W2, b2 = (parameter.detach().numpy().copy() for parameter in model.parameters())
layers = [Dense(W1, b1), Tanh(), Dense(W2, b2), Tanh()]
error = MSE()


def step_by_hand():
    """Return the loss, and leave its gradients in the layers."""
    output = X
    for layer in layers:
        output = layer.forward(output)
    loss = error.forward(output, Y)
    gradient = error.backward()
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    return loss


# --- By autograd ----------------------------------------------------------------------------------
#
# The model above is one line. The loss is computed, and backward() visits what computed it.

inputs, targets = tnn.tensor(X), tnn.tensor(Y)
loss_function = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=LEARNING_RATE)


def step_by_autograd():
    """Return the loss, and leave its gradients in the parameters."""
    optimizer.zero_grad()
    loss = loss_function(model(inputs), targets)
    loss.backward()
    return loss.item()


# --- Both, step by step ---------------------------------------------------------------------------

print("Learning XOR with 2 inputs, 3 hidden units and 1 output, all tanh\n")
print(" step   loss by hand   by autograd   largest difference of a gradient")
largest_of_all, losses = 0.0, []
for step in range(STEPS + 1):
    by_hand, by_autograd = step_by_hand(), step_by_autograd()
    losses.append((by_hand, by_autograd))
    dense = [layers[0], layers[2]]
    ours = [each for layer in dense for each in (layer.weight_gradient, layer.bias_gradient)]
    theirs = [parameter.grad.numpy() for parameter in model.parameters()]
    largest = max(abs(a - b).max() for a, b in zip(ours, theirs, strict=True))
    largest_of_all = max(largest_of_all, largest, abs(by_hand - by_autograd))
    if step in (0, 1, 10, 100, 1000, STEPS):
        print(f"{step:5}   {by_hand:12.8f}   {by_autograd:11.8f}   {largest:.1e}")
    for layer in layers:
        layer.descend(LEARNING_RATE)
    optimizer.step()

print("\ninput     target   output")
with tnn.no_grad():
    outputs = model(inputs)
for x, y, output in zip(X, Y, outputs, strict=True):
    print(f"{x}   {y[0]:4.0f}     {output.item():6.3f}")
print(f"\nlargest difference of any loss or gradient in {STEPS} steps: {largest_of_all:.1e}")

# --- The losses, drawn if a file is named ---------------------------------------------------------

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--picture", metavar="FILE", help="draw the loss of both")
picture = parser.parse_args().picture
if picture:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    by_hand, by_autograd = zip(*losses, strict=True)
    axes.semilogy(by_hand, color="tab:gray", linewidth=5, alpha=0.5, label="by hand")
    axes.semilogy(by_autograd, color="tab:red", label="by autograd")
    axes.set(xlabel="step", ylabel="loss", title="XOR, learned twice")
    axes.legend()
    figure.savefig(picture, dpi=80)

"""XOR learned by layers that are written by hand: each knows its forward, and its own backward.
Run it with `python examples/layers_by_hand.py`; beside them, autograd does the same in a few lines.
"""

import argparse

import numpy as np

import tinygrad_nn as tnn
from tinygrad_nn import nn, optim

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


def forward(layers, output):
    for layer in layers:
        output = layer.forward(output)
    return output


def backward(layers, gradient):
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    return gradient


# --- Beside autograd, step by step ----------------------------------------------------------------
#
# nn.Sequential is such a list of layers too. The loss is computed, and backward() visits what
# computed it.

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])  # 1 if one of the two is 1, but not both


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--picture", metavar="FILE", help="draw the loss of both")
    arguments = parser.parse_args(argv)

    tnn.manual_seed(1)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Tanh()).double()
    inputs, targets = tnn.tensor(X), tnn.tensor(Y)
    loss_function = nn.MSELoss()
    optimizer = optim.SGD(model.parameters(), lr=LEARNING_RATE)

    # The layers by hand start from copies of the weights that nn.Linear drew.
    W1, b1, W2, b2 = (parameter.detach().numpy().copy() for parameter in model.parameters())
    layers = [Dense(W1, b1), Tanh(), Dense(W2, b2), Tanh()]
    error = MSE()

    print("Learning XOR with 2 inputs, 3 hidden units and 1 output, all tanh\n")
    print(" step   loss by hand   by autograd   largest difference of a gradient")
    largest_of_all, losses = 0.0, []
    for step in range(arguments.steps + 1):
        by_hand = error.forward(forward(layers, X), Y)
        backward(layers, error.backward())

        optimizer.zero_grad()
        by_autograd = loss_function(model(inputs), targets)
        by_autograd.backward()

        losses.append((by_hand, by_autograd.item()))
        dense = [layers[0], layers[2]]
        ours = [each for layer in dense for each in (layer.weight_gradient, layer.bias_gradient)]
        theirs = [parameter.grad.numpy() for parameter in model.parameters()]
        largest = max(abs(a - b).max() for a, b in zip(ours, theirs, strict=True))
        largest_of_all = max(largest_of_all, largest, abs(losses[-1][0] - losses[-1][1]))
        if step in (0, 1, 10, 100, 1000, arguments.steps):
            print(f"{step:5}   {losses[-1][0]:12.8f}   {losses[-1][1]:11.8f}   {largest:.1e}")
        for layer in layers:
            layer.descend(LEARNING_RATE)
        optimizer.step()

    print("\ninput     target   output")
    with tnn.no_grad():
        outputs = model(inputs)
    for x, y, output in zip(X, Y, outputs, strict=True):
        print(f"{x}   {y[0]:4.0f}     {output.item():6.3f}")
    steps = arguments.steps
    print(f"\nlargest difference of any loss or gradient in {steps} steps: {largest_of_all:.1e}")

    if arguments.picture:
        draw(arguments.picture, losses)


def draw(path, losses):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    by_hand, by_autograd = zip(*losses, strict=True)
    axes.semilogy(by_hand, color="tab:gray", linewidth=5, alpha=0.5, label="by hand")
    axes.semilogy(by_autograd, color="tab:red", label="by autograd")
    axes.set(xlabel="step", ylabel="loss", title="XOR, learned twice")
    axes.legend()
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()

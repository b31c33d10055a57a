"""A decision by weights that somebody chose, then by weights that are learned, then in two layers.
Run it with `python examples/decision.py`; `layers_by_hand.py` builds a whole network of layers.
"""

import argparse

import numpy as np

import tinygrad_nn as tnn

tnn.set_default_dtype(tnn.float64)

# --- 1. Weights, a bias and a threshold -----------------------------------------------------------
#
# Shall I go to the festival? Three questions, each answered by 1 (yes) or 0 (no). The weights say
# how much each counts. I go if the weighted sum lies above a threshold, which is written as a bias:
# w·x > threshold is the same as w·x + b > 0 with b = -threshold, how reluctant I am.

QUESTIONS = ("dry weather", "a friend comes", "a train goes")
weights = np.array([5.0, 3.0, 3.0])
bias = -6.5

# All 8 combinations of answers.
X = np.array([[dry, friend, train] for dry in (0, 1) for friend in (0, 1) for train in (0, 1)])
go = (X @ weights + bias > 0).astype(float)

print("Shall I go to the festival? Yes if w·x + b > 0")
print(f"w = {weights}, b = {bias}\n")
print("   ".join(QUESTIONS) + "   w·x + b   go?")
for x, answer in zip(X, go, strict=True):
    cells = "   ".join(f"{number:^{len(name)}}" for number, name in zip(x, QUESTIONS, strict=True))
    print(f"{cells}   {x @ weights + bias:7.1f}   {'yes' if answer else 'no'}")

# --- 2. A decision that can be learned ------------------------------------------------------------
#
# Suppose that only the 8 answers are known. A step from no to yes is flat on both sides, so it says
# nothing about which way to move a weight. The sigmoid 1 / (1 + e^-z) is that step made smooth: its
# output lies between 0 (no) and 1 (yes), and the cost has a slope in each weight to go down.
#
#     z = w·x + b      a = sigmoid(z)      C = mean of (a - y)^2 over the examples
#     w <- w - learning_rate dC/dw         b <- b - learning_rate dC/db

inputs = tnn.tensor(X, dtype=tnn.float64)
answers = tnn.tensor(go)


def cost(w, b, x, y):
    a = (x @ w + b).sigmoid()
    return ((a - y) ** 2).mean()


def descend(w, b, learning_rate):
    """Take one step down the slope, and drop the gradients: backward() would add to them."""
    with tnn.no_grad():
        for parameter in (w, b):
            parameter -= learning_rate * parameter.grad
            parameter.grad = None


def fresh():
    return tnn.zeros(3, requires_grad=True), tnn.zeros((), requires_grad=True)


print("\nThe same decision learned from its 8 answers, by a sigmoid neuron")
print("gradient descent: every step looks at all 8 examples")
w, b = fresh()
for step in range(2001):
    loss = cost(w, b, inputs, answers)
    if step in (0, 20, 200, 2000):
        right = ((inputs @ w + b > 0) == (answers > 0.5)).sum().item()
        print(f"  step {step:4}: cost {loss.item():.4f}, {right} of 8 decisions right")
    loss.backward()
    descend(w, b, learning_rate=2.0)
print(f"  w = {w.detach().numpy().round(2)}, b = {b.item():.2f}")
learned_z = (inputs @ w + b).detach()

print("stochastic gradient descent: every step looks at one example, in a new order each round")
tnn.manual_seed(0)
w, b = fresh()
for round_ in range(251):
    if round_ in (0, 25, 250):
        loss = cost(w, b, inputs, answers)
        right = ((inputs @ w + b > 0) == (answers > 0.5)).sum().item()
        print(f"  step {8 * round_:4}: cost {loss.item():.4f}, {right} of 8 decisions right")
    for i in tnn.randperm(8):
        cost(w, b, inputs[i], answers[i]).backward()
        descend(w, b, learning_rate=2.0)
print(f"  w = {w.detach().numpy().round(2)}, b = {b.item():.2f}")

# --- 3. The chain rule, from one layer to the one before ------------------------------------------
#
# "Go if exactly one of two friends goes" is more than one neuron can do, and two layers can:
#
#     z1 = W1 x + b1    a1 = sigmoid(z1)    z2 = W2 a1 + b2    a2 = sigmoid(z2)    C = (a2 - y)^2
#
# Read from the right, each of these formulas has a slope, and the chain rule multiplies them. What
# arrives at z2, dC/dz2, is passed on to the layer before through the transposed weights:
#
#     dC/dz2 = 2 (a2 - y) * a2 (1 - a2)          sigmoid'(z) = a (1 - a)
#     dC/da1 = W2^T dC/dz2
#     dC/dz1 = dC/da1 * a1 (1 - a1)
#     dC/dW  = dC/dz (what came in)^T            dC/db = dC/dz
#
# First by hand, in NumPy:

random = np.random.default_rng(0)
W1, b1 = random.normal(size=(2, 2)), random.normal(size=2)
W2, b2 = random.normal(size=(1, 2)), random.normal(size=1)
x, y = np.array([1.0, 1.0]), np.array([0.0])  # both go: stay at home


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


a1 = sigmoid(W1 @ x + b1)
a2 = sigmoid(W2 @ a1 + b2)

dz2 = 2 * (a2 - y) * a2 * (1 - a2)
da1 = W2.T @ dz2
dz1 = da1 * a1 * (1 - a1)
by_hand = {
    "dC/dW2": np.outer(dz2, a1),
    "dC/db2": dz2,
    "dC/da1": da1,
    "dC/dW1": np.outer(dz1, x),
    "dC/db1": dz1,
}

# Then by autograd, which needs the forward formulas only. It keeps the gradients of the weights;
# that of the hidden layer's output a1 has to be asked for.

first, first_bias = tnn.tensor(W1, requires_grad=True), tnn.tensor(b1, requires_grad=True)
second, second_bias = tnn.tensor(W2, requires_grad=True), tnn.tensor(b2, requires_grad=True)
hidden = (first @ tnn.tensor(x) + first_bias).sigmoid()
hidden.retain_grad()
loss = (((second @ hidden + second_bias).sigmoid() - tnn.tensor(y)) ** 2).sum()
loss.backward()
by_autograd = {
    "dC/dW2": second.grad,
    "dC/db2": second_bias.grad,
    "dC/da1": hidden.grad,
    "dC/dW1": first.grad,
    "dC/db1": first_bias.grad,
}

print("\nThe chain rule through two layers, by hand and by autograd")
largest = 0.0
for name, hand in by_hand.items():
    autograd = by_autograd[name].numpy()
    largest = max(largest, abs(hand - autograd).max())
    print(f"  {name}  by hand {np.round(hand, 6).tolist()}")
    print(f"          autograd {np.round(autograd, 6).tolist()}")
print(f"by hand and by autograd, largest difference: {largest:.1e}")

# --- The learned decision, drawn if a file is named -----------------------------------------------

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--picture", metavar="FILE", help="draw the step, the sigmoid and the answers")
picture = parser.parse_args().picture
if picture:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    z = np.linspace(-12, 12, 241)
    axes.plot(z, z > 0, color="tab:gray", label="step")
    axes.plot(z, sigmoid(z), color="tab:red", label="sigmoid")
    axes.scatter(learned_z.numpy(), go, color="black", s=20, zorder=3, label="the 8 answers")
    axes.set(xlabel="w·x + b, as learned", ylabel="go?", title="A decision learned")
    axes.legend()
    figure.savefig(picture, dpi=80)

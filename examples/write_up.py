"""The write-up: a network that reads handwritten digits, and the formulas of its gradients by hand.
Run it with `python examples/write_up.py`; `tinygrad_nn/teaching/by_hand.py` has them in NumPy.
"""

import argparse

import numpy as np

import tinygrad_nn as torch  # the line that a PyTorch program changes, with the next one
from tinygrad_nn import nn, optim
from tinygrad_nn.teaching import by_hand

HIDDEN, CLASSES = 10, 10
LEARNING_RATE = 0.1
STEPS = 500

# --- The data -------------------------------------------------------------------------------------
#
# 1,797 images of 8 x 8 pixels are in the package: 64 inputs. The network learns from 400 and is
# tried on the others. On MNIST (torch.datasets.mnist()) it has 28 x 28 = 784, to divide by 255.

torch.manual_seed(0)
data = torch.datasets.digits()
pixels = torch.from_numpy(data.images).flatten(1).double() / 16  # 0 is paper, 1 is ink
labels = torch.from_numpy(data.labels)
order = torch.randperm(len(pixels))
pixels, labels = pixels[order], labels[order]
training_images, training_labels = pixels[:400], labels[:400]
held_out_images, held_out_labels = pixels[400:], labels[400:]

# --- The network and its training, as in PyTorch --------------------------------------------------
#
# ReLU between the layers. The softmax is in the loss: CrossEntropyLoss takes the scores before it.


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(training_images.shape[1], HIDDEN)
        self.output = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x):
        return self.output(self.hidden(x).relu())


model = Network().double()
with torch.no_grad():
    for parameter in model.parameters():  # the write-up starts uniformly from -0.5 to 0.5
        parameter.copy_(torch.rand_like(parameter) - 0.5)

criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=LEARNING_RATE)

# The same weights for the formulas. By hand an image is a column of X, so a bias is a column too,
# and each column of Y has a 1 in the row of its label.

W1, b1, W2, b2 = (parameter.detach().numpy().copy() for parameter in model.parameters())
b1, b2 = b1[:, np.newaxis], b2[:, np.newaxis]
X = training_images.numpy().T
Y = np.eye(CLASSES)[training_labels.numpy()].T


def mean_cross_entropy():
    return criterion(model(training_images), training_labels)


def held_out_accuracy():
    with torch.no_grad():
        guesses = model(held_out_images).argmax(1)
    return (guesses == held_out_labels).double().mean().item()


print(
    f"{len(X)} pixels, {HIDDEN} hidden units, {CLASSES} digits; {len(X.T):,} images to learn from\n"
)
print(" step   loss by autograd   loss by hand   held-out accuracy")
curve = []
for step in range(STEPS + 1):
    # By autograd: compute the loss, ask for its gradients, go down the slope.
    optimizer.zero_grad()
    loss = mean_cross_entropy()
    loss.backward()

    # By hand:
    #     dZ2 = A2 - Y                    dW2 = dZ2 A1^T / m    db2 = sum of dZ2 over the images / m
    #     dZ1 = W2^T dZ2 * ReLU'(Z1)      dW1 = dZ1 X^T / m     db1 = sum of dZ1 over the images / m
    activations = by_hand.forward(X, W1, b1, W2, b2)
    gradients = by_hand.backward(X, Y, W2, activations)

    if step % 10 == 0:
        loss_by_hand = -np.log(activations.A2[Y == 1]).mean()
        curve.append((step, loss.item(), loss_by_hand, held_out_accuracy()))
    if step % 100 == 0:
        _, by_autograd, in_numpy, accuracy = curve[-1]
        print(f"{step:5}   {by_autograd:16.12f}   {in_numpy:.12f}   {accuracy:17.1%}")
    if step == STEPS:
        break

    optimizer.step()
    W1, b1 = W1 - LEARNING_RATE * gradients.dW1, b1 - LEARNING_RATE * gradients.db1
    W2, b2 = W2 - LEARNING_RATE * gradients.dW2, b2 - LEARNING_RATE * gradients.db2

# --- Are the formulas right? ----------------------------------------------------------------------
#
# compare() holds them against autograd, and both against a third way that knows no calculus: move a
# weight a little, and see how much the loss changes (here for at most 50 weights of each kind).

parameters = dict(zip(("W1", "b1", "W2", "b2"), model.parameters(), strict=True))


def table(dW1, db1, dW2, db2):
    given = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    return torch.autograd.compare(given, mean_cross_entropy, parameters, entries=50)


print("\nThe gradients after the last step")
right = gradients._replace(db1=gradients.db1[:, 0], db2=gradients.db2[:, 0])  # columns as vectors
print(table(*right))

# The published write-up sums dZ over the units as well, which leaves one number for a whole layer.
# The network still learns, but never its b2: that number is 0, since each column of A2 sums to 1 as
# each column of Y does.

print("\nThe same with the gradients of the biases as they were published")
print(table(*by_hand.backward(X, Y, W2, activations, by_hand.write_up_bias_gradient)))

# On 42,000 images of MNIST the write-up reports 85 % after as many steps, of those it learned from;
# `better_than_the_write_up.py --data mnist` does the same.

farthest = max(abs(a - b) for _, a, b, _ in curve)
print(f"\nheld-out accuracy {curve[-1][3]:.1%}; largest difference of a loss: {farthest:.1e}")

# --- The loss and the accuracy, drawn if a file is named ------------------------------------------

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--picture", metavar="FILE", help="draw both losses and the accuracy")
picture = parser.parse_args().picture
if picture:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    steps, by_autograd, in_numpy, accuracy = zip(*curve, strict=True)
    axes.plot(steps, in_numpy, color="tab:gray", linewidth=5, alpha=0.5, label="loss by hand")
    axes.plot(steps, by_autograd, color="tab:red", label="loss by autograd")
    axes.plot(steps, accuracy, color="tab:blue", label="held-out accuracy")
    axes.set(xlabel="step", title="The write-up, twice")
    axes.legend()
    figure.savefig(picture, dpi=80)

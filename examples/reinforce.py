"""REINFORCE learns to balance a pole on a cart, from nothing but how long it stayed up.
Run it with `python examples/reinforce.py`; the cart is 20 lines of NumPy in the same file.

A policy network gives a chance to each push, left or right. After an episode each push is made
likelier if what followed was better than usual, rarer if worse: R. Williams, "Simple statistical
gradient-following algorithms" (1992). It prints the mean length of the last episodes; 200 steps is
the longest, and a cart pushed at random falls after about 20.
"""

import argparse

import numpy as np

import tinygrad_nn as torch
from tinygrad_nn import nn, optim
from tinygrad_nn.distributions import Categorical


class CartPole:
    """A pole of 1 m on a cart of 1 kg, pushed by 10 N to the left or to the right every 0.02 s.

    The equations are those of Barto, Sutton and Anderson (1983), without friction.
    """

    LONGEST = 200

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def reset(self):
        self.steps = 0
        self.state = self.random.uniform(-0.05, 0.05, 4)
        return self.state

    def step(self, action):
        """Push (0 is left, 1 right); return the state, and whether the episode is over."""
        _, velocity, angle, turning = self.state
        force = 10.0 if action == 1 else -10.0
        sine, cosine = np.sin(angle), np.cos(angle)
        pushed = (force + 0.05 * turning**2 * sine) / 1.1  # pole: 0.1 kg, half as long as 1 m
        twist = (9.8 * sine - cosine * pushed) / (0.5 * (4 / 3 - 0.1 * cosine**2 / 1.1))
        pull = pushed - 0.05 * twist * cosine / 1.1
        self.state = self.state + 0.02 * np.array([velocity, pull, turning, twist])
        self.steps += 1
        fallen = abs(self.state[0]) > 2.4 or abs(self.state[2]) > np.radians(12)
        return self.state, bool(fallen) or self.steps == self.LONGEST


def episode(policy, cart):
    """Play to the end; return the log-probability of each push that was made."""
    state, over, log_probabilities = cart.reset(), False, []
    while not over:
        pushes = Categorical(logits=policy(torch.from_numpy(state).float()))
        push = pushes.sample()
        log_probabilities.append(pushes.log_prob(push))
        state, over = cart.step(push.item())
    return torch.stack(log_probabilities)


def returns(length, discount=0.99):
    """What followed each push: a reward of 1 for every step that the pole stayed up, discounted."""
    total, found = 0.0, []
    for _ in range(length):
        total = 1 + discount * total
        found.append(total)
    return torch.tensor(found[::-1])


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=200)
    parser.add_argument("--picture", metavar="FILE", help="draw how long the pole stayed up")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    cart = CartPole(seed=0)
    policy = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2))
    optimizer = optim.Adam(policy.parameters(), lr=1e-2)
    lengths = []
    for number in range(1, arguments.episodes + 1):
        log_probabilities = episode(policy, cart)
        better = returns(len(log_probabilities))
        better = (better - better.mean()) / (better.std() + 1e-6)
        optimizer.zero_grad()
        (-(log_probabilities * better).sum()).backward()
        optimizer.step()
        lengths.append(len(log_probabilities))
        if number % 25 == 0:
            print(f"episode {number:4}: the last 25 lasted {np.mean(lengths[-25:]):.1f} steps")

    with torch.no_grad():
        judged = [len(episode(policy, cart)) for _ in range(20)]
    print(f"20 more, without learning: {np.mean(judged):.1f} of {CartPole.LONGEST} steps")

    if arguments.picture:
        draw(arguments.picture, lengths)


def draw(path, lengths):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(lengths, ".", markersize=3, color="tab:gray")
    means = np.convolve(lengths, np.ones(10) / 10, mode="valid")
    axes.plot(np.arange(len(means)) + 9, means, color="tab:red", label="mean of 10")
    axes.set(xlabel="episode", ylabel="steps", title="How long the pole stays up")
    axes.legend()
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()

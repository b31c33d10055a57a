"""A model of text, word by word, whose output layer has the same weights as its embedding.
Run it with `python examples/words.py`; `characters.py` reads the same rhymes letter by letter.

A word's vector says what it means where it is read, and how likely it is where it is guessed: one
table serves for both, as in Press and Wolf, "Using the output embedding to improve language
models" (2017). It prints how many weights that saves, the perplexity on the way (of how many words
the next might be one), and at last that of the verse that it was not shown, with tied weights and
without.
"""

import argparse
import math
import re
from pathlib import Path

import tinygrad_nn as torch
import tinygrad_nn.nn.functional as F
from tinygrad_nn import nn, optim

TEXT = Path(__file__).with_name("rhymes.txt")


class Words(nn.Module):
    def __init__(self, words, width, tied):
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.layer = nn.LSTM(width, width)
        self.dropout = nn.Dropout(0.2)
        self.output = nn.Linear(width, words)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        if tied:
            self.output.weight = self.embedding.weight

    def forward(self, x, state=None):
        seen, state = self.layer(self.dropout(self.embedding(x)), state)
        return self.output(self.dropout(seen)), state


def train(model, text, epochs, batch=4, time=12):
    """Go through the text in `batch` columns, and carry each column's state on as it is."""
    columns = text[: len(text) // batch * batch].view(batch, -1).T  # time first, as an LSTM has it
    optimizer = optim.Adam(model.parameters(), lr=5e-3)
    perplexities = []
    for _ in range(epochs):
        state, losses = None, []
        for start in range(0, len(columns) - 1, time):
            x = columns[start : start + time]
            y = columns[start + 1 : start + 1 + time]
            scores, state = model(x[: len(y)], state)
            loss = F.cross_entropy(scores.flatten(0, 1), y.flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            state = tuple(each.detach() for each in state)  # backward stops here
            losses.append(loss.item())
        perplexities.append(math.exp(sum(losses) / len(losses)))
    return perplexities


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--picture", metavar="FILE", help="draw the perplexities")
    arguments = parser.parse_args(argv)

    text = re.findall(r"[\w-]+|[^\w\s]|\n+", TEXT.read_text("utf-8").lower())
    words = sorted(set(text))
    numbers = torch.tensor([words.index(word) for word in text])
    known = len(text) - 1 - text[:-1][::-1].index("\n\n")  # where the last verse begins
    print(f"{len(text)} words, {len(words)} different ones")

    curves, reached = {}, {}
    for name, tied in (("separate", False), ("tied", True)):
        torch.manual_seed(0)
        model = Words(len(words), arguments.width, tied)
        size = sum(each.numel() for each in model.parameters())
        print(f"{name} weights: {size:,} parameters")
        curves[name] = train(model, numbers[:known], arguments.epochs)
        for epoch in range(0, arguments.epochs, 10):
            print(f"  epoch {epoch + 1:3}: perplexity {curves[name][epoch]:6.2f}")
        model.eval()
        with torch.no_grad():
            scores, _ = model(numbers[:-1, None])  # the state has seen all the text before
        loss = F.cross_entropy(scores[known - 1 :, 0], numbers[known:])
        reached[name] = loss.exp().item()
    print("on the verse it was not shown: perplexity", end=" ")
    print(f"{reached['separate']:.2f} with separate weights, {reached['tied']:.2f} with tied ones")

    if arguments.picture:
        draw(arguments.picture, curves)


def draw(path, curves):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    for name, curve in curves.items():
        axes.semilogy(range(1, len(curve) + 1), curve, label=f"{name} weights")
    axes.set(xlabel="epoch", ylabel="perplexity", title="Learning two rhymes, word by word")
    axes.legend()
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()

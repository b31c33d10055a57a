"""A model of text, letter by letter: an RNN, an LSTM or a transformer that learns two old rhymes.
Run it with `python examples/characters.py`; `words.py` next reads the same, word by word.

Both rhymes, "The Twelve Days of Christmas" and "The House That Jack Built", grow by a line with
every verse. The last verse is kept from training, and nearly all of it can be known from the ones
before. It prints the loss in bits a letter, then a verse that the model writes, then the bits and
the letters guessed right of the verse that it was not shown.
"""

import argparse
import math
from pathlib import Path

import tinygrad_nn as torch
import tinygrad_nn.nn.functional as F
from tinygrad_nn import nn, optim

TEXT = Path(__file__).with_name("rhymes.txt")


class Recurrent(nn.Module):
    """Letters to vectors, a recurrent layer over time, and a score for each next letter."""

    def __init__(self, layer, letters, width):
        super().__init__()
        self.embedding = nn.Embedding(letters, width)
        self.layer = layer(width, width, batch_first=True)
        self.output = nn.Linear(width, letters)

    def forward(self, x):
        return self.output(self.layer(self.embedding(x))[0])


class Transformer(nn.Module):
    """The same with attention: each letter looks at those before it, which a mask sees to."""

    def __init__(self, letters, width, longest):
        super().__init__()
        self.embedding = nn.Embedding(letters, width)
        self.position = nn.Parameter(torch.randn(longest, width))
        self.layers = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    width, 4, 4 * width, dropout=0.0, batch_first=True, norm_first=True
                )
                for _ in range(2)
            )
        )
        self.output = nn.Linear(width, letters)

    def forward(self, x):
        time = x.shape[1]
        x = self.embedding(x) + self.position[:time]
        mask = nn.Transformer.generate_square_subsequent_mask(time)
        for layer in self.layers:
            x = layer(x, src_mask=mask)
        return self.output(x)


def bits(scores, letters):
    return F.cross_entropy(scores.flatten(0, 1), letters.flatten()) / math.log(2)


def write(model, start, count, context):
    """Return count letters, each drawn by its probability given the context before it."""
    text = start
    with torch.no_grad():
        for _ in range(count):
            chances = model(text[None, -context:])[0, -1].softmax(0)
            text = torch.cat([text, torch.multinomial(chances, 1)])
    return text


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=["rnn", "lstm", "transformer"], default="lstm")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--context", type=int, default=64)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--picture", metavar="FILE", help="draw the loss")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    text = TEXT.read_text("utf-8")
    letters = sorted(set(text))
    numbers = torch.tensor([letters.index(letter) for letter in text])
    known = text.rindex("\n\n")
    train, context = numbers[:known], arguments.context
    if arguments.model == "transformer":
        model = Transformer(len(letters), arguments.width, context)
    else:
        layer = {"rnn": nn.RNN, "lstm": nn.LSTM}[arguments.model]
        model = Recurrent(layer, len(letters), arguments.width)

    optimizer = optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for step in range(arguments.steps + 1):
        starts = torch.randint(len(train) - context, (16,))
        pieces = torch.stack([train[start : start + context + 1] for start in starts.tolist()])
        loss = bits(model(pieces[:, :-1]), pieces[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % (arguments.steps // 5) == 0:
            print(f"step {step:4}: {losses[-1]:.3f} bits a letter")

    written = write(model, train[-context:], 150, context)[context:]
    print(
        "it writes:" + "".join(letters[each] for each in written.tolist()).replace("\n", "\n  | ")
    )

    # Each letter of the last verse, given the letters before it.
    windows = numbers[known - context :].unfold(0, context + 1, 1)
    with torch.no_grad():
        scores = model(windows[:, :-1])[:, -1]
    right = (scores.argmax(1) == windows[:, -1]).float().mean().item()
    print(f"{arguments.model}, on the verse it was not shown:", end=" ")
    print(f"{bits(scores[:, None], windows[:, -1:]).item():.2f} bits a letter, {right:.1%} right")

    if arguments.picture:
        draw(arguments.picture, losses)


def draw(path, losses):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(losses, color="tab:red")
    axes.set(xlabel="step", ylabel="bits a letter", ylim=(0, None), title="Learning two rhymes")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()

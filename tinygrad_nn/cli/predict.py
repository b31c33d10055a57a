"""`tinygrad-nn predict`: what a trained network makes of pictures of one's own digits.
Read `digit_picture.py` next, which makes a network's input of a picture.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tinygrad_nn as tnn

from ..errors import DataError
from ..saving.whole_files import write_file
from ..viz.drawing.words import printable
from .arguments import add_command, file_name
from .digit_picture import as_trained, read_picture
from .network_file import load_network
from .sheets import Reading, reading_sheet

BLOCKS, LETTERS = " ░▒▓█", " .:*#"
BAR = 30  # letters of a probability of 1

DESCRIPTION = """\
Read digits that you drew yourself: dark on light or light on dark, of any size, one in a picture.
Each is cropped to its ink, scaled and centred, as the images were that the network was trained on.
The network is a file that tinygrad-nn train wrote, which says what it is.
"""

EXAMPLES = """\
examples:
  tinygrad-nn predict tinygrad-nn-run/model.safetensors seven.png
  tinygrad-nn predict mnist-run/model.safetensors *.jpg --out read.png

A network that was trained on MNIST reads other people's digits best:
  tinygrad-nn train --data mnist --hidden 64 --batch-size 50 --iterations 4000
"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "predict",
        run,
        summary="read pictures of your own digits",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    parser.add_argument("model", type=Path, metavar="MODEL.safetensors", help="the trained network")
    parser.add_argument("images", type=Path, nargs="+", metavar="IMAGE", help="a picture to read")
    parser.add_argument(
        "--out",
        type=file_name(".png"),
        default=Path("predict.png"),
        metavar="FILE",
        help="the picture to write: each digit, what the network saw, and how sure it is "
        "(default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    network = load_network(arguments.model)
    readings = []
    for path in arguments.images:
        try:
            picture = read_picture(path)
            seen = as_trained(picture, network.height, network.width, path)
        except DataError as error:
            print(f"tinygrad-nn: {' '.join(str(error).split())}", file=sys.stderr)
            continue
        pixels = tnn.from_numpy(seen.astype(np.float32)).reshape(1, -1)
        with tnn.no_grad():
            probabilities = network.model(pixels).softmax(1)[0].numpy()
        readings.append(Reading(path.name, picture, seen, probabilities))
        print(in_words(readings[-1]))
    if readings:
        write_file(arguments.out, reading_sheet(readings))
        print(f"wrote {arguments.out}: {len(readings)} read, with what the network saw")
    return int(len(readings) < len(arguments.images))


def in_words(reading: Reading) -> str:
    """Return what was seen as blocks of text, and the probability of each digit."""
    best = int(reading.probabilities.argmax())
    signs = _signs()
    lines = [
        f"{printable(reading.name)}: {best}, {reading.probabilities[best]:.1%} sure; it saw",
        *blocks(reading.seen, signs),
    ]
    for digit, share in enumerate(reading.probabilities):
        lines.append(f"  {digit}  {share:6.1%} {signs[-1] * round(BAR * float(share))}".rstrip())
    return "\n".join(lines) + "\n"


def blocks(image: NDArray[Any], signs: str = BLOCKS) -> list[str]:
    """Return an image of 0 to 1 as lines of text in a frame, two letters for each pixel."""
    levels = np.ceil(image * (len(signs) - 1)).astype(int)
    frame = f"  +{'-' * (2 * image.shape[1])}+"
    lines = ("".join(2 * signs[level] for level in row) for row in levels)
    return [frame, *(f"  |{line}|" for line in lines), frame]


def _signs() -> str:
    """Return the shades from paper to ink, of those that the terminal has."""
    try:
        BLOCKS.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return LETTERS
    return BLOCKS

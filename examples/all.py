"""Every example at full size, its picture, and the list of them all with what each reached.
Run it with `python examples/all.py`; it writes `README.md` and `pictures/` beside itself.

It prints for each what it printed last, and the seconds that one core worked. MNIST is learned
too where the environment variable TINYGRAD_NN_DATA says where it lies. Where examples are named,
"lenet" or "lenet --data mnist --epochs 3", those alone run, and the list keeps what it has of the
others.
"""

import argparse
import ast
import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
LIST = FOLDER / "README.md"
TABLE = FOLDER / "better_than_the_write_up.md"
PROGRAMS = (  # in the order to read them, with flags
    "decision",
    "linear_regression",
    "layers_by_hand",
    "xor",
    "moons",
    "write_up",
    "sigmoid_digits",
    "sigmoid_digits --data mnist",
    "digits_by_hand",
    "digits_by_hand --data mnist",
    "zeros_and_ones",
    "zeros_and_ones --data mnist",
    "better_than_the_write_up",
    "better_than_the_write_up --data mnist",
    "lenet",
    "lenet --data mnist --epochs 3",
    "autoencoder",
    "vae",
    "gan",
    "characters --model rnn",
    "characters --model lstm",
    "characters --model transformer",
    "words",
    "reinforce",
    "physics",
    "own_operation",
    "one_bit",
    "to_pytorch",
)
OPENING = """# Examples

Short programs in PyTorch's style, to be read from top to bottom; what one has already, another may
import. Those that open with `import tinygrad_nn as torch` run on PyTorch too, once that import and
the next ones name it (the digits still come from `tinygrad_nn.datasets`), and print the same until
rounding has grown.
`-h` tells a program's flags; `--picture FILE` draws what is shown here. The figures are what
`python examples/all.py` reached at full size, and the seconds are those that one core worked.

| | | its last line | seconds |
|---|---|---|---|
"""
SYSTEMS = """
## The systems that this project comes from

What their authors report, and what the same network reached here, of the images of MNIST.

| program | reported | here |
|---|---|---|
"""
REPORTED = {
    "better_than_the_write_up --data mnist": "the write-up, 784-10-10 units: of the images that it "
    "learned from 85% after 500 steps of gradient descent, 87% after 1,000",
    "sigmoid_digits --data mnist": "M. Nielsen, Neural Networks and Deep Learning, chapter 1, "
    "784-30-10 units: 95.42% held out at the best of 30 epochs of SGD "
    "on 50,000 images (here 60,000)",
    "digits_by_hand --data mnist": "TheIndependentCode/Neural-Network, `mnist.py`: 784-40-10 "
    "units, 20 guesses, not counted",
    "zeros_and_ones --data mnist": "TheIndependentCode/Neural-Network, `mnist_conv.py`: 200 "
    "guesses, not counted",
}
BETTER = """
What the discussion of the write-up proposes, measured by `better_than_the_write_up.py --data mnist`
on one core; the seconds are those of learning. Weights start between -0.5 and 0.5, but as PyTorch's
do where it is said and in the rows below.

"""
CLOSING = """
What `characters.py` and `words.py` learn is `rhymes.txt`: "The Twelve Days of Christmas" and "The
House That Jack Built", both in the public domain.
"""


def run(program, picture):
    """Return the last line that a program prints, and the seconds that it kept a core busy."""
    name, *flags = program.split()
    path = FOLDER / f"{name}.py"
    source = path.read_text("utf-8")
    if "--picture" in source:
        flags += ["--picture", str(picture)]
    if "--table" in source and "mnist" in flags:
        flags += ["--table", str(TABLE)]
    one_core = os.environ | {f"{each}_NUM_THREADS": "1" for each in ("OMP", "OPENBLAS", "MKL")}
    before = os.times()
    done = subprocess.run(
        [sys.executable, str(path), *flags],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=one_core | {"PYTHONIOENCODING": "utf-8"},
    )
    after = os.times()
    seconds = after.children_user - before.children_user
    return done.stdout.splitlines()[-1].strip(), seconds


def row(program, picture, reached, seconds):
    name, *flags = program.split()
    source = (FOLDER / f"{name}.py").read_text("utf-8")
    what = ast.get_docstring(ast.parse(source)).splitlines()[0]
    shown = f'<img src="pictures/{picture.name}" width="240" alt="what {name} draws">'
    reached = " ".join(reached.split()).replace("|", r"\|")
    link = f"[`{' '.join([f'{name}.py', *flags])}`]({name}.py)"
    return (
        f"| {shown if picture.is_file() else ''} | {link}<br>{what} | {reached} | {seconds:.1f} |\n"
    )


def kept():
    """Return the rows that the list has, by program."""
    text = LIST.read_text("utf-8") if LIST.is_file() else ""
    return {
        found[1].replace(".py", "", 1): found[0] + "\n"
        for found in re.finditer(r"^\| .*?\[`(.*?)`\].*$", text, re.MULTILINE)
    }


def systems(rows):
    reached = {program: rows[program].split(" | ")[2] for program in REPORTED if program in rows}
    return "".join(f"| `{each}` | {REPORTED[each]} | {reached[each]} |\n" for each in reached)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", nargs="*", help="those to run, all if none is named")
    chosen = parser.parse_args().programs or PROGRAMS
    unknown = [each for each in chosen if each not in PROGRAMS]
    if unknown:
        parser.error(f"no example {unknown[0]!r}; there are: {', '.join(PROGRAMS)}")
    (FOLDER / "pictures").mkdir(exist_ok=True)
    for program in chosen:
        if "mnist" in program and "TINYGRAD_NN_DATA" not in os.environ:
            print(f"{program}: left out, for TINYGRAD_NN_DATA does not say where MNIST lies")
            continue
        picture = FOLDER / "pictures" / f"{program.replace(' --', '-').replace(' ', '-')}.png"
        reached, seconds = run(program, picture)
        print(f"{program}: {reached} ({seconds:.1f} s)", flush=True)
        rows = kept() | {program: row(program, picture, reached, seconds)}
        write(rows)


def write(rows):
    text = OPENING + "".join(rows[each] for each in PROGRAMS if each in rows)
    if found := systems(rows):
        text += SYSTEMS + found
    if TABLE.is_file():
        text += BETTER + TABLE.read_text("utf-8")
    LIST.write_text(text + CLOSING, "utf-8")


if __name__ == "__main__":
    main()

"""Every example at full size, its picture, and the list of them all with what each reached.
Run it with `python examples/all.py`; it writes `README.md` and `pictures/` beside itself.

It prints for each what it printed last, and the seconds that one core worked. MNIST is learned
too where the environment variable TINYGRAD_NN_DATA says where it lies.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
PROGRAMS = (  # in the order to read them, with flags
    "decision",
    "linear_regression",
    "layers_by_hand",
    "xor",
    "moons",
    "write_up",
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

Short programs in PyTorch's style, each in one file, to be read from top to bottom. Those that open
with `import tinygrad_nn as torch` run on PyTorch too, once that import and the next ones name it
(the digits still come from `tinygrad_nn.datasets`), and print the same until rounding has grown.
`-h` tells a program's flags; `--picture FILE` draws what is shown here. The figures are what
`python examples/all.py` reached at full size, and the seconds are those that one core worked.

| | | its last line | seconds |
|---|---|---|---|
"""
CLOSING = """
What `characters.py` and `words.py` learn is `rhymes.txt`: "The Twelve Days of Christmas" and "The
House That Jack Built", both in the public domain.
"""


def run(program, picture):
    """Return the last line that a program prints, and the seconds that it kept a core busy."""
    name, *flags = program.split()
    path = FOLDER / f"{name}.py"
    if "--picture" in path.read_text("utf-8"):
        flags += ["--picture", str(picture)]
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


def main():
    (FOLDER / "pictures").mkdir(exist_ok=True)
    rows = []
    for program in PROGRAMS:
        if "mnist" in program and "TINYGRAD_NN_DATA" not in os.environ:
            print(f"{program}: left out, for TINYGRAD_NN_DATA does not say where MNIST lies")
            continue
        picture = FOLDER / "pictures" / f"{program.replace(' --', '-').replace(' ', '-')}.png"
        reached, seconds = run(program, picture)
        print(f"{program}: {reached} ({seconds:.1f} s)", flush=True)
        rows.append(row(program, picture, reached, seconds))
    (FOLDER / "README.md").write_text(OPENING + "".join(rows) + CLOSING, "utf-8")


if __name__ == "__main__":
    main()

"""The examples in PyTorch's style learn what their text says, on small data, and so they do there.
Read `examples/linear_regression.py` next, the first of them.
"""

import re
import sys
from contextlib import redirect_stdout
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest
from PIL import Image

import tinygrad_nn as tnn
from tinygrad_nn.compat.aliasing import as_torch

EXAMPLES = Path(__file__).parents[1] / "examples"
PROGRAMS = {path.stem for path in EXAMPLES.glob("*.py") if "def main(" in path.read_text("utf-8")}
SECONDS = re.compile(r" *\d+\.\d s\b")  # differ from run to run
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?")

# The flags that make each small, so that enough is learned to say that it works. Beside PyTorch
# some take fewer steps: its rounding differs in the last bit, and grows into what is printed.
SMALL = {
    "linear_regression": "",
    "xor": "",
    "moons": "--epochs 10",
    "layers_by_hand": "",
    "sigmoid_digits": "--epochs 20",
    "digits_by_hand": "--epochs 5",
    "zeros_and_ones": "--epochs 10",
    "better_than_the_write_up": "--epochs 20",
    "lenet": "--epochs 4 --count 1000",
    "autoencoder": "--epochs 10",
    "vae": "--epochs 10",
    "gan": "--steps 800",
    "characters": "--width 32 --context 32 --steps 150 --model lstm",
    "words": "--epochs 11",
    "reinforce": "--episodes 25",
    "one_bit": "--hidden 50 --epochs 3",
    "physics": "--steps 6",
    "to_pytorch": "--steps 50",
}
COMPARED = SMALL | {
    "layers_by_hand": "--steps 200",
    "sigmoid_digits": "--epochs 3",
    "better_than_the_write_up": "--steps 20 --epochs 2",
    "gan": "--steps 150",
    "physics": "--steps 3",
}


def load(name: str, library: str = "tinygrad_nn") -> ModuleType:
    """Return an example as a module; for PyTorch, with nothing changed but what is imported."""
    path = EXAMPLES / f"{name}.py"
    source = re.sub(r"\btinygrad_nn\b(?!\.datasets)", library, path.read_text("utf-8"))
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.path.append(str(EXAMPLES))  # for what an example imports from another
    try:
        exec(compile(source, path, "exec"), vars(module))
    finally:
        sys.path.remove(str(EXAMPLES))
    return module


@cache
def run(name: str, flags: str, library: str = "tinygrad_nn") -> tuple[str, bytes]:
    """Return what an example prints, and its picture."""
    example = load(name, library)
    with TemporaryDirectory() as folder, tnn.random.fork_rng():
        picture = Path(folder, "picture.png")
        with redirect_stdout(StringIO()) as printed:
            example.main([*flags.split(), "--picture", str(picture)])
        return printed.getvalue(), picture.read_bytes()


def printed_by(name: str, flags: str | None = None) -> str:
    return run(name, SMALL[name] if flags is None else flags)[0]


def numbers(pattern: str, text: str) -> list[float]:
    """Return the one group of every match as a number."""
    found = [float(each) for each in re.findall(pattern, text)]
    assert found, f"nothing like {pattern!r} in:\n{text}"
    return found


# --- What all of them keep to ---------------------------------------------------------------------


def test_every_example_whose_size_is_a_flag_is_run_here():
    assert set(SMALL) == PROGRAMS - {"all"}


@pytest.mark.parametrize("name", SMALL)
def test_its_lines_fit_a_screen_and_its_picture_shows_something(name):
    printed, picture = run(name, SMALL[name])
    assert len(printed.splitlines()) > 1
    assert max(map(len, printed.splitlines())) < 110
    image = Image.open(BytesIO(picture))
    assert image.width <= 500
    assert len(image.convert("RGB").getcolors(1 << 20)) > 20


@pytest.mark.parametrize("name", sorted(set(SMALL) - {"to_pytorch"}))
def test_with_pytorch_imported_instead_it_prints_the_same_numbers(name):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    ours, theirs = (
        SECONDS.sub("", run(name, COMPARED[name], each)[0]) for each in ("tinygrad_nn", "torch")
    )
    assert NUMBER.sub("#", ours) == NUMBER.sub("#", theirs)
    for line, other in zip(ours.splitlines(), theirs.splitlines(), strict=True):
        values = [[float(each) for each in NUMBER.findall(text)] for text in (line, other)]
        assert values[0] == pytest.approx(values[1], rel=1e-3, abs=1e-4), f"{line}\n{other}"


@pytest.mark.parametrize("name", ["moons", "characters", "words", "one_bit"])
def test_written_for_pytorch_it_runs_here_unchanged(name):
    with as_torch():
        printed = run.__wrapped__(name, SMALL[name], "torch")[0]
    assert printed == printed_by(name)


# --- What each promises ---------------------------------------------------------------------------


def test_the_line_learned_is_that_of_least_squares():
    text = printed_by("linear_regression")
    lines = re.findall(r"y = (.*)", text)
    assert lines[0] == "3.000 x - 1.000"
    assert lines[1] == lines[2]
    slope, intercept = lines[2].split(" x ")
    assert float(slope) == pytest.approx(3, abs=0.15)
    assert float(intercept) == pytest.approx(-1, abs=0.1)


def test_xor_needs_the_hidden_layer():
    text = printed_by("xor")
    answers = re.findall(r"(\d) xor (\d): (\S+)", text)
    assert len(answers) == 4
    for first, second, answer in answers:
        assert float(answer) == pytest.approx(int(first) ^ int(second), abs=0.05)
    assert "4 of 4 right" in text
    assert numbers(r"without a hidden layer (\S+)", text) == [0.6931]  # log 2


def test_the_moons_are_told_apart():
    assert numbers(r"held-out accuracy (\S+)%", printed_by("moons"))[0] > 95


def test_layers_by_hand_and_modules_learn_xor_in_step():
    text = printed_by("layers_by_hand")
    rows = re.findall(r"^ *(\d+)   +(\d\.\d+)   +(\d\.\d+)   (\S+)$", text, re.MULTILINE)
    assert [int(row[0]) for row in rows] == [0, 1, 10, 100, 1000, 2000]
    assert [row[1] for row in rows] == [row[2] for row in rows]
    losses = [float(row[1]) for row in rows]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.01
    assert numbers(r"in 2000 steps: (\S+)", text)[0] < 1e-12


def test_layers_by_hand_learn_xor():
    text = printed_by("layers_by_hand")
    table = re.findall(r"^\[(\d)\. (\d)\.\] +(\d) +(\S+)$", text, re.MULTILINE)
    assert len(table) == 4
    for first, second, target, output in table:
        assert int(target) == int(first) ^ int(second)
        assert float(output) == pytest.approx(int(target), abs=0.1)


def test_the_chain_rule_of_sigmoid_layers_multiplies_along_each_line():
    text = printed_by("sigmoid_digits")
    lines = re.findall(r"^layer (\d) +\d+ +(.*?)   \((.*)\)$", text, re.MULTILINE)
    assert [number for number, *_ in lines] == ["2", "1"]
    assert [shapes for *_, shapes in lines] == [
        "10,), (10,), (10, 30",
        "30,), (30,), (30, 64",
    ]
    for _, line, _ in lines:
        da, slope, dz, x, dW = map(float, line.split())
        assert da != 0
        assert 0 < slope <= 0.25
        assert dz == pytest.approx(da * slope, abs=1e-4)
        assert dW == pytest.approx(dz * x, abs=1e-4)
    assert numbers(r"largest difference from autograd.*: (\S+)", text)[0] < 1e-6


def test_batches_descend_further_than_one_step_an_epoch():
    text = printed_by("sigmoid_digits")
    rows = re.findall(r"^ +(\d+) +(\d+) +(\S+) +\S+% +(\S+) +(\S+) +\S+%$", text, re.MULTILINE)
    assert [row[0] for row in rows] == ["1", "2", "3", "5", "10", "20"]
    assert [row[1] for row in rows] == [row[0] for row in rows]
    assert [int(row[3].replace(",", "")) for row in rows] == [130 * int(row[0]) for row in rows]
    for column in (2, 4):
        costs = [float(row[column]) for row in rows]
        assert costs == sorted(costs, reverse=True)
    descent, stochastic = numbers(r"(?:GD|SGD) (\S+)%", text)
    assert stochastic > 80 > 40 > descent


def test_layers_by_hand_read_digits():
    text = printed_by("digits_by_hand")
    assert numbers(r"from autograd, for one image: (\S+)", text)[0] < 1e-15
    errors = numbers(r"error (\S+),", text)
    assert errors == sorted(errors, reverse=True)
    assert numbers(r"(\d+) of the first 20", text)[0] >= 17
    assert numbers(r", (\S+)% of all 500", text)[0] > 90


def test_a_convolution_tells_zeros_from_ones():
    text = printed_by("zeros_and_ones")
    losses = numbers(r"loss (\S+)", text)
    assert losses[-1] < losses[0] / 20
    assert numbers(r"(\d+) of 200 held-out images right", text)[0] >= 196


def test_the_table_goes_beyond_the_write_up(tmp_path):
    with tnn.random.fork_rng(), redirect_stdout(StringIO()) as printed:
        load("better_than_the_write_up").main(
            ["--steps", "400", "--epochs", "40", "--table", str(tmp_path / "table.md")]
        )
    table = (tmp_path / "table.md").read_text("utf-8")
    pattern = r"^\| (.*?) \| (\S+ \S+) \| (\S+)% \| (\S+)% \| (\S+) s \|$"
    rows = re.findall(pattern, table, re.MULTILINE)
    learned_for = ["400 steps", *["200 steps"] * 5, *["40 epochs"] * 3, "20 epochs"]
    assert [row[1] for row in rows] == learned_for
    held_out = {row[0]: float(row[3]) for row in rows}
    assert held_out["the write-up"] > 85
    assert held_out["another optimizer: momentum"] > held_out["the write-up"] + 2
    assert held_out["... and 128 neurons"] > held_out["the write-up"] + 4
    assert held_out["... and convolutions instead"] > held_out["the write-up"] + 2
    for row in rows:
        assert row[0] in printed.getvalue()


def test_lenet_reads_digits_that_it_was_not_shown():
    text = printed_by("lenet")
    losses = numbers(r"loss (\S+)", text)
    assert losses == sorted(losses, reverse=True)
    assert numbers(r"held-out accuracy (\S+)% of 500", text)[0] > 80


def test_two_numbers_that_an_autoencoder_finds_say_more_than_two_components():
    ((error, linear),) = re.findall(
        r"error of a pixel (\S+); of two principal components (\S+)", printed_by("autoencoder")
    )
    assert linear == "0.0524"
    assert float(error) < 0.95 * float(linear)


def test_digits_drawn_by_the_vae_look_like_written_ones():
    text = printed_by("vae")
    drawn, written, random = numbers(r"of [a-z ]+ (\d\.\d\d)", text)
    assert drawn < written + 0.2 * (random - written)


def test_points_made_by_the_gan_lie_on_the_ring():
    text = printed_by("gan")
    real, made = re.findall(r"points: (\S+) from the centre \(deviation (\S+)\), (\d) of 8", text)
    assert real == ("1.00", "0.05", "8")
    assert float(made[0]) == pytest.approx(1, abs=0.1)
    assert float(made[1]) < 0.2
    assert int(made[2]) >= 6


@pytest.mark.parametrize(
    ("model", "flags"),
    [
        ("rnn", "--model rnn --width 32 --context 32 --steps 150"),
        ("lstm", SMALL["characters"]),
        ("transformer", "--model transformer --context 32 --steps 200"),
    ],
)
def test_a_model_of_letters_guesses_a_verse_that_it_was_not_shown(model, flags):
    text = printed_by("characters", flags)
    assert numbers(r"step +\d+: (\S+) bits", text)[0] > 4.5
    ((bits, right),) = re.findall(
        rf"{model}, on the verse it was not shown: (\S+) bits a letter, (\S+)%", text
    )
    assert float(bits) < 2.5
    assert float(right) > 50


def test_tied_weights_save_a_table_of_words():
    separate, tied = printed_by("words").split("tied weights")
    words = numbers(r"(\d+) different ones", separate)[0]
    sizes = [
        int(re.search(r"([\d,]+) parameters", each)[1].replace(",", ""))
        for each in (separate, tied)
    ]
    assert sizes[0] - sizes[1] == 64 * words
    for each in (separate, tied):
        perplexities = numbers(r"epoch .* perplexity +(\S+)", each)
        assert perplexities[0] > 50
        assert perplexities[-1] < 3
    assert max(numbers(r"(\S+) with", tied)) < 6


def test_the_pole_stays_up_longer_than_by_chance():
    text = printed_by("reinforce")
    assert numbers(r"the last 25 lasted (\S+) steps", text)[0] > 30
    assert numbers(r"without learning: (\S+) of 200", text)[0] > 45


def test_a_cart_that_is_pushed_at_random_falls_soon():
    cart = load("reinforce").CartPole(seed=0)
    lengths = []
    for _ in range(50):
        cart.reset()
        while not cart.step(cart.random.integers(2))[1]:
            pass
        lengths.append(cart.steps)
    assert 15 < sum(lengths) / 50 < 30
    assert cart.LONGEST == 200


def test_one_bit_weights_learn_straight_through_only():
    ordinary, true, straight = numbers(r"held-out accuracy (\S+)%", printed_by("one_bit"))
    assert true < 30
    assert straight > 80
    assert ordinary > straight


def test_the_network_obeys_the_law_and_so_finds_the_motion():
    text = printed_by("physics")
    losses = numbers(r"loss (\S+)", text)
    assert losses[-1] < losses[0] / 1000
    assert numbers(r"largest error .*: (\S+)", text)[0] < 0.02


def test_weights_go_to_pytorch_and_back():
    pytest.importorskip("torch")
    pytest.importorskip("safetensors.torch")
    text = printed_by("to_pytorch")
    there, back = re.findall(r"(read by|written by) PyTorch.* (\S+)$", text, re.MULTILINE)
    assert there[0] == "read by"
    assert back[0] == "written by"
    assert max(float(there[1]), float(back[1])) < 1e-4


def test_weights_come_back_where_pytorch_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    example = load("to_pytorch")
    with tnn.random.fork_rng(), redirect_stdout(StringIO()) as printed:
        example.main(["--steps", "5"])
    assert "read back without PyTorch: largest difference of a score 0.0e+00" in printed.getvalue()

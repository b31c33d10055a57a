"""`tinygrad-nn predict`: what the network is shown of a picture, and what it makes of it.
Read `test_subject.py` next.
"""

import os
from pathlib import Path

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.cli.digit_picture import as_trained, read_picture
from tinygrad_nn.cli.experiment import load, make_network, split
from tinygrad_nn.cli.network_file import load_network, save_network
from tinygrad_nn.cli.predict import blocks
from tinygrad_nn.saving import save_file

pytest.importorskip("matplotlib")
Image = pytest.importorskip("PIL.Image")
from drawn_digits import draw, write  # noqa: E402

MNIST = Path(os.environ.get("TINYGRAD_NN_DATA", "nowhere"))


@pytest.fixture
def network(tmp_path):
    """The file of a fresh network for images of 8 x 8."""
    tnn.manual_seed(0)
    path = tmp_path / "model.safetensors"
    save_network(make_network(64, 5, "default"), split(load("digits"), 16), path)
    return path


@pytest.mark.parametrize(("height", "box"), [(28, 20), (8, 8)])
@pytest.mark.parametrize("digit", range(10))
def test_a_digit_fills_its_box_and_is_centred(digit, height, box):
    image = as_trained(np.asarray(draw(digit), float), height, height, "")
    rows, columns = (np.flatnonzero(image.any(axis)) for axis in (1, 0))
    assert image.shape == (height, height)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == box
    assert (image.min(), image.max()) == (0, 1)
    places = np.arange(height) + 0.5
    if height == 28:
        for axis in (0, 1):
            assert image.sum(axis) @ places / image.sum() == pytest.approx(14, abs=0.51)


@pytest.mark.parametrize("change", ["negative", "pale", "larger", "moved", "grainy", "transparent"])
def test_the_same_digit_is_seen_the_same_however_it_is_pictured(tmp_path, change):
    image = draw(3).resize((160, 120))
    plain = np.asarray(image, float)
    if change == "larger":
        image = image.resize((480, 360), Image.Resampling.LANCZOS)
    elif change == "moved":
        moved = Image.new("L", (300, 300), image.getpixel((0, 0)))
        moved.paste(image, (5, 120))
        image = moved
    elif change == "grainy":
        noise = np.random.default_rng(0).normal(0, 8, plain.shape)
        image = Image.fromarray((plain + noise).clip(0, 255).astype(np.uint8))
    elif change == "transparent":
        ink = image.point(lambda grey: max(0, grey - 20))
        image = Image.new("RGBA", image.size, (10, 60, 30, 255))
        image.putalpha(ink)
    else:
        image = image.point(lambda grey: 255 - grey if change == "negative" else 200 - grey // 8)
    image.save(tmp_path / "picture.png")
    seen = as_trained(read_picture(tmp_path / "picture.png"), 28, 28, "")
    np.testing.assert_allclose(seen, as_trained(plain, 28, 28, ""), atol=0.35)
    assert np.abs(seen - as_trained(plain, 28, 28, "")).mean() < 0.03


def test_a_picture_is_shown_as_blocks_with_ten_probabilities_and_written(
    program, network, tmp_path
):
    paths = write(tmp_path / "drawn")
    run = program("predict", network, *paths[:2])
    assert (run.code, run.err) == (0, "")
    assert run.out.count("  +----------------+\n") == 4
    shares = [
        float(line.split()[1].strip("%")) for line in run.out.splitlines() if "%" in line[:12]
    ]
    assert len(shares) == 20
    assert sum(shares) == pytest.approx(200, abs=1)
    assert "wrote predict.png: 2 read" in run.out
    assert (tmp_path / "predict.png").read_bytes().startswith(b"\x89PNG")


def test_blocks_are_dark_where_there_is_ink():
    assert blocks(np.array([[0.0, 1.0], [0.3, 0.01]])) == [
        "  +----+",
        "  |  ██|",
        "  |▒▒░░|",
        "  +----+",
    ]


def test_a_saved_network_is_the_same_one(network):
    found = load_network(network)
    assert (found.height, found.width) == (8, 8)
    tnn.manual_seed(0)
    split(load("digits"), 16)
    assert [tuple(each.shape) for each in found.model.parameters()] == [
        (5, 64),
        (5,),
        (10, 5),
        (10,),
    ]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "picture.png is not there; name a picture"),
        (lambda path: path.mkdir(), "picture.png is a folder; name a picture"),
        (lambda path: path.write_text("no picture"), "picture.png is no picture that can be read"),
        (
            lambda path: Image.new("L", (30, 30), 128).save(path),
            "picture.png: nothing is drawn there; all of it is about equally bright",
        ),
    ],
)
def test_what_is_no_digit_is_one_line_and_the_others_are_read(
    program, network, tmp_path, make, said
):
    make(tmp_path / "picture.png")
    (good,) = write(tmp_path / "drawn")[7:8]
    run = program("predict", network, "picture.png", good)
    assert run.code == 1
    assert run.err.startswith("tinygrad-nn: ")
    assert run.err.count("\n") == 1
    assert said in run.err
    assert "1 read" in run.out


def test_weights_that_do_not_say_what_they_are_are_refused(program, tmp_path):
    save_file(make_network(64, 5, "default").state_dict(), tmp_path / "plain.safetensors")
    run = program("predict", "plain.safetensors", "x.png")
    assert run.code == 1
    assert run.err == (
        "tinygrad-nn: plain.safetensors does not say which network its weights are of; expected "
        "the model.safetensors that tinygrad-nn train writes\n"
    )


def test_without_pillow_the_extra_is_named(program, network, without, tmp_path):
    (good,) = write(tmp_path / "drawn")[7:8]
    without("PIL")
    run = program("predict", network, good)
    assert run.code == 1
    assert 'pip install "tinygrad_nn[viz]"' in run.err


@pytest.mark.slow
@pytest.mark.skipif(not MNIST.is_dir(), reason="TINYGRAD_NN_DATA names no folder with MNIST")
def test_a_network_that_learned_from_mnist_reads_ten_drawn_digits(program, tmp_path):
    words = ["--hidden", 128, "--batch-size", 50, "--iterations", 5000, "--out", "run"]
    assert program("train", "--data", MNIST, *words).code == 0
    run = program("predict", "run/model.safetensors", *write(tmp_path / "drawn"))
    answers = [line.split()[1] for line in run.out.splitlines() if "% sure; it saw" in line]
    assert sum(answer == f"{digit}," for digit, answer in enumerate(answers)) >= 8

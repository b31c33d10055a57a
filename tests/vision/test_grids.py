"""A grid holds every image where torchvision puts it, and a file holds the grid.
Read `test_beside_torchvision.py` next.
"""

import io

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError, ShapeError
from tinygrad_nn.vision.utils import make_grid, save_image

rng = np.random.default_rng(0)


def by_hand(images, nrow, padding, pad_value):
    count, channels, height, width = images.shape
    columns = min(nrow, count)
    rows = int(np.ceil(count / columns))
    shape = channels, rows * (height + padding) + padding, columns * (width + padding) + padding
    grid = np.full(shape, pad_value, images.dtype)
    for i, image in enumerate(images):
        top = padding + i // columns * (height + padding)
        left = padding + i % columns * (width + padding)
        grid[:, top : top + height, left : left + width] = image
    return grid


@pytest.mark.parametrize(("nrow", "padding", "pad_value"), [(8, 2, 0), (3, 1, 0.5), (2, 0, 1)])
@pytest.mark.parametrize("count", [2, 4, 7, 9])
def test_images_stand_row_by_row_with_a_border(count, nrow, padding, pad_value):
    images = rng.random((count, 3, 4, 5), np.float32)
    wanted = by_hand(images, nrow, padding, pad_value)
    given = tnn.from_numpy(images)
    for batch in (given, list(given)):
        found = make_grid(batch, nrow=nrow, padding=padding, pad_value=pad_value)
        np.testing.assert_array_equal(found.numpy(), wanted)


@pytest.mark.parametrize("shape", [(4, 5), (1, 4, 5), (3, 4, 5), (1, 1, 4, 5), (1, 3, 4, 5)])
def test_an_image_alone_gets_three_channels_and_no_border(shape):
    image = tnn.rand(*shape)
    found = make_grid(image)
    assert found.shape == (3, 4, 5)
    assert found.equal(image.reshape(-1, 4, 5).expand(3, 4, 5))


def test_grey_images_get_three_channels():
    grid = make_grid(tnn.rand(4, 1, 5, 5))
    assert grid.shape == (3, 9, 30)
    assert grid[0].equal(grid[1])
    assert grid[0].equal(grid[2])


@pytest.mark.parametrize(
    ("options", "lows", "highs"),
    [
        ({}, [-2.0, -2.0], [6.0, 6.0]),
        ({"scale_each": True}, [-2.0, 0.0], [2.0, 6.0]),
        ({"value_range": (-1, 3)}, [-1, -1], [3, 3]),
        ({"value_range": (0, 0)}, [0, 0], [1e-5, 1e-5]),
    ],
)
def test_normalize_moves_a_range_to_0_to_1(options, lows, highs):
    images = tnn.tensor([[-2.0, 0, 1, 2], [0, 1, 3, 6]]).view(2, 1, 2, 2)
    before = images.clone()
    grid = make_grid(images, normalize=True, padding=0, **options)
    for i, (low, high) in enumerate(zip(lows, highs, strict=True)):
        top = 0 if high == 1e-5 else high
        wanted = (np.clip(before[i, 0].numpy(), low, top) - low) / np.float32(high - low)
        np.testing.assert_allclose(grid[0, :, 2 * i : 2 * i + 2].numpy(), wanted, rtol=1e-6)
    assert images.equal(before)


def test_no_gradient_is_recorded():
    assert not make_grid(tnn.rand(2, 1, 3, 3, requires_grad=True)).requires_grad


def test_a_file_holds_the_grid_in_bytes_rounded(tmp_path):
    image_module = pytest.importorskip("PIL.Image")
    images = tnn.rand(6, 3, 4, 5) * 1.2 - 0.1
    save_image(images, tmp_path / "grid.png", nrow=3, padding=1, pad_value=1)
    with image_module.open(tmp_path / "grid.png") as picture:
        found = np.asarray(picture)
    grid = make_grid(images, nrow=3, padding=1, pad_value=1).numpy().transpose(1, 2, 0)
    np.testing.assert_array_equal(found, np.clip(grid * np.float32(255) + 0.5, 0, 255).astype("u1"))


def test_a_file_may_be_open_already():
    image_module = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    save_image(tnn.ones(1, 2, 3), file, format="png")
    with image_module.open(file) as picture:
        assert (picture.size, picture.mode) == ((3, 2), "RGB")


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (np.ones((2, 1, 3, 3)), DTypeError, "tensor or list of tensors expected, got an ndarray"),
        ([np.ones((1, 3, 3))], DTypeError, "list of tensors"),
        ([], ShapeError, "there is no image"),
        (tnn.ones(0, 1, 3, 3), ShapeError, "there is no image"),
        (tnn.ones(1, 1, 1, 3, 3), ShapeError, r"got shape \(1, 1, 1, 3, 3\)"),
    ],
)
def test_what_is_no_image_is_said(given, error, said):
    with pytest.raises(error, match=said):
        make_grid(given)

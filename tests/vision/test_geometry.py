"""Crops, borders, sizes and turns: of Pillow's images as Pillow does them, of tensors alike.
Read `test_drawn.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, NotHereError
from tinygrad_nn.vision import transforms
from tinygrad_nn.vision.transforms import InterpolationMode, functional

Image = pytest.importorskip("PIL.Image")
rng = np.random.default_rng(0)
PIXELS = rng.integers(0, 256, (6, 9, 3), np.uint8)
PICTURE, TENSOR = Image.fromarray(PIXELS), tnn.from_numpy(PIXELS.transpose(2, 0, 1).copy())


def both(transform):
    """What a transform makes of an image and of its tensor, both as (H, W, C)."""
    return np.asarray(transform(PICTURE)), transform(TENSOR).numpy().transpose(1, 2, 0)


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        (functional.hflip, PIXELS[:, ::-1]),
        (functional.vflip, PIXELS[::-1]),
        (lambda img: functional.crop(img, 1, 2, 3, 4), PIXELS[1:4, 2:6]),
        (transforms.CenterCrop(4), PIXELS[1:5, 2:6]),
        (transforms.CenterCrop((3, 5)), PIXELS[2:5, 2:7]),
        (transforms.CenterCrop([2]), PIXELS[2:4, 4:6]),
        (
            lambda img: functional.crop(img, -1, 7, 3, 4),
            np.pad(PIXELS, [(1, 0), (0, 2), (0, 0)])[:3, 7:],
        ),
        (transforms.CenterCrop(9), np.pad(PIXELS, [(1, 2), (0, 0), (0, 0)])),
        (transforms.CenterCrop((4, 12)), np.pad(PIXELS, [(0, 0), (1, 2), (0, 0)])[1:5]),
        (transforms.Pad(2), np.pad(PIXELS, [(2, 2), (2, 2), (0, 0)])),
        (transforms.Pad((1, 2)), np.pad(PIXELS, [(2, 2), (1, 1), (0, 0)])),
        (transforms.Pad([1, 2, 3, 4]), np.pad(PIXELS, [(2, 4), (1, 3), (0, 0)])),
        (transforms.Pad(1, fill=7), np.pad(PIXELS, [(1, 1), (1, 1), (0, 0)], constant_values=7)),
        *(
            (
                transforms.Pad((1, 2, 3, 4), padding_mode=mode),
                np.pad(PIXELS, [(2, 4), (1, 3), (0, 0)], mode),
            )
            for mode in ("edge", "reflect", "symmetric")
        ),
        (lambda img: functional.rotate(img, 180), PIXELS[::-1, ::-1]),
        (transforms.Resize((6, 9)), PIXELS),
        (lambda img: functional.resized_crop(img, 1, 2, 3, 4, (3, 4)), PIXELS[1:4, 2:6]),
    ],
)
def test_images_and_tensors_move_the_same_pixels(transform, expected):
    of_picture, of_tensor = both(transform)
    np.testing.assert_array_equal(of_picture, expected)
    np.testing.assert_array_equal(of_tensor, expected)


def test_a_colour_fills_the_border_of_an_image():
    framed = np.asarray(transforms.Pad(1, fill=(1, 2, 3))(PICTURE))
    assert framed[0, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("size", "max_size", "expected"),
    [
        (3, None, (3, 4)),  # the longer edge is cut to a whole number
        ([12], None, (12, 18)),
        ((5, 4), None, (5, 4)),
        (6, None, (6, 9)),
        (4, 5, (3, 5)),
    ],
)
def test_one_size_is_that_of_the_shorter_edge(size, max_size, expected):
    for found in both(transforms.Resize(size, max_size=max_size)):
        assert found.shape[:2] == expected
    upright = functional.resize(TENSOR.transpose(1, 2), size, max_size=max_size)
    assert upright.shape[1:] == (expected if len(np.atleast_1d(size)) == 2 else expected[::-1])


@pytest.mark.parametrize("size", [(3, 4), (12, 20), (5, 30), (1, 1)])
@pytest.mark.parametrize("name", ["BILINEAR", "BICUBIC", "LANCZOS", "BOX", "HAMMING", "NEAREST"])
def test_images_are_resized_by_pillow(name, size):
    expected = PICTURE.resize(size[::-1], Image.Resampling[name])
    for mode in (InterpolationMode[name], Image.Resampling[name], int(Image.Resampling[name])):
        assert transforms.Resize(size, mode)(PICTURE).tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [(3, 4), (12, 20), (5, 30)])
@pytest.mark.parametrize("name", ["BILINEAR", "BICUBIC"])
def test_a_resized_tensor_is_within_a_level_of_pillows_image(name, size):
    greyer = 64 + PIXELS // 2  # for Pillow cuts off what bicubic overshoots, along each axis
    transform = transforms.Resize(size, InterpolationMode[name])
    by_pillow = functional.pil_to_tensor(transform(Image.fromarray(greyer)))
    by_tensor = transform(tnn.from_numpy(greyer.transpose(2, 0, 1)))
    assert (by_pillow.int() - by_tensor.int()).abs().max() <= 1


@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic", "nearest", "nearest-exact"])
@pytest.mark.parametrize("size", [(3, 4), (13, 5)])
def test_tensors_are_resized_as_pytorch_interpolates(size, mode, antialias):
    torch = pytest.importorskip("torch")
    values = rng.random((2, 3, 8, 11), np.float32)
    options = {"antialias": antialias, "align_corners": False} if mode[0] == "b" else {}
    theirs = torch.nn.functional.interpolate(torch.from_numpy(values), size, mode=mode, **options)
    transform = transforms.Resize(size, InterpolationMode(mode), antialias=antialias)
    np.testing.assert_allclose(transform(tnn.from_numpy(values)).numpy(), theirs.numpy(), atol=1e-6)


def test_bytes_are_rounded_and_stay_bytes():
    found = functional.resize(tnn.tensor([[[0, 255]]], dtype=tnn.uint8), (1, 1))
    assert found.dtype == tnn.uint8
    assert found.tolist() == [[[128]]]  # 127.5, to even


@pytest.mark.parametrize("angle", [30, -77.5])
def test_a_tensor_turns_as_pillow_turns_an_image(angle):
    smooth = np.add.outer(np.arange(40), np.arange(50)).astype(np.float32)
    picture, tensor = Image.fromarray(smooth), tnn.from_numpy(smooth)[None]
    by_pillow = np.asarray(functional.rotate(picture, angle, InterpolationMode.BILINEAR))
    by_tensor = functional.rotate(tensor, angle, InterpolationMode.BILINEAR)[0].numpy()
    middle = np.s_[15:25, 18:32]  # within the image before and after
    np.testing.assert_allclose(by_tensor[middle], by_pillow[middle], atol=1e-2)


def test_turning_can_make_room_about_another_point_in_another_colour():
    turned = functional.rotate(PICTURE, 90, expand=True)
    np.testing.assert_array_equal(np.asarray(turned), np.rot90(PIXELS))
    filled = np.asarray(functional.rotate(PICTURE, 45, fill=(1, 2, 3)))
    assert filled[0, 0].tolist() == [1, 2, 3]


def test_sizes_of_an_image_and_of_a_tensor():
    assert functional.get_dimensions(PICTURE) == functional.get_dimensions(TENSOR) == [3, 6, 9]
    assert functional.get_image_size(PICTURE) == functional.get_image_size(TENSOR) == [9, 6]
    assert functional.get_dimensions(tnn.ones(4, 5)) == [1, 4, 5]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: transforms.Resize((1, 2, 3))(PICTURE), ArgumentError, r"got \(1, 2, 3\)"),
        (
            lambda: transforms.Resize(4, max_size=4)(PICTURE),
            ArgumentError,
            "max_size = 4 should be",
        ),
        (lambda: transforms.Resize((2, 3), max_size=4)(PICTURE), ArgumentError, "for one size"),
        (
            lambda: transforms.Resize(4, InterpolationMode.LANCZOS)(TENSOR),
            ArgumentError,
            "a tensor is interpolated by .*got <InterpolationMode.LANCZOS",
        ),
        (lambda: transforms.Resize(4, "bilinear")(PICTURE), ArgumentError, "got 'bilinear'"),
        (lambda: transforms.Pad((1, 2, 3))(PICTURE), ArgumentError, r"1, 2 or 4 .*\(1, 2, 3\)"),
        (lambda: transforms.Pad(1, padding_mode="wrap")(TENSOR), ArgumentError, "got 'wrap'"),
        (lambda: functional.rotate(TENSOR, 3, expand=True), NotHereError, r"before ToTensor\(\)"),
    ],
)
def test_what_cannot_be_done_is_said(call, error, said):
    with pytest.raises(error, match=said):
        call()

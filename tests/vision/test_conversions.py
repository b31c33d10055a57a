"""Images become tensors and back, value for value, whatever their mode.
Read `test_geometry.py` next.
"""

import sys

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, DTypeError, MissingExtraError, ShapeError
from tinygrad_nn.vision import transforms
from tinygrad_nn.vision.transforms import functional

Image = pytest.importorskip("PIL.Image")
rng = np.random.default_rng(0)
GREY = rng.integers(0, 256, (5, 7), np.uint8)
COLOUR = rng.integers(0, 256, (5, 7, 3), np.uint8)
EVERY_BYTE = np.arange(256, dtype=np.uint8).reshape(16, 16)


def equal(found, expected):
    np.testing.assert_array_equal(found.numpy(), expected)
    assert found.dtype == tnn.from_numpy(np.ascontiguousarray(expected)).dtype


@pytest.mark.parametrize("values", [GREY, COLOUR], ids=["grey", "colour"])
def test_an_image_and_its_ndarray_make_the_same_tensor(values):
    expected = np.atleast_3d(values).transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    equal(functional.to_tensor(Image.fromarray(values)), expected)
    equal(functional.to_tensor(values), expected)


def test_every_byte_is_divided_as_pytorch_divides():
    torch = pytest.importorskip("torch")
    expected = torch.from_numpy(EVERY_BYTE)[None].float().div(255).numpy()
    equal(functional.to_tensor(EVERY_BYTE), expected)


def test_bytes_become_floats_of_the_default_dtype():
    tnn.set_default_dtype(tnn.float64)
    try:
        equal(functional.to_tensor(EVERY_BYTE), EVERY_BYTE[None] / 255)
    finally:
        tnn.set_default_dtype(tnn.float32)


@pytest.mark.parametrize(
    ("mode", "dtype"),
    [("I", np.int32), ("F", np.float32), ("I;16", np.int16), ("1", np.float32)],
)
def test_other_modes_keep_their_values(mode, dtype):
    values = np.array([[0, 1, 300], [2, 0, 1]])
    if mode == "1":
        picture, expected = Image.fromarray(values > 0), (values > 0)
    else:
        kept = {"I": np.int32, "F": np.float32, "I;16": np.uint16}[mode]
        picture, expected = Image.fromarray(values.astype(kept)), values
    assert picture.mode == mode
    equal(functional.to_tensor(picture), expected[None].astype(dtype))


def test_an_ndarray_of_floats_stays_as_it_is_and_shares_its_memory():
    values = rng.random((4, 5, 2))
    made = functional.to_tensor(values)
    values[1, 2, 0] = 7
    equal(made, values.transpose(2, 0, 1))


def test_pil_to_tensor_keeps_bytes():
    equal(functional.pil_to_tensor(Image.fromarray(COLOUR)), COLOUR.transpose(2, 0, 1))
    equal(transforms.PILToTensor()(Image.fromarray(GREY)), GREY[None])


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        (GREY, "L"),
        (COLOUR, "RGB"),
        (rng.integers(0, 256, (5, 7, 2), np.uint8), "LA"),
        (rng.integers(0, 256, (5, 7, 4), np.uint8), "RGBA"),
        (rng.integers(0, 9999, (5, 7), np.int16), "I;16"),
        (rng.integers(0, 99999, (5, 7), np.int32), "I"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_there_and_back_is_the_same_image(values, mode):
    for given in (values, tnn.from_numpy(np.atleast_3d(values).transpose(2, 0, 1).copy())):
        picture = functional.to_pil_image(given)
        assert picture.mode == mode
        np.testing.assert_array_equal(np.asarray(picture), values)


def test_floats_are_cut_to_bytes_as_pytorch_cuts_them():
    torch = pytest.importorskip("torch")
    values = rng.normal(0, 2, (3, 6, 6)).astype(np.float32)
    expected = torch.from_numpy(values).mul(255).byte().permute(1, 2, 0).numpy()
    picture = functional.to_pil_image(tnn.from_numpy(values))
    np.testing.assert_array_equal(np.asarray(picture), expected)


def test_a_mode_is_taken_where_it_fits():
    hsv = transforms.ToPILImage("HSV")(COLOUR)
    assert hsv.mode == "HSV"
    np.testing.assert_array_equal(np.asarray(hsv), COLOUR)
    floats = transforms.ToPILImage("F")(tnn.full((1, 2, 2), 0.3))
    assert floats.mode == "F"
    np.testing.assert_array_equal(np.asarray(floats), np.full((2, 2), 0.3, np.float32))


@pytest.mark.parametrize(
    ("dtype", "values", "into", "expected"),
    [
        ("uint8", [0, 51, 255], "float32", [0, 0.2, 1]),
        ("int16", [0, 32767, -32767], "float64", [0, 1, -1]),
        ("float32", [0, 0.5, 1], "uint8", [0, 127, 255]),
        ("float32", [0, 0.5, 1], "int16", [0, 16383, 32767]),
        ("float64", [0, 0.5, 1], "int32", [0, 2**30 - 1, 2**31 - 1]),
        ("float32", [0, 0.5, 1], "float64", [0, 0.5, 1]),
        ("uint8", [0, 1, 255], "int32", [0, 2**23, 255 * 2**23]),
        ("int32", [0, 2**23, 255 * 2**23], "uint8", [0, 1, 255]),
        ("int16", [0, 127, 128, 32767], "uint8", [0, 0, 1, 255]),
        ("uint8", [0, 1, 255], "uint8", [0, 1, 255]),
    ],
)
def test_converting_a_dtype_scales_by_what_is_white_in_each(dtype, values, into, expected):
    given = tnn.tensor(values, dtype=getattr(tnn, dtype))
    found = transforms.ConvertImageDtype(getattr(tnn, into))(given)
    equal(found, np.array(expected, into))


@pytest.mark.parametrize("pair", ["float32 int32", "float32 int64", "float64 int64"])
def test_a_cast_that_is_not_exact_is_refused(pair):
    dtype, into = (getattr(tnn, name) for name in pair.split())
    with pytest.raises(ArgumentError, match="cannot be performed safely"):
        functional.convert_image_dtype(tnn.ones(2, dtype=dtype), into)


def test_normalize_is_the_formula_per_channel_bit_for_bit():
    torch = pytest.importorskip("torch")
    values, mean, std = rng.random((3, 4, 5), np.float32), [0.485, 0.456, 0.406], [0.2, 0.3, 0.4]
    theirs = torch.from_numpy(values).clone()
    for i in range(3):
        theirs[i].sub_(mean[i]).div_(std[i])
    for given in (mean, tuple(mean), np.array(mean), tnn.tensor(mean)):
        equal(transforms.Normalize(given, std)(tnn.from_numpy(values)), theirs.numpy())
    batch = tnn.from_numpy(values).expand(2, 3, 4, 5)
    equal(transforms.Normalize(mean, std)(batch)[1], theirs.numpy())


def test_normalize_writes_in_place_only_when_asked():
    x = tnn.ones(1, 2, 2)
    assert transforms.Normalize([0.5], [0.5])(x * 2).eq(3).all()
    assert x.eq(1).all()
    assert transforms.Normalize([0.5], [0.25], inplace=True)(x) is x
    assert x.eq(2).all()


def test_a_gradient_goes_through_normalize():
    x = tnn.ones(1, 2, 2, requires_grad=True)
    transforms.Normalize([0.5], [0.25])(x).sum().backward()
    assert x.grad.eq(4).all()


def test_grey_is_the_weighted_mean_of_tensors_and_pillows_own_of_images():
    x = tnn.rand(2, 3, 4, 5)
    red, green, blue = x.numpy().transpose(1, 0, 2, 3)
    grey = functional.rgb_to_grayscale(x)
    np.testing.assert_allclose(
        grey.numpy()[:, 0], 0.2989 * red + 0.587 * green + 0.114 * blue, 1e-6
    )
    assert transforms.Grayscale(3)(x).shape == (2, 3, 4, 5)
    picture = Image.fromarray(COLOUR)
    wanted = np.asarray(picture.convert("L"))
    np.testing.assert_array_equal(np.asarray(transforms.Grayscale()(picture)), wanted)
    np.testing.assert_array_equal(np.asarray(transforms.Grayscale(3)(picture))[:, :, 2], wanted)


def test_v2_takes_the_same_images_in_two_steps():
    two = transforms.v2.Compose(
        [transforms.v2.ToImage(), transforms.v2.ToDtype(tnn.float32, scale=True)]
    )
    picture = Image.fromarray(COLOUR)
    equal(two(picture), transforms.ToTensor()(picture).numpy())
    assert transforms.v2.ToDtype(tnn.int64)(tnn.ones(2)).dtype == tnn.int64


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: functional.to_tensor([1]), DTypeError, r"PIL Image or ndarray, got list \[1\]"),
        (lambda: functional.to_tensor(np.ones(3)), ShapeError, r"\(H, W, C\), got .*\(3,\)"),
        (lambda: functional.pil_to_tensor(GREY), DTypeError, "PIL Image, got an ndarray"),
        (lambda: functional.to_pil_image(3), DTypeError, "Tensor or ndarray, got int 3"),
        (lambda: functional.to_pil_image(tnn.ones(1, 1, 1, 1)), ShapeError, "2 or 3 dimensions"),
        (lambda: functional.to_pil_image(tnn.ones(5, 2, 2)), ShapeError, "1 to 4 channels"),
        (
            lambda: functional.to_pil_image(np.ones((2, 2), np.int64)),
            DTypeError,
            "1 channels of int",
        ),
        (
            lambda: functional.to_pil_image(COLOUR, "L"),
            ArgumentError,
            "'L' does not fit 3 channels",
        ),
        (lambda: functional.normalize(COLOUR, 0, 1), DTypeError, r"ToTensor\(\) makes one"),
        (lambda: functional.normalize(tnn.arange(8).view(2, 2, 2), 0, 1), DTypeError, "int64"),
        (lambda: functional.normalize(tnn.ones(2, 2), 0, 1), ShapeError, r"shape \(2, 2\)"),
        (lambda: functional.normalize(tnn.ones(1, 2, 2), [0], [0]), ArgumentError, r"std is \[0\]"),
        (lambda: functional.rgb_to_grayscale(tnn.ones(2, 4, 4)), ShapeError, r"\(2, 4, 4\)"),
        (lambda: functional.rgb_to_grayscale(tnn.ones(3, 4, 4), 2), ArgumentError, "1 or 3, got 2"),
        (lambda: functional.hflip(GREY), DTypeError, r"hflip: .*transforms.ToPILImage\(\)"),
        (lambda: transforms.Lambda(3), DTypeError, "a function expected, got int 3"),
    ],
)
def test_what_cannot_be_taken_is_said(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_without_pillow_the_extra_is_named_and_tensors_do_as_well(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "PIL.Image")
    with pytest.raises(MissingExtraError, match=r'pip install "tinygrad_nn\[viz\]"'):
        functional.to_pil_image(GREY)
    assert functional.hflip(functional.to_tensor(GREY)).shape == (1, 5, 7)
    with pytest.raises(DTypeError, match="PIL Image or ndarray, got str"):
        functional.to_tensor("picture.png")


def test_compose_goes_through_in_order_and_shows_itself():
    transform = transforms.Compose(
        [
            transforms.Resize(8),
            transforms.ToTensor(),
            transforms.Normalize((0.5,), (0.5,)),
            transforms.Lambda(lambda x: x.flatten()),
        ]
    )
    assert transform(Image.fromarray(GREY)).shape == (8 * 11,)
    assert repr(transform) == (
        "Compose(\n"
        "    Resize(size=8, interpolation=bilinear, max_size=None, antialias=True)\n"
        "    ToTensor()\n"
        "    Normalize(mean=(0.5,), std=(0.5,))\n"
        "    Lambda()\n"
        ")"
    )


def test_transforms_that_take_tensors_can_be_layers_of_a_network():
    net = tnn.nn.Sequential(transforms.CenterCrop(4), transforms.Normalize([0.5], [0.5]))
    assert net(tnn.ones(2, 1, 6, 6)).shape == (2, 1, 4, 4)

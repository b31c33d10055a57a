"""The random transforms draw what torchvision's draw: PyTorch's calls, in its order.
Read `test_datasets.py` next.

torchvision itself is not asked: what it calls is written out beside each, with PyTorch.
"""

import math

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, DTypeError
from tinygrad_nn.vision import transforms
from tinygrad_nn.vision.transforms import functional

torch = pytest.importorskip("torch")

IMAGE = tnn.arange(3 * 20 * 30).view(3, 20, 30).float()


def draws(transform, theirs, times=20):
    """Hold a transform against what is drawn by PyTorch, and where both streams are afterwards."""
    tnn.manual_seed(3)
    torch.manual_seed(3)
    for _ in range(times):
        np.testing.assert_array_equal(transform(IMAGE).numpy(), theirs().numpy())
    assert tnn.rand(1).item() == torch.rand(1).item()


def uniform(low, high):
    return torch.empty(1).uniform_(low, high).item()


def number_below(end):
    return torch.randint(0, end, size=(1,)).item()


@pytest.mark.parametrize(
    ("transform", "change", "p"),
    [
        (transforms.RandomHorizontalFlip(), functional.hflip, 0.5),
        (transforms.RandomVerticalFlip(0.3), functional.vflip, 0.3),
        (transforms.RandomGrayscale(), lambda x: functional.rgb_to_grayscale(x, 3), 0.1),
        (transforms.RandomGrayscale(p=0.9), lambda x: functional.rgb_to_grayscale(x, 3), 0.9),
    ],
)
def test_what_happens_sometimes_happens_when_rand_is_below_p(transform, change, p):
    draws(transform, lambda: change(IMAGE) if torch.rand(1) < p else IMAGE)


def test_random_apply_does_all_of_it_or_nothing():
    transform = transforms.RandomApply([functional.hflip, functional.vflip], p=0.4)
    draws(transform, lambda: IMAGE if torch.rand(1) > 0.4 else IMAGE.flip(-1, -2))
    assert repr(transforms.RandomApply([transforms.ToTensor()], p=0.4)) == (
        "RandomApply(\n    p=0.4\n    ToTensor()\n)"
    )


@pytest.mark.parametrize(
    ("options", "padded"),
    [
        ({}, IMAGE),
        ({"padding": 4}, functional.pad(IMAGE, 4)),
        ({"padding": (1, 2), "fill": 5}, functional.pad(IMAGE, (1, 2), 5)),
        ({"padding": 4, "padding_mode": "reflect"}, functional.pad(IMAGE, 4, 0, "reflect")),
    ],
)
def test_random_crop_draws_its_row_then_its_column(options, padded):
    def theirs():
        top = number_below(padded.shape[1] - 8 + 1)
        left = number_below(padded.shape[2] - 9 + 1)
        return padded[:, top : top + 8, left : left + 9]

    draws(transforms.RandomCrop((8, 9), **options), theirs)


def test_random_crop_of_the_whole_draws_nothing():
    draws(transforms.RandomCrop((20, 30)), lambda: IMAGE)


def test_random_crop_makes_room_if_needed():
    def theirs():
        top, left = number_below(40 - 30 + 1), number_below(30 - 30 + 1)
        return functional.pad(IMAGE, (0, 10))[:, top : top + 30, left : left + 30]

    draws(transforms.RandomCrop(30, pad_if_needed=True), theirs)


def area_and_ratio(scale, ratio):
    low, high = torch.log(torch.tensor(ratio))
    area = 20 * 30 * uniform(*scale)
    return area, torch.exp(torch.empty(1).uniform_(low, high)).item()


@pytest.mark.parametrize("scale", [(0.08, 1.0), (0.5, 0.6)])
@pytest.mark.parametrize("ratio", [(3 / 4, 4 / 3), (0.5, 2.5)])
def test_random_resized_crop_tries_area_and_ratio_ten_times(scale, ratio):
    def theirs():
        for _ in range(10):
            area, proportion = area_and_ratio(scale, ratio)
            width = round(math.sqrt(area * proportion))
            height = round(math.sqrt(area / proportion))
            if 0 < width <= 30 and 0 < height <= 20:
                top = number_below(20 - height + 1)
                left = number_below(30 - width + 1)
                return functional.resized_crop(IMAGE, top, left, height, width, (7, 7))
        height, width = 20, min(30, round(20 * max(ratio)))
        return functional.resized_crop(IMAGE, 0, (30 - width) // 2, height, width, (7, 7))

    draws(transforms.RandomResizedCrop(7, scale, ratio), theirs)


@pytest.mark.parametrize(
    ("ratio", "expected"), [((2.0, 2.1), (2, 0, 15, 30)), ((0.5, 0.6), (0, 9, 20, 12))]
)
def test_random_resized_crop_falls_back_on_the_middle(ratio, expected):
    assert transforms.RandomResizedCrop.get_params(IMAGE, (2.0, 2.0), ratio) == expected


@pytest.mark.parametrize(("degrees", "ends"), [(30, (-30.0, 30.0)), ((-5, 80), (-5.0, 80.0))])
def test_random_rotation_draws_its_angle(degrees, ends):
    draws(transforms.RandomRotation(degrees), lambda: functional.rotate(IMAGE, uniform(*ends)))


@pytest.mark.parametrize("value", [0, 0.5, (1.0, 2.0, 3.0), "random"])
def test_random_erasing_draws_a_rectangle_and_what_fills_it(value):
    def theirs():
        if not torch.rand(1) < 0.7:
            return IMAGE
        for _ in range(10):
            area, proportion = area_and_ratio((0.02, 0.33), (0.3, 3.3))
            height = round(math.sqrt(area * proportion))
            width = round(math.sqrt(area / proportion))
            if height < 20 and width < 30:
                if value == "random":
                    filling = torch.empty(3, height, width).normal_().numpy()
                else:
                    filling = np.reshape(np.array(value, np.float32), (-1, 1, 1))
                top, left = number_below(20 - height + 1), number_below(30 - width + 1)
                erased = IMAGE.numpy().copy()
                erased[:, top : top + height, left : left + width] = filling
                return tnn.from_numpy(erased)
        return IMAGE

    draws(transforms.RandomErasing(p=0.7, value=value), theirs)
    assert IMAGE[0, 0, 1] == 1  # not in place


def test_random_erasing_writes_in_place_when_asked():
    image = tnn.ones(1, 9, 9)
    assert transforms.RandomErasing(p=1.0, inplace=True)(image) is image
    assert (image == 0).any()


def test_images_of_pillows_are_given_the_same_places():
    image_module = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    picture = image_module.fromarray(pixels)
    transform = transforms.Compose(
        [
            transforms.RandomCrop(12, padding=2),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
        ]
    )
    of_tensors = transforms.Compose(transform.transforms[:2])
    tnn.manual_seed(1)
    found = [transform(picture) for _ in range(5)]
    tnn.manual_seed(1)
    for each in found:
        assert each.equal(of_tensors(transforms.ToTensor()(picture)))


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda: transforms.RandomCrop(31)(IMAGE),
            ArgumentError,
            r"\(31, 31\) .*\(20, 30\); pass pad",
        ),
        (lambda: transforms.RandomRotation(-3), ArgumentError, "one number that is not negative"),
        (lambda: transforms.RandomRotation((1, 2, 3)), ArgumentError, r"got \(1, 2, 3\)"),
        (lambda: transforms.RandomErasing(value="red"), ArgumentError, "got 'red'"),
        (
            lambda: transforms.RandomErasing(p=1.0)(np.ones(3)),
            DTypeError,
            r"put ToTensor\(\) before",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(call, error, said):
    with pytest.raises(error, match=said):
        call()


@pytest.mark.parametrize(
    ("transform", "shown"),
    [
        (transforms.RandomHorizontalFlip(), "RandomHorizontalFlip(p=0.5)"),
        (transforms.RandomCrop(32, padding=4), "RandomCrop(size=(32, 32), padding=4)"),
        (
            transforms.RandomRotation(10),
            "RandomRotation(degrees=[-10.0, 10.0], interpolation=nearest, expand=False, fill=0)",
        ),
    ],
)
def test_a_transform_shows_its_arguments(transform, shown):
    assert repr(transform) == shown


def test_a_transform_is_called_as_its_function_and_names_itself():
    assert repr(transforms.Resize(3)) == (
        "Resize(size=3, interpolation=bilinear, max_size=None, antialias=True)"
    )
    with pytest.raises(TypeError, match=r"Resize\(\): missing a required argument: 'size'"):
        transforms.Resize()
    with pytest.raises(TypeError, match=r"RandomCrop\(\): got an unexpected keyword .*'sizes'"):
        transforms.RandomCrop(3, sizes=1)


def test_a_subclass_may_have_arguments_and_a_forward_of_its_own():
    class Twice(transforms.RandomCrop):
        def __init__(self, size):
            super().__init__(size, padding=1)
            self.times = 2

        def forward(self, img):
            for _ in range(self.times):
                img = super().forward(img)
            return img

    assert Twice(2)(tnn.ones(1, 3, 3)).shape == (1, 2, 2)
    assert repr(Twice(2)) == "Twice(size=(2, 2), padding=1)"

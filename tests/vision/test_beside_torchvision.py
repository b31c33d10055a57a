"""Where torchvision is installed, transforms, grids and datasets are held against its own.
Read `test_in_programs.py` next.
"""

import io

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn import vision

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")
Image = pytest.importorskip("PIL.Image")

rng = np.random.default_rng(0)
PIXELS = rng.integers(0, 256, (37, 53, 3), np.uint8)
PICTURE = Image.fromarray(PIXELS)
CHANNELS = PIXELS.transpose(2, 0, 1).copy()
KINDS = {  # an image, and how far ours may be from theirs: 1 of 255 where a half is rounded
    "picture": (PICTURE, 0),
    "grey picture": (PICTURE.convert("L"), 0),
    "bytes": (CHANNELS, 1),
    "floats": (CHANNELS.astype(np.float32) / 255, 2e-6),
}
TRANSFORMS = (
    ("CenterCrop", {"size": (60, 20)}),
    ("CenterCrop", {"size": 31}),
    ("Grayscale", {"num_output_channels": 3}),
    ("Pad", {"padding": (1, 2), "padding_mode": "edge"}),
    ("Pad", {"padding": (1, 2, 3, 4), "fill": 9}),
    ("RandomCrop", {"size": (32, 40), "padding": (3, 5), "padding_mode": "reflect"}),
    ("RandomCrop", {"size": (37, 50)}),
    ("RandomCrop", {"size": 60, "pad_if_needed": True}),
    ("RandomGrayscale", {"p": 0.5}),
    ("RandomHorizontalFlip", {}),
    ("RandomResizedCrop", {"size": (24, 10), "scale": (0.5, 2), "ratio": (2, 3)}),
    ("RandomResizedCrop", {"size": (24, 10), "scale": (1.5, 2), "ratio": (0.2, 0.3)}),
    ("RandomResizedCrop", {"size": 24}),
    ("RandomRotation", {"degrees": (10, 80)}),
    ("RandomVerticalFlip", {"p": 0.3}),
    ("Resize", {"size": (20, 70)}),
    ("Resize", {"size": 30, "max_size": 35}),
)


def held_against(ours, theirs, image, tolerance, times=20):
    """Hold a transform against torchvision's, draw by draw, and where both streams are then."""
    is_array = isinstance(image, np.ndarray)
    torch.manual_seed(5)
    tnn.manual_seed(5)
    for _ in range(times):
        found = np.asarray(ours(tnn.from_numpy(image) if is_array else image))
        wanted = np.asarray(theirs(torch.from_numpy(image) if is_array else image))
        assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
        np.testing.assert_allclose(found.astype(float), wanted, rtol=0, atol=tolerance)
    assert tnn.rand(1).item() == torch.rand(1).item()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "arguments"), TRANSFORMS)
def test_a_transform_does_what_torchvisions_does(name, arguments, kind):
    ours = getattr(vision.transforms, name)(**arguments)
    theirs = getattr(torchvision.transforms, name)(**arguments)
    held_against(ours, theirs, *KINDS[kind])


@pytest.mark.parametrize("value", [0, 0.5, (1.0, 2.0, 3.0), "random"])
def test_random_erasing_does_what_torchvisions_does(value):
    ours = vision.transforms.RandomErasing(0.8, value=value)
    held_against(ours, torchvision.transforms.RandomErasing(0.8, value=value), *KINDS["floats"])


@pytest.mark.parametrize("name", ["ToTensor", "PILToTensor"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "CMYK", "P", "1", "I", "F"])
def test_every_mode_makes_torchvisions_tensor(name, mode):
    picture = PICTURE.convert("L").convert(mode) if mode in "IF" else PICTURE.convert(mode)
    ours, theirs = (getattr(each.transforms, name)() for each in (vision, torchvision))
    held_against(ours, theirs, picture, 0, times=1)


@pytest.mark.parametrize(
    "options",
    [
        {"nrow": 3, "padding": 1, "pad_value": 0.5},
        {"normalize": True},
        {"normalize": True, "scale_each": True},
        {"normalize": True, "value_range": (-1, 1)},
    ],
)
@pytest.mark.parametrize("shape", [(7, 3, 5, 6), (4, 1, 5, 6), (1, 3, 5, 6), (3, 5, 6), (5, 6)])
def test_a_file_of_images_is_torchvisions_byte_for_byte(shape, options):
    values = rng.normal(size=shape).astype(np.float32)
    ours, theirs = io.BytesIO(), io.BytesIO()
    vision.utils.save_image(tnn.from_numpy(values), ours, format="png", **options)
    torchvision.utils.save_image(torch.from_numpy(values), theirs, format="png", **options)
    assert ours.getvalue() == theirs.getvalue()


def test_fake_data_is_torchvisions():
    ours, theirs = (each.datasets.FakeData(5, (3, 9, 8)) for each in (vision, torchvision))
    for i in range(5):
        assert ours[i][0].tobytes() == theirs[i][0].tobytes()
        assert ours[i][1] == theirs[i][1]
    assert repr(ours) == repr(theirs)


def test_a_composition_shows_itself_as_torchvisions():
    def shown(transforms):
        steps = [
            transforms.Resize((4, 5)),
            transforms.RandomCrop(3, padding=1),
            transforms.RandomErasing(),
            transforms.RandomRotation(10),
            transforms.ToTensor(),
            transforms.Normalize((0.5,), (0.5,)),
        ]
        return repr(transforms.Compose(steps))

    assert shown(vision.transforms) == shown(torchvision.transforms)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_resnet_begins_as_torchvisions_and_says_the_same(name):
    tnn.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = (getattr(each.models, name)(num_classes=10) for each in (vision, torchvision))
    assert tnn.rand(1).item() == torch.rand(1).item()
    wanted = theirs.state_dict()
    assert list(ours.state_dict()) == list(wanted)
    for key, value in ours.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), wanted[key].numpy())
    images = rng.normal(size=(8, 3, 64, 64)).astype(np.float32)
    found, scores = ours(tnn.from_numpy(images)), theirs(torch.from_numpy(images))
    np.testing.assert_allclose(found.detach().numpy(), scores.detach().numpy(), rtol=0, atol=1e-3)

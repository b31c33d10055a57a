"""Datasets find torchvision's files where torchvision leaves them, and hand out what it does.
Read `test_downloads.py` next.
"""

import copy
import sys

import numpy as np
import pytest
from written_sets import DIGITS, PIXELS, write_cifar, write_mnist

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, DataError, DimensionError, MissingDataError
from tinygrad_nn.utils.data import DataLoader
from tinygrad_nn.vision import datasets, transforms


@pytest.fixture
def mnist_root(tmp_path):
    write_mnist(tmp_path / "MNIST" / "raw")
    return tmp_path


def test_mnist_hands_out_images_and_ints(mnist_root):
    pytest.importorskip("PIL.Image")
    data = datasets.MNIST(mnist_root)
    image, label = data[2]
    assert (image.mode, image.size, label) == ("L", (28, 28), 4)
    assert type(label) is int
    np.testing.assert_array_equal(np.asarray(image), PIXELS["train"][2])
    assert len(data) == 6
    assert len(datasets.MNIST(mnist_root, train=False)) == 2


def test_data_and_targets_are_tensors(mnist_root):
    data = datasets.MNIST(str(mnist_root), train=False)
    np.testing.assert_array_equal(data.data.numpy(), PIXELS["t10k"])
    assert (data.data.dtype, data.targets.dtype) == (tnn.uint8, tnn.int64)
    assert data.targets.tolist() == DIGITS["t10k"]
    assert data.classes[7] == "7 - seven"
    assert data.class_to_idx["7 - seven"] == 7


@pytest.mark.parametrize(
    ("old", "name"),
    [
        *[("train_data", "data"), ("test_data", "data")],
        *[("train_labels", "targets"), ("test_labels", "targets")],
    ],
)
def test_old_names_of_data_and_targets_lead_to_them_and_warn_as_torchvision_does(
    mnist_root, old, name
):
    data = datasets.MNIST(mnist_root)
    with pytest.warns(UserWarning, match=f"^{old} has been renamed {name}$") as told:
        found = getattr(data, old)
    assert found is getattr(data, name)
    assert told[0].filename == __file__


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("folder", ["MNIST/raw", "MNIST", "mnist", "."])
def test_the_files_of_mnist_are_found_in_any_usual_place(
    tmp_path, monkeypatch, folder, ending, train
):
    write_mnist(tmp_path / "data" / folder, ending)
    labels = DIGITS["train" if train else "t10k"]
    assert datasets.MNIST(tmp_path / "data", train).targets.tolist() == labels
    monkeypatch.setenv("TINYGRAD_NN_DATA", str(tmp_path / "data"))
    elsewhere = datasets.MNIST(tmp_path / "other", train, download=True)
    assert elsewhere.targets.tolist() == labels
    assert not (tmp_path / "other").exists()


def test_a_set_is_never_taken_for_another(tmp_path, monkeypatch):
    write_mnist(tmp_path / "MNIST" / "raw")
    write_mnist(tmp_path / "here")
    monkeypatch.setenv("TINYGRAD_NN_DATA", str(tmp_path / "here"))
    for kind in (datasets.FashionMNIST, datasets.KMNIST):
        with pytest.raises(MissingDataError, match=f"{kind.__name__}: Dataset not found"):
            kind(tmp_path)
    write_mnist(tmp_path / "FashionMNIST" / "raw")
    assert datasets.FashionMNIST(tmp_path).classes[9] == "Ankle boot"
    write_mnist(tmp_path / "KMNIST" / "raw", ".gz")
    assert len(datasets.KMNIST(tmp_path, train=False)) == 2


def test_without_files_torchvisions_sentence_and_the_way_out_are_said(tmp_path):
    said = r"Dataset not found\. You can use download=True to download it; or put .*MNIST.raw, or"
    for error in (RuntimeError, FileNotFoundError, DataError):
        with pytest.raises(error, match=said):
            datasets.MNIST(tmp_path)


def test_a_file_that_is_cut_short_is_told(mnist_root):
    path = mnist_root / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="train-labels-idx1-ubyte: elements: expected 6 bytes"):
        datasets.MNIST(mnist_root)


def test_the_transforms_are_given_image_and_target(mnist_root):
    data = datasets.MNIST(
        mnist_root, transform=transforms.ToTensor(), target_transform=lambda label: label + 100
    )
    image, target = data[0]
    np.testing.assert_array_equal(image.numpy()[0], PIXELS["train"][0] / np.float32(255))
    assert target == 105


def test_to_tensor_first_needs_no_pillow_and_makes_the_same_tensors(mnist_root, monkeypatch):
    pytest.importorskip("PIL.Image")
    normalize = transforms.Normalize((0.1307,), (0.3081,))
    short = transforms.Compose([transforms.ToTensor(), normalize])
    long = transforms.Compose([lambda image: image, *short.transforms])
    by_images = [image for image, _ in datasets.MNIST(mnist_root, transform=long)]
    monkeypatch.setitem(sys.modules, "PIL", None)
    for image, (found, _) in zip(
        by_images, datasets.MNIST(mnist_root, transform=short), strict=True
    ):
        assert found.equal(image)


def test_a_loader_makes_batches(mnist_root):
    data = datasets.MNIST(mnist_root, transform=transforms.ToTensor())
    (images, labels), (rest, _) = DataLoader(data, batch_size=4)
    assert (images.shape, rest.shape) == ((4, 1, 28, 28), (2, 1, 28, 28))
    assert (labels.dtype, labels.tolist()) == (tnn.int64, DIGITS["train"][:4])


def test_programs_may_choose_among_data_and_targets(mnist_root):
    data = copy.copy(datasets.MNIST(mnist_root, transform=transforms.ToTensor()))
    chosen = data.targets < 3
    data.data, data.targets = data.data[chosen], data.targets[chosen]
    assert [label for _, label in data] == [0, 1, 2]


def test_a_dataset_shows_itself_as_torchvisions(mnist_root):
    transform = transforms.Compose([transforms.ToTensor()])
    assert repr(datasets.MNIST(mnist_root, transform=transform)) == (
        "Dataset MNIST\n"
        "    Number of datapoints: 6\n"
        f"    Root location: {mnist_root}\n"
        "    Split: Train\n"
        "    StandardTransform\n"
        "Transform: Compose(\n"
        "               ToTensor()\n"
        "           )"
    )


def test_the_digits_of_the_package_stand_in_only_when_asked_and_say_so(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("TINYGRAD_NN_DATA", "digits")
    train, test = (datasets.MNIST(tmp_path, train=each) for each in (True, False))
    assert (train.data.shape, test.data.shape) == ((1500, 28, 28), (297, 28, 28))
    own = tnn.datasets.digits()
    assert [*train.targets.tolist(), *test.targets.tolist()] == own.labels.tolist()
    assert train.data[:, :4].sum() == train.data[..., -4:].sum() == 0
    small = train.data[:, 4:24, 4:24].float().view(-1, 4, 5, 4, 5).mean((2, 4))
    wanted = own.images[:1500].reshape(-1, 4, 2, 4, 2).mean((2, 4))
    assert np.corrcoef(small.flatten(), wanted.flatten())[0, 1] > 0.99
    said = "MNIST: 1797 digits of 8 x 8 stand in, as TINYGRAD_NN_DATA=digits asks\n"
    assert capsys.readouterr().err == said * 2
    with pytest.raises(MissingDataError):
        datasets.FashionMNIST(tmp_path)


def test_fake_data_is_what_pytorch_draws_with_the_seed_of_the_index():
    torch = pytest.importorskip("torch")
    pytest.importorskip("PIL.Image")
    data = datasets.FakeData(5, (3, 4, 6), 7, transform=transforms.PILToTensor(), random_offset=3)
    tnn.manual_seed(0)
    for index in (0, 4):
        image, target = data[index]
        torch.manual_seed(index + 3)
        theirs = torch.randn(3, 4, 6).mul(255).byte()
        np.testing.assert_array_equal(image.numpy(), theirs.numpy())
        assert target == torch.randint(0, 7, size=(1,)).item()
    torch.manual_seed(0)
    assert tnn.rand(1).item() == torch.rand(1).item()  # the program's own stream is left alone
    with pytest.raises(DimensionError, match="index 5 of 5 images"):
        data[5]
    assert len(list(data)) == 5


def test_an_image_folder_has_a_class_for_each_folder(tmp_path):
    image_module = pytest.importorskip("PIL.Image")
    for name in ("bees/b.png", "ants/2/a.PNG", "ants/1/z.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image_module.new("L", (3, 2), 50).save(path)
    (tmp_path / "bees" / "notes.txt").write_text("none")
    (tmp_path / "readme.txt").write_text("none")
    data = datasets.ImageFolder(tmp_path, transforms.PILToTensor())
    assert data.classes == ["ants", "bees"]
    assert data.class_to_idx == {"ants": 0, "bees": 1}
    names = [path.removeprefix(str(tmp_path)).replace("\\", "/") for path, _ in data.samples]
    assert names == ["/ants/1/z.png", "/ants/2/a.PNG", "/bees/b.png"]
    assert data.targets == [0, 0, 1]
    image, target = data[2]
    assert target == 1
    assert image.equal(tnn.full((3, 2, 3), 50, dtype=tnn.uint8))
    texts = datasets.ImageFolder(
        tmp_path, loader=len, is_valid_file=lambda path: path.endswith("txt"), allow_empty=True
    )
    assert [target for _, target in texts.samples] == [1]


def test_an_image_folder_without_images_says_what_is_expected(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Couldn't find any class folder in '.*nowhere'"):
        datasets.ImageFolder(tmp_path / "nowhere")
    (tmp_path / "ants").mkdir()
    with pytest.raises(FileNotFoundError, match=r"no valid file for the class 'ants' .*\.jpg, "):
        datasets.ImageFolder(tmp_path)


@pytest.mark.parametrize("train", [True, False])
def test_cifar10_is_read_from_its_binary_version(tmp_path, train):
    pytest.importorskip("PIL.Image")
    images = write_cifar(tmp_path / "cifar-10-batches-bin")
    data = datasets.CIFAR10(tmp_path, train)
    wanted = (images[:5] if train else images[5:]).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    np.testing.assert_array_equal(data.data, wanted)
    assert data.targets == ([0, 9, 1, 8, 2, 7, 3, 6, 4, 5] if train else [5, 4])
    image, label = data[1]
    assert (image.mode, image.size, label) == ("RGB", (32, 32), data.targets[1])
    np.testing.assert_array_equal(np.asarray(image), wanted[1])
    assert data.classes == ["airplane", "automobile", "bird"]
    assert data.class_to_idx["bird"] == 2


def test_cifar100_has_the_fine_class(tmp_path):
    folder = tmp_path / "cifar-100-binary"
    folder.mkdir()
    row = np.zeros((1, 2 + 3072), np.uint8)
    row[0, :2] = 19, 42
    for name in ("train.bin", "test.bin"):
        (folder / name).write_bytes(row.tobytes())
    (folder / "fine_label_names.txt").write_text("apple\n")
    assert datasets.CIFAR100(tmp_path, train=False).targets == [42]


def test_cifars_pickles_are_not_read_and_that_is_said(tmp_path):
    with pytest.raises(MissingDataError, match=r"CIFAR10: .* download it; or unpack https://.*gz"):
        datasets.CIFAR10(tmp_path)
    (tmp_path / "cifar-10-batches-py").mkdir()
    with pytest.raises(MissingDataError, match=r"cifar-10-batches-py holds pickles, not read here"):
        datasets.CIFAR10(tmp_path)


def test_a_cifar_file_of_another_length_is_told(tmp_path):
    write_cifar(tmp_path / "cifar-10-batches-bin")
    (tmp_path / "cifar-10-batches-bin" / "test_batch.bin").write_bytes(b"12345")
    with pytest.raises(DataError, match="expected rows of 3073 bytes, found 5 bytes"):
        datasets.CIFAR10(tmp_path, train=False)


def test_transforms_of_both_exclude_those_of_one():
    both = datasets.VisionDataset(transforms=lambda image, target: (target, image))
    assert both.transformed(1, 2) == (2, 1)
    with pytest.raises(ArgumentError, match="not both"):
        datasets.VisionDataset(transforms=lambda *both: both, transform=abs)

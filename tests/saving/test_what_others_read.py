"""K8, K9: files that the safetensors package reads and writes, tied weights, and strange names.
Read `test_loading_is_all_or_nothing.py` next.
"""

import io

import numpy as np
import pytest
from bfloat16_arrays import needs_bfloat16
from safetensors import numpy as safetensors_numpy
from safetensors import safe_open

import tinygrad_nn as tnn

DTYPES = (
    *("float16", "float32", "float64", "complex64"),
    *("uint8", "int8", "int16", "int32", "int64", "bool"),
)
TWENTY = [(dtype, shape) for dtype in DTYPES for shape in ((), (3,), (2, 3), (0, 2), (2, 1, 2))]


def arrays():
    """One array of each dtype and shape, by name."""
    rng = np.random.default_rng(0)
    return {
        f"{dtype} {shape}": np.asarray(rng.normal(size=shape) * 9).astype(dtype)
        for dtype, shape in TWENTY
    }


def assert_same(found, wanted):
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape), name
        assert found[name].tobytes() == array.tobytes(), name


def test_k8_the_package_reads_what_we_save(tmp_path):
    saved = {name: tnn.tensor(array) for name, array in arrays().items()}
    assert len(saved) >= 20
    tnn.save(saved, tmp_path / "x.safetensors")
    assert_same(safetensors_numpy.load_file(tmp_path / "x.safetensors"), arrays())
    with safe_open(tmp_path / "x.safetensors", "np") as file:
        assert set(file.keys()) == set(saved)


def test_k8_we_read_what_the_package_saves(tmp_path):
    safetensors_numpy.save_file(arrays(), tmp_path / "x", metadata={"format": "np"})
    assert_same({name: each.numpy() for name, each in tnn.load(tmp_path / "x").items()}, arrays())


def test_k8_what_went_through_both_comes_back(tmp_path):
    tnn.save({name: tnn.tensor(array) for name, array in arrays().items()}, tmp_path / "x")
    through = safetensors_numpy.load_file(tmp_path / "x")
    safetensors_numpy.save_file(through, tmp_path / "y")
    assert_same({name: each.numpy() for name, each in tnn.load(tmp_path / "y").items()}, arrays())


@needs_bfloat16
def test_k8_pytorch_s_users_read_bfloat16(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    tnn.save({"x": tnn.tensor([1.5, -2.0]).bfloat16()}, tmp_path / "x")
    assert torch.equal(load_file(tmp_path / "x")["x"], torch.tensor([1.5, -2.0]).bfloat16())


def test_k8_names_in_a_nest_are_dotted(tmp_path):
    model = tnn.nn.Sequential(tnn.nn.Linear(2, 3), tnn.nn.Linear(3, 1))
    tnn.save({"model": model.state_dict(), "epochs": [1, tnn.ones(1)]}, tmp_path / "x")
    assert set(safetensors_numpy.load_file(tmp_path / "x")) == {
        *("model.0.weight", "model.0.bias", "model.1.weight", "model.1.bias", "epochs.1")
    }


class Tied(tnn.nn.Module):
    """An output layer that has the weights of the input layer."""

    def __init__(self):
        super().__init__()
        self.first = tnn.nn.Linear(3, 3, bias=False)
        self.last = tnn.nn.Linear(3, 3, bias=False)
        self.last.weight = self.first.weight


def test_k8_tied_weights_are_stored_once_and_come_back_tied(tmp_path):
    saved, fresh = Tied(), Tied()
    tnn.save(saved.state_dict(), tmp_path / "x")
    assert set(safetensors_numpy.load_file(tmp_path / "x")) == {"first.weight"}
    loaded = tnn.load(tmp_path / "x")
    assert list(loaded) == ["first.weight", "last.weight"]
    assert np.shares_memory(loaded["first.weight"].array, loaded["last.weight"].array)
    fresh.load_state_dict(loaded)
    assert fresh.first.weight is fresh.last.weight
    assert (fresh.first.weight == saved.first.weight).all()


NAMES = (
    *("../../x", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "C:\\x", "~", "$HOME", "x\0y", "\0"),
    *(
        "n" * 10_000,
        "ünï",
        "🙂",
        "\u202e",
        "\ud800",
        "a.b",
        "a..b",
        " ",
        "\n",
        "__metadata__",
        "#2",
    ),
    *("tensor", "dict", "__class__", "__reduce__", "constructor", '"', "{}", "%s", "nul", "con"),
)


def test_k9_no_name_becomes_a_path(tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "deeper"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    saved = {name: tnn.full((2,), float(i)) for i, name in enumerate(NAMES)}
    tnn.save({"nest": {name: [each] for name, each in saved.items()}, **saved}, "x")
    loaded = tnn.load("x")
    assert list(loaded) == ["nest", *NAMES]
    for i, name in enumerate(NAMES):
        assert loaded[name].tolist() == loaded["nest"][name][0].tolist() == [float(i)] * 2
    assert len(safetensors_numpy.load_file("x")) == len(NAMES)  # each stored once
    assert [each.name for each in tmp_path.rglob("*")] == ["deep", "deeper", "x"]


def test_k9_names_of_pytorch_s_files_neither(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    file = io.BytesIO()
    torch.save({name: torch.ones(2) for name in NAMES if name != "\ud800"}, file)
    assert len(tnn.load(io.BytesIO(file.getvalue()))) == len(NAMES) - 1
    assert list(tmp_path.iterdir()) == []

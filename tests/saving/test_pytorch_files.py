"""Files that PyTorch wrote: tensors and plain containers are read, and nothing of them is run.
Read `test_pickle_bombs.py` next.
"""

import io
import os
import zipfile
from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest
from bfloat16_arrays import needs_bfloat16

import tinygrad_nn as tnn
from tinygrad_nn.errors import CheckpointError

torch = pytest.importorskip("torch")

FORMS = {
    "zip": {},
    "zip, protocol 4": {"pickle_protocol": 4},
    "zip, protocol 5": {"pickle_protocol": 5},
    "before 1.6": {"_use_new_zipfile_serialization": False},
    "before 1.6, protocol 4": {"_use_new_zipfile_serialization": False, "pickle_protocol": 4},
}
DTYPES = (
    *("float16", "float32", "float64", "complex64", "complex128"),
    *("uint8", "int8", "int16", "int32", "int64", "bool"),
)


@pytest.fixture(params=list(FORMS))
def read(request):
    """What our `load` reads of what PyTorch's `save` writes, in each form of its files."""

    def through_a_file(obj):
        file = io.BytesIO()
        torch.save(obj, file, **FORMS[request.param])
        return tnn.load(io.BytesIO(file.getvalue()))

    return through_a_file


def test_tensors_are_read(read):
    rng = np.random.default_rng(0)
    saved = {
        f"{dtype} {shape}": torch.tensor(np.asarray(rng.normal(size=shape) * 3).astype(dtype))
        for dtype in DTYPES
        for shape in [(), (3,), (2, 3), (0,), (2, 0)]
    }
    found = read(saved)
    assert list(found) == list(saved)
    for name, x in saved.items():
        assert repr(found[name].dtype) == repr(x.dtype)
        assert found[name].shape == tuple(x.shape)
        assert found[name].numpy().tobytes() == x.numpy().tobytes()


@needs_bfloat16
def test_bfloat16_is_read(read):
    x = torch.arange(6).bfloat16()
    assert read([x, x[2:]])[1].tolist() == [2.0, 3.0, 4.0, 5.0]


VALUES = (
    *(None, True, 3, -(2**40), 2**100, 0.1, 1j, "∑", "", b"a\xff", b"", bytearray(b"a\xff")),
    *([1, [2]], (), (1,), (1, 2, 3, 4), {1: {"a": (None,)}}, {1, "a"}, frozenset({2})),
    *(OrderedDict([("b", 1), ("a", 2)]), Counter({"a": 3}), {(1, "x"): 2}),
)


def test_plain_data_is_read(read):
    for value in VALUES:
        (found,) = read({"x": [value]})["x"]
        assert found == value
        assert type(found) is type(value)


def test_what_names_a_dtype_a_size_or_a_device_is_read(read):
    found = read([torch.Size([2, 3]), torch.float32, torch.device("cpu")])
    assert found == [tnn.Size([2, 3]), tnn.float32, tnn.device("cpu")]


def test_views_share_memory_again(read):
    x = torch.arange(6.0).reshape(2, 3)
    whole, turned, row = read([x, x.T, x[1]])
    whole += 1
    assert turned.tolist() == whole.T.tolist()
    assert row.tolist() == [4.0, 5.0, 6.0]
    assert whole.version is row.version


def test_parameters_and_what_requires_gradients(read):
    found = read([torch.nn.Parameter(torch.ones(2)), torch.ones(2).requires_grad_()])
    assert [type(each) for each in found] == [tnn.nn.Parameter, tnn.Tensor]
    assert [each.requires_grad for each in found] == [True, True]


def test_a_conjugate_that_was_not_written_out(read):
    found = read([torch.tensor([1 + 2j]).conj(), torch.tensor([1 + 2j]).conj().imag])
    assert [each.tolist() for each in found] == [[1 - 2j], [-2.0]]


def test_a_model_and_its_optimizer_go_on_here(read):
    theirs = torch.nn.Sequential(
        torch.nn.Linear(3, 2), torch.nn.Tanh(), torch.nn.Linear(2, 1)
    ).double()
    ours = tnn.nn.Sequential(tnn.nn.Linear(3, 2), tnn.nn.Tanh(), tnn.nn.Linear(2, 1)).double()
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=0.9)
    mine = tnn.optim.SGD(ours.parameters(), lr=0.5)
    x = np.random.default_rng(0).normal(size=(4, 3))

    def step(model, rule, library):
        rule.zero_grad()
        model(library.tensor(x)).square().mean().backward()
        rule.step()

    step(theirs, optimizer, torch)
    found = read({"model": theirs.state_dict(), "optimizer": optimizer.state_dict()})
    ours.load_state_dict(found["model"])
    mine.load_state_dict(found["optimizer"])
    step(theirs, optimizer, torch)
    step(ours, mine, tnn)
    for name, tensor in ours.state_dict().items():
        np.testing.assert_allclose(tensor.array, theirs.state_dict()[name], rtol=1e-10, atol=1e-12)


class Network(torch.nn.Module):
    """A model of a program's own."""


REFUSED = {
    "a model": (Network(), r"test_pytorch_files\.Network, a whole .*save its state_dict"),
    "a layer": (torch.nn.Linear(1, 1), r"linear\.Linear, a whole .*save its state_dict"),
    "a function": (os.system, r"system, a whole object or function"),
    "a dtype of no tensor": (torch.ones(2).to(torch.uint16), "a tensor of torch.uint16; save it"),
    "8 bits": (torch.ones(2).to(torch.float8_e4m3fn), "a tensor of torch.float8_e4m3fn"),
    "the name of one": (torch.float8_e4m3fn, "it holds torch.float8_e4m3fn, which is no tensor"),
    "a storage": (torch.ones(2).untyped_storage(), "a storage of uint8, which is no tensor"),
    "an ndarray": (np.ones(2), r"numpy\S*, a whole object or function"),
    "a defaultdict": (defaultdict(list), r"collections\.defaultdict, a whole object"),
    "a sparse tensor": (torch.ones(2).to_sparse(), r"_rebuild_sparse_tensor, a whole object"),
}


@pytest.mark.filterwarnings("ignore:.*")
@pytest.mark.parametrize("what", list(REFUSED))
def test_all_else_is_refused_by_name(read, what):
    value, said = REFUSED[what]
    with pytest.raises(CheckpointError, match=said):
        read({"epoch": 3, "run": [value]})


def test_a_model_that_was_compiled_is_refused(tmp_path):
    file = zipfile.ZipFile(tmp_path / "x.pt", "w")
    with file:
        file.writestr("model/data.pkl", b"\x80\x02}.")
        file.writestr("model/constants.pkl", b"\x80\x02).")
    with pytest.raises(CheckpointError, match=r"x\.pt: a TorchScript program; save its state_dict"):
        tnn.load(tmp_path / "x.pt")


def test_a_safetensors_file_that_begins_like_a_pickle_is_read(tmp_path):
    name = "x" * (640 - len('{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'))
    tnn.saving.save_file({name: tnn.ones(1)}, tmp_path / "x")
    assert (tmp_path / "x").read_bytes().startswith(b"\x80\x02")
    assert tnn.load(tmp_path / "x")[name].tolist() == [1.0]


@pytest.mark.parametrize("form", ["zip", "before 1.6"])
def test_a_file_cut_off_anywhere_is_refused(form):
    file = io.BytesIO()
    torch.save({"a": torch.ones(3), "b": [1, "x"]}, file, **FORMS[form])
    content = file.getvalue()
    for length in range(len(content)):
        with pytest.raises(CheckpointError):
            tnn.load(io.BytesIO(content[:length]))

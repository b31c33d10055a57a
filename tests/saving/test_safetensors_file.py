"""Tensors in a file: what was saved comes back, and a file is never half written.
Read `cli/test_train_command.py` next, where the weights of a trained network are saved.
"""

import os
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tinygrad_nn as tnn
from tinygrad_nn.errors import DataError
from tinygrad_nn.saving import whole_files as files
from tinygrad_nn.saving.safetensors_file import load_file, save_file
from tinygrad_nn.saving.whole_files import write_file

DTYPES = (
    np.float16,
    np.float32,
    np.float64,
    np.int8,
    np.int16,
    np.int32,
    np.int64,
    np.uint8,
    np.bool_,
)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5).filter("__metadata__".__ne__),
        st.sampled_from(DTYPES).flatmap(
            lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=3))
        ),
        max_size=3,
    )
)
def test_what_was_saved_comes_back(tmp_path_factory, arrays):
    path = tmp_path_factory.getbasetemp() / "round-trip.safetensors"
    save_file({name: tnn.from_numpy(array) for name, array in arrays.items()}, path)
    loaded = load_file(path)
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        assert loaded[name].array.dtype == array.dtype
        np.testing.assert_array_equal(loaded[name].array, array)


@pytest.mark.parametrize(
    "view", [lambda x: x.T, lambda x: x[:, ::2], lambda x: x[1], lambda x: x[::-1]]
)
def test_a_view_is_saved_as_it_looks(tmp_path, view):
    array = view(np.arange(12.0).reshape(3, 4))
    save_file({"x": tnn.from_numpy(array)}, tmp_path / "x")
    np.testing.assert_array_equal(load_file(tmp_path / "x")["x"].array, array)


def test_a_loaded_tensor_can_be_written_to(tmp_path):
    save_file({"x": tnn.zeros(3)}, tmp_path / "x")
    loaded = load_file(tmp_path / "x")["x"]
    loaded += 1
    assert loaded.tolist() == [1.0, 1.0, 1.0]


def test_a_model_comes_back_from_its_file(tmp_path):
    saved, fresh = tnn.nn.Linear(3, 2), tnn.nn.Linear(3, 2)
    save_file(saved.state_dict(), tmp_path / "model")
    fresh.load_state_dict(load_file(tmp_path / "model"))
    x = tnn.randn(5, 3)
    assert (saved(x) == fresh(x)).array.all()


def test_pytorch_reads_the_file(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file as torch_load_file

    save_file({"x": tnn.tensor([[1.0, 2.0]]).T}, tmp_path / "x")
    assert torch.equal(torch_load_file(tmp_path / "x")["x"], torch.tensor([[1.0], [2.0]]))


def test_only_tensors_are_saved(tmp_path):
    with pytest.raises(TypeError, match="'x' is no Tensor but ndarray"):
        save_file({"x": np.zeros(2)}, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_the_name_that_the_format_keeps_for_itself_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no place for a tensor named '__metadata__'"):
        save_file({"__metadata__": tnn.zeros(2)}, tmp_path / "x")


@pytest.mark.parametrize(
    "damage", [lambda content: b"", lambda content: content[:-1], lambda content: content + b"x"]
)
def test_a_damaged_file_is_named(tmp_path, damage):
    path = tmp_path / "weights"
    save_file({"x": tnn.zeros(3)}, path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=r"weights: not a whole safetensors file"):
        load_file(path)


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch, failing):
    def fail(*arguments):
        raise OSError(28, "No space left on device", "somewhere")

    path = tmp_path / "weights"
    write_file(path, b"old")
    monkeypatch.setattr(files.os, failing, fail)
    with pytest.raises(OSError, match=r"No space left on device: '.*weights'") as raised:
        write_file(path, b"new")
    assert raised.value.filename == str(path)
    assert [each.name for each in tmp_path.iterdir()] == ["weights"]
    assert path.read_bytes() == b"old"


def test_an_interrupt_leaves_the_old_file_alone(tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    write_file(tmp_path / "weights", b"old")
    monkeypatch.setattr(files.os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "weights", b"new")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_the_content_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(files.os, "fsync", lambda file: calls.append("fsync"))
    replace = os.replace
    monkeypatch.setattr(
        files.os, "replace", lambda *paths: (calls.append("replace"), replace(*paths))
    )
    write_file(tmp_path / "x", b"content")
    assert calls == ["fsync", "replace"]
    assert (tmp_path / "x").read_bytes() == b"content"


def test_a_missing_folder_is_reported_as_the_path_that_was_asked_for(tmp_path):
    path = tmp_path / "nowhere" / "weights"
    with pytest.raises(FileNotFoundError) as raised:
        write_file(path, b"")
    assert raised.value.filename == str(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_the_mode_of_a_file_is_what_the_umask_leaves(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_file(tmp_path / "x", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == mode

"""What asks for a GPU raises as PyTorch without one does, with the way out; the CPU is taken.
Read `../test_no_accelerator.py` next.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, DeviceError

CALLS = {
    "Tensor.cuda": lambda f: f.ones(1).cuda(),
    "Tensor.to": lambda f: f.ones(1).to("cuda"),
    "Tensor.pin_memory": lambda f: f.ones(1).pin_memory(),
    "Module.cuda": lambda f: f.nn.Linear(1, 1).cuda(),
    "Module.xpu": lambda f: f.nn.Linear(1, 1).xpu(),
    "Module.to": lambda f: f.nn.Linear(1, 1).to("cuda"),
    "device=": lambda f: f.ones(1, device="cuda:0"),
    "cuda.synchronize": lambda f: f.cuda.synchronize(),
    "cuda.current_device": lambda f: f.cuda.current_device(),
    "cuda.get_device_name": lambda f: f.cuda.get_device_name(0),
    "cuda.get_device_properties": lambda f: f.cuda.get_device_properties(0),
    "cuda.Event": lambda f: f.cuda.Event(enable_timing=True),
    "cuda.Stream": lambda f: f.cuda.Stream(),
    "cuda.device": lambda f: f.cuda.device(0).__enter__(),
    "xpu.synchronize": lambda f: f.xpu.synchronize(),
    "mps.synchronize": lambda f: f.mps.synchronize(),
    "accelerator.synchronize": lambda f: f.accelerator.synchronize(),
    "accelerator.current_device_index": lambda f: f.accelerator.current_device_index(),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_gpu_is_refused_with_an_error_of_pytorch_s_type(name):
    torch = pytest.importorskip("torch")
    with pytest.raises((AssertionError, RuntimeError)) as theirs:
        CALLS[name](torch)
    with pytest.raises(type(theirs.value)) as ours:
        CALLS[name](tnn)
    assert isinstance(ours.value, DeviceError)
    assert any(words in str(ours.value) for words in ("there is no", "computes on the CPU"))


def test_the_cpu_is_a_context(library):
    with library.device("cpu") as device:
        assert library.ones(1).device == device


def test_another_default_is_refused():
    for call in (tnn.set_default_device, tnn.get_device_module):
        with pytest.raises(DeviceError, match="tinygrad_nn computes on the CPU"):
            call("cuda")


def test_memory_is_shared_as_it_is(library):
    x = library.ones(2)
    assert x.share_memory_() is x


NAMES = [
    "cpu",
    "cpu:0",
    "cuda",
    "cuda:1",
    "mps",
    "xpu",
    "meta",
    "hpu",
    "gpu",
    "cuda:x",
    "cpu:01",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_device_is_named_as_in_pytorch_before_it_is_used(name):
    torch = pytest.importorskip("torch")
    try:
        theirs = torch.device(name)
    except RuntimeError:
        with pytest.raises(DeviceError, match=f"device {name!r} is not there"):
            tnn.device(name)
        return
    ours = tnn.device(name)
    assert (repr(ours), str(ours), ours.type, ours.index) == (
        repr(theirs),
        str(theirs),
        theirs.type,
        theirs.index,
    )
    assert ours == tnn.device(ours) == tnn.device(theirs) == tnn.device(*_parts(theirs))


def _parts(device):
    return (device.type,) if device.index is None else (device.type, device.index)


@pytest.mark.parametrize("given", [("cuda:0", 1), ("cpu", -1)])
def test_a_device_has_one_index(given):
    with pytest.raises(ArgumentError, match="a device has one index, 0 or more"):
        tnn.device(*given)


def test_a_named_device_that_is_not_there_refuses_to_be_used():
    place = tnn.device("cuda:1")
    assert place != tnn.ones(1).device
    for use in (
        lambda: tnn.ones(1, device=place),
        lambda: tnn.ones(1).to(place),
        lambda: tnn.nn.Linear(1, 1).to(place),
        lambda: place.__enter__(),
    ):
        with pytest.raises(DeviceError, match="device 'cuda:1' is not there"):
            use()

"""`DataParallel` and `DistributedDataParallel` hand on to their module, under PyTorch's keys.
Read `test_distributed.py` next.
"""

import importlib

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import NotHereError


def trained(f, wrap):
    """The state of a model after three steps, trained inside its wrapper."""
    f.manual_seed(0)
    model = wrap(f, f.nn.Sequential(f.nn.Linear(3, 4), f.nn.BatchNorm1d(4), f.nn.Linear(4, 1)))
    optimizer = f.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        model(f.randn(5, 3)).square().sum().backward()
        optimizer.step()
    return {name: value.tolist() for name, value in model.state_dict().items()}


def data_parallel(f, module):
    return f.nn.DataParallel(module)


def distributed(f, module):
    return f.nn.parallel.DistributedDataParallel(module)


@pytest.mark.parametrize("wrap", [data_parallel, distributed])
def test_a_training_is_pytorch_s(wrap, tmp_path):
    torch = pytest.importorskip("torch")
    states = []
    for f in (tnn, torch):
        store = f"file://{tmp_path}/{f.__name__}"
        f.distributed.init_process_group("gloo", store, rank=0, world_size=1)
        try:
            states.append(trained(f, wrap))
        finally:
            f.distributed.destroy_process_group()
    ours, theirs = states
    assert list(ours) == list(theirs)
    assert all(name.startswith("module.") for name in ours)
    for name, value in theirs.items():
        assert tnn.tensor(ours[name]).allclose(tnn.tensor(value), atol=1e-5), name


def test_the_module_is_reached(library):
    module = library.nn.Linear(2, 1)
    model = library.nn.DataParallel(module)
    assert model.module is module
    assert model.device_ids == []
    x = library.ones(1, 2)
    assert model(x).tolist() == module(x).tolist()
    model.eval()
    assert not module.training


def test_gpus_are_refused():
    module, x = tnn.nn.Linear(2, 1), tnn.ones(1, 2)
    assert tnn.nn.parallel.data_parallel(module, x).equal(module(x))
    with pytest.raises(NotHereError, match=r"device_ids=\[0\]: there is no GPU"):
        tnn.nn.parallel.data_parallel(module, x, device_ids=[0])
    with pytest.raises(NotHereError, match=r"device_ids=\[0, 1\]: there is no GPU"):
        tnn.nn.DataParallel(module, device_ids=[0, 1])


def test_a_distributed_model_needs_a_group(library):
    with pytest.raises(ValueError, match="init_process_group"):
        library.nn.parallel.DistributedDataParallel(library.nn.Linear(2, 1))


def test_a_distributed_model_needs_something_to_train(library, tmp_path):
    importlib.import_module(f"{library.__name__}.distributed")
    library.distributed.init_process_group("gloo", f"file://{tmp_path}/s", rank=0, world_size=1)
    try:
        with pytest.raises(RuntimeError, match="gradient"):
            library.nn.parallel.DistributedDataParallel(library.nn.ReLU())
        model = library.nn.parallel.DistributedDataParallel(library.nn.Linear(2, 1))
        with model.no_sync():
            assert not model.require_backward_grad_sync
        assert model.require_backward_grad_sync
    finally:
        library.distributed.destroy_process_group()

"""A program that asks for a GPU before it chooses a device goes on with the CPU.
Read `test_missing_names.py` next, for the names that are not here.
"""

import pytest

import tinygrad_nn as tnn


@pytest.mark.parametrize("library", ["tinygrad_nn", "torch"])
def test_what_programs_ask_before_they_choose_a_device(library):
    torch = pytest.importorskip(library)
    if torch.cuda.is_available() or torch.accelerator.is_available():
        pytest.skip("PyTorch has a GPU here")
    torch.cuda.manual_seed(0)
    torch.cuda.manual_seed_all(0)
    torch.cuda.empty_cache()
    was = torch.backends.cudnn.deterministic
    torch.backends.cudnn.deterministic = not was
    assert torch.backends.cudnn.deterministic is not was
    torch.backends.cudnn.deterministic = was
    assert torch.backends.cudnn.benchmark is False
    assert torch.cuda.device_count() == torch.accelerator.device_count() == 0
    assert not torch.cuda.is_initialized()
    assert torch.accelerator.current_accelerator(check_available=True) is None
    assert not torch.backends.mps.is_available()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    assert torch.nn.Linear(2, 1).to(device)(torch.ones(1, 2).to(device)).device.type == "cpu"


def test_a_program_that_does_not_ask_is_told_to():
    with pytest.raises(NotImplementedError, match=r"cuda.get_device_name\(\) .* no GPU here; ask"):
        tnn.cuda.get_device_name()
    with pytest.raises(AttributeError, match=r"cuda has no nothing_such: there is no GPU here"):
        tnn.cuda.nothing_such()

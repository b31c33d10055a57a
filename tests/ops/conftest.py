"""PyTorch runs on one thread here: on arrays this small its threads only wait for each other, which
takes 3.0 ms a call instead of 0.45 on a busy machine. Read `table/op_table.py` next.
"""

from importlib.util import find_spec

import pytest


@pytest.fixture(scope="session", autouse=True)
def pytorch_on_one_thread():
    if find_spec("torch") is None:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)

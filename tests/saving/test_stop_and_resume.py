"""D2: 2k steps are k steps, a file, a new process and k steps more, bit for bit.
Read `../optim/test_optimizer.py` next, for what an optimizer saves.
"""

import subprocess
import sys

import pytest

TRAINING = """
import sys
import tinygrad_nn as tnn
from tinygrad_nn import nn

path, (begin, end, workers) = sys.argv[1], map(int, sys.argv[2:])
tnn.manual_seed(0 if begin == 0 else 12345)  # a new process stands elsewhere
data = tnn.utils.data.TensorDataset(
    tnn.arange(40.0).reshape(20, 2).sin(), tnn.arange(20.0).reshape(20, 1).cos()
)
loader = tnn.utils.data.DataLoader(
    data,
    batch_size=3,
    shuffle=True,
    generator=tnn.Generator().manual_seed(5),
    num_workers=workers,
)
model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Dropout(0.3), nn.Linear(16, 1))
optimizer = tnn.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
if begin:
    found = tnn.load(f"{path}.{begin}")
    model.load_state_dict(found["model"])
    optimizer.load_state_dict(found["optimizer"])
    loader.load_state_dict(found["loader"])
    loader.generator.set_state(found["order"])
    tnn.default_generator.set_state(found["random"])
    optimizer.param_groups[0]["lr"] = found["lr"]
step, losses = begin, []
while step < end:
    for x, y in loader:
        noisy = x + 0.01 * tnn.randn(x.shape)
        loss = nn.functional.mse_loss(model(noisy), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        optimizer.param_groups[0]["lr"] *= 0.99
        losses.append(loss.item())
        step += 1
        tnn.save(
            {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "loader": loader.state_dict(),
                "order": loader.generator.get_state(),
                "random": tnn.default_generator.get_state(),
                "lr": optimizer.param_groups[0]["lr"],
            },
            f"{path}.{step}",
        )
        if step == end:
            break
print(*map(float.hex, losses))
"""


def trained(path, begin, end, workers):
    """The losses of some steps in a process of their own, bit for bit."""
    run = subprocess.run(
        [sys.executable, "-c", TRAINING, str(path), str(begin), str(end), str(workers)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_d2_training_goes_on_where_it_stopped(tmp_path, workers):
    """A pass has 7 batches: k is in the middle of a pass, and at its end."""
    straight = trained(tmp_path / "run", 0, 14, workers)
    files = {k: (tmp_path / f"run.{k}").read_bytes() for k in (10, 14)}
    for k in (5, 7):
        assert trained(tmp_path / "run", k, 2 * k, workers) == straight[k : 2 * k]
        assert (tmp_path / f"run.{2 * k}").read_bytes() == files[2 * k]

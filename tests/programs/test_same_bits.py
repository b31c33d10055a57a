"""The same seed gives the same bits: in every process, whatever Python's hashes are.
Read `whole_programs.py` beside it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import hashlib
import numpy as np
import tinygrad_nn as torch
from tinygrad_nn import nn

torch.manual_seed(11)
images = torch.from_numpy(np.random.default_rng(0).standard_normal((96, 1, 8, 8), np.float32))
data = torch.utils.data.TensorDataset(images, torch.arange(96) % 3)
model = nn.Sequential(
    *(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.2), nn.Flatten()),
    nn.Linear(144, 3),
)
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(3):
    for x, y in torch.utils.data.DataLoader(data, batch_size=16, shuffle=True):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
digest = hashlib.sha256()
for name, tensor in model.state_dict().items():
    digest.update(name.encode() + tensor.numpy().tobytes())
print(digest.hexdigest())
"""


def weights_of(seed: str) -> str:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.mark.slow
def test_three_epochs_end_in_the_same_weights_in_every_process():
    digests = {weights_of(seed) for seed in ("0", "1", "2") for _ in range(3)}
    assert len(digests) == 1
    assert len(digests.pop()) == 64


def test_two_processes_end_in_the_same_weights():
    assert weights_of("1") == weights_of("2")

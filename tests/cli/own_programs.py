"""Programs of one's own to draw, and what the tests of them share.
Read `test_subject.py` next.
"""

STEP = """\
import tinygrad_nn as tnn
from tinygrad_nn import nn

tnn.manual_seed(0)
pixels, target = tnn.rand(5, 3), tnn.rand(5, 1)
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
criterion = nn.MSELoss()


def error():
    return criterion(model(pixels), target)
"""
TRAINING = f"""{STEP}
optimizer = tnn.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    loss = error()
    loss.backward()
    optimizer.step()
"""
MISFIT = """\
import tinygrad_nn as tnn

w = tnn.ones(3, 2, requires_grad=True)
hidden = (tnn.ones(4, 3) @ w).exp()
loss = (hidden @ w).sum()
"""
OPERATIONS = ["linear", "tanh", "linear", "mse_loss"]


def named(graph: dict, *kinds: str) -> list[str]:
    return [node["name"] for node in graph["nodes"] if node["kind"] in kinds]


def one_line(run) -> str:
    assert run.err.startswith("tinygrad-nn: ")
    assert run.err.endswith("\n")
    assert run.err.count("\n") == 1
    return run.err

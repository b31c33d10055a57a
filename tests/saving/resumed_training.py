"""A program: trainings of all kinds from one step to another, each going on from its own file.
Read `test_stop_and_resume.py` next, which compares what it prints and writes.

    python tests/saving/resumed_training.py FOLDER WORKERS BEGIN-END[-PART] ...

With PART, that part of the file is not taken over.
"""

import sys
from pathlib import Path

import tinygrad_nn as tnn
from tinygrad_nn import nn, optim
from tinygrad_nn.optim import lr_scheduler

OPTIMIZERS = {
    "SGD": lambda parameters: optim.SGD(parameters, lr=0.05, momentum=0.9, nesterov=True),
    "Adam": lambda parameters: optim.Adam(parameters, lr=0.01, amsgrad=True),
    "AdamW": lambda parameters: optim.AdamW(parameters, lr=0.01, weight_decay=0.1),
    "RMSprop": lambda parameters: optim.RMSprop(parameters, lr=0.01, momentum=0.5, centered=True),
}
SCHEDULES = {
    "CosineAnnealingLR": lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 9),
    "OneCycleLR": lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=20),
    "ReduceLROnPlateau": lambda optimizer: lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.7, patience=1, cooldown=1
    ),
    "SequentialLR": lambda optimizer: lr_scheduler.SequentialLR(
        optimizer,
        [
            lr_scheduler.LinearLR(optimizer, 0.2, total_iters=6),
            lr_scheduler.ExponentialLR(optimizer, 0.9),
        ],
        milestones=[6],
    ),
}
CASES = [(optimizer, schedule) for optimizer in OPTIMIZERS for schedule in SCHEDULES]
PARTS = ("model", "buffers", "optimizer", "schedule", "loader", "order", "random")
SEED_ELSEWHERE = 12345  # a new process stands elsewhere in the stream


class Training:
    """A model, its data, and all that is stepped."""

    def __init__(self, optimizer: str, schedule: str, workers: int) -> None:
        data = tnn.utils.data.TensorDataset(
            tnn.arange(40.0).reshape(20, 2).sin(), tnn.arange(20.0).reshape(20, 1).cos()
        )
        self.loader = tnn.utils.data.DataLoader(
            data,
            batch_size=3,
            shuffle=True,
            generator=tnn.Generator().manual_seed(5),
            num_workers=workers,
        )
        self.model = nn.Sequential(
            *(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Dropout(0.3), nn.Linear(16, 1))
        )
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        self.schedule = SCHEDULES[schedule](self.optimizer)

    def state(self) -> dict:
        buffers = {name for name, _ in self.model.named_buffers()}
        tensors = self.model.state_dict()
        return {
            "model": {name: each for name, each in tensors.items() if name not in buffers},
            "buffers": {name: each for name, each in tensors.items() if name in buffers},
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "loader": self.loader.state_dict(),
            "order": self.loader.generator.get_state(),
            "random": tnn.default_generator.get_state(),
        }

    def take_over(self, state: dict) -> None:
        loads = {
            "model": lambda state: self.model.load_state_dict(state, strict=False),
            "buffers": lambda state: self.model.load_state_dict(state, strict=False),
            "optimizer": self.optimizer.load_state_dict,
            "schedule": self.schedule.load_state_dict,
            "loader": self.loader.load_state_dict,
            "order": self.loader.generator.set_state,
            "random": tnn.default_generator.set_state,
        }
        for part, values in state.items():
            loads[part](values)

    def step(self, x: tnn.Tensor, y: tnn.Tensor) -> float:
        loss = nn.functional.mse_loss(self.model(x + 0.01 * tnn.randn(x.shape)), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if isinstance(self.schedule, lr_scheduler.ReduceLROnPlateau):
            self.schedule.step(loss.item())
        else:
            self.schedule.step()
        return loss.item()


def losses(folder: Path, case: tuple[str, str], workers: int, run: str) -> list[float]:
    """Return the losses of the steps of a run; the state after each is in a file."""
    begin, end, without = (*run.split("-"), "")[:3]
    name, step = "-".join(case), int(begin)
    tnn.manual_seed(SEED_ELSEWHERE if step else 0)
    training = Training(*case, workers)
    if step:
        state = tnn.load(folder / f"{name}.{step}")
        training.take_over({part: each for part, each in state.items() if part != without})
        name += f".{run}"
    found: list[float] = []
    while step < int(end):
        for x, y in training.loader:
            found.append(training.step(x, y))
            step += 1
            tnn.save(training.state(), folder / f"{name}.{step}")
            if step == int(end):
                break
    return found


def main(folder: str, workers: str, *runs: str) -> None:
    for run in runs:
        for case in CASES[:1] if run.count("-") > 1 else CASES:
            found = losses(Path(folder), case, int(workers), run)
            print(run, *case, *map(float.hex, found))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The table of schedules: what each is made with, and how a run of it reads.
Read `test_lr_scheduler.py` next, which holds them to PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

Make = Callable[[Any, Any], Any]


def _of(name: str, *given: Any, **options: Any) -> Make:
    return lambda library, optimizer: getattr(library.optim.lr_scheduler, name)(
        optimizer, *given, **options
    )


def _sequence(library: Any, optimizer: Any, milestones: list[int]) -> Any:
    schedules = library.optim.lr_scheduler
    parts = [
        schedules.LinearLR(optimizer, 0.25, total_iters=10),
        schedules.CosineAnnealingLR(optimizer, 20),
        schedules.ExponentialLR(optimizer, 0.97),
    ]
    return schedules.SequentialLR(optimizer, parts, milestones)


def _chain(library: Any, optimizer: Any) -> Any:
    schedules = library.optim.lr_scheduler
    parts = [
        schedules.LinearLR(optimizer, 0.1, total_iters=30),
        schedules.MultiStepLR(optimizer, [20, 60], 0.5),
        schedules.PolynomialLR(optimizer, 90, 0.5),
    ]
    return schedules.ChainedScheduler(parts, optimizer)


SCHEDULES: dict[str, Make] = {
    "LambdaLR": _of("LambdaLR", lambda epoch: 0.95**epoch),
    "LambdaLR of two": _of("LambdaLR", [lambda epoch: 1 / (epoch + 1), lambda epoch: epoch / 10]),
    "MultiplicativeLR": _of("MultiplicativeLR", lambda epoch: 0.95),
    "StepLR": _of("StepLR", 7, 0.3),
    "MultiStepLR": _of("MultiStepLR", [10, 30, 30, 77], 0.3),
    "ConstantLR": _of("ConstantLR", 0.3, 13),
    "ConstantLR from the start": _of("ConstantLR"),
    "LinearLR": _of("LinearLR", 0.2, 0.7, 31),
    "LinearLR as it is": _of("LinearLR"),
    "ExponentialLR": _of("ExponentialLR", 0.93),
    "PolynomialLR": _of("PolynomialLR", 40, 1.7),
    "PolynomialLR as it is": _of("PolynomialLR"),
    "CosineAnnealingLR": _of("CosineAnnealingLR", 23, 0.001),
    "CosineAnnealingLR once": _of("CosineAnnealingLR", T_max=100),
    "WarmRestarts": _of("CosineAnnealingWarmRestarts", 7, 2, 0.001),
    "WarmRestarts of one length": _of("CosineAnnealingWarmRestarts", 9),
    "CyclicLR": _of("CyclicLR", 0.01, 0.3, 7, 11),
    "CyclicLR halved": _of("CyclicLR", [0.01, 0.02], [0.3, 0.1], 6, mode="triangular2"),
    "CyclicLR by iterations": _of(
        "CyclicLR", 0.01, 0.3, 6, mode="exp_range", gamma=0.97, cycle_momentum=False
    ),
    "CyclicLR by a function": _of(
        "CyclicLR", 0.01, 0.3, 6, scale_fn=lambda x: 0.9**x, scale_mode="iterations"
    ),
    "OneCycleLR": _of("OneCycleLR", 0.5, 110),
    "OneCycleLR of three": _of("OneCycleLR", [0.5, 0.2], total_steps=110, three_phase=True),
    "OneCycleLR of lines": _of(
        "OneCycleLR", 0.5, epochs=11, steps_per_epoch=10, anneal_strategy="linear", pct_start=0.1
    ),
    "OneCycleLR without momentum": _of("OneCycleLR", 0.5, 110, cycle_momentum=False),
    "ReduceLROnPlateau": _of("ReduceLROnPlateau", patience=2, cooldown=3),
    "ReduceLROnPlateau of a score": _of(
        "ReduceLROnPlateau", "max", 0.5, 1, threshold_mode="abs", min_lr=[0.01, 0.0]
    ),
    "SequentialLR": partial(_sequence, milestones=[10, 50]),
    "SequentialLR at once": partial(_sequence, milestones=[1, 2]),
    "ChainedScheduler": _chain,
}


class Schedule:
    """An optimizer of two groups and its schedule, in one of the libraries."""

    def __init__(self, library: Any, name: str, optimizer: str = "SGD") -> None:
        self.name = name
        params = [library.ones(1, requires_grad=True) for _ in range(2)]
        groups = [{"params": params[0]}, {"params": params[1], "lr": 0.05}]
        options = {"momentum": 0.9} if optimizer == "SGD" else {}
        self.optimizer = getattr(library.optim, optimizer)(groups, lr=0.1, **options)
        self.scheduler = SCHEDULES[name](library, self.optimizer)

    def step(self, number: int) -> None:
        """Make a step; what a plateau measures falls, and then wavers."""
        self.optimizer.step()
        measure = [max(1.0 - number / 20, 0.3) + (number % 3) / 10]
        self.scheduler.step(*measure if "Plateau" in self.name else [])

    def rates(self) -> list[Any]:
        """Return the rates and momenta of the groups, and what the schedule says of them."""
        groups = self.optimizer.param_groups
        momenta = [group["betas"][0] if "betas" in group else group["momentum"] for group in groups]
        return [[group["lr"] for group in groups], momenta, self.scheduler.get_last_lr()]

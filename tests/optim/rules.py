"""The table of optimizers: the sets of options that each is held to beside PyTorch.
Read `optimizer_matrix.py` next, which runs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

Options = dict[str, Any]

DECAY = {"weight_decay": (0, 0.01), "maximize": (False, True)}
BETAS = {"betas": ((0.9, 0.999), (0.5, 0.9)), "eps": (1e-8, 1e-3)}
APART = {"decoupled_weight_decay": (False, True)}

# Of each rule, the values that its options take: all combinations are run.
GRIDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "SGD": {
        "lr": (1e-2, 1e-3),
        "momentum": (0, 0.9),
        "dampening": (0, 0.5),
        "nesterov": (False, True),
        **DECAY,
    },
    "Adam": {"lr": (1e-2, 1e-3), **BETAS, "amsgrad": (False, True), **DECAY, **APART},
    "AdamW": {"lr": (1e-2, 1e-3), **BETAS, "amsgrad": (False, True), **DECAY},
    "Adamax": {"lr": (1e-2, 1e-3), **BETAS, **DECAY},
    "NAdam": {"lr": (1e-2, 1e-3), **BETAS, "momentum_decay": (4e-3, 0.1), **DECAY, **APART},
    "RAdam": {"lr": (1e-2, 1e-3), **BETAS, **DECAY, **APART},
    "Adagrad": {
        "lr": (1e-1, 1e-2),
        "lr_decay": (0, 0.01),
        "initial_accumulator_value": (0, 0.5),
        "eps": (1e-10, 1e-3),
        **DECAY,
    },
    "Adadelta": {"lr": (1.0, 0.1), "rho": (0.9, 0.5), "eps": (1e-6, 1e-3), **DECAY},
    "RMSprop": {
        "lr": (1e-2, 1e-3),
        "alpha": (0.99, 0.9),
        "eps": (1e-8, 1e-3),
        "momentum": (0, 0.9),
        "centered": (False, True),
        **DECAY,
    },
    "Rprop": {
        "lr": (1e-2, 1e-3),
        "etas": ((0.5, 1.2), (0.3, 1.1)),
        "step_sizes": ((1e-6, 50), (1e-3, 0.02)),
        "maximize": (False, True),
    },
    "ASGD": {
        "lr": (1e-2, 1e-3),
        "lambd": (1e-4, 1e-2),
        "alpha": (0.75, 0.5),
        "t0": (1e6, 50),
        **DECAY,
    },
    "Adafactor": {
        "lr": (1e-2, 1e-3),
        "beta2_decay": (-0.8, -0.5),
        "eps": ((None, 1e-3), (1e-3, 1e-2)),
        "d": (1.0, 2.0),
        **DECAY,
    },
}

GRIDS["LBFGS"] = {
    "lr": (1, 0.5),
    "max_iter": (20, 3),
    "max_eval": (None, 5),
    "history_size": (100, 2),
    "tolerance_change": (1e-9, 1e-7),
    "line_search_fn": (None, "strong_wolfe"),
}
GRIDS["Muon"] = {
    "lr": (1e-2, 1e-3),
    "momentum": (0.95, 0.5),
    "nesterov": (True, False),
    "weight_decay": (0.1, 0),
    "ns_steps": (5, 2),
    "adjust_lr_fn": (None, "match_rms_adamw"),
}


class Case(NamedTuple):
    """An optimizer with its options."""

    name: str
    options: Options

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in self.options.items())})"


def _is_possible(case: Case) -> bool:
    options = case.options
    if case.name == "SGD" and options["nesterov"]:
        return bool(options["momentum"]) and not options["dampening"]
    return not (options.get("decoupled_weight_decay") and not options["weight_decay"])


def cases(*names: str) -> Iterator[Case]:
    """Yield every combination of options, of the rules named or of all."""
    for name in names or GRIDS:
        grid = GRIDS[name]
        for values in product(*grid.values()):
            case = Case(name, dict(zip(grid, values, strict=True)))
            if _is_possible(case):
                yield case

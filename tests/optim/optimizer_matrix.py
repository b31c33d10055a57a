"""Every optimizer with every set of options, beside PyTorch for 200 steps: run it for the table.
Read `test_optimizer_matrix.py` next, which runs a sample of it.

    python tests/optim/optimizer_matrix.py [NAMES]

A small network is trained by both from the same weights. In float64 each goes by its own gradients;
in float32, where training makes much of the last digits of a gradient, both go by PyTorch's, and
state may differ by ten times as much as parameters: RMSprop divides sums that cancel by their size.
Halfway each optimizer is made anew, and takes over the state that the other has saved. Uphill is
the way of minus the loss, which ends.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import pytest
from rules import GRIDS, Case, cases
from schedules import SCHEDULES, Schedule

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")  # where this file is collected for its doctests

STEPS = 200
TOLERANCES = {"float64": 1e-10, "float32": 1e-6}
LOOSE = {  # where a last digit decides how a product is rounded to the three digits of bfloat16
    ("Muon", "float64"): 1e-3,
    ("Muon", "float32"): 1e-3,
}


def network(library: Any, dtype: str) -> Any:
    """Return 3-4-2 with tanh between, and a parameter that gets no gradient at every third step."""
    nn = library.nn
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    net.scale = nn.Parameter(library.ones(2))
    for p in net.parameters():
        p.data = library.tensor(rng.standard_normal(tuple(p.shape)), dtype=getattr(library, dtype))
    return net


def losses(library: Any, net: Any, step: int, dtype: str) -> Any:
    """Return the loss of a batch that the step decides."""
    x, y = batch(library, step, dtype)
    out = net(x)
    if step % 3 != 2:
        out = out * net.scale
    return (out - y).tanh().square().mean()


def batch(library: Any, step: int, dtype: str) -> Any:
    """Return inputs and targets."""
    rng = np.random.default_rng(step)
    return (
        library.tensor(rng.standard_normal(shape), dtype=getattr(library, dtype))
        for shape in ((5, 3), (5, 2))
    )


def convex_loss(library: Any, net: Any, step: int, dtype: str) -> Any:
    """Return a loss with one minimum, the same at every step: for a rule that seeks it out.

    Elsewhere L-BFGS makes much of the last digits of a gradient.
    """
    x, y = batch(library, 0, dtype)
    error = x @ net[0].weight.T @ library.ones(4, 2, dtype=x.dtype) - y
    curved = (error.exp() + (-error).exp()).log().mean()
    return curved + sum((p * p).sum() for p in net.parameters()) / 2


def converted(state: Any, library: Any) -> Any:
    """Return a saved state with the other library's tensors."""
    if isinstance(state, dict):
        return {key: converted(value, library) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(converted(each, library) for each in state)
    is_tensor = isinstance(state, (tnn.Tensor, torch.Tensor))
    return library.tensor(state.detach().numpy().copy()) if is_tensor else state


class Run:
    """A network and its optimizer in one of the libraries."""

    def __init__(self, library: Any, case: Case, dtype: str) -> None:
        self.library, self.case, self.dtype = library, case, dtype
        self.net = network(library, dtype)
        self.optimizer = self.made()

    def made(self) -> Any:
        params = [p for p in self.net.parameters() if p.ndim == 2 or self.case.name != "Muon"]
        return getattr(self.library.optim, self.case.name)(params, **self.case.options)

    def step(self, number: int, gradients: list[Any] | None = None) -> list[Any]:
        """Make one step, by its own gradients or those given for each call; return them."""
        used: list[Any] = []

        def closure() -> Any:
            self.optimizer.zero_grad()
            loss_of = convex_loss if self.case.name == "LBFGS" else losses
            loss = loss_of(self.library, self.net, number, self.dtype)
            (-loss if self.case.options.get("maximize") else loss).backward()
            if gradients is not None and len(used) < len(gradients):
                for p, given in zip(self.net.parameters(), gradients[len(used)], strict=True):
                    p.grad = None if given is None else self.library.tensor(given)
            grads = [p.grad for p in self.net.parameters()]
            used.append([None if grad is None else grad.numpy().copy() for grad in grads])
            return loss

        self.optimizer.step(closure)
        return used

    def load(self, state: Any) -> None:
        self.optimizer = self.made()
        self.optimizer.load_state_dict(converted(state, self.library))

    def values(self) -> dict[str, np.ndarray[Any, Any]]:
        values = {name: p.detach().numpy() for name, p in self.net.named_parameters()}
        if self.case.name == "LBFGS":  # near a minimum its state is differences of equal numbers
            return {name: value.copy() for name, value in values.items()}
        for number, state in self.optimizer.state_dict()["state"].items():
            for key, value in state.items():
                if hasattr(value, "detach"):
                    values[f"{key} of {number}"] = value.detach().numpy()
        return {name: value.copy() for name, value in values.items()}


def difference(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> float:
    """Return the largest difference, relative to the largest number if that is above 1."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return float("inf")
    if not ours.size:
        return 0.0
    both_nan = np.isnan(ours) & np.isnan(theirs)
    apart = np.where(both_nan | (ours == theirs), 0.0, np.abs(ours - theirs))
    return float(apart.max() / max(1.0, np.nanmax(np.abs(theirs))))


def dtypes(name: str) -> list[str]:
    """Return the dtypes that a rule is run in.

    In float32 L-BFGS is sent elsewhere, in PyTorch as here, by whether a product is above 1e-10.
    """
    return ["float64"] if name == "LBFGS" else list(TOLERANCES)


def tolerance(case: Case, name: str, dtype: str) -> float:
    """Return by how much a parameter, or a value of state, may differ."""
    known = LOOSE.get((case.name, dtype), TOLERANCES[dtype])
    return known * (10 if dtype == "float32" and " of " in name else 1)


def disagreements(case: Case, dtype: str = "float64", steps: int = STEPS) -> list[str]:
    """Train with both; return a line for each value that differs at the first step with any."""
    mine, other = (Run(library, case, dtype) for library in (tnn, torch))
    for number in range(steps):
        gradients = other.step(number)
        mine.step(number, gradients if (case.name, dtype) in LOOSE or dtype == "float32" else None)
        if number == steps // 2:
            state = mine.optimizer.state_dict()
            mine.load(other.optimizer.state_dict())
            other.load(state)
        if number % 10 and number not in (1, steps // 2, steps - 1):
            continue
        ours, theirs = mine.values(), other.values()
        if ours.keys() != theirs.keys():
            return [f"step {number}: {list(ours)} is {list(theirs)} in PyTorch"]
        found = [
            f"step {number}: {name} by {apart:.2g}"
            for name in ours
            if not (apart := difference(ours[name], theirs[name])) <= tolerance(case, name, dtype)
        ]
        if found:
            return found
    return []


def schedule_table() -> int:
    """Print the schedules; return how many disagree."""
    print(f"\n{'schedule':32}{'steps':>6}{'rates that differ':>20}")
    total = 0
    for name in SCHEDULES:
        mine, other = (Schedule(library, name) for library in (tnn, torch))
        bad = 0
        for number in range(100):
            mine.step(number)
            other.step(number)
            bad += mine.rates() != other.rates()
        print(f"{name:32}{100:6}{bad:20}")
        total += bad
    return total


def main(names: list[str]) -> int:
    """Print the table; return how many sets of options disagree."""
    print(f"{'optimizer':12}{'option sets':>12}{'steps':>9}{'float64':>9}{'float32':>9}")
    total = 0
    for name in names or GRIDS:
        every = list(cases(name))
        bad = dict.fromkeys(TOLERANCES, 0)
        for case in every:
            for dtype in dtypes(name):
                found = disagreements(case, dtype)
                if found:
                    bad[dtype] += 1
                    print(f"  {case} in {dtype}: {'; '.join(found[:3])}", file=sys.stderr)
        counts = "".join(f"{bad[each] if each in dtypes(name) else '-':>9}" for each in bad)
        steps = STEPS * len(every) * len(dtypes(name))
        print(f"{name:12}{len(every):12}{steps:9}{counts}", flush=True)
        total += sum(bad.values())
    return total


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    raise SystemExit(bool(main(sys.argv[1:]) + (0 if sys.argv[1:] else schedule_table())))

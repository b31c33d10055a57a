"""What an update rule says: its state before the first update, the update, what it may be given.
Read `stepping.py` next, where rules are called.
"""

from __future__ import annotations

from typing import Any


class Rule:
    """The base of `Optimizer`: a rule of one's own is a subclass with an `update`."""

    elementwise = False  # whether each number moves by its own gradient and state alone
    together = False  # whether small parameters may be stepped as one vector
    shaped = True  # whether arrays of state have the parameter's shape
    decays = False  # whether `update` sees to weight decay itself
    scalars: tuple[str, ...] = ()  # state that is one number; "step" is counted before `update`

    state: dict[Any, dict[str, Any]]

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state of an array `p` before its first update: arrays and numbers by name."""
        return {}

    def keeps_nothing(self, group: dict[str, Any]) -> bool:
        """Return whether `update` needs no state with these options."""
        return False

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update(p, g, group, state)"
        )

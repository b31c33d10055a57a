"""What a layer's repr says of its arguments.
Read `linear.py` next, the plainest of the layers.
"""

from __future__ import annotations

from typing import Any


def shown(layer: Any, *names: str) -> str:
    """Return "name=value, name=value" of these attributes of a layer."""
    return ", ".join(f"{name}={getattr(layer, name)}" for name in names)

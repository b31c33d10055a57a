"""`torch.serialization`: `save` and `load`, and the classes of modules that files may name.
Read `saving/safe_classes.py` next.
"""

from .saving import load, save
from .saving.safe_classes import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    safe_globals,
)

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "load",
    "safe_globals",
    "save",
]

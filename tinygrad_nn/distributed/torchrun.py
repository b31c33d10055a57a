"""What programs that `torchrun` starts ask for, at PyTorch's distributed.elastic: it is not here.
Read `group.py` next.
"""

from typing import Any


def record(fn: Any, error_handler: Any = None) -> Any:
    """Return the function as it is: nobody is there who would be told of its errors."""
    return fn

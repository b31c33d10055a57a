"""`progress`: a bar beside a training loop, which stays the user's own.
Read `tensorboard.py` next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Any, TypeVar

Each = TypeVar("Each")


def progress(iterable: Iterable[Each], **options: Any) -> Iterator[Each]:
    """Go through an iterable with a bar that shows how far one is, if `tqdm` is installed.

    Without it the iterable is gone through silently. `options` are tqdm's.

    Example:
        >>> import tinygrad_nn as tnn
        >>> batches = tnn.utils.data.DataLoader(range(4), batch_size=2)
        >>> [batch.tolist() for batch in tnn.utils.progress(batches, disable=True)]
        [[0, 1], [2, 3]]
    """
    if find_spec("tqdm") is None:
        return iter(iterable)
    from tqdm.auto import tqdm

    return iter(tqdm(iterable, **options))

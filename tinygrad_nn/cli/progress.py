"""How training goes, while it goes: a bar in a terminal if tqdm is there, else about ten lines.
Read `train.py` next.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from .training import Measurement


@contextmanager
def progress(iterations: int) -> Iterator[Callable[[Measurement], None]]:
    """Give a function that shows one measurement after the other."""
    if not (sys.stderr.isatty() and find_spec("tqdm")):
        yield _lines(iterations)
        return
    from tqdm import tqdm

    with tqdm(total=iterations, unit="iteration") as bar:

        def show(measured: Measurement) -> None:
            bar.set_postfix_str(_in_words(measured), refresh=False)
            bar.update(measured.iteration - bar.n)

        yield show


def _lines(iterations: int) -> Callable[[Measurement], None]:
    shown = -1  # tenths of the way

    def show(measured: Measurement) -> None:
        nonlocal shown
        tenths = 10 * measured.iteration // iterations
        if tenths > shown:
            shown = tenths
            print(f"iteration {measured.iteration:>6,}: {_in_words(measured)}", flush=True)

    return show


def _in_words(measured: Measurement) -> str:
    return (
        f"loss {measured.loss:.3f}, training accuracy {measured.training_accuracy:.1%}, "
        f"held-out accuracy {measured.held_out_accuracy:.1%}"
    )

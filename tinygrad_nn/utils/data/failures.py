"""What is said of a worker process that failed, died, or can't be started.
Read `dataloader.py` next.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterator, Mapping
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple

from ...arrays.refusing import shown
from ...errors import DTypeError, WorkerError


class Failure(NamedTuple):
    """What a dataset raised in a worker: its class, and what is to be read."""

    kind: type[BaseException]
    text: str

    @classmethod
    def of(cls, error: BaseException, worker: int, samples: Any, place: int) -> Failure:
        """Describe an error by the worker, the sample and its traceback."""
        which = "" if samples is None else f", while it made {_sample_of(samples, place)}"
        trace = "".join(traceback.format_exception(error))
        text = (
            f"Caught {type(error).__name__} in DataLoader worker process {worker}{which}.\n"
            f"Original {trace}"
        )
        kind = type(error)
        return cls(kind if kind.__module__ == "builtins" else _builtin_base(kind), text)

    def as_error(self) -> BaseException:
        """Return an error of the dataset's class, or of ours where it can't be raised here."""
        if issubclass(self.kind, Exception) and self.kind is not StopIteration:
            try:
                return (_ReadableKeyError if self.kind is KeyError else self.kind)(self.text)
            except TypeError:
                pass  # it takes other arguments
        return WorkerError(self.text)


class _ReadableKeyError(KeyError):
    """A KeyError shows its message with the ends of its lines spelt out; this one as it is."""

    def __str__(self) -> str:
        return str(self.args[0])


def _builtin_base(kind: type[BaseException]) -> type[BaseException]:
    """Return the nearest class that the main process has for certain."""
    return next(each for each in kind.__mro__ if each.__module__ == "builtins")


def _sample_of(samples: Any, place: int) -> str:
    if isinstance(samples, (list, tuple)) and 0 <= place < len(samples):
        if samples[place] is None:
            return f"sample {place} of a batch"
        return f"sample {samples[place]!r:.60}"
    return f"sample {samples!r:.60}"


def how_it_ended(worker: int, process: Any, tasks: Mapping[int, Any], place: int) -> WorkerError:
    """Say which worker died, of what, and over which sample."""
    code = process.exitcode
    if code is None:
        how = "closed its pipe"
    elif code < 0:
        how = f"was killed by {signal.Signals(-code).name}"
    else:
        how = f"ended with exit code {code}"
    over = ""
    if tasks:
        over = f", while it made {_sample_of(tasks[min(tasks)], place)}"
    return WorkerError(
        f"DataLoader worker process {worker} (pid {process.pid}) exited unexpectedly: it "
        f"{how}{over}"
    )


def check_can_be_sent(context: Any, fetcher: Any, begin: Any) -> None:
    """Raise `DTypeError` for what can't be sent to a process that doesn't start as a copy."""
    if context.get_start_method() == "fork":
        return
    for name, part in _parts(fetcher, begin):
        try:
            ForkingPickler.dumps(part)
        except Exception as error:
            raise DTypeError(
                f"DataLoader: {name}, {shown(part)}, is not picklable, and so can't be sent to a "
                f"worker process of the start method {context.get_start_method()!r}: {error}. "
                "Define it with def or class at the top of a module"
            ) from None


def _parts(fetcher: Any, begin: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of the dataset, which may be at fault, then the dataset and the rest."""
    for name, value in getattr(fetcher.dataset, "__dict__", {}).items():
        yield f"dataset.{name}", value
    yield "dataset", fetcher.dataset
    yield "collate_fn", fetcher.collate
    yield "worker_init_fn", begin

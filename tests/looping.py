"""Parameters that a test loops over, where a test of its own for each value would cost too much.
Read `ops/table/op_rows.py` next, whose `for_each_case` does so with the cases of an operation.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

Test = Callable[..., None]
MOST = 5  # failures that are shown in full


def looped(
    names: str, values: Iterable[Any], ids: Iterable[str] | None = None
) -> Callable[[Test], Test]:
    """Run a test for all values, as `parametrize` does, but in one test: 1 ms less for each.

    All values are tried. What fails is shown, and what it fails for.
    """
    split, all_values = names.split(", "), list(values)
    labels = None if ids is None else list(ids)
    assert all_values, f"no {names} to try"

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def run(*first: Any, **given: Any) -> None:
            failed: dict[str, BaseException] = {}
            skipped: list[BaseException] = []
            for i, value in enumerate(all_values):
                named = dict(zip(split, value if len(split) > 1 else (value,), strict=True))
                try:
                    test(*first, **given, **named)
                except pytest.skip.Exception as reason:
                    skipped.append(reason)
                except (Exception, BaseExceptionGroup, pytest.fail.Exception) as error:
                    label = ", ".join(f"{name} = {_short(each)}" for name, each in named.items())
                    label = f"{names}: {labels[i]}" if labels else f"{label} ({i})"
                    error.add_note(f"with {label}")
                    failed[label] = error
            if len(failed) > 1:
                which = f"{len(failed)} of {len(all_values)}: {'; '.join(failed)}"
                raise BaseExceptionGroup(which, list(failed.values())[:MOST])
            for reason in [*failed.values(), *skipped[len(all_values) - 1 :]]:
                raise reason

        signature = inspect.signature(test)
        assert set(split) <= set(signature.parameters), f"{test.__name__} takes no {names}"
        left = [p for name, p in signature.parameters.items() if name not in split]
        run.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return run

    return decorate


def _short(value: Any) -> str:
    return getattr(value, "__name__", None) or f"{value!s:.60}"

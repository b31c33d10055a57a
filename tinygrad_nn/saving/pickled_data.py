"""The opcodes that plain data needs in the files that PyTorch writes, carried out one by one.
Read `structure.py` next, for the nest that `save` writes.

`pickletools` only takes the opcodes apart. A name is looked up in a table of ours and nowhere else,
so that nothing is imported and nothing runs but what stands in that table.
"""

from __future__ import annotations

import pickletools
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, NamedTuple

from ..errors import CheckpointError

GIVEN = {  # push what stands in the file behind them
    *("BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINUNICODE"),
    *("SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    *("BINSTRING", "SHORT_BINSTRING", "BYTEARRAY8"),
}
FRESH: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_SET": set,
}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
KEYS = (str, int, float, complex, bytes, type(None))
NESTED_KEY = 8  # tuples in a tuple; Python's own hash has no bound
NO_MATTER = {"PROTO", "FRAME"}


class Call(NamedTuple):
    """What a name stands for that is called: a function of ours."""

    name: str
    function: Callable[..., Any]


class Machine:
    """A stack, a memo, and one method for each kind of opcode."""

    def __init__(
        self, names: Callable[[str], Any], persistent: Callable[[Any], Any], position: int = 0
    ) -> None:
        self.names = names
        self.persistent = persistent
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[Any, Any] = {}
        self.position = position

    def run(self, file: BinaryIO) -> Any:
        """Return the value that the opcodes in a file make, up to the one that says stop.

        Raises CheckpointError for an opcode or a name that plain data does not need, and for
        opcodes that make no sense.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of escapes that no text of Python's has
                for opcode, argument, _ in pickletools.genops(file):
                    if opcode.name == "STOP":
                        break
                    self._step(opcode.name, argument)
            (found,) = self.stack
            if self.marks:
                raise ValueError("a mark is left over")
            return found
        except CheckpointError:
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise CheckpointError(f"its opcodes make no sense: {error!s:.120}") from None

    def _step(self, name: str, argument: Any) -> None:
        if name in GIVEN:
            self.stack.append(argument)
        elif name in FRESH:
            self.stack.append(FRESH[name]())
        elif name in TUPLES:
            self.stack.append(tuple(self._last(TUPLES[name])))
        elif name in ("BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif name not in NO_MATTER:
            method = getattr(self, f"_{name.lower()}", None)
            if method is None:
                raise CheckpointError(f"the opcode {name}, which plain data does not need")
            method(argument)

    def _last(self, count: int) -> list[Any]:
        if len(self.stack) < count + (self.marks[-1] if self.marks else 0):
            raise ValueError("more is taken than there is")
        taken = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return taken

    def _since_mark(self) -> list[Any]:
        return self._last(len(self.stack) - self.marks.pop())

    def _mark(self, _: Any) -> None:
        self.marks.append(len(self.stack))

    def _memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def _tuple(self, _: Any) -> None:
        self.stack.append(tuple(self._since_mark()))

    def _append(self, _: Any) -> None:
        self._extend(self._last(1))

    def _appends(self, _: Any) -> None:
        self._extend(self._since_mark())

    def _extend(self, items: list[Any]) -> None:
        if type(self.stack[-1]) is not list:
            raise TypeError("what is no list is appended to")
        self.stack[-1].extend(items)

    def _setitem(self, _: Any) -> None:
        self._update(self._last(2))

    def _setitems(self, _: Any) -> None:
        self._update(self._since_mark())

    def _update(self, items: list[Any]) -> None:
        if type(self.stack[-1]) not in (dict, OrderedDict):
            raise TypeError("an item of what is no dict is set")
        for key, value in zip(items[::2], items[1::2], strict=True):
            check_key(key)
            self.stack[-1][key] = value

    def _additems(self, _: Any) -> None:
        items = self._since_mark()
        for each in items:
            check_key(each)
        if type(self.stack[-1]) is not set:
            raise TypeError("what is no set is added to")
        self.stack[-1].update(items)

    def _frozenset(self, _: Any) -> None:
        items = self._since_mark()
        for each in items:
            check_key(each)
        self.stack.append(frozenset(items))

    def _global(self, name: str) -> None:
        self.stack.append(self.names(name.replace(" ", ".")))

    def _stack_global(self, _: Any) -> None:
        self._global(".".join(map(str, self._last(2))))

    def _binpersid(self, _: Any) -> None:
        self.stack.append(self.persistent(self._last(1)[0]))

    def _reduce(self, _: Any) -> None:
        called, arguments = self._last(2)
        if not isinstance(called, Call):
            raise TypeError("what is no function is called")
        try:
            self.stack.append(called.function(*arguments))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if isinstance(error, CheckpointError):
                raise
            raise CheckpointError(f"{called.name} cannot be: {error!s:.120}") from None

    def _build(self, _: Any) -> None:
        """Keep the versions of a state dict's modules, the one thing that is set on a container."""
        state = self._last(1)[0]
        if type(self.stack[-1]) is not OrderedDict or set(state) != {"_metadata"}:
            raise CheckpointError("attributes are set on something, which plain data has not")
        self.stack[-1].__dict__["_metadata"] = state["_metadata"]


def check_key(key: Any, depth: int = NESTED_KEY) -> None:
    """Raise TypeError for a key of a dict that is no plain data."""
    if isinstance(key, (tuple, frozenset)) and depth:
        for each in key:
            check_key(each, depth - 1)
    elif not isinstance(key, KEYS) and type(key).__name__ not in ("dtype", "device"):
        raise TypeError(f"a {type(key).__name__} is no key of plain data")


def look_up(table: Mapping[str, Any], name: str) -> Any:
    """Return what a name stands for in a table, or refuse it."""
    if name in table:
        return table[name]
    raise CheckpointError(
        f"it holds {name}, a whole object or function, which could be made only by running code "
        "of the file's choice; where it was saved, save its state_dict(), or numbers and tensors"
    )

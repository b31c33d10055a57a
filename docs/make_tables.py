"""Writes the tables of names in these pages anew, from the package: `python docs/make_tables.py`.
Read `../tests/test_docs.py` next, which holds the tables against what is written here.
"""

import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tinygrad_nn import distributions, nn, optim, saving, utils, vision
from tinygrad_nn.places import missing

PAGES = Path(__file__).parent
TABLE = re.compile(r"(<!-- table: (.*?) -->\n).*?(<!-- end -->)", re.DOTALL)


def first_sentence(value: Any) -> str:
    """Return what a docstring begins with, as one line of a table."""
    text = inspect.getdoc(value) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("|", r"\|")


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the classes and functions that a module offers, by name."""
    for name in sorted(getattr(module, "__all__", None) or vars(module)):
        value = getattr(module, name)
        is_own = getattr(value, "__module__", module.__name__).startswith(module.__name__)
        if (
            name[0] != "_"
            and callable(value)
            and is_own
            and "old name" not in first_sentence(value)
        ):
            yield name, value


def described(module: ModuleType) -> str:
    """Return a table of names, each with its first sentence."""
    rows = [f"| `{name}` | {first_sentence(value)} |" for name, value in public(module)]
    return "\n".join(["| | |", "|---|---|", *rows])


def by_file(module: ModuleType, folder: str) -> str:
    """Return a table of the names that each file of a folder defines."""
    files = defaultdict(list)
    for name, value in public(module):
        *_, place, file = value.__module__.split(".")
        if place == folder:
            files[file.replace("_", " ")].append(f"`{name}`")
    rows = [f"| {file} | {', '.join(names)} |" for file, names in sorted(files.items())]
    return "\n".join(["| | |", "|---|---|", *rows])


def names_of_pytorch() -> str:
    """Return a table of PyTorch's public names by place: how many are here, and which are not."""
    rows = []
    for place, names in missing.pytorch_names().items():
        there = missing.names_there(place)
        lacking = ", ".join(f"`{name}`" for name in sorted(names - there)) or "none"
        title = f"torch.{place}".rstrip(".")
        rows.append(f"| `{title}` | {len(names & there)} of {len(names)} | {lacking} |")
    return "\n".join(["| | here | not here |", "|---|---|---|", *rows])


TABLES: dict[str, Callable[[], str]] = {
    "nn.layers": lambda: by_file(nn, "layers"),
    "nn.losses": lambda: by_file(nn, "losses"),
    "nn.init": lambda: described(nn.init),
    "nn.utils": lambda: described(nn.utils),
    "optim": lambda: described(optim),
    "optim.lr_scheduler": lambda: described(optim.lr_scheduler),
    "optim.swa_utils": lambda: described(optim.swa_utils),
    "names of PyTorch": names_of_pytorch,
    "distributions": lambda: described(distributions),
    "saving": lambda: described(saving),
    "utils.data": lambda: described(utils.data),
    "vision.datasets": lambda: described(vision.datasets),
    "vision.models": lambda: described(vision.models),
    "vision.transforms": lambda: described(vision.transforms),
    "vision.utils": lambda: described(vision.utils),
}


def with_tables(page: str) -> str:
    """Return a page with its tables written anew."""
    return TABLE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}", page)


if __name__ == "__main__":
    for path in sorted(PAGES.glob("*.md")):
        path.write_text(with_tables(path.read_text("utf-8")), "utf-8")

"""What tests share: how hypothesis looks for examples, and a test that runs in both libraries.
Read `test_house.py` next, for what the tests say about the source itself.
"""

import gc
import os

for name in ("OPENBLAS", "OMP", "MKL"):  # read when NumPy and PyTorch are imported, further down
    os.environ.setdefault(f"{name}_NUM_THREADS", "1")  # more threads stall on a busy machine

import pytest
from hypothesis import settings

gc.disable()  # until all tests are collected: a quarter of that time went into looking for garbage

settings.register_profile(
    "house",
    deadline=None,  # a busy machine is not a failure
    derandomize="CI" in os.environ,  # the same examples for every run of one commit
    print_blob=True,
)
settings.load_profile("house")


@pytest.fixture(params=["tinygrad_nn", "torch"])
def library(request):
    """The package, and then PyTorch: what such a test states is true of both."""
    library = pytest.importorskip(request.param)
    if request.param == "torch":
        library.set_num_threads(1)
    return library


def pytest_collection_finish():
    """Leave the tests themselves, 28,000 objects and more, out of all collections of garbage."""
    gc.collect()
    gc.freeze()
    gc.enable()


NEEDS = {  # what a skipped test lacked: what is said instead, once
    "could not import 'torchvision": "what compares with torchvision, which is not installed; to "
    "run it: pip install torchvision",
    "could not import 'torch": "all that compares with PyTorch, which is not installed; to run it: "
    "pip install torch",
    "could not import 'playwright": "all that opens a browser, which Playwright does; to run it: "
    "pip install playwright && playwright install chromium",
}


def pytest_terminal_summary(terminalreporter):
    """Say once, not in a line for each place, which large package is not there, and the way out."""
    for report in terminalreporter.stats.get("skipped", []):
        for lacking, what in NEEDS.items():
            if lacking in report.longrepr[2]:
                report.longrepr = ("tests", None, f"Skipped: {what}")

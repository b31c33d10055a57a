"""What tests share: how hypothesis looks for examples, and a test that runs in both libraries.
Read `test_house.py` next, for what the tests say about the source itself.
"""

import os

import pytest
from hypothesis import settings

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

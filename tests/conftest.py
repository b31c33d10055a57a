"""Settings that every test shares: how hypothesis looks for examples.
Read `test_house.py` next, for what the tests say about the source itself.
"""

import os

from hypothesis import settings

settings.register_profile(
    "house",
    deadline=None,  # a busy machine is not a failure
    derandomize="CI" in os.environ,  # the same examples for every run of one commit
    print_blob=True,
)
settings.load_profile("house")

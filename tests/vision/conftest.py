"""What keeps the tests of `vision` to themselves: no environment's data, no network.
Read `test_conversions.py` next.
"""

import pytest


@pytest.fixture(autouse=True)
def no_outside_files(monkeypatch):
    monkeypatch.delenv("TINYGRAD_NN_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

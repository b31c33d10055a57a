"""What keeps the tests of the data sets to themselves: no user's cache, no environment, no network.
Read `test_digits.py` next.
"""

import pytest

from tinygrad_nn.datasets import download


@pytest.fixture(autouse=True)
def no_outside_files(monkeypatch, tmp_path):
    """No test here reads this user's cache or environment, or reaches a real mirror."""
    monkeypatch.delenv("TINYGRAD_NN_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(download, "MIRRORS", ())

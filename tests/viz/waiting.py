"""Waiting for a page to come to a state, which its policy does not let it watch for by itself.
Read `test_player_pane.py` next.
"""

import time


def wait_until(page, expression, seconds=5):
    """Ask until the expression is true; `wait_for_function` would have the page compile it."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        time.sleep(0.05)

"""What a training step frees is there for the next one: no page is touched for the first time.
Read `test_sums.py` next.
"""

import os
import platform
import subprocess
import sys

import pytest

STEPS = """
import resource
import numpy as np
{imports}

def step():
    kept = [np.ones(1 << 16) for _ in range(40)]  # half a megabyte each, 5,120 pages in all

for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 10)
"""


def new_pages(imports: str) -> int:
    """Return how many pages a step touches for the first time, in a fresh process."""
    environment = {key: value for key, value in os.environ.items() if "MALLOC" not in key}
    run = subprocess.run(
        [sys.executable, "-c", STEPS.format(imports=imports)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heap of glibc")
def test_a_step_takes_the_memory_that_the_one_before_it_left():
    assert new_pages("") > 1000  # or there is nothing to mend
    assert new_pages("import tinygrad_nn.arrays") < 50

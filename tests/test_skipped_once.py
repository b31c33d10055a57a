"""Where PyTorch is not installed, one line says what is skipped for it and how to have it.
Read `conftest.py` next, which sees to that.
"""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
HIDDEN = """
import sys
from importlib.machinery import PathFinder

class WithoutPyTorch(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] == "torch" else super().find_spec(name, path, target)

sys.meta_path[:] = [WithoutPyTorch if each is PathFinder else each for each in sys.meta_path]
"""


def test_one_line_says_what_is_skipped_without_pytorch(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    places = os.pathsep.join([str(tmp_path), str(TESTS.parent)])
    asked = ["nn/test_sequential.py", "nn/test_linear.py", "optim/test_sgd.py", "test_parity.py"]
    asked += ["safety/test_mistakes.py"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *asked],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": places, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("SKIPPED")]
    assert len(lines) == 1, run.stdout + run.stderr
    count = lines[0].partition("[")[2].partition("]")[0]
    assert int(count) > 4
    assert f"{count} skipped" in run.stdout
    assert "compares with PyTorch, which is not installed; to run it: pip install torch" in lines[0]

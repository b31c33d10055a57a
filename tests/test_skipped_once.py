"""Where PyTorch or Playwright is not installed, one line says what is skipped and how to have it.
Read `conftest.py` next, which sees to that.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
HIDDEN = """
import sys
from importlib.machinery import PathFinder

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.partition(".")[0] in ("torch", "playwright")
        return None if hidden else super().find_spec(name, path, target)

sys.meta_path[:] = [Without if each is PathFinder else each for each in sys.meta_path]
"""


def test_one_line_a_package_says_what_is_skipped_without_it(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    places = os.pathsep.join([str(tmp_path), str(TESTS.parent)])
    asked = ["nn/test_sequential.py", "nn/test_linear.py", "optim/test_sgd.py", "test_parity.py"]
    asked += ["safety/test_mistakes.py", "viz/test_player_page.py"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *asked],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": places, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("SKIPPED")]
    assert len(lines) == 2, run.stdout + run.stderr
    for package, line in zip(("pip install torch", "pip install playwright"), lines, strict=True):
        count = line.partition("[")[2].partition("]")[0]
        assert int(count) > 4
        assert package in line


def test_no_test_needs_pytorch_to_be_collected():
    """They ask `pytest.importorskip` for it; every file is collected, for its doctests."""
    found = [
        f"{path.name}, line {node.lineno}"
        for path in sorted(Path(__file__).parent.rglob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and re.match(r"(import|from) torch\b", ast.unparse(node))
    ]
    assert found == []

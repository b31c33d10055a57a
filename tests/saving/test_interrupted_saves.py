"""K2, K3: savers that are killed, that run beside each other, and calls that fail, each in turn.
Read `test_what_others_read.py` next.
"""

import errno
import os
import random
import re
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.saving import whole_files

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")

SAVER = """
import sys
import tinygrad_nn as tnn

path, mark = sys.argv[1], int(sys.argv[2])
x = tnn.full((500_000,), mark).float()
print("ready", flush=True)
while True:
    tnn.save({"x": x, "mark": mark}, path)
"""


def saver(path, mark=1):
    """A process that saves 2 MB again and again, and has begun to."""
    started = subprocess.Popen(
        [sys.executable, "-c", SAVER, str(path), str(mark)], stdout=subprocess.PIPE, text=True
    )
    started.stdout.readline()
    return started


def is_whole(path):
    loaded = tnn.load(path)
    return bool((loaded["x"] == loaded["mark"]).all())


def killed_while_saving(path, count):
    """How many of so many files were whole after the process that saved them was killed."""
    whole, rng = 0, random.Random(0)
    tnn.save({"x": tnn.zeros(500_000), "mark": 0}, path)
    for mark in range(1, count + 1):
        running = saver(path, mark)
        time.sleep(rng.uniform(0.0, 0.05))
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()
        whole += is_whole(path)
    return whole


def drafts(folder):
    return [each.name for each in folder.iterdir() if whole_files.DRAFT.fullmatch(each.name)]


@pytest.mark.parametrize("count", [2, pytest.param(100, marks=pytest.mark.slow)])
def test_k2_a_saver_that_is_killed_leaves_a_whole_file(tmp_path, count):
    assert killed_while_saving(tmp_path / "x", count) == count
    tnn.save({"x": tnn.ones(2), "mark": 1}, tmp_path / "x")
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_k2_what_a_killed_saver_left_is_removed_and_what_is_being_written_is_not(tmp_path):
    left = tmp_path / f".{'0' * 16}.part"
    left.write_bytes(b"left")
    other = tmp_path / ".0.part"
    other.write_bytes(b"somebody's")
    held = tmp_path / f".{'1' * 16}.part"
    with open(held, "wb") as file:
        whole_files._lock(file)
        tnn.save(1, tmp_path / "x")
        assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
            [other.name, held.name, "x"]
        )
    tnn.save(1, tmp_path / "x")
    assert drafts(tmp_path) == []


def test_k2_two_savers_at_once_leave_one_whole_file(tmp_path):
    path = tmp_path / "x"
    running = [saver(path, mark) for mark in (1, 2)]
    deadline = time.monotonic() + 60.0
    marks = set()
    while marks != {1, 2} and time.monotonic() < deadline:
        if path.exists():
            assert is_whole(path)
            marks.add(tnn.load(path)["mark"])
    for each in running:
        assert each.poll() is None  # neither met an error
        each.kill()
        each.wait()
        each.stdout.close()
    assert marks == {1, 2}
    assert is_whole(path)


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_k2_the_mode_is_what_the_umask_leaves(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        tnn.save([tnn.ones(2)], tmp_path / "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == mode


def test_k2_the_target_of_a_link_is_kept(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "last").symlink_to(Path("runs", "one"))
    tnn.save(1, tmp_path / "last")
    tnn.save(2, tmp_path / "last")
    assert (tmp_path / "last").is_symlink()
    assert tnn.load(tmp_path / "runs" / "one") == 2


# --- K3 -------------------------------------------------------------------------------------------


class Failing:
    """A file of which the n-th call fails, whichever it is."""

    def __init__(self, file, countdown):
        self.file, self.countdown = file, countdown

    def fail_in_turn(self):
        self.countdown[0] -= 1
        if self.countdown[0] == 0:
            raise OSError(errno.EIO, "Input/output error")

    def write(self, content):
        self.fail_in_turn()
        return self.file.write(content)

    def flush(self):
        self.fail_in_turn()
        self.file.flush()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)


def failing_at(monkeypatch, turn):
    """Have the n-th of all calls that reach the disk fail; the list tells how many came."""
    countdown = [turn]
    open_draft = whole_files._locked_draft
    monkeypatch.setattr(
        whole_files, "_locked_draft", lambda *each: Failing(open_draft(*each), countdown)
    )
    for name in ("fsync", "replace", "chmod"):
        real = getattr(os, name)

        def call(*arguments, real=real):
            Failing(None, countdown).fail_in_turn()
            return real(*arguments)

        monkeypatch.setattr(whole_files.os, name, call)
    return countdown


OBJECT = {"x": tnn.ones(3), "y": tnn.zeros(2, 2).double(), "epoch": 3}
CALLS = 7  # chmod, a header and two tensors, flush, fsync, replace


def test_k3_the_calls_of_a_save_are_counted(tmp_path, monkeypatch):
    tnn.save(0, tmp_path / "x")
    countdown = failing_at(monkeypatch, 1_000)
    tnn.save(OBJECT, tmp_path / "x")
    assert 1_000 - countdown[0] == CALLS


@pytest.mark.parametrize("turn", range(1, CALLS + 1))
def test_k3_any_call_that_fails_names_the_path_and_leaves_the_old_file(tmp_path, monkeypatch, turn):
    path = tmp_path / "run.ckpt"
    tnn.save("old", path)
    failing_at(monkeypatch, turn)
    with pytest.raises(OSError, match=r"Input/output error: '.*run\.ckpt'") as raised:
        tnn.save(OBJECT, path)
    assert raised.value.errno == errno.EIO
    assert raised.value.filename == str(path)
    assert [each.name for each in tmp_path.iterdir()] == ["run.ckpt"]
    assert tnn.load(path) == "old"


def test_k3_a_file_that_grows_too_large(tmp_path):
    program = (
        "import resource, sys, tinygrad_nn as tnn\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: tnn.save(tnn.zeros(100_000), sys.argv[1])\n"
        "except OSError as error: print(error.filename, error.strerror)"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] != 100_000
    path = tmp_path / "run.ckpt"
    tnn.save("old", path)
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{path} File too large\n"
    assert [each.name for each in tmp_path.iterdir()] == ["run.ckpt"]
    assert tnn.load(path) == "old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_k3_a_full_device(tmp_path):
    with (
        pytest.raises(OSError, match="No space left on device"),
        open("/dev/full", "wb", 0) as file,
    ):
        tnn.save(OBJECT, file)
    with pytest.raises(OSError, match=re.escape("Is a device, which cannot be replaced whole")):
        tnn.save(OBJECT, "/dev/full")


def test_k3_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    path = tmp_path / "run.ckpt"
    tnn.save("old", path)

    def refuse(draft, mode):
        raise PermissionError(errno.EACCES, "Permission denied", str(draft))

    monkeypatch.setattr(whole_files, "_locked_draft", refuse)  # root may write in any folder
    with pytest.raises(PermissionError, match=r"Permission denied: '.*run\.ckpt'"):
        tnn.save("new", path)
    assert tnn.load(path) == "old"


def test_k3_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere/run\.ckpt"):
        tnn.save(1, tmp_path / "nowhere" / "run.ckpt")

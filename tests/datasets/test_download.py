"""The download of MNIST, from mirrors on this machine: what it survives, and what it refuses.
Read `test_mnist.py` for the files that need none.
"""

import gzip
import hashlib
import os
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tinygrad_nn.datasets import download, mnist
from tinygrad_nn.errors import DataError, MissingExtraError

rng = np.random.default_rng(0)
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
REAL_CACHE_FOLDER = download.cache_folder


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


PIXELS = rng.integers(0, 256, (6, 28, 28), np.uint8)
DIGITS = np.array([5, 0, 4, 1, 9, 2])
FILES = {IMAGES: idx(PIXELS), LABELS: idx(DIGITS.astype(np.uint8))}


def write_files(folder):
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


class Mirror:
    """A web server on this machine that answers `name.gz` with what `files` says, and counts."""

    def __init__(self):
        self.files = {f"{name}.gz": gzip.compress(content) for name, content in FILES.items()}
        self.cut = 0  # how many bytes fewer to send than were announced
        self.asked = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.removeprefix("/")
                mirror.asked.append(name)
                content = mirror.files.get(name)
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) - mirror.cut])

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def mirrors(monkeypatch):
    """Two mirrors of the small set, whose sizes and checksums stand in for those of MNIST."""
    pytest.importorskip("pooch")
    pair = Mirror(), Mirror()
    originals = {
        name: download.Original(len(content), hashlib.md5(content).hexdigest())
        for name, content in FILES.items()
    }
    monkeypatch.setattr(download, "ORIGINALS", originals)
    monkeypatch.setattr(download, "MIRRORS", tuple(mirror.address for mirror in pair))
    yield pair
    for mirror in pair:
        mirror.close()


def cached_names(tmp_path):
    return sorted(path.name for path in tmp_path.glob("cache/*"))


def test_a_download_is_unpacked_into_the_cache_and_made_once(mirrors, tmp_path):
    first = mnist(progress=False)
    assert mirrors[0].asked == [f"{IMAGES}.gz", f"{LABELS}.gz"]
    assert cached_names(tmp_path) == [IMAGES, LABELS]
    second = mnist(progress=False)
    assert len(mirrors[0].asked) == 2
    assert mirrors[1].asked == []
    for data in (first, second):
        np.testing.assert_array_equal(data.images, PIXELS, strict=True)
        np.testing.assert_array_equal(data.labels, DIGITS)
        assert data.sources == (
            str(tmp_path / "cache" / IMAGES),
            str(tmp_path / "cache" / LABELS),
        )


def test_a_file_in_the_cache_needs_no_mirror(mirrors, tmp_path, monkeypatch):
    write_files(tmp_path / "cache")
    monkeypatch.setattr(download, "MIRRORS", ())
    assert len(mnist()) == 6


GOOD = gzip.compress(FILES[IMAGES])
BAD_REPLIES = {
    "not there": (None, "404"),
    "other numbers": (
        gzip.compress(idx(PIXELS ^ 1)),
        "MD5 of the unpacked file: expected",
    ),
    "cut": (GOOD[:-100], "gzip data: expected an intact stream, found it cut short"),
    "damaged": (GOOD[:2000] + b"\xff\xff\xff" + GOOD[2003:], "reply: gzip data"),
    "too few images": (
        gzip.compress(idx(PIXELS[:5])),
        "unpacked file: expected 4720 bytes, found the end after 3936",
    ),
    "too many images": (
        gzip.compress(idx(np.tile(PIXELS // 128, (9, 1, 1)))),
        "unpacked file: expected the end of the file, found more bytes",
    ),
    "longer than the file": (rng.bytes(100_000), "reply: size: expected at most 5767 bytes"),
    "a page": (b"<html>Sign in to the network</html>", "unpacked file: expected 4720 bytes"),
    "nothing": (b"", "unpacked file: expected 4720 bytes, found the end after 0"),
}


@pytest.mark.parametrize(("reply", "reason"), BAD_REPLIES.values(), ids=BAD_REPLIES.keys())
def test_a_bad_reply_is_refused_and_the_next_mirror_asked(reply, reason, mirrors, tmp_path):
    mirrors[0].files[f"{IMAGES}.gz"] = reply
    data = mnist(progress=False)
    np.testing.assert_array_equal(data.images, PIXELS)
    assert mirrors[1].asked == [f"{IMAGES}.gz"]
    assert cached_names(tmp_path) == [IMAGES, LABELS]


@pytest.mark.parametrize(("reply", "reason"), BAD_REPLIES.values(), ids=BAD_REPLIES.keys())
def test_when_all_mirrors_fail_one_error_names_every_place(reply, reason, mirrors, tmp_path):
    mirrors[0].files.clear()
    mirrors[1].files[f"{IMAGES}.gz"] = reply
    with pytest.raises(DataError) as refusal:
        mnist(progress=False)
    places = str(refusal.value).splitlines()
    assert places[0] == f"mnist: no usable copy of {IMAGES}:"
    assert "no path given, TINYGRAD_NN_DATA not set" in places[1]
    assert "cache: " in places[2]
    assert str(tmp_path / "cache" / IMAGES) in places[2]
    assert f"{mirrors[0].address}{IMAGES}.gz: 404" in places[3]
    assert f"{mirrors[1].address}{IMAGES}.gz: " in places[4]
    assert reason in places[4]
    assert "put the four MNIST files, plain or gzip, in a folder" in places[5]
    assert "TINYGRAD_NN_DATA" in places[5]
    assert cached_names(tmp_path) == []


def test_a_connection_that_breaks_off_is_a_failed_mirror(mirrors):
    mirrors[0].cut = 100
    np.testing.assert_array_equal(mnist(progress=False).images, PIXELS)
    assert len(mirrors[1].asked) == 2


def test_a_mirror_that_is_down_is_a_failed_mirror(mirrors, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed_port = server.getsockname()[1]
    addresses = f"http://127.0.0.1:{closed_port}/", mirrors[1].address
    monkeypatch.setattr(download, "MIRRORS", addresses[:1])
    with pytest.raises(DataError, match=rf"127\.0\.0\.1:{closed_port}/train.*refused"):
        mnist(progress=False)
    monkeypatch.setattr(download, "MIRRORS", addresses)
    np.testing.assert_array_equal(mnist(progress=False).images, PIXELS)


def test_a_mirror_may_send_the_file_unpacked(mirrors):
    mirrors[0].files[f"{IMAGES}.gz"] = FILES[IMAGES]
    np.testing.assert_array_equal(mnist(progress=False).images, PIXELS)
    assert mirrors[1].asked == []


@pytest.mark.parametrize("damage", [b"", idx(PIXELS ^ 1), FILES[IMAGES][:-1]])
def test_a_damaged_file_in_the_cache_is_replaced(damage, mirrors, tmp_path):
    write_files(tmp_path / "cache")
    (tmp_path / "cache" / IMAGES).write_bytes(damage)
    np.testing.assert_array_equal(mnist(progress=False).images, PIXELS)
    assert mirrors[0].asked == [f"{IMAGES}.gz"]
    assert (tmp_path / "cache" / IMAGES).read_bytes() == FILES[IMAGES]


@pytest.mark.parametrize("failure", [OSError("disk"), KeyboardInterrupt()], ids=["disk", "Ctrl-C"])
def test_a_write_that_fails_leaves_nothing_in_the_cache(failure, mirrors, tmp_path, monkeypatch):
    def fail(source, target):
        raise failure

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(type(failure)):
        mnist(progress=False)
    assert cached_names(tmp_path) == []


def test_progress_is_a_bar_on_standard_error(mirrors, capfd):
    pytest.importorskip("tqdm")
    mnist(progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert f"mnist: downloading {mirrors[0].address}{IMAGES}.gz" in err
    assert "100%|" in err


def test_the_bar_needs_no_tqdm(mirrors, capfd, monkeypatch):
    monkeypatch.setattr(download, "find_spec", lambda name: None)
    mnist(progress=True)
    lines = capfd.readouterr().err.splitlines()
    assert [line.partition(" http")[0] for line in lines] == 2 * ["mnist: downloading"]


def test_without_progress_nothing_is_printed(mirrors, capfd):
    mnist(progress=False)
    assert capfd.readouterr() == ("", "")


def test_a_download_without_pooch_names_the_extra_and_the_way_out(mirrors, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingExtraError) as missing:
        mnist()
    assert 'pip install "tinygrad_nn[cli]"' in str(missing.value)
    assert "TINYGRAD_NN_DATA" in str(missing.value)


def test_files_at_hand_need_no_pooch(mirrors, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    write_files(tmp_path / "cache")
    assert len(mnist()) == 6
    assert len(mnist(write_files(tmp_path / "mine"))) == 6


# ---- the cache folder


@pytest.mark.parametrize(
    ("platform", "variables", "below_home"),
    [
        ("linux", {}, ".cache/tinygrad_nn/mnist"),
        ("linux", {"XDG_CACHE_HOME": "chosen"}, "chosen/tinygrad_nn/mnist"),
        ("linux", {"XDG_CACHE_HOME": ""}, ".cache/tinygrad_nn/mnist"),
        ("darwin", {"XDG_CACHE_HOME": "chosen"}, "Library/Caches/tinygrad_nn/mnist"),
        ("win32", {}, "AppData/Local/tinygrad_nn/mnist"),
        ("win32", {"LOCALAPPDATA": "chosen"}, "chosen/tinygrad_nn/mnist"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_caches(
    platform, variables, below_home, tmp_path, monkeypatch
):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value and str(tmp_path / value))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", platform)
    assert REAL_CACHE_FOLDER() == tmp_path / below_home

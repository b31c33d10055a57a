"""A download leaves the files where torchvision does, whole and checked, or says what failed.
Read `test_grids.py` next. The mirror is a web server on this machine.
"""

import gzip
import hashlib
import io
import sys
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from written_sets import DIGITS, write_cifar, write_mnist

from tinygrad_nn.errors import DataError, MissingExtraError
from tinygrad_nn.vision import datasets


def md5_of(path):
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def mirror(tmp_path):
    """A folder of this machine, and where the web finds it."""
    pytest.importorskip("pooch")
    folder = tmp_path / "mirror"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mnist_mirror(mirror, monkeypatch):
    folder, address = mirror
    folder.rmdir()
    write_mnist(folder, ".gz")
    monkeypatch.setattr(datasets.MNIST, "mirrors", (address + "none/", address))
    files = {name: md5_of(folder / name) for name in datasets.MNIST.files}
    monkeypatch.setattr(datasets.MNIST, "files", files)
    return folder


def test_a_download_leaves_all_files_so_that_the_next_needs_none(mnist_mirror, tmp_path):
    train = datasets.MNIST(tmp_path / "data", train=True, download=True)
    assert train.targets.tolist() == DIGITS["train"]
    test = datasets.MNIST(tmp_path / "data", train=False)
    assert test.targets.tolist() == DIGITS["t10k"]
    for path in (tmp_path / "data" / "MNIST" / "raw").iterdir():
        assert path.read_bytes() == (mnist_mirror / path.name).read_bytes()


def test_what_is_there_is_not_downloaded(mnist_mirror, tmp_path, monkeypatch):
    datasets.MNIST(tmp_path, download=True)
    monkeypatch.setattr(datasets.MNIST, "mirrors", ())
    assert len(datasets.MNIST(tmp_path, download=True)) == 6


def test_a_file_that_is_not_what_it_should_be_is_not_kept(mnist_mirror, tmp_path):
    name = "t10k-labels-idx1-ubyte.gz"
    (mnist_mirror / name).write_bytes(gzip.compress(b"another"))
    with pytest.raises(DataError, match=rf"Error downloading {name}:\n.*404.*\n.*hash.*\nThe way"):
        datasets.MNIST(tmp_path, download=True)
    assert not (tmp_path / "MNIST" / "raw" / name).exists()


def test_cifar_is_unpacked_without_anything_else_that_the_archive_holds(
    mirror, tmp_path, monkeypatch
):
    folder, address = mirror
    write_cifar(tmp_path / "cifar-10-batches-bin")
    with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "cifar-10-batches-bin", "cifar-10-batches-bin")
        archive.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
    monkeypatch.setattr(datasets.CIFAR10, "mirrors", (address,))
    monkeypatch.setattr(datasets.CIFAR10, "md5", md5_of(folder / "cifar-10-binary.tar.gz"))
    root = tmp_path / "data"
    assert len(datasets.CIFAR10(root, download=True)) == 10
    assert len(datasets.CIFAR10(root, train=False)) == 2
    names = {path.name for path in root.iterdir()}
    assert names == {"cifar-10-binary.tar.gz", "cifar-10-batches-bin"}
    assert not (tmp_path / "outside").exists()


def test_without_pooch_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingExtraError, match=r'tinygrad_nn\[cli\]"; or put train-images'):
        datasets.MNIST(tmp_path, download=True)

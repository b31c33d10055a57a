"""What stands at a path is kept by every function that writes a file: links, modes, FIFOs.
Read `test_safetensors_file.py` next, for files that are never half written.
"""

import ast
import os
import stat
from pathlib import Path

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import viz
from tinygrad_nn.cli import main
from tinygrad_nn.saving import save_file
from tinygrad_nn.saving.whole_files import write_file

PACKAGE = Path(tnn.__file__).parent


def loss():
    return (tnn.ones(2, requires_grad=True) * 3).sum()


def graph_command(path):
    if main(["graph", "--out", str(path)]):
        raise OSError("the command failed")


WRITERS = {
    "write_file": (lambda path: write_file(path, b"new"), ""),
    "save_file": (lambda path: save_file({"x": tnn.ones(2)}, path), ""),
    "viz.graph": (lambda path: viz.graph(loss()).save(path), ".json"),
    "viz.play": (lambda path: viz.play(loss()).save(path), ".html"),
    "the command": (graph_command, ".dot"),
}
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
pytestmark = posix


@pytest.fixture(params=list(WRITERS))
def writer(request):
    return WRITERS[request.param]


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path, writer):
    write, suffix = writer
    target, link = tmp_path / "elsewhere" / "target", tmp_path / f"link{suffix}"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link.symlink_to(Path("elsewhere", "target"))
    write(link)
    assert link.is_symlink()
    assert target.read_bytes() not in (b"old", b"")
    assert sorted(each.name for each in tmp_path.rglob("*")) == sorted(
        ["elsewhere", f"link{suffix}", "target"]
    )


def test_a_link_to_nothing_yet_makes_its_target(tmp_path, writer):
    write, suffix = writer
    link = tmp_path / f"link{suffix}"
    link.symlink_to("target")
    write(link)
    assert link.is_symlink()
    assert (tmp_path / "target").is_file()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_a_file_keeps_its_mode(tmp_path, writer, mode):
    write, suffix = writer
    path = tmp_path / f"file{suffix}"
    path.write_bytes(b"old")
    path.chmod(mode)
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_bytes() != b"old"


def test_a_file_that_only_its_owner_reads_is_never_open_to_others(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    path.write_bytes(b"")
    path.chmod(0o600)
    seen = []
    fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda file: (seen.append(stat.S_IMODE(os.fstat(file).st_mode)), fsync(file))
    )
    write_file(path, b"new")
    assert seen == [0o600]


@pytest.mark.parametrize("length", [240, 255])
def test_a_name_may_be_as_long_as_the_file_system_takes(tmp_path, writer, length):
    write, suffix = writer
    path = tmp_path / ("n" * (length - len(suffix)) + suffix)
    write(path)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def refused(write, path):
    """What is said of a path where nothing can be written."""
    with pytest.raises(OSError, match=r".") as raised:
        write(path)
    return raised.value


def test_a_fifo_is_refused_and_stays(tmp_path, writer, capsys):
    write, suffix = writer
    path = tmp_path / f"fifo{suffix}"
    os.mkfifo(path)
    said = f"{refused(write, path)}{capsys.readouterr().err}"
    assert "Is a FIFO, which cannot be replaced whole; name a plain file" in said
    assert path.name in said
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_device_is_refused(tmp_path):
    terminal, other_end = os.openpty()  # a device that no failure of this test can replace
    try:
        (tmp_path / "link").symlink_to(os.ttyname(other_end))
        for path in (tmp_path / "link", Path(os.ttyname(other_end))):
            assert "Is a device" in str(refused(lambda path: write_file(path, b""), path))
        assert (tmp_path / "link").is_symlink()
    finally:
        os.close(terminal)
        os.close(other_end)


def test_a_folder_is_refused(tmp_path, writer, capsys):
    write, suffix = writer
    path = tmp_path / f"folder{suffix}"
    path.mkdir()
    said = f"{refused(write, path)}{capsys.readouterr().err}"
    assert "Is a directory" in said
    assert path.is_dir()


def test_a_link_in_a_circle_is_refused(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert refused(lambda path: write_file(path, b""), tmp_path / "a").filename.endswith("a")


def test_a_file_that_is_read_only_is_refused(tmp_path, writer, monkeypatch, capsys):
    write, suffix = writer
    path = tmp_path / f"kept{suffix}"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place) != path)  # as root may all
    said = f"{refused(write, path)}{capsys.readouterr().err}"
    assert "Is read-only; make it writable or name another file" in said
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("path", [None, 3, b"name", [], object()])
@pytest.mark.parametrize("name", ["save_file", "viz.graph", "viz.play"])
def test_what_is_no_path_is_refused_by_the_name_of_the_function(name, path):
    with pytest.raises(TypeError, match=r"^save(_file)?\(\) takes a path, a str or a pathlib"):
        WRITERS[name][0](path)


@pytest.mark.parametrize("name", ["write_file", "save_file", "viz.graph", "viz.play"])
def test_a_path_with_a_null_character_is_refused(name):
    with pytest.raises(ValueError, match="no path has a null character"):
        WRITERS[name][0]("a\0.html")


def written_directly(tree):
    """Where a file is opened for writing, or replaced, each with its line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        values = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
        opens = called.rpartition(".")[2] == "open" and any(
            isinstance(each, str) and set(each) <= set("wxab+t") and set(each) & set("wxa+")
            for each in values
        )
        if opens or called.rpartition(".")[2] in {
            "write_text",
            "write_bytes",
            "NamedTemporaryFile",
            "symlink_to",
        }:
            yield f"{called} on line {node.lineno}"
        if called in {"os.replace", "os.rename", "np.save", "np.savetxt", "np.savez"}:
            yield f"{called} on line {node.lineno}"


def test_every_file_of_the_package_is_written_by_one_function():
    found = {
        path.relative_to(PACKAGE).as_posix(): rows
        for path in PACKAGE.rglob("*.py")
        if (rows := list(written_directly(ast.parse(path.read_text("utf-8")))))
    }
    assert list(found) == ["saving/whole_files.py"]
    assert list(written_directly(ast.parse("open(name, 'wb')\nPath(name).write_text('')")))

"""K1: ten files that would run code if they were unpickled. Each is refused, and none of it runs.
Read `test_damaged_checkpoints.py` next.
"""

import builtins
import io
import os
import pickle
import pickletools
import zipfile

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import CheckpointError


class Bomb:
    """Calls a function when it is unpickled."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def zipped(data, **members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", b"3\n")
        for name, content in members.items():
            archive.writestr(f"archive/{name}", content)
    return file.getvalue()


def array_file(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def array_archive(array):
    file = io.BytesIO()
    np.savez(file, x=array)
    return file.getvalue()


def bombs(marker):
    shell = Bomb(os.system, f"echo boom > {marker}")
    code = f"open({str(marker)!r}, 'w').close()"
    dumped = pickle.dumps(shell, 2)
    by_hand = b"\x80\x02cbuiltins\nexec\nX" + len(code).to_bytes(4, "little") + code.encode()
    return {
        "os.system": dumped,
        "os.system in a zip": zipped(dumped),
        "eval in a zip": zipped(pickle.dumps({"x": Bomb(builtins.eval, code)}, 2)),
        "exec by hand in a zip": zipped(by_hand + b"\x85R."),
        "protocol 5 in a zip": zipped(pickle.dumps([Bomb(os.system, f"touch {marker}")], 5)),
        "text protocol in a zip": zipped(pickle.dumps(shell, 0)),
        "an instance in a zip": zipped(b"(S'touch x'\nios\nsystem\n."),
        "a zip in a zip": zipped(zipped(dumped)),
        "a .npy file of objects": array_file(np.array([shell], object)),
        "a .npz file of objects": array_archive(np.array([shell], object)),
    }


@pytest.mark.parametrize("bomb", list(bombs("x")))
@pytest.mark.parametrize("weights_only", [True, False])
def test_k1_a_pickle_bomb_is_refused_and_does_not_run(tmp_path, bomb, weights_only):
    marker, path = tmp_path / "marker", tmp_path / "model.pt"
    path.write_bytes(bombs(marker)[bomb])
    with pytest.raises(CheckpointError, match=r"load: .*model\.pt: "):
        tnn.load(path, weights_only=weights_only)
    assert not marker.exists()


def test_the_bombs_would_go_off(tmp_path):
    marker = tmp_path / "marker"
    pickle.loads(bombs(marker)["os.system"])
    assert marker.exists()


@pytest.mark.parametrize(
    "name",
    [
        *("os system", "posix system", "builtins eval", "builtins getattr", "torch.hub load"),
        *("torch serialization.load", "numpy load", "tinygrad_nn load", "subprocess Popen"),
        *("torch._utils __builtins__", "collections OrderedDict.fromkeys", "torch.nn Linear"),
    ],
)
def test_a_name_is_found_in_our_table_or_nowhere(name):
    data = b"\x80\x02c" + name.replace(" ", "\n").encode() + b"\n)R."
    with pytest.raises(CheckpointError, match=f"it holds {name.replace(' ', '.')}, a whole"):
        tnn.load(io.BytesIO(zipped(data)))


DATA_NEEDS_NONE = sorted(
    each.name
    for each in pickletools.opcodes
    if each.name in {"INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "PERSID", "NEXT_BUFFER"}
)


@pytest.mark.parametrize("name", DATA_NEEDS_NONE)
def test_an_opcode_that_makes_objects_is_refused_by_name(name):
    code = next(each.code for each in pickletools.opcodes if each.name == name)
    with pytest.raises(CheckpointError, match=f"the opcode {name}, which plain data does not"):
        tnn.load(io.BytesIO(zipped(b"\x80\x02" + code.encode("latin1") + b"a\nb\n.")))


def deep_key():
    return b"\x80\x02})" + b"\x85" * 300_000 + b"Ns."


@pytest.mark.parametrize(
    "data",
    [
        deep_key(),
        b"\x80\x02}]Ns.",
        b"\x80\x02}}Ns.",
        b"\x80\x02.",
        b"\x80\x02R.",
        b"\x80\x02h\x07.",
        b"\x80\x02(t(.",
        b"\x80\x02]]R.",
        b"\x80\x02)Na.",
        b"\x80\x02}Nb.",
        b"\x80\x02NQ.",
        b"\x80\x02c__builtin__\nbytearray\nJ\xff\xff\xff\x7f\x85R.",
        b"\x80\x02c__builtin__\nset\n.",
        b"\x80\x02u.",
        b"\x80\x02\x85.",
    ],
)
def test_opcodes_that_make_no_sense_are_an_error_of_ours(data):
    with pytest.raises(CheckpointError):
        tnn.load(io.BytesIO(zipped(data)))


def test_a_zip_behind_a_zip_is_refused():
    with pytest.raises(CheckpointError):
        tnn.load(io.BytesIO(zipped(b"\x80\x02}.") + zipped(b"\x80\x02}.")[:-22]))


def test_a_zip_that_unfolds_into_more_than_it_is_long_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}.")
        archive.writestr("archive/data/0", bytes(10**8))
    with pytest.raises(CheckpointError, match="its members claim more bytes than the file has"):
        tnn.load(io.BytesIO(file.getvalue()))

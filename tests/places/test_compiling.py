"""`compile` and `jit` give back what they are given, which computes the same; files are refused.
Read `test_stand_ins.py` next.
"""

import importlib

import pytest

import tinygrad_nn as tnn


def double(x):
    return 2 * x


def test_compile_returns_its_argument():
    model = tnn.nn.Linear(2, 1)
    assert tnn.compile(model) is tnn.compiler.compile(model, mode="max-autotune") is model
    assert tnn.compile(double, backend="eager", fullgraph=True) is double
    assert model.compile() is None


def test_what_is_decorated_computes_as_in_pytorch(library):
    @library.compile(backend="eager", dynamic=False)
    def decorated(x):
        return 2 * x

    @library.compiler.disable
    def left_out(x):
        return x + 1

    @library.compiler.disable(recursive=False)
    def left_out_too(x):
        return x + 2

    x = library.ones(2)
    assert decorated(x).tolist() == [2.0, 2.0]
    assert left_out_too(left_out(x)).tolist() == [4.0, 4.0]
    assert not library.compiler.is_compiling()


def test_programs_set_the_compiler_up(library):
    import_module = importlib.import_module(f"{library.__name__}._dynamo")
    import_module.config.suppress_errors = True
    import_module.reset()
    library.compiler.reset()
    assert import_module.config.suppress_errors is True
    import_module.config.suppress_errors = False


def test_nothing_is_scripted():
    model = tnn.nn.Linear(2, 1)
    assert tnn.jit.script(model) is tnn.jit.trace(model, tnn.ones(1, 2)) is tnn.jit.freeze(model)
    assert tnn.jit.script(model) is model
    assert tnn.jit.script(double) is double
    for each in (tnn.jit.ignore, tnn.jit.unused, tnn.jit.export):
        assert each(double) is double
    assert tnn.jit.ignore(drop=True)(double) is double


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_what_a_script_asks_is_answered_as_in_pytorch(library):
    jit = library.jit
    assert (jit.is_scripting(), jit.is_tracing()) == (False, False)
    assert jit.annotate(int, 3) == 3
    assert jit.isinstance([1], list[int])
    assert not jit.isinstance(3, (str, list[str]))
    assert jit.wait(jit.fork(double, 4)) == 8


def test_a_file_of_a_script_is_refused():
    for call in (tnn.jit.save, tnn.jit.load):
        with pytest.raises(NotImplementedError, match=r"no TorchScript; save model\.state_dict"):
            call("model.pt")

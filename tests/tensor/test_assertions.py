"""`torch._assert` and `torch._check` raise what PyTorch's raise.
Read `test_foreach.py` next.
"""

import pytest

import tinygrad_nn as tnn

HOLDS = [
    *(("_assert", (True, "words")), ("_assert", (tnn.tensor(1), "words"))),
    *(("_check", (True,)), ("_check_is_size", (0,)), ("_assert_async", (tnn.tensor(2.0),))),
    ("_check_tensor_all", (tnn.tensor([True, True]),)),
    ("_check_with", (KeyError, True, None)),
]
FAILS = [
    ("_assert", (False, "the words"), AssertionError),
    ("_check", (False, lambda: "the words"), RuntimeError),
    ("_check_index", (False, lambda: "the words"), IndexError),
    ("_check_value", (False, lambda: "the words"), ValueError),
    ("_check_type", (False, lambda: "the words"), TypeError),
    ("_check_not_implemented", (False, lambda: "the words"), NotImplementedError),
    ("_check_is_size", (-1, lambda: "the words"), RuntimeError),
    ("_check_with", (KeyError, False, lambda: "the words"), KeyError),
    ("_assert_async", ("zero", "the words"), RuntimeError),
    ("_check_tensor_all", ("bools", lambda: "the words"), RuntimeError),
]


@pytest.mark.parametrize(("name", "given"), HOLDS)
def test_a_condition_that_holds_passes(name, given):
    assert getattr(tnn, name)(*given) is None


@pytest.mark.filterwarnings("ignore:_check_is_size will be removed:FutureWarning")  # PyTorch's
@pytest.mark.parametrize("library", ["tinygrad_nn", "torch"])
@pytest.mark.parametrize(("name", "given", "error"), FAILS)
def test_one_that_does_not_raises_with_the_words(library, name, given, error):
    library = pytest.importorskip(library)
    made = {"zero": library.tensor(0.0), "bools": library.tensor([True, False])}
    given = [made.get(each, each) if isinstance(each, str) else each for each in given]
    with pytest.raises(error, match="the words"):
        getattr(library, name)(*given)


@pytest.mark.parametrize("given", [(1,), (tnn.tensor(True),), (False, "words")])
def test_what_is_no_bool_or_no_function_is_a_type_error(given):
    with pytest.raises(TypeError, match="takes a"):
        tnn._check(*given)

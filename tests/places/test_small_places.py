"""Small places of PyTorch's that libraries import from do there what PyTorch's do.
Read `test_stand_ins.py` next, for those that only say what is not here.
"""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

import tinygrad_nn as tnn

LIBRARIES = ["tinygrad_nn", "torch"]


@pytest.fixture(params=LIBRARIES)
def library(request):
    return pytest.importorskip(request.param)


def place(library, path):
    return importlib.import_module(f"{library.__name__}.{path}")


# --- futures --------------------------------------------------------------------------------------


def test_a_future_is_set_once_and_goes_on(library):
    futures = place(library, "futures")
    first, seen = futures.Future(), []
    after = first.then(lambda done: done.value() + 1)
    first.add_done_callback(lambda done: seen.append(done.value()))
    failed = first.then(lambda done: done.value() / 0)
    assert not first.done()
    first.set_result(1)
    assert (first.wait(), after.wait(), seen) == (1, 2, [1])
    with pytest.raises((ZeroDivisionError, RuntimeError), match="division by zero"):
        failed.wait()
    with pytest.raises(RuntimeError, match=r"set|marked"):
        first.set_result(2)


def test_futures_are_waited_for_together(library):
    futures = place(library, "futures")
    pair = [futures.Future(), futures.Future()]
    both = futures.collect_all(pair)
    pair[1].set_result("b")
    assert not both.done()
    pair[0].set_result("a")
    assert [each.value() for each in both.wait()] == ["a", "b"]
    assert futures.wait_all(pair) == ["a", "b"]
    assert library.Future is futures.Future or library.__name__ == "torch"


# --- several tensors in one -----------------------------------------------------------------------


def test_tensors_are_laid_into_one_and_taken_out(library):
    utils = place(library, "_utils")
    tensors = [library.ones(2, 3), library.zeros(1), library.full((2,), 2.0)]
    flat = utils._flatten_dense_tensors(tensors)
    assert flat.shape == (9,)
    again = utils._unflatten_dense_tensors(flat, tensors)
    assert [each.tolist() for each in again] == [each.tolist() for each in tensors]
    assert [utils._element_size(each) for each in (library.float64, library.int8)] == [8, 1]


def test_memory_goes_to_another_library_and_back(library):
    dlpack = place(library, "utils.dlpack")
    x = library.arange(4.0)
    capsule = dlpack.to_dlpack(x)
    assert type(capsule).__name__ == "PyCapsule"
    assert dlpack.from_dlpack(np.arange(3.0)).tolist() == [0, 1, 2]


# --- contexts that decorate -----------------------------------------------------------------------


def test_a_context_decorates_functions_and_generators(library):
    base = place(library, "utils._contextlib")._DecoratorContextManager
    log = []

    class mode(base):  # noqa: N801 - as such contexts are spelt
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            log.append(f"in {self.name}")

        def __exit__(self, *exception):
            log.append("out")

        def clone(self):
            return mode(self.name)

    @mode("a")
    def plain(x):
        """Twice."""
        log.append("call")
        return 2 * x

    @mode("g")
    def numbers():
        got = yield 1
        yield got

    assert (plain(2), plain.__doc__) == (4, "Twice.")
    assert log == ["in a", "call", "out"]
    log.clear()
    steps = numbers()
    assert next(steps) == 1
    log.append("between")
    assert steps.send(5) == 5
    assert log == ["in g", "out", "between", "in g", "out"]


# --- batches --------------------------------------------------------------------------------------


def test_the_table_of_collate_can_be_extended(library):
    module = place(library, "utils.data._utils.collate")
    table = module.default_collate_fn_map

    class Text(str):
        __slots__ = ()

    def join(batch, *, collate_fn_map=None):
        assert collate_fn_map is not None
        return "+".join(batch)

    assert module.collate([Text("a"), Text("b")], collate_fn_map={Text: join}) == "a+b"
    table[Text] = join
    try:
        batch = [{"t": Text("a"), "n": 1}, {"t": Text("b"), "n": 2}]
        made = library.utils.data.default_collate(batch)
    finally:
        del table[Text]
    assert made["t"] == "a+b"
    assert made["n"].tolist() == [1, 2]


def test_what_iterates_is_of_the_classes_that_programs_ask_for(library):
    module = place(library, "utils.data.dataloader")
    batches = iter(library.utils.data.DataLoader([1, 2]))
    assert isinstance(batches, module._BaseDataLoaderIter)
    assert isinstance(batches, module._SingleProcessDataLoaderIter)
    assert not isinstance(batches, module._MultiProcessingDataLoaderIter)
    assert (module._DatasetKind.Map, module._DatasetKind.Iterable) == (0, 1)


# --- checkpoints of activations -------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad:UserWarning")
def test_what_recomputing_by_hand_asks_for(library):
    module = place(library, "utils.checkpoint")
    x = library.ones(2, requires_grad=True)
    assert module.get_device_states(x, 1) == ([], [])
    assert module.set_device_states([], []) is None
    cut, other = module.detach_variable((x * 2, 3))
    assert (cut.is_leaf, cut.requires_grad, other) == (True, True, 3)
    with pytest.raises(RuntimeError, match="tuple"):
        module.detach_variable([x])
    module.check_backward_validity([x])
    assert module.CheckpointPolicy.MUST_SAVE.value == 0


# --- distributions --------------------------------------------------------------------------------


def test_what_distributions_of_programs_are_made_with(library):
    utils = place(library, "distributions.utils")
    p, q = utils.broadcast_all(library.tensor([0.2, 0.3]), 2)
    assert q.tolist() == [2.0, 2.0]
    assert utils._sum_rightmost(library.ones(2, 3), 1).tolist() == [3.0, 3.0]
    assert utils._standard_normal((2, 1), library.float64, None).dtype == library.float64
    back = utils.logits_to_probs(utils.probs_to_logits(p, is_binary=True), is_binary=True)
    assert back.tolist() == pytest.approx(p.tolist())
    assert utils.clamp_probs(library.tensor([0.0])).item() == library.finfo(library.float32).eps
    square = library.arange(9.0).reshape(3, 3)
    for diagonal in (0, -1):
        below = utils.tril_matrix_to_vec(square, diagonal)
        assert utils.vec_to_tril_matrix(below, diagonal).tolist() == (
            square.tril(diagonal).tolist()
        )

    class Own:
        @utils.lazy_property
        def value(self):
            return SimpleNamespace(recorded=library.is_grad_enabled())

    own = Own()
    with library.no_grad():
        assert own.value.recorded
    assert own.value is own.value


def test_privates_of_layers_and_initial_values(library):
    init = library.nn.init
    w = library.zeros(4, 3)
    assert init._calculate_fan_in_and_fan_out(w) == (3, 4)
    assert init._calculate_correct_fan(w, "fan_out") == 4
    with pytest.raises(ValueError, match="fan"):
        init._calculate_correct_fan(w, "other")
    assert init._no_grad_fill_(w, 2.0) is w
    types = place(library, "nn.common_types")
    assert types._size_2_t == int | tuple[int, int] or library.__name__ == "torch"
    module = place(library, "nn.modules.module")
    keys = library.nn.Linear(1, 1).load_state_dict({}, strict=False)
    assert isinstance(keys, module._IncompatibleKeys)
    assert module._EXTRA_STATE_KEY_SUFFIX == "_extra_state"


def test_questions_of_overrides():
    overrides = tnn.overrides
    assert not overrides.has_torch_function_unary(tnn.ones(1))
    assert overrides.get_default_nowrap_functions() == set()
    with pytest.raises(NotImplementedError, match="__torch_function__ is not called here"):
        overrides.TorchFunctionMode()


# --- classes of results ---------------------------------------------------------------------------

OF_SEVERAL = {
    **{
        name: lambda x, name=name: getattr(x, name)(0)
        for name in ("cummax", "cummin", "max", "median", "min", "mode", "nanmedian", "sort")
    },
    "topk": lambda x: x.topk(1),
    "kthvalue": lambda x: x.kthvalue(1),
    "aminmax": lambda x: x.aminmax(),
    "frexp": lambda x: x.frexp(),
    "svd": lambda x: x.svd(),
}


@pytest.mark.parametrize("name", OF_SEVERAL)
def test_what_an_operation_of_several_results_returns_is_of_its_class(library, name):
    kind = getattr(place(library, "return_types"), name)
    assert isinstance(OF_SEVERAL[name](library.ones(2, 2)), kind)

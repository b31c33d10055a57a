"""What optimizers of programs import from PyTorch's `optim.optimizer` works in them.
Read `test_hooks_of_optimizers.py` next.
"""

import importlib

import pytest

LIBRARIES = ["tinygrad_nn", "torch"]


@pytest.fixture(params=LIBRARIES)
def library(request):
    return pytest.importorskip(request.param)


def names_of(library):
    return importlib.import_module(f"{library.__name__}.optim.optimizer")


def test_a_rule_of_one_s_own_may_record_its_steps(library):
    names = names_of(library)
    recorded = []

    class Rule(library.optim.Optimizer):
        @names._use_grad_for_differentiable
        def step(self, closure=None):
            """Step."""
            recorded.append(library.is_grad_enabled())

    for differentiable in (False, True):
        Rule([library.ones(1)], {"differentiable": differentiable}).step()
    assert recorded == [False, True]
    assert Rule.step.__doc__ == "Step."


def test_what_a_rule_is_told(library):
    names = names_of(library)
    x = library.tensor([4.0])
    assert (names._get_value(x), names._get_value(3)) == (4.0, 3)
    assert names._to_scalar(x).shape == ()
    assert names._stack_if_compiling([1]) == [1]
    assert names._disable_dynamo_if_unsupported()(len)([1, 2]) == 2
    assert names._get_scalar_dtype() == library.float32
    assert "cuda" in names._get_capturable_supported_devices(supports_xla=False)
    assert repr(names.required) == "<required parameter>"
    for params in ([x], [x, None], [library.tensor([1])]):
        for differentiable, fused in ((False, True), (True, True), (False, False)):
            answer = names._default_to_fused_or_foreach(params, differentiable, fused)
            assert answer == (fused and not differentiable and params[0] is x, False)


def test_complex_parameters_are_seen_as_pairs(library):
    params, grads = [library.tensor([1 + 2j]), library.ones(1)], [library.tensor([3j]), None]
    names_of(library)._view_as_real(params, grads)
    assert params[0].tolist() == [[1.0, 2.0]]
    assert grads[0].tolist() == [[0.0, 3.0]]
    assert params[1].tolist() == [1.0]


def test_tensors_are_grouped_by_their_dtype(library):
    single, double = library.ones(1), library.ones(1, dtype=library.float64)
    group = library.optim.Optimizer._group_tensors_by_device_and_dtype
    found = group([[single, double, single], [single, double, double]], with_indices=True)
    assert {kind[1]: [len(each) for each in lists] for kind, (lists, _) in found.items()} == {
        library.float32: [2, 2],
        library.float64: [1, 1],
    }
    assert sorted(places for _, places in found.values()) == [[0, 2], [1]]

"""Pruning: masks, what is left after a second pruning, and what is removed, beside PyTorch.
Read `test_parametrize.py` for other weights that are computed.
"""

import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn

pytest.importorskip("torch.nn.utils.prune")


def layer(library):
    library.manual_seed(0)
    return library.nn.Conv2d(3, 4, 2).double()


def seen(library, module):
    x = library.linspace(-1, 1, 27).double().reshape(1, 3, 3, 3)
    output = module(x)
    output.sin().sum().backward()
    return [
        output.detach(),
        list(module.state_dict()),
        [each.detach() for each in module.state_dict().values()],
        [each.grad for each in module.parameters()],
        library.nn.utils.prune.is_pruned(module),
    ]


METHODS = [
    ("identity", ("weight",)),
    ("random_unstructured", ("weight", 0.4)),
    ("l1_unstructured", ("weight", 7)),
    ("l1_unstructured", ("bias", 0.5)),
    ("l1_unstructured", ("weight", 0)),
    ("random_structured", ("weight", 2, 0)),
    ("ln_structured", ("weight", 1, 2, 1)),
    ("ln_structured", ("weight", 0.5, float("inf"), -1)),
    ("ln_structured", ("weight", 0, 2, 0)),
]


@pytest.mark.parametrize(("name", "given"), METHODS)
def test_a_parameter_is_pruned_and_made_ordinary_again(name, given):
    def program(library):
        module, prune = layer(library), library.nn.utils.prune
        assert getattr(prune, name)(module, *given) is module
        before = seen(library, module)
        prune.remove(module, given[0])
        return [before, seen(library, module)]

    assert_same(program)


@pytest.mark.parametrize("second", [row for row in METHODS if row[1][0] == "weight"])
@pytest.mark.parametrize("first", [METHODS[1], METHODS[6]])
def test_a_second_pruning_chooses_from_what_is_left(first, second):
    def program(library):
        module, prune = layer(library), library.nn.utils.prune
        for name, given in (first, second):
            getattr(prune, name)(module, *given)
        return seen(library, module)

    assert_same(program)


def test_a_mask_and_scores_of_one_s_own():
    def program(library):
        module, prune = layer(library), library.nn.utils.prune
        mask = (module.weight > 0).detach()
        prune.custom_from_mask(module, "weight", mask)
        prune.custom_from_mask(module, "weight", library.ones(4, 3, 2, 2))
        scores = library.arange(4).double()
        prune.l1_unstructured(module, "bias", 2, importance_scores=scores)
        return seen(library, module)

    assert_same(program)


def test_several_parameters_are_pruned_as_one():
    def program(library):
        module, prune = layer(library), library.nn.utils.prune
        prune.l1_unstructured(module, "weight", 5)
        pairs = [(module, "weight"), (module, "bias")]
        prune.global_unstructured(pairs, prune.L1Unstructured, amount=0.3)
        return seen(library, module)

    assert_same(program)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("l1_unstructured", ("weight", "half")),
        ("l1_unstructured", ("weight", 1.5)),
        ("l1_unstructured", ("weight", -1)),
        ("l1_unstructured", ("weight", 1000)),
        ("ln_structured", ("bias", 1, 2, 0)),
        ("ln_structured", ("weight", 1, 2, 7)),
        ("remove", ("weight",)),
    ],
)
def test_what_cannot_be_pruned_is_refused(name, given):
    def program(library):
        getattr(library.nn.utils.prune, name)(layer(library), *given)

    assert_same(program)


def test_a_refusal_leaves_the_module_as_it_was():
    module = layer(tnn)
    with pytest.raises(ValueError, match="cannot be pruned"):
        tnn.nn.utils.prune.l1_unstructured(module, "weight", 1000)
    with pytest.raises(ValueError, match="has no parameter 'nothing'"):
        tnn.nn.utils.prune.identity(module, "nothing")
    with pytest.raises(ValueError, match="importance_scores"):
        tnn.nn.utils.prune.l1_unstructured(module, "bias", 1, tnn.ones(3))
    prune = tnn.nn.utils.prune
    with pytest.raises(TypeError, match="unstructured"):
        prune.global_unstructured([(module, "weight")], prune.LnStructured, amount=1, n=2)
    assert not tnn.nn.utils.prune.is_pruned(module)
    assert list(module.state_dict()) == ["weight", "bias"]


def test_the_hook_knows_its_parameter_and_the_prunings_that_were():
    def program(library):
        layer = library.nn.Linear(3, 4)
        prune = library.nn.utils.prune
        prune.l1_unstructured(layer, "weight", 2)
        prune.ln_structured(layer, "weight", 1, n=2, dim=0)
        prune.random_unstructured(layer, "weight", 1)
        (hook,) = layer._forward_pre_hooks.values()
        return hook._tensor_name, [type(each).__name__ for each in hook], len(hook)

    assert_same(program)

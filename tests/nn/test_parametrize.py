"""Weights that are computed from others: weight and spectral norms, and parametrizations.
Read `test_utils.py` for the rest of `nn.utils`.
"""

import copy
from itertools import product

import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn

pytestmark = pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")


def trained(library, module, x):
    """Run a module forward and backward in training, in training again and after eval."""
    outputs = []
    for training in (True, True, False):
        module.train(training)
        outputs.append(module(x))
    sum(each.sin().sum() for each in outputs).backward()
    return [
        [each.detach() for each in outputs],
        list(module.state_dict()),
        [each.detach() for each in module.state_dict().values()],
        [each.grad for each in module.parameters()],
        x.grad,
        repr(module),
    ]


def layers(library):
    library.manual_seed(0)
    nn = library.nn
    return {
        "Linear": (nn.Linear(3, 4).double(), (5, 3)),
        "Conv2d": (nn.Conv2d(2, 3, 2).double(), (1, 2, 4, 3)),
        "ConvTranspose1d": (nn.ConvTranspose1d(2, 3, 2).double(), (2, 2, 4)),
    }


def made(library, name):
    module, shape = layers(library)[name]
    x = library.linspace(-1, 1, 24).double()[: tnn.empty(shape).numel()].reshape(shape)
    return module, x.requires_grad_()


NORMS = [
    ("weight_norm", ()),
    ("weight_norm", ("weight", 1)),
    ("weight_norm", ("weight", None)),
    ("spectral_norm", ()),
    ("spectral_norm", ("weight", 3)),
]


@pytest.mark.parametrize("name", ["Linear", "Conv2d", "ConvTranspose1d"])
@pytest.mark.parametrize("where", ["", "parametrizations"])
@pytest.mark.parametrize(("norm", "given"), NORMS)
def test_a_norm_of_weights(where, norm, given, name):
    def program(library):
        utils = library.nn.utils
        place = getattr(utils, where) if where else utils
        module, x = made(library, name)
        assert getattr(place, norm)(module, *given) is module
        return trained(library, module, x)

    assert_same(program, 1e-10, 1e-11)


@pytest.mark.parametrize("norm", ["weight_norm", "spectral_norm"])
def test_the_old_form_is_removed(norm):
    def program(library):
        module, x = made(library, "Linear")
        utils = library.nn.utils
        getattr(utils, norm)(module)
        module(x)
        getattr(utils, f"remove_{norm}")(module)
        return trained(library, module, x)

    assert_same(program, 1e-10, 1e-11)
    assert_same(lambda lib: getattr(lib.nn.utils, f"remove_{norm}")(lib.nn.Linear(1, 1)))


@pytest.mark.parametrize("norm", ["weight_norm", "spectral_norm"])
def test_the_old_form_twice_is_refused(norm):
    def program(library):
        module = library.nn.Linear(2, 2)
        getattr(library.nn.utils, norm)(module)
        getattr(library.nn.utils, norm)(module)

    assert_same(program)


def test_a_state_of_the_old_form_is_loaded_by_the_new():
    def program(library):
        module, _ = made(library, "Linear")
        old = library.nn.utils.weight_norm(copy.deepcopy(module)).state_dict()
        new = library.nn.utils.parametrizations.weight_norm(library.nn.Linear(3, 4).double())
        return [list(new.load_state_dict(old)), new.weight.detach(), old["weight_g"]]

    assert_same(program)


def symmetric(library, invertible=True):
    class Symmetric(library.nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).transpose(-1, -2)

    class Invertible(Symmetric):
        def right_inverse(self, x):
            return x.triu()

    return Invertible() if invertible else Symmetric()


def doubled(library):
    class Doubled(library.nn.Module):
        def forward(self, x):
            return 2 * x

        def right_inverse(self, x):
            return x / 2

    return Doubled()


def square(library):
    library.manual_seed(0)
    return library.nn.Linear(3, 3).double()


def seen(library, module):
    parametrize = library.nn.utils.parametrize
    return [
        list(module.state_dict()),
        module.weight.detach(),
        parametrize.is_parametrized(module),
        parametrize.is_parametrized(module, "weight"),
        parametrize.is_parametrized(module, "bias"),
        type(module).__name__,
        parametrize.type_before_parametrizations(module).__name__,
        repr(module),
    ]


@pytest.mark.parametrize("invertible", [True, False])
def test_a_parametrization_of_one_s_own(invertible):
    def program(library):
        module, parametrize = square(library), library.nn.utils.parametrize
        parametrize.register_parametrization(module, "weight", symmetric(library, invertible))
        x = library.ones(2, 3).double().requires_grad_()
        return [*seen(library, module), *trained(library, module, x)]

    assert_same(program)


@pytest.mark.parametrize("leave", [True, False])
def test_parametrizations_one_after_another_and_removed(leave):
    def program(library):
        module, parametrize = square(library), library.nn.utils.parametrize
        parametrize.register_parametrization(module, "weight", symmetric(library))
        parametrize.register_parametrization(module, "weight", doubled(library))
        parametrize.register_parametrization(module, "bias", doubled(library))
        before = seen(library, module)
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=leave)
        middle = seen(library, module)
        parametrize.remove_parametrizations(module, "bias")
        return [before, middle, seen(library, module), module.bias.detach()]

    assert_same(program)


@pytest.mark.parametrize("sizes", [(3, 3), (5, 3), (3, 5)])
@pytest.mark.parametrize(
    ("name", "is_trivial"),
    [(None, True), *product(("matrix_exp", "cayley", "householder"), (True, False))],
)
def test_an_orthogonal_weight(sizes, name, is_trivial):
    def program(library):
        library.manual_seed(0)
        module = library.nn.Linear(*sizes).double()
        orthogonal = library.nn.utils.parametrizations.orthogonal
        orthogonal(module, "weight", name, use_trivialization=is_trivial)
        x = library.ones(2, sizes[0]).double().requires_grad_()
        assigned = []
        if is_trivial or name == "householder":
            with library.no_grad():
                module.weight = library.eye(sizes[1], sizes[0]).double()
            assigned = [module.weight.detach()]
        return [*assigned, *seen(library, module), *trained(library, module, x)]

    assert_same(program)


def test_an_orthogonal_weight_is_complex_or_in_a_batch():
    def program(library):
        library.manual_seed(0)
        module = library.nn.Module()
        module.a = library.nn.Parameter(library.randn(3, 3, dtype=library.complex128))
        module.b = library.nn.Parameter(library.randn(2, 4, 3, dtype=library.float64))
        for name, rule in (("a", None), ("b", "cayley")):
            library.nn.utils.parametrizations.orthogonal(module, name, rule)
        return [module.a.detach(), module.b.detach(), list(module.state_dict())]

    assert_same(program)


def test_what_cannot_be_orthogonal_is_refused(library):
    orthogonal = library.nn.utils.parametrizations.orthogonal
    for name, rule in (("bias", None), ("no", None), ("weight", "cholesky")):
        with pytest.raises(ValueError, match=r"."):
            orthogonal(library.nn.Linear(3, 3), name, rule)
    module = library.nn.Module()
    module.weight = library.nn.Parameter(library.eye(3, dtype=library.complex64))
    with pytest.raises(ValueError, match="complex"):
        orthogonal(module, "weight", "householder")
    bound = orthogonal(library.nn.Linear(3, 3), use_trivialization=False)
    with pytest.raises(NotImplementedError):
        bound.weight = library.eye(3)
    with pytest.raises((ValueError, RuntimeError)):
        orthogonal(library.nn.Linear(3, 3)).weight = library.eye(4)


def test_a_parametrized_tensor_is_assigned():
    def program(library):
        module, parametrize = square(library), library.nn.utils.parametrize
        parametrize.register_parametrization(module, "weight", symmetric(library))
        module.weight = library.eye(3).double()
        return [module.weight.detach(), module.parametrizations.weight.original.detach()]

    assert_same(program)


def test_copies_of_a_parametrized_module_go_their_own_ways():
    module, parametrize = square(tnn), tnn.nn.utils.parametrize
    parametrize.register_parametrization(module, "weight", symmetric(tnn))
    copied = copy.deepcopy(module)
    parametrize.remove_parametrizations(module, "weight")
    assert not parametrize.is_parametrized(module)
    assert tnn.equal(copied.weight, module.weight)
    assert type(copied).__name__ == "ParametrizedLinear"


def test_a_tensor_is_computed_once_within_cached(library):
    calls = []

    class Counted(library.nn.Module):
        def forward(self, x):
            calls.append(1)
            return x * 1

    module, parametrize = square(library), library.nn.utils.parametrize
    parametrize.register_parametrization(module, "weight", Counted())
    del calls[:]
    with parametrize.cached():
        assert module.weight is module.weight
    assert len(calls) == 1
    assert module.weight is not module.weight


@pytest.mark.parametrize(
    "program",
    [
        lambda lib, p, m: p.register_parametrization(m, "nothing", lib.nn.ReLU()),
        lambda lib, p, m: p.register_parametrization(m, "weight", lib.nn.Linear(3, 2).double()),
        lambda lib, p, m: p.remove_parametrizations(m, "weight"),
        lambda lib, p, m: p.ParametrizationList([], m.weight),
        lambda lib, p, m: setattr(
            p.register_parametrization(m, "weight", symmetric(lib, False)), "weight", m.weight * 2
        ),
        lambda lib, p, m: p.remove_parametrizations(
            lib.nn.utils.parametrizations.weight_norm(m), "weight", leave_parametrized=False
        ),
        lambda lib, p, m: lib.nn.utils.parametrizations.spectral_norm(m, "weight", 0),
        lambda lib, p, m: lib.nn.utils.parametrizations.spectral_norm(m, "nothing"),
        lambda lib, p, m: lib.nn.utils.spectral_norm(m, n_power_iterations=0),
        lambda lib, p, m: lib.nn.utils.parametrizations.spectral_norm(m, dim=5),
    ],
)
def test_what_cannot_be_parametrized_is_refused(program):
    assert_same(lambda library: program(library, library.nn.utils.parametrize, square(library)))

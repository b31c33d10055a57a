"""Containers of modules and of parameters: programs with them, run here and in PyTorch.
Read `test_sequential.py` for Sequential alone, and `test_module_state.py` next.
"""

from collections import OrderedDict

import pytest
from beside_torch import assert_same


def layers(library, *sizes):
    return [library.nn.Linear(size, size) for size in sizes]


def names(module):
    return [[name for name, _ in module.named_modules()], list(module.state_dict()), repr(module)]


def sequential(library):
    return library.nn.Sequential(*layers(library, 1, 2, 3))


def module_list(library):
    return library.nn.ModuleList(layers(library, 1, 2, 2, 3))


def module_dict(library):
    a, b, c = layers(library, 1, 2, 3)
    return library.nn.ModuleDict({"b": b, "a": a, "c": c})


def parameter_list(library):
    return library.nn.ParameterList([library.ones(2), library.zeros(2, 3), library.ones(())])


def parameter_dict(library):
    return library.nn.ParameterDict({"b": library.ones(2), "a": library.zeros(2, 3)})


MADE = (sequential, module_list, module_dict, parameter_list, parameter_dict)

PROGRAMS = {
    "list: empty": lambda lib: names(lib.nn.ModuleList()),
    "list: appended": lambda lib: names(module_list(lib).append(lib.nn.ReLU())),
    "list: extended": lambda lib: names(module_list(lib).extend(module_list(lib))),
    "list: added": lambda lib: names(module_list(lib).__add__([lib.nn.ReLU()])),
    "list: of one in another": lambda lib: names(lib.nn.ModuleList([module_list(lib)] * 2)),
    "list: sliced": lambda lib: names(module_list(lib)[1:]),
    "list: reversed": lambda lib: names(module_list(lib)[::-1]),
    "list: at -1": lambda lib: repr(module_list(lib)[-1]),
    "list: at 7": lambda lib: module_list(lib)[7],
    "list: at a float": lambda lib: module_list(lib)[1.0],
    "list: no module": lambda lib: lib.nn.ModuleList([1]),
    "list: no list": lambda lib: lib.nn.ModuleList(3),
    "list: called": lambda lib: module_list(lib)(lib.ones(2)),
    "dict: empty": lambda lib: names(lib.nn.ModuleDict()),
    "dict: pairs": lambda lib: names(lib.nn.ModuleDict([["x", lib.nn.ReLU()]])),
    "dict: no pairs": lambda lib: lib.nn.ModuleDict([["x", lib.nn.ReLU(), 1]]),
    "dict: pairs that are numbers": lambda lib: lib.nn.ModuleDict([1]),
    "dict: a number": lambda lib: lib.nn.ModuleDict(1),
    "dict: no module": lambda lib: lib.nn.ModuleDict({"a": 1}),
    "dict: contains": lambda lib: ["a" in module_dict(lib), "d" in module_dict(lib)],
    "dict: items": lambda lib: [
        [key, repr(module), repr(value)]
        for (key, module), value in zip(
            module_dict(lib).items(), module_dict(lib).values(), strict=True
        )
    ],
    "dict: keys": lambda lib: [list(module_dict(lib)), list(module_dict(lib).keys())],
    "dict: popped": lambda lib: (lambda m: [repr(m.pop("a")), *names(m)])(module_dict(lib)),
    "dict: cleared": lambda lib: (lambda m: [m.clear(), *names(m)])(module_dict(lib)),
    "dict: updated": lambda lib: (
        lambda m: [m.update(OrderedDict(z=lib.nn.ReLU(), a=lib.nn.Tanh())), *names(m)]
    )(module_dict(lib)),
    "parameters: empty": lambda lib: names(lib.nn.ParameterList()),
    "parameters: of one": lambda lib: repr(lib.nn.ParameterList([lib.ones(1)])),
    "parameters: of what is none": lambda lib: names(lib.nn.ParameterList([lib.ones(1), 3, "x"])),
    "parameters: appended": lambda lib: names(parameter_list(lib).append(lib.ones(1))),
    "parameters: extended": lambda lib: names(parameter_list(lib).extend([lib.ones(1)])),
    "parameters: sliced": lambda lib: names(parameter_list(lib)[::2]),
    "parameters: a tensor": lambda lib: lib.nn.ParameterList(lib.ones(2)),
    "parameters: at 3": lambda lib: parameter_list(lib)[3],
    "parameters: called": lambda lib: parameter_list(lib)(),
    "parameters: listed": lambda lib: list(parameter_list(lib)),
    "parameters: trained": lambda lib: [p.requires_grad for p in parameter_list(lib).parameters()],
    "by name: empty": lambda lib: names(lib.nn.ParameterDict()),
    "by name: sorted": lambda lib: names(parameter_dict(lib)),
    "by name: pairs": lambda lib: names(lib.nn.ParameterDict([("z", lib.ones(1)), ("a", 1)])),
    "by name: a number": lambda lib: lib.nn.ParameterDict(1),
    "by name: a number as key": lambda lib: lib.nn.ParameterDict({1: lib.ones(1)}),
    "by name: reversed": lambda lib: list(reversed(parameter_dict(lib))),
    "by name: popped": lambda lib: (lambda m: [m.pop("b"), *names(m)])(parameter_dict(lib)),
    "by name: last": lambda lib: (lambda m: [m.popitem(), *names(m)])(parameter_dict(lib)),
    "by name: got": lambda lib: [parameter_dict(lib).get("x", 3), parameter_dict(lib).get("a")],
    "by name: joined": lambda lib: names(parameter_dict(lib) | lib.nn.ParameterDict({"c": 1})),
    "by name: set by default": lambda lib: (
        lambda m: [m.setdefault("a", 1), m.setdefault("x", lib.ones(1)), *names(m)]
    )(parameter_dict(lib)),
    "by name: of keys": lambda lib: names(parameter_dict(lib).fromkeys(["a", "b"], 2)),
    "by name: copied": lambda lib: names(parameter_dict(lib).copy()),
    "by name: cleared": lambda lib: (lambda m: [m.clear(), *names(m)])(parameter_dict(lib)),
    "sequential: added": lambda lib: names(sequential(lib) + sequential(lib)),
    "sequential: added to": lambda lib: names(sequential(lib).__iadd__(sequential(lib))),
    "sequential: a list added": lambda lib: sequential(lib).__add__([lib.nn.ReLU()]),
    "sequential: twice": lambda lib: names(sequential(lib) * 2),
    "sequential: twice, from the left": lambda lib: names(2 * sequential(lib)),
    "sequential: twice in place": lambda lib: names(sequential(lib).__imul__(2)),
    "sequential: never": lambda lib: sequential(lib) * 0,
    "sequential: one and a half times": lambda lib: sequential(lib) * 1.5,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_with_containers(name):
    assert_same(PROGRAMS[name])


@pytest.mark.parametrize("name", ["items", "a.b", ""])
def test_a_name_that_a_module_cannot_have_is_refused(name, library):
    with pytest.raises(KeyError):
        library.nn.ModuleDict({name: library.nn.ReLU()})
    with pytest.raises(KeyError):
        del module_dict(library)["x"]


@pytest.mark.parametrize("made", MADE)
def test_numbers_are_no_names_to_be_listed(made, library):
    assert not any(name.isdigit() for name in dir(made(library)))
    assert len(made(library)) == len(list(made(library)))


@pytest.mark.parametrize("position", [0, 2, -1, slice(0, 2), slice(None, None, 2)])
@pytest.mark.parametrize("made", [sequential, module_list])
def test_what_is_deleted_is_gone_and_the_rest_numbered_anew(made, position):
    def program(library):
        module = made(library)
        del module[position]
        popped = made(library)
        return [*names(module), repr(popped.pop(position)), *names(popped)]

    assert_same(program)


@pytest.mark.parametrize("place", [0, 1, 4])
def test_insert_into_a_list(place):
    def program(library):
        module = module_list(library)
        module.insert(place, library.nn.ReLU())
        return names(module)

    assert_same(program)


def test_a_module_is_put_in_the_place_of_another():
    def program(library):
        module, by_name = module_list(library), module_dict(library)
        module[1] = module[-1] = library.nn.ReLU()
        by_name["a"] = library.nn.Tanh()
        values = parameter_list(library)
        values[-1] = library.ones(5)
        named = parameter_dict(library)
        named["a"] = library.ones(5)
        named |= {"c": library.ones(1)}
        del by_name["b"], named["b"]
        return [names(each) for each in (module, by_name, values, named)]

    assert_same(program)


def test_a_list_is_copied_saved_and_loaded(library):
    import copy

    first, second = module_list(library), copy.deepcopy(module_list(library))
    second.load_state_dict(first.state_dict())
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert a is not b
        assert a.tolist() == b.tolist()

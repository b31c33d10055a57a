"""Mistakes with losses, optimizers, modules and what they load.
Read `test_mistakes.py` next, which runs all the tables.
"""

from __future__ import annotations

from typing import Any

from mistakes import allowed, refused

Shape = (RuntimeError, ValueError)


def parameter(library: Any) -> Any:
    return library.nn.Parameter(library.ones(2))


def model(library: Any) -> Any:
    return library.nn.Sequential(library.nn.Linear(2, 3), library.nn.Linear(3, 1))


@refused("S076", ValueError, says=("cross_entropy", "(3,)", "(2, 4)", "(2,)"))
def as_many_targets_as_no_batch_has(library):
    target = library.zeros(3, dtype=library.int64)
    library.nn.functional.cross_entropy(library.ones(2, 4), target)


@refused(
    "S077", RuntimeError, TypeError, says=("cross_entropy", "float32", "int64", "target.long()")
)
def class_targets_that_are_floats(library):
    library.nn.functional.cross_entropy(library.ones(2, 4), library.zeros(2))


@refused("S078", IndexError, says=("cross_entropy", "3", "3 classes"))
def a_class_that_is_not_there(library):
    library.nn.functional.cross_entropy(library.ones(1, 3), library.tensor([3]))


@refused("S079", RuntimeError, TypeError, says=("nll_loss", "float64", "int64"))
def nll_targets_that_are_floats(library):
    target = library.zeros(2, dtype=library.float64)
    library.nn.functional.nll_loss(library.ones(2, 4), target)


@allowed("S080", 0.0, says=("mse_loss", "(2,)", "(2, 1)", "broadcast"))
def a_target_that_broadcasts(library):
    return library.nn.functional.mse_loss(library.ones(2, 1), library.ones(2)).item()


@refused("S081", ValueError, says=("binary_cross_entropy_with_logits", "(2,)", "(2, 1)"))
def probabilities_of_another_shape(library):
    bce = library.nn.functional.binary_cross_entropy_with_logits
    bce(library.ones(2, 1), library.ones(2))


@refused("S081", ValueError, says=("binary_cross_entropy", "(2,)", "(2, 1)"))
def probabilities_of_another_shape_without_logits(library):
    library.nn.functional.binary_cross_entropy(library.ones(2, 1), library.ones(2))


@refused("S082", *Shape, says=("batch_norm", "running_mean", "(3,)", "(4,)", "(2, 4)"))
def running_statistics_of_other_channels(library):
    library.nn.functional.batch_norm(library.ones(2, 4), library.zeros(3), library.ones(3))


@refused("S083", *Shape, says=("BatchNorm2d", "(N, C, H, W)", "(2, 3)"))
def images_without_height_and_width(library):
    layer = library.nn.BatchNorm2d(3)
    layer(library.ones(2, 3))


@refused("S084", *Shape, says=("layer_norm", "(2, 3)", "(4,)"))
def a_normalisation_of_another_size(library):
    layer = library.nn.LayerNorm(4)
    layer(library.ones(2, 3))


@refused("S085", IndexError, says=("embedding", "5", "size 3"))
def a_word_that_is_not_in_the_table(library):
    library.nn.functional.embedding(library.tensor([0, 5]), library.ones(3, 2))


@refused("S086", RuntimeError, TypeError, says=("embedding", "float32", "int64"))
def words_that_are_fractions(library):
    library.nn.functional.embedding(library.tensor([0.0, 1.0]), library.ones(3, 2))


@refused("S087", ValueError, says=("Dropout", "p", "1.5", "0 to 1"))
def a_probability_above_1(library):
    library.nn.Dropout(1.5)


@refused("S087", ValueError, says=("dropout", "p", "1.5", "0 to 1"))
def a_probability_above_1_in_the_function(library):
    library.nn.functional.dropout(library.ones(2), 1.5)


@refused("S088", *Shape, says=("max_pool2d", "(2, 2)", "(1, 1, 1)"))
def a_window_larger_than_the_image(library):
    library.nn.functional.max_pool2d(library.ones(1, 1, 1), 2)


@refused("S089", RuntimeError, says=("max_pool2d", "padding (2, 2)", "(2, 2)", "half"))
def padding_of_more_than_half_the_window(library):
    library.nn.functional.max_pool2d(library.ones(1, 1, 4, 4), 2, padding=2)


@refused("S094", ValueError, says=("empty", "optimizer"))
def an_optimizer_of_nothing(library):
    library.optim.SGD([], lr=0.1)


@refused("S095", ValueError, says=("lr", "-1"))
def a_negative_learning_rate(library):
    library.optim.SGD([parameter(library)], lr=-1)


@refused("S096", ValueError, says=("computed", "(2,)", "leaf"))
def an_optimizer_of_a_computed_tensor(library):
    library.optim.SGD([parameter(library) * 2], lr=0.1)


@refused("S097", TypeError, says=("Tensor", "list"))
def an_optimizer_of_one_tensor(library):
    library.optim.SGD(parameter(library), lr=0.1)


@refused("S097", TypeError, says=("Tensors", "int"))
def an_optimizer_of_a_number(library):
    library.optim.SGD([1], lr=0.1)


@allowed("S098", 2, says=("same parameter twice",))
def an_optimizer_of_one_parameter_twice(library):
    p = parameter(library)
    return len(library.optim.SGD([p, p], lr=0.1).param_groups[0]["params"])


@refused("S099", ValueError, says=("more than one group",))
def one_parameter_in_two_groups(library):
    p = parameter(library)
    library.optim.SGD([{"params": [p]}, {"params": [p]}], lr=0.1)


@refused("S100", ValueError, says=("nesterov", "momentum=0", "dampening=0"))
def nesterov_without_momentum(library):
    library.optim.SGD([parameter(library)], lr=0.1, nesterov=True)


@refused("S101", ValueError, says=("Adam", "betas[0]", "1.0", "below 1"))
def a_mean_that_forgets_nothing(library):
    library.optim.Adam([parameter(library)], betas=(1.0, 0.999))


@refused("S102", ValueError, says=("Adam", "eps", "-1"))
def a_negative_epsilon(library):
    library.optim.Adam([parameter(library)], eps=-1)


@refused("S103", ValueError, says=("weight_decay", "-1"))
def a_negative_weight_decay(library):
    library.optim.SGD([parameter(library)], lr=0.1, weight_decay=-1)


@refused("S104", ValueError, says=("1", "2", "parameters"))
def an_optimizer_state_of_another_size(library):
    ours = library.optim.SGD([parameter(library), parameter(library)], lr=0.1)
    theirs = library.optim.SGD([parameter(library)], lr=0.1).state_dict()
    ours.load_state_dict(theirs)


@refused("S105", AttributeError, says=("module", "super().__init__()"))
def a_module_assigned_before_init(library):
    class Early(library.nn.Module):
        def __init__(self):
            self.layer = library.nn.ReLU()

    Early()


@refused("S106", KeyError, says=("parameter", "dot", "a.b"))
def a_parameter_name_with_a_dot(library):
    library.nn.Module().register_parameter("a.b", parameter(library))


@refused("S107", TypeError, says=("'w'", "Tensor", "Parameter"))
def a_tensor_assigned_over_a_parameter(library):
    module = library.nn.Module()
    module.w = parameter(library)
    module.w = library.ones(2)


@refused("S108", RuntimeError, says=("load_state_dict", "Sequential", "'0.weight'", "'9.x'"))
def a_state_with_names_missing_and_too_many(library):
    loaded = model(library)
    state = loaded.state_dict()
    del state["0.weight"]
    state["9.x"] = library.ones(1)
    loaded.load_state_dict(state)


@refused("S109", *Shape, says=("'0.weight'", "(3, 3)", "(3, 2)"))
def a_state_of_another_shape(library):
    loaded = model(library)
    state = {**loaded.state_dict(), "0.weight": library.ones(3, 3)}
    loaded.load_state_dict(state)


@refused("S110", *Shape, says=("'0.weight'", "(3, 3)", "(3, 2)"))
def a_state_of_another_shape_without_strict(library):
    loaded = model(library)
    state = {**loaded.state_dict(), "0.weight": library.ones(3, 3)}
    loaded.load_state_dict(state, strict=False)


@allowed("S111", [["0.weight"], ["9.x"]])
def names_that_differ_without_strict(library):
    loaded = model(library)
    state = loaded.state_dict()
    del state["0.weight"]
    state["9.x"] = library.ones(1)
    return list(loaded.load_state_dict(state, strict=False))


@refused("S113", TypeError, says=("load_state_dict", "list"))
def a_list_as_state(library):
    loaded = model(library)
    loaded.load_state_dict([])


@refused("S114", RuntimeError, says=("clip_grad_norm_", "inf", "2.0", "error_if_nonfinite=False"))
def gradients_that_are_not_finite(library):
    p = parameter(library)
    p.grad = library.tensor([1.0, float("inf")])
    library.nn.utils.clip_grad_norm_(p, 1.0, error_if_nonfinite=True)

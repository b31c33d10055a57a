"""Mistakes with shapes, dtypes, dimensions, indices and the data of a tensor.
Read `training_mistakes.py` next.
"""

from __future__ import annotations

import numpy as np
from mistakes import refused

Shape = (RuntimeError, ValueError)


@refused("S047", *Shape, says=("matmul", "(2, 3)", "(4, 5)"))
def matrices_that_do_not_fit(library):
    library.ones(2, 3) @ library.ones(4, 5)


@refused("S048", *Shape, says=("matmul", "(3,)", "(4,)"))
def vectors_that_do_not_fit(library):
    library.ones(3) @ library.ones(4)


@refused("S049", *Shape, says=("matmul", "(2, 3)", "(4,)"))
def a_matrix_and_a_vector_that_do_not_fit(library):
    library.ones(2, 3) @ library.ones(4)


@refused("S050", *Shape, says=("matmul", "batch", "(2, 3, 4)", "(3, 4, 5)"))
def batches_of_different_size(library):
    library.ones(2, 3, 4) @ library.ones(3, 4, 5)


@refused("S050", *Shape, says=("bmm", "(2, 3, 4)", "(3, 4, 5)", "matmul"))
def batches_of_different_size_in_bmm(library):
    library.bmm(library.ones(2, 3, 4), library.ones(3, 4, 5))


@refused("S051", *Shape, says=("matmul", "()", "(3,)"))
def a_product_with_a_number(library):
    library.tensor(1.0) @ library.ones(3)


@refused("S052", RuntimeError, TypeError, says=("matmul", "float32", "float64", ".to("))
def matrices_of_different_dtypes(library):
    library.ones(2, 3) @ library.ones(3, 2, dtype=library.float64)


@refused("S052", RuntimeError, TypeError, says=("mm", "float32", "float64", ".to("))
def matrices_of_different_dtypes_in_mm(library):
    library.mm(library.ones(2, 3), library.ones(3, 2, dtype=library.float64))


@refused("S053", *Shape, says=("linear", "(2, 5)", "(4, 3)"))
def an_input_that_does_not_fit_a_layer(library):
    layer = library.nn.Linear(3, 4)
    layer(library.ones(2, 5))


@refused("S054", *Shape, says=("add", "(2, 3)", "(4,)", "3", "4", "dimension 1"))
def shapes_that_do_not_broadcast(library):
    library.ones(2, 3) + library.ones(4)


@refused("S054", *Shape, says=("where", "(2, 3)", "(4,)"))
def shapes_that_do_not_broadcast_in_where(library):
    library.where(library.ones(2, 3) > 0, library.ones(4), 0.0)


@refused("S054", *Shape, says=("clamp", "(2, 3)", "(4,)"))
def shapes_that_do_not_broadcast_in_clamp(library):
    library.clamp(library.ones(2, 3), library.zeros(4))


@refused("S054", *Shape, says=("setitem", "(2, 3)", "(4,)"))
def a_value_that_does_not_broadcast_in_setitem(library):
    x = library.ones(2, 3)
    x[:] = library.ones(4)


@refused("S054", *Shape, says=("mul_", "(3,)", "(2, 3)"))
def a_result_that_does_not_fit_in_place(library):
    x = library.ones(3)
    x.mul_(library.ones(2, 3))


@refused("S055", *Shape, says=("conv2d", "(1, 1, 8, 8)", "(4, 3, 3, 3)", "1 channels"))
def an_image_with_other_channels_than_the_kernel(library):
    weight = library.ones(4, 3, 3, 3)
    library.nn.functional.conv2d(library.ones(1, 1, 8, 8), weight)


@refused("S056", *Shape, says=("conv2d", "(5, 5)", "(1, 1, 3, 3)"))
def a_kernel_larger_than_the_image(library):
    library.nn.functional.conv2d(library.ones(1, 1, 3, 3), library.ones(1, 1, 5, 5))


@refused("S057", *Shape, says=("conv2d", "(1, 1, 1, 3, 3)", "(N, C, H, W)", "(C, H, W)"))
def an_image_of_five_dimensions(library):
    library.nn.functional.conv2d(library.ones(1, 1, 1, 3, 3), library.ones(1, 1, 2, 2))


@refused("S058", *Shape, says=("reshape", "(4, 2)", "6"))
def a_shape_of_another_size(library):
    library.ones(2, 3).reshape(4, 2)


@refused("S058", *Shape, says=("view", "(4, 2)", "6"))
def a_view_of_another_size(library):
    library.ones(2, 3).view(4, 2)


@refused("S058", *Shape, says=("view", "(6,)", "(3, 2)", ".reshape("))
def a_view_that_would_need_a_copy(library):
    library.ones(2, 3).transpose(0, 1).view(6)


@refused("S059", *Shape, says=("reshape", "(-1, 4)", "6"))
def a_shape_that_nothing_completes(library):
    library.ones(2, 3).reshape(-1, 4)


@refused("S060", *Shape, says=("reshape", "(-1, -1)", "one"))
def a_shape_with_two_unknowns(library):
    library.ones(2, 3).reshape(-1, -1)


@refused("S061", *Shape, says=("cat", "(2, 3)", "(2, 4)", "dimension 0"))
def tensors_that_cannot_be_joined(library):
    library.cat([library.ones(2, 3), library.ones(2, 4)])


@refused("S062", *Shape, says=("stack", "(2, 3)", "(2, 4)", "tensor 1"))
def tensors_that_cannot_be_stacked(library):
    library.stack([library.ones(2, 3), library.ones(2, 4)])


@refused("S063", *Shape, says=("stack", "non-empty"))
def nothing_to_stack(library):
    library.stack([])


@refused("S064", IndexError, RuntimeError, says=("sum", "5", "2 dimensions", "-2", "1"))
def a_sum_over_a_dimension_that_is_not_there(library):
    library.ones(2, 3).sum(5)


@refused("S064", IndexError, says=("softmax", "-3", "2 dimensions"))
def a_softmax_over_a_dimension_that_is_not_there(library):
    library.softmax(library.ones(2, 3), -3)


@refused("S065", *Shape, says=("sum", "twice", "(0, 0)"))
def a_sum_twice_over_one_dimension(library):
    library.ones(2, 3).sum((0, 0))


@refused("S066", IndexError, says=("transpose", "2", "2 dimensions", "-2"))
def a_transpose_of_a_dimension_that_is_not_there(library):
    library.ones(2, 3).transpose(0, 2)


@refused("S067", *Shape, says=("permute", "(0, 0)", "(2, 3)"))
def a_permutation_that_repeats(library):
    library.ones(2, 3).permute(0, 0)


@refused("S068", IndexError, says=("index", "5", "dimension 0", "size 2"))
def an_index_beyond_the_end(library):
    library.ones(2, 3)[5]


@refused("S068", IndexError, says=("index", "-4", "dimension 1", "size 3"))
def an_index_before_the_start(library):
    library.ones(2, 3)[0, -4]


@refused("S068", IndexError, says=("5", "dimension 0", "size 2"))
def setting_an_element_beyond_the_end(library):
    x = library.ones(2, 3)
    x[5] = 0.0


@refused("S069", IndexError, says=("index", "5", "dimension 0", "size 2"))
def a_list_with_an_index_beyond_the_end(library):
    library.ones(2, 3)[[0, 5]]


@refused("S070", IndexError, says=("index", "3 indices", "2 dimensions", "(2, 3)"))
def more_indices_than_dimensions(library):
    library.ones(2, 3)[0, 0, 0]


@refused("S071", IndexError, says=("mask", "(3,)", "(2, 3)", "dimension 0"))
def a_mask_of_another_shape(library):
    library.ones(2, 3)[library.tensor([True, False, True])]


@refused("S072", IndexError, says=("index", "float", "0.5"))
def a_fraction_as_index(library):
    library.ones(2, 3)[0.5]


@refused("S072", IndexError, says=("index", "float32"))
def a_tensor_of_fractions_as_index(library):
    library.ones(2, 3)[library.tensor([0.0, 1.0])]


@refused("S073", IndexError, says=("unsqueeze", "5", "-3", "2"))
def unsqueeze_where_there_is_no_place(library):
    library.ones(2, 3).unsqueeze(5)


@refused("S073", IndexError, says=("squeeze", "5", "2 dimensions"))
def squeeze_what_is_not_there(library):
    library.ones(2, 3).squeeze(5)


@refused("S074", *Shape, says=("expand", "(2, 3)", "(4, 3)"))
def an_expansion_of_a_size_that_is_not_1(library):
    library.ones(2, 3).expand(4, 3)


@refused("S075", *Shape, says=("split", "(1, 2)", "5", "dimension 0", "(5, 2)"))
def parts_that_do_not_add_up(library):
    library.ones(5, 2).split((1, 2))


@refused("S075", *Shape, says=("split", "(2, 2)", "6", "dimension 0", "(6,)"))
def a_list_of_parts_that_do_not_add_up(library):
    library.ones(6).split([2, 2])


@refused("S090", ValueError, says=("tensor()", "length 2", "1", "dimension 1"))
def lists_of_unequal_length(library):
    library.tensor([[1, 2], [3]])


@refused("S091", ValueError, says=("tensor()", "'ab'"))
def a_string_as_data(library):
    library.tensor("ab")


@refused("S092", RuntimeError, says=("tensor()", "None"))
def nothing_as_data(library):
    library.tensor(None)


@refused("S093", TypeError, says=("tensor()", "object"))
def objects_as_data(library):
    library.tensor(np.array([object()]))

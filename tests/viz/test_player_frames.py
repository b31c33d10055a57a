"""What the player's steps say: every formula, number and sum over paths, without a browser.
Read `test_player_html.py` next, for the page that holds them.
"""

import json
import math

import pytest
from player_samples import COMPUTATIONS, number, three_uses, write_up, xor

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.errors import GraphError


def named(frames, phase):
    return [frame for frame in frames if frame["phase"] == phase]


def paths_to(frames, symbol):
    """What the steps say of the paths to a tensor: (arrived, total, complete, sum so far)."""
    return [
        (len(each["arrived"]), each["total"], each["complete"], float(each["value"]["number"]))
        for frame in frames
        for each in frame["paths"]
        if each["symbol"] == symbol
    ]


def finished(frames):
    """The gradients in the order in which they become whole: (symbol, number)."""
    return [
        (each["symbol"], each["value"]["number"]) for frame in frames for each in frame["finished"]
    ]


class Square(tnn.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g


class SumAndProduct(tnn.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x + y, x * y

    @staticmethod
    def backward(ctx, g_sum, g_product):
        x, y = ctx.saved_tensors
        return g_sum + g_product * y, g_sum + g_product * x


# --- forward --------------------------------------------------------------------------------------


def test_forward_steps_come_first_oldest_first_with_their_numbers():
    a, b = number(2.0), number(-3.0)
    player = viz.play(a * b + b)
    assert [frame["phase"] for frame in player.frames] == [
        *("forward", "forward", "start", "backward", "backward", "end")
    ]
    first, second = named(player.frames, "forward")
    assert first["text"] == "v₁ = a · b = 2 · (−3) = −6"
    assert (first["formula"], first["filled"]) == (r"v_{1} = a \cdot b", r"2 \cdot (-3) = -6")
    assert [shown["symbol"] for shown in second["operands"]] == ["v_{1}", "b"]


def test_arrays_are_tables_with_their_shapes():
    a = tnn.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    player = viz.play((a * 2).sum())
    first = player.frames[0]
    assert first["filled"] == ""
    assert "of shape (2, 2)" in first["text"]
    value = first["outputs"][0]["value"]
    assert value["shape"] == (2, 2)
    assert value["number"] == ""
    assert value["table"] in json.dumps(player.frames)


def test_the_module_of_a_step_is_named():
    loss, parameters = xor()
    player = viz.play(loss, params=parameters)
    assert [frame["operation"] for frame in named(player.frames, "forward")] == [
        *("linear", "tanh", "linear", "mse_loss")
    ]
    model = nn.Sequential(nn.Linear(2, 1))
    player = viz.play(model(tnn.ones(1, 2)).sum(), params=model)
    assert player.frames[0]["module"] == "0"


# --- backward -------------------------------------------------------------------------------------


def test_backward_starts_with_one_and_goes_newest_first():
    a, b = number(2.0), number(-3.0)
    frames = viz.play((a * b).tanh()).frames
    assert named(frames, "start")[0]["text"].startswith("∂L/∂L = 1")
    assert [frame["operation"] for frame in named(frames, "backward")] == ["tanh", "mul"]


def test_each_operand_gets_incoming_times_local():
    a, b = number(2.0), number(-3.0)
    loss = a * b * 5.0
    (step,) = [f for f in viz.play(loss).frames if f["phase"] == "backward" and len(f["parts"]) > 1]
    assert step["outputs"][0]["value"]["number"] == "5.0"
    assert [(p["symbol"], p["local"]["number"], p["value"]["number"]) for p in step["parts"]] == [
        ("a", "-3.0", "-15.0"),
        ("b", "2.0", "10.0"),
    ]
    assert [part["rule"] for part in step["parts"]] == [
        r"\frac{\partial L}{\partial v_{1}} \cdot b",
        r"\frac{\partial L}{\partial v_{1}} \cdot a",
    ]


def test_a_jacobian_shows_the_rule_and_the_tensors_that_it_takes():
    x, W = tnn.ones(2, 3), tnn.ones(3, 2, requires_grad=True)
    step = viz.play((x @ W).sum()).frames[-2]
    (part,) = step["parts"]
    assert part["local"] is None
    assert [shown["symbol"] for shown in part["taken"]] == ["x"]
    assert "x" in part["rule"]


def test_broadcasting_is_undone_by_a_sum_over_dims():
    x, bias = tnn.ones(3, 10), tnn.zeros(10, requires_grad=True)
    step = viz.play((x + bias).sum()).frames[-2]
    (part,) = step["parts"]
    assert part["summed"] == (0,)
    assert (part["unreduced"]["shape"], part["value"]["shape"]) == ((3, 10), (10,))
    assert part["unreduced"]["table"] != part["value"]["table"]
    assert "summed over dim 0" in step["text"]


def test_a_sum_to_a_dim_of_one_names_every_dim():
    x, column = tnn.ones(4, 3, 2), tnn.zeros(3, 1, requires_grad=True)
    step = viz.play((x * column).sum()).frames[-2]
    assert step["parts"][0]["summed"] == (0, 2)
    assert "summed over dims 0, 2" in step["text"]


# --- the sum over paths ---------------------------------------------------------------------------


def test_twice_the_same_operand_counts_as_two_paths():
    a = number(1.5)
    b = a + a
    c = b + b
    frames = viz.play(c).frames
    assert paths_to(frames, "b") == [(2, 2, True, 2.0)]
    assert paths_to(frames, "a") == [(2, 2, True, 4.0)]


def test_three_uses_are_complete_when_the_last_path_arrives_and_not_before():
    loss, leaves = three_uses()
    frames = viz.play(loss).frames
    loss.backward()
    told = paths_to(frames, "b")
    assert [each[:3] for each in told] == [(1, 3, False), (2, 3, False), (3, 3, True)]
    assert told[-1][3] == leaves["b"].grad.item()
    steps_before_the_last = frames[:-2]
    assert "b" not in dict(finished(steps_before_the_last))
    assert dict(finished(frames))["b"] == repr(leaves["b"].grad.item())


def test_the_words_count_the_paths():
    loss, _ = three_uses()
    texts = [frame["text"] for frame in viz.play(loss).frames]
    assert sum("so far: 1 of 3 paths" in text for text in texts) == 1
    assert sum("so far: 2 of 3 paths" in text for text in texts) == 1
    assert sum("is the whole sum: 3 of 3 paths" in text for text in texts) == 1


def test_a_shared_layer_sums_both_of_its_uses():
    tnn.manual_seed(0)
    layer = nn.Linear(2, 2).double()
    x = tnn.randn(3, 2, dtype=tnn.float64)
    loss = layer(layer(x).tanh()).sum()
    frames = viz.play(loss, params=layer).frames
    weight = [each for f in frames for each in f["paths"] if each["symbol"] == r"\mathrm{weight}"]
    assert [each["complete"] for each in weight] == [False, True]
    assert len(weight[-1]["arrived"]) == 2
    assert frames[-1]["outputs"][0]["symbol"] == r"\mathrm{weight}"


def test_what_is_used_once_needs_no_sum():
    a = number(2.0)
    assert all(frame["paths"] == () for frame in viz.play(a.exp().tanh()).frames)


def test_every_gradient_becomes_whole_once():
    for computation in COMPUTATIONS:
        loss, _ = computation()
        symbols = [symbol for symbol, _ in finished(viz.play(loss).frames)]
        assert len(symbols) == len(set(symbols))


def test_the_last_step_has_all_leaves_and_parameters():
    loss, parameters = xor()
    end = viz.play(loss, params=parameters).frames[-1]
    assert [shown["name"] for shown in end["outputs"]] == list(parameters)


# --- what may come --------------------------------------------------------------------------------


def test_a_freed_graph_is_played_from_what_can_be_computed_again():
    loss, leaves = three_uses()
    loss.backward()
    frames = viz.play(loss).frames
    assert dict(finished(frames))["a"] == repr(leaves["a"].grad.item())


def test_playing_changes_no_gradient_and_frees_nothing():
    loss, leaves = three_uses()
    viz.play(loss)
    assert leaves["a"].grad is None
    loss.backward()


def test_a_users_function_is_a_step_of_its_own():
    x = number(3.0)
    frames = viz.play(Square.apply(x)).frames
    forward, backward = frames[0], frames[-2]
    assert forward["operation"] == backward["operation"] == "Square"
    assert forward["formula"] == r"L = \operatorname{Square}(x)"
    (part,) = backward["parts"]
    assert part["rule"] == ""
    assert part["value"]["number"] == "6.0"


def test_a_function_of_two_outputs_goes_back_once_with_both_gradients():
    x, y = number(3.0), number(4.0)
    total, product = SumAndProduct.apply(x, y)
    frames = viz.play(total * 10.0 + product).frames
    (step,) = [
        frame for frame in named(frames, "backward") if frame["operation"] == "SumAndProduct"
    ]
    assert [shown["value"]["number"] for shown in step["outputs"]] == ["10.0", "1.0"]
    assert [part["value"]["number"] for part in step["parts"]] == ["14.0", "13.0"]


def test_an_operation_on_a_list_names_its_tensors():
    a, b = tnn.ones(1, requires_grad=True), tnn.ones(2, requires_grad=True)
    frames = viz.play(tnn.cat([a, b]).sum()).frames
    assert frames[0]["formula"] == r"v_{1} = \operatorname{cat}(a, b)"


def test_an_operand_called_y_is_not_taken_for_the_output():
    a, b = number(2.0), number(-3.0)
    first = viz.play(tnn.where(a > b, a, b) * 1.0).frames[0]
    _, right_side = first["formula"].split(" = ")
    assert "b" in right_side
    assert "v_{1}" not in right_side


def test_infinite_paths_add_up_without_a_warning():
    a = number(0.0)
    frames = viz.play(a.sqrt() - a.sqrt()).frames
    arrived, total, complete, value = paths_to(frames, "a")[-1]
    assert (arrived, total, complete) == (2, 2, True)
    assert math.isnan(value)  # inf - inf


def test_not_a_number_is_shown_as_it_is():
    a = number(-1.0)
    frames = viz.play(a.log()).frames
    assert frames[0]["outputs"][0]["value"]["number"] == "nan"
    json.dumps(frames)


def test_frames_fit_into_json():
    loss, _ = write_up()
    json.dumps(viz.play(loss).frames, allow_nan=False)


@pytest.mark.parametrize("count", [300, 301])
def test_more_than_300_operations_are_refused_with_a_way_out(count):
    x = number(1.0)
    for _ in range(count):
        x = -x
    if count > 300:
        with pytest.raises(GraphError, match=r"301 operations.*at most 300.*viz\.graph"):
            viz.play(x)
    else:
        assert len(viz.play(x).frames) == 602


def test_what_cannot_be_played_says_why():
    a = tnn.ones(2, requires_grad=True)
    with pytest.raises(GraphError, match=r"one number.*\(2,\)"):
        viz.play(a * 2)
    with pytest.raises(GraphError, match="a leaf, no operation made it"):
        viz.play(number(1.0))
    with pytest.raises(GraphError, match="none that requires a gradient"):
        viz.play(tnn.ones(()))

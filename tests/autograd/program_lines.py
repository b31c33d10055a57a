"""The lines that a drawn program is made of, by kind; {x}, {u} ... are filled in with its tensors.
Read `test_writing_state_machine.py` next, which draws them and runs them in both libraries.
"""

from __future__ import annotations

SHAPES = [(2, 3), (3,), (3, 3), (), (2, 1), (1, 3), (2, 2, 3)]
OPERATIONS = [
    *["{x} * {u}", "{x} + {u}", "{x} - {u}", "{x} / {u}", "{x}.maximum({u})", "{x}.minimum({u})"],
    *["{x} * 3", "{x} / 2", "2 / {x}", "1 - {x}", "-{x}", "{x} ** 2", "{x} ** 3", "2 ** {x}"],
    *["{x}.exp()", "{x}.tanh()", "{x}.sigmoid()", "{x}.relu()", "{x}.abs()", "{x}.clone()"],
    *["({x}.abs() + 1).sqrt()", "({x}.abs() + 1).log()", "({x}.abs() + 1) ** {u}"],
    *["torch.nn.functional.softplus({x})", "torch.nn.functional.mse_loss({x}, {s})"],
    *["{x}.clamp(-0.5, 0.5)", "{x}.clamp({u}, {s})", "torch.where({x} > 0, {x}, {u})"],
    *["torch.where({b}, {x}, {u})", "torch.where({b}, 1.0, {x})", "{x} > {u}", "{x}.float()"],
    *["{x}.sum({d})", "{x}.sum()", "{x}.mean({d})", "{x}.mean()", "{x}.amax({d})", "{x}.max()"],
    *["{x}.max({d}).values", "{x}.logsumexp({d})", "{x}.softmax({d})", "{x}.log_softmax({d})"],
    *["torch.cat([{x}, {s}], {d})", "torch.stack([{x}, {s}], {d})", "{x} @ {m}", "{x} @ {x}.mT"],
    # gather of a copy: PyTorch keeps its input and refuses backward once that is written; here the
    # shape is enough (docs/differences.md)
    *["torch.nn.functional.linear({x}, {m}.mT)", "({x} + 0).gather(-1, {x}.argmax(-1, True))"],
]
VIEWS = [
    *["{x}[0]", "{x}[-1]", "{x}[1:]", "{x}[..., 0]", "{x}[..., ::2]", "{x}[None]", "{x}[:, None]"],
    *["{x}[...]", "{x}[1:, :2]", "{x}.transpose(0, -1)", "{x}.t()", "{x}.T", "{x}.mT"],
    *["{x}.permute({order})", "{x}.view(-1)", "{x}.reshape(-1)", "{x}.reshape(3, -1)"],
    *["{x}.view(3, -1)", "{x}.flatten()", "{x}.unsqueeze(0)", "{x}.unsqueeze(-1)", "{x}.squeeze()"],
    *["{x}.squeeze({d})", "{x}.expand(2, *{x}.shape)", "{x}.expand_as({w})", "{x}.detach()"],
    *["{x}.contiguous()", "{x}.view_as({s})", "{x}.unfold({d}, 2, 2)", "{x}.diagonal()"],
    *["{x}.diagonal(1, -2, -1)", "{x}.as_strided((2,), (1,))", "{x}.as_strided((1, 2), (2, 1))"],
    *["{x}.narrow({d}, 0, 1)", "{x}.select({d}, 0)", "{x}.movedim(0, -1)", "{x}.swapaxes(0, -1)"],
    *["{x}.unflatten({d}, (-1, 1))", "{x}.split(1, {d})[-1]", "{x}.chunk(2, {d})[0]"],
    *["{x}.tensor_split(2, {d})[-1]", "{x}.unbind({d})[0]", "{x}.hsplit([1])[-1]"],
    *["torch.view_as_real(torch.view_as_complex({x}[..., :2]))", "{x}.mT.diagonal()"],
]
PICKS = [
    *["[[0, 0, 1]]", "[[1, 0], [0, 1]]", "[:, [0, 0]]", "[..., [1, 0]]", "[{x} > 0]", "[{b}]"],
    *["[{i}]", "[:, {i}]", "[[0], :]"],
]
WRITES = [
    *["{x}.add_({v})", "{x}.sub_({v})", "{x}.mul_({v})", "{x}.div_({v})", "{x}.copy_({v})"],
    *["{x} += {v}", "{x} -= {v}", "{x} *= {v}", "{x} /= {v}", "{x}.sub_({v}, alpha=2)"],
    *["{x}.relu_()", "{x}.tanh_()", "{x}.exp_()", "{x}.sigmoid_()", "{x}.abs_()", "{x}.neg_()"],
    *["{x}.clamp_(-0.5, 0.7)", "{x}.pow_(2)", "{x}.zero_()", "{x}.fill_(0.3)", "{x}.sqrt_()"],
]
PLACES = ["[0]", "[1:]", "[..., 0]", "[..., 1:]", "[:]", "[...]", "[0, 1]", "[None]", *PICKS]
SWITCHES = ["{x}.requires_grad_()", "{x}.requires_grad_(False)", "{x}.detach_()"]

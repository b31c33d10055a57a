"""What a statement can say of its tensors, by kind; {x}, {u} ... are filled in with what fits.
Read `table_phrases.py` next, which adds each call in the table; `slots.py` says what fits.

x is a tensor; u one that broadcasts to its shape, w one that broadcasts with it, s one of its
shape, m a matrix or vector to multiply it with; d and e are dims, k is True or False, n a size;
b a mask of its shape, i indices along the dim d, j an array of them of x's shape, index what
stands in x[...]; v is what is written: a number or a tensor that fits.
"""

from __future__ import annotations

OPERATIONS = [
    *["{x} + {w}", "{x} - {w}", "{x} * {w}", "{x} / ({w}.abs() + 1)", "{x} * {w}", "{x} + {w}"],
    *["-{x}", "{x} * 3", "1 - {x}", "{x} / 2", "2 / ({x}.abs() + 1)", "{x} ** 2", "{x} ** 3"],
    *["({x}.abs() + 0.5) ** {w}.clamp(-2, 2)", "2 ** {x}.clamp(-2, 2)", "{x}.clamp(-1, 2)"],
    *["torch.where({x} > 0, {x}, {w})", "torch.where({b}, {x}, {u})", "torch.where({b}, {x}, 0.5)"],
    *["{x}.masked_fill({b}, 0.5)", "{x}.clone()", "{x}.detach()", "{x} > {w}", "{x}.relu()"],
    *["{x}.clamp({u}, {u} + 1)", "{x}.maximum({w})", "{x}.minimum({w})", "torch.zeros_like({x})"],
    *["{x}.tanh()", "{x}.sigmoid()", "{x}.exp()", "{x}.abs()", "{x}.square()", "{x}.sign() * {x}"],
    *["torch.add({x}, {w}, alpha=2)", "torch.rsub({x}, {w})", "torch.lerp({x}, {s}, 0.3)"],
    *["torch.addcmul({x}, {u}, {w}, value=0.5)", "torch.nn.functional.mse_loss({x}, {s})"],
]
ALONG = [
    *["{x}.sum({d})", "{x}.sum({d}, {k})", "{x}.mean({d}, {k})", "{x}.amax({d}, {k})"],
    *["{x}.amin({d}, {k})", "{x}.logsumexp({d}, {k})", "{x}.var({d}, correction=0, keepdim={k})"],
    *["{x}.sum()", "{x}.mean()", "{x}.max()", "{x}.prod()", "{x}.softmax({d})", "{x}.norm()"],
    *["{x}.log_softmax({d})", "{x}.max({d}, {k})", "{x}.min({d}, {k})", "{x}.cumsum({d})"],
    *["{x}.sort(dim={d}, stable=True)", "{x}.prod({d}, {k})", "{x}.cumprod({d})"],
    "({x} + 0.1237 * torch.arange({x}.numel()).reshape({x}.shape)).topk({n}, {d})",
    *["{x}.flip({d})", "{x}.roll({n}, {d})", "{x}.diff(dim={d})", "{x}.gather({d}, {j})"],
    *["{x}.index_select({d}, {i})", "{x}.scatter({d}, {j}, {s})", "{x}.scatter_add({d}, {j}, {s})"],
    *["{x}.index_add({d}, {i}, {x}.index_select({d}, {i}))", "{x}.index_fill({d}, {i}, 0.5)"],
    *["{x}.take_along_dim({x}.argsort(dim={d}, stable=True), {d})", "{x}.logcumsumexp({d})"],
    *["{x}.repeat_interleave(2, {d})", "{x}.argmax({d})"],
]  # fmt: skip
VIEWS = [
    *["{x}.transpose({d}, {e})", "{x}.T", "{x}.mT", "{x}.t()", "{x}.unsqueeze({d})"],
    *["{x}.squeeze({d})", "{x}.squeeze()", "{x}.view(-1)", "{x}.reshape(-1)", "{x}.flatten()"],
    *["{x}.permute({order})", "{x}.movedim({d}, {e})", "{x}.expand(2, *{x}.shape)"],
    *["{x}.expand_as({w})", "{x}.select({d}, 0)", "{x}.narrow({d}, 0, {n})", "{x}.view_as({s})"],
    *["{x}.reshape({reshaped})", "{x}.view({reshaped})", "{x}.diagonal()", "{x}.contiguous()"],
    *["{x}.unfold({d}, {n}, 1)", "{x}.unflatten({d}, (1, -1))", "{x}.detach()"],
    *["{x}.unbind({d})", "{x}.split({n}, {d})", "{x}.tensor_split(2, {d})", "{x}[...]"],
    *["{x}.as_strided({x}.shape, {x}.stride())", "{x}.chunk(2, {d})"],
]  # fmt: skip
INDEXED = ["{x}[{index}]"] * 6 + ["{x}[{i}]", "{x}[{b}]", "{x}[{x} > 0]", "{x}[None]"]
JOINED = [
    *["torch.cat([{x}, {s}], {d})", "torch.stack([{x}, {s}], {d})", "torch.cat([{x}, {x}], {d})"],
    *["torch.stack([{x}, {s}, {x}], {d})", "torch.hstack([{x}, {s}])", "torch.vstack([{x}, {s}])"],
    *["torch.block_diag({x}, {s})", "{x}.repeat(2, 1, 1)", "torch.tile({x}, (2,))"],
]
MULTIPLIED = [
    *["{x} @ {m}", "{x} @ {m}", "{x} @ {x}.mT", "torch.outer({x}.flatten(), {w}.flatten())"],
    *["torch.einsum('...i,...i->...', {x}, {s})", "torch.einsum('...ij,...kj->...ik', {x}, {x})"],
    *["torch.nn.functional.linear({x}, {x}.flatten(0, -2))", "torch.tensordot({x}, {s}, {x}.ndim)"],
]
WRITES = [
    *["{x} += {v}", "{x} -= {v}", "{x} *= {v}", "{x} /= 2", "{x}.add_({v})", "{x} **= 2"],
    *["{x}.mul_({v})", "{x}.copy_({v})", "{x}.div_({v}.abs() + 1)", "{x}.sub_({v}, alpha=2)"],
    *["{x}.relu_()", "{x}.tanh_()", "{x}.sigmoid_()", "{x}.abs_()", "{x}.clamp_(-0.5, 0.7)"],
    *["{x}.zero_()", "{x}.fill_(0.3)", "{x}.masked_fill_({b}, 0.5)", "{x}.exp_()", "{x}.square_()"],
    *["{x}.scatter_({d}, {j}, {v})", "{x}.index_fill_({d}, {i}, 0.5)", "{x}.cumsum_({d})"],
    *["{x}.scatter_add_({d}, {j}, {v})", "{x}.lerp_({u}.clone(), 0.3)", "{x}.neg_()"],
    *["{x}.addcmul_({u}.clone(), {u}.clone(), value=0.5)", "{x}.pow_(2)", "{x}.floor_()"],
    *["{x}.index_add_({d}, {i}, {x}.index_select({d}, {i}))", "{x}.clamp_(min=0)"],
]
SETS = [
    *["{x}[{index}] = {v}"] * 5,
    *["{x}[{index}] += {v}", "{x}[{index}] *= {v}"] * 3,
    *["{x}[{i}] = {v}", "{x}[{b}] = 0.5", "{x}[{x} > 0] = 0.5", "{x}[{b}] *= 2"],
    *["{x}[{x} < 0] *= -1", "{x}[...] -= {v}", "{x}[{i}] += {v}"],
]
AS_TENSORS = {
    "{b}": "torch.tensor({b})",
    "{i}": "torch.tensor({i}, dtype=torch.int64)",
    "{j}": "torch.tensor({j}, dtype=torch.int64).reshape({x}.shape)",
}


def _as_tensors(phrase: str) -> str:
    for slot, tensor in AS_TENSORS.items():
        phrase = phrase.replace(slot, tensor)
    return phrase


PHRASES = {
    kind: [_as_tensors(phrase) for phrase in phrases]
    for kind, phrases in {
        "operation": OPERATIONS,
        "along": ALONG,
        "view": VIEWS,
        "indexed": INDEXED,
        "joined": JOINED,
        "multiplied": MULTIPLIED,
        "write": WRITES,
        "set": SETS,
    }.items()
}
OFTEN = {"operation": 22, "along": 13, "view": 16, "indexed": 7, "joined": 4, "multiplied": 4}
OFTEN |= {"write": 13, "set": 7, "table": 12, "table write": 2}

"""Comparing a gradient rule with its formula: what both give, for operands of the table.
Read `test_notation_rules.py` next, which does so for all of them.
"""

import ast
import math

import numpy as np
from op_checks import drawn_like, leaf
from op_rows import Row, at, real

import tinygrad_nn as tnn
from tinygrad_nn.arrays.arguments import count, kept_shape
from tinygrad_nn.autograd import registry
from tinygrad_nn.viz.notation.rules import rule_expression
from tinygrad_nn.viz.structure.computation import call_of

# Formulas of a docstring say what happens in the usual case; the code of the rule says it in all.
USUAL = {
    "matmul": lambda case: [len(shape) for shape in case.sample.shapes] == [2, 2],
    "cat": lambda case: (0,) not in case.sample.shapes,  # an empty vector fits to everything
    "gather": lambda case: () not in case.sample.shapes,
    "scatter_add": lambda case: case.sample.attributes["index"].shape == case.sample.shapes[1],
    "scatter": lambda case: case.sample.attributes["index"].shape == case.sample.shapes[1],
    "softplus": lambda case: "threshold" not in case.sample.attributes,
    "gelu": lambda case: case.sample.attributes.get("approximate") != "tanh",
    "logit": lambda case: "eps" not in case.sample.attributes,
    "linear": lambda case: [len(shape) for shape in case.sample.shapes[:2]] == [2, 2],
    **dict.fromkeys(
        ["nll_loss", "cross_entropy", "binary_cross_entropy_with_logits", "binary_cross_entropy"],
        lambda case: {"target", "reduction"} >= set(case.sample.attributes) and counts(case),
    ),
    "rms_norm": lambda case: [len(x) for x in case.sample.shapes] == [2, 1],
}

# Operations that have their table elsewhere.
ELSEWHERE = [
    *[Row(name, real, samples=[at((3, 3)), at((2, 3, 3))]) for name in ("inv", "det", "slogdet")],
    Row("svd", real, samples=[at((3, 3)), at((2, 2))]),
    Row("dropout", real, samples=[at((3, 4), p=0.5)]),
    Row("einsum", real, real, samples=[at((2, 3), (3, 4), equation="ij,jk->ik")]),
    Row(
        *("scaled_dot_product_attention", real, real, real, real),
        samples=[at((2, 4), (3, 4), (3, 5), (2, 3), scale=0.5)],
    ),
    Row(
        *("layer_norm", real, real, real),
        samples=[at((4, 3), (3,), (3,), normalized_shape=(3,))],
        named=("weight", "bias"),
    ),
]
POOLINGS = ("max", "avg", "adaptive_max", "adaptive_avg")
IN_WORDS = {  # their formulas name what only the words behind them explain
    *("scatter_reduce", "index_reduce", "masked_select", "masked_scatter", "index_fill"),
    *("embedding", "embedding_dense_backward", "embedding_bag", "constant_pad_nd"),
    *("igamma", "igammac", "special_zeta", "mvlgamma"),
    *("lstm_layer", "gru_layer", "elman_layer"),
    *(
        "conv2d",
        "glu",
        "resample",
        "lstm_cell",
        "aminmax",
        "cumprod",
        "logcumsumexp",
        "prod",
        "recurrence",
    ),
    *("std", "std_mean", "var_mean", "vector_norm", "pinv", "matrix_exp", "solve"),
    *("solve_triangular", "linalg_cholesky", "cholesky_solve", "lu_factor", "qr", "eig", "eigh"),
    *("fft_c2c", "fft_r2c", "fft_c2r"),
    *(
        "diagonal",
        "repeat",
        "repeat_each",
        "unfold",
        "blocks_on_diagonal",
        "cdist",
        "ctc_loss",
        "roll",
    ),
    *("group_norm", "batch_norm", "windows", "fold_windows", "conv1d", "conv3d"),
    *(f"conv_transpose{dims}d" for dims in "123"),
    *(f"{kind}_pool{dims}d" for kind in POOLINGS for dims in "123"),
    *(f"max_pool{dims}d_with_indices" for dims in "123"),
    *("fractional_max_pool2d", "fractional_max_pool3d"),
}


def counts(case):
    """Whether no target is ignored."""
    return np.all(np.asarray(case.sample.attributes.get("target", 0)) >= 0)


def class_dim(shape):
    return 0 if len(shape) == 1 else 1


def vocabulary(given):
    """What formulas name, written in NumPy alone."""
    x = given.get("input")
    is_mean = given.get("reduction") == "mean"
    axis = class_dim(np.shape(x)) if x is not None else 0
    dims = given.get("dim")

    def softmax(x):
        return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)

    def one_hot(target):
        return np.moveaxis(np.eye(x.shape[axis])[target], -1, axis)

    def mean(x):
        return x.mean(axis=tuple(dims) if isinstance(dims, tuple) else dims, keepdims=True)

    def split(g, dim):
        ends = np.cumsum([t.shape[dim] if t.ndim > 1 else t.size for t in given["tensors"]])
        return np.split(g, ends[:-1], axis=dim)

    def unbind(g, dim):
        return list(np.moveaxis(g, dim, 0))

    def place_along(g, dim, index, shape=None):
        if x.ndim == 0:
            return g
        found = np.zeros(x.shape if shape is None else shape)
        for place, number in np.ndenumerate(g):
            there = list(place)
            there[dim : (dim % x.ndim) + 1] = [index[place]]
            found[tuple(there)] += number
        return found

    def t(x):
        return np.tanh(np.log1p(np.exp(x)))

    known = [t, softmax, one_hot, mean, split, unbind, place_along]
    names = {function.__name__: function for function in known}
    names |= of_matrices(given)
    names |= {"pi": np.pi}
    names |= {
        "np": np,
        "clip": np.clip,
        "exp": np.exp,
        "log": np.log,
        "sqrt": np.sqrt,
        "Phi": lambda x: np.vectorize(math.erfc, [float])(-x / math.sqrt(2)) / 2,
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    }
    if "ignore_index" in given:
        names["m"] = given["target"].size if is_mean else 1
    elif "target" in given:
        names["n"] = np.broadcast(x, given["target"]).size if is_mean else 1
    if "correction" in given:
        usual = 1 if given["unbiased"] else 0
        names["correction"] = usual if given["correction"] is None else given["correction"]
        names["n"] = count(x.shape, dims)
    return names


def of_matrices(given):
    """What the formulas of decompositions and layers name besides."""
    g = given["g"]
    if "Vh" in given:
        S = given["S"]
        squares = S[..., None, :] ** 2 - S[..., None] ** 2
        E = np.where(squares == 0, np.inf, squares)
        return {"D": np.diag(S), "E": E, "skew": lambda M: M - M.T, "diag": np.diag}
    if "rstd" in given:
        h = g * given["weight"]
        return {"h": h, "mean": lambda x: x.mean(-1, keepdims=True)}
    if "query" in given:
        ds = g @ given["value"].T
        p = given["p"]
        dS = p * (ds - (p * ds).sum(-1, keepdims=True))
        return {"dS": dS, "sqrt": np.sqrt, "d": given["query"].shape[-1]}
    if "equation" in given:
        a, b = given["operands"]
        return {"einsum": lambda g, _: [g @ b.T, a.T @ g], "others": None}
    return {}


class Call:
    """One call of an operation, and a gradient of each output."""

    def __init__(self, case, op=None):
        self.op = op or registry[case.row.name]
        given = case.sample.attributes
        operands = case.draw()
        tensors = [leaf(tnn, x) for x in operands]
        call = op.call if op else case.row.call(tnn)
        made = call(*tensors, **given)
        outputs = list(made) if self.op.has_several else [made]
        nodes = [y.node for y in outputs if y.node is not None]
        self.differentiated = set()
        if not nodes:
            return  # integers
        node = call_of(nodes[0])
        random = np.random.default_rng(7)
        gradients = [drawn_like(random, y) for y in outputs]
        self.g = gradients if self.op.is_variadic else gradients[0]
        self.named_gradients = {
            f"g_{name}": g for name, g in zip(self.op.returns, gradients, strict=False)
        }
        self.y = outputs[0].detach().numpy()
        names = [name for name in self.op.operands if name not in given]
        named = dict(zip(names, [operands] if self.op.sequence else operands, strict=False))
        self.given = {**given, **node.constants(), **named}
        for name in set(self.op.parameters) - self.given.keys():
            self.given[name] = None
        self.kept = {name: value for name, (value, _) in node.kept().items()}
        taken = [each.name for each in node.operands() if each.edge is not None]
        self.differentiated = {name.partition("[")[0] for name in taken}

    def by_code(self, rule, operand):
        """What the rule returns, broadcast to what its operand took part in."""
        value = self.given[operand]
        listed = self.op.sequence
        shapes = [each.shape for each in value] if listed else np.shape(value)
        known = {**self.given, **self.kept, **self.named_gradients, "g": self.g}
        known[f"{operand}_shape"] = shapes
        known["wants"] = (True,) * (len(value) if listed else len(rule.operands))
        with np.errstate(all="ignore"):
            found = rule.formula(*(known[name] for name in rule.names))
        return found if len(rule.operands) == 1 else found[rule.operands.index(operand)]

    def by_formula(self, rule, operand, expression):
        """What the formula says, of g and y with the reduced dims kept and no bound for None."""
        g, y, given = self.g, self.y, dict(self.given)
        more = {**self.kept, **self.named_gradients}
        if "keepdim" in given:
            dims = given["dim"]
            dims = (dims,) if isinstance(dims, int) else dims
            kept = kept_shape(given["input"].shape, dims)
            g, y = g.reshape(kept), y.reshape(kept)
            outputs = more.keys() & {*self.op.returns}
            more |= {name: more[name].reshape(kept) for name in outputs}
            given["dim"] = given["dim"] if given["dim"] != () else None  # all, not none of them
        if given.get("reduction") == "none" and "ignore_index" in given:
            g = np.expand_dims(g, class_dim(given["input"].shape))
        for name, bound in (("min", -np.inf), ("max", np.inf)):
            if given.get(name, 0) is None:
                given[name] = bound
        if not self.op.sequence:
            given[f"{operand}_shape"] = np.shape(given[operand])
        known = {**more, **given, "g": g, "y": y}
        names = {**rule.formula.__globals__, **known, **vocabulary(known)}
        code = compile(ast.Expression(ast.fix_missing_locations(expression)), "formula", "eval")
        with np.errstate(all="ignore"):
            return eval(code, names)  # of this repository's own source


def check_formula(case, op=None):
    """Compare every rule of an operation with its formula, on the operands of one case."""
    call = Call(case, op)
    for rule in call.op.rules:
        for operand in call.differentiated.intersection(rule.operands):
            found = call.by_code(rule, operand)
            told = call.by_formula(rule, operand, rule_expression(call.op, operand))
            pairs = zip(found, told, strict=True) if call.op.sequence else [(found, told)]
            for one, other in pairs:
                np.testing.assert_allclose(
                    *np.broadcast_arrays(one, other), 1e-6, 1e-7, err_msg=f"{case}, {operand}"
                )

"""The table of operations: one row each, and the tests of values, gradients and dtypes run over it.
Read `table_elementwise.py` next, the simplest rows; `op_rows.py` says what a row is made of.

A new operation takes a row in the file of its folder of `tinygrad_nn/ops/`: its name in the
registry, what its operands hold, and `torch=` where PyTorch calls it by another name or with other
arguments. An operation that acts element by element needs no more; any other one lists the shapes
and arguments to try it `at`.
"""

from __future__ import annotations

from op_rows import CUBE, Row, at, each, nonzero, positive, probability, real
from table_elementwise import ELEMENTWISE
from table_images import COMPOSED_IMAGES, IMAGES
from table_indexing import INDEXING
from table_layers import LAYERS
from table_losses import LOSSES, REDUCTIONS, WEIGHT
from table_matrices import MATRICES
from table_reduction import MADE_OF_REDUCTIONS, REDUCTION
from table_shape import SHAPE
from table_special import SPECIAL

TABLE = [*ELEMENTWISE, *SPECIAL, *REDUCTION, *SHAPE, *INDEXING, *MATRICES, *LAYERS, *IMAGES]
TABLE += LOSSES

# Public functions made of several operations, or other calls of one, as both frameworks write them.
COMPOSED = [
    *MADE_OF_REDUCTIONS,
    Row("flatten", real, spelling=lambda f, x, **given: f.flatten(x, **given), samples=[
        *each([CUBE], {}, {"start_dim": 1}, {"end_dim": -2}, {"start_dim": 1, "end_dim": 1}),
        *[at(()), at((0, 2)), at((3,))],
    ]),
    Row("max()", real, spelling=lambda f, x: f.max(x), samples=[at(CUBE), at(())]),
    Row("max(other)", real, real, spelling=lambda f, x, z: f.max(x, z)),
    Row("argsort", real, spelling=lambda f, x, **given: f.argsort(x, **given),
        samples=[at(CUBE, dim=1), at((3,), descending=True)]),
    Row("chunk", real, spelling=lambda f, x, **given: f.chunk(x, **given),
        samples=[at((5, 2), chunks=2), at((2, 7), chunks=3, dim=-1), at((2, 3), chunks=5)]),
    Row("gather(nowhere)", real, samples=[at((2, 3))],
        spelling=lambda f, x: f.gather(x, 1, f.zeros(0, dtype=f.int64))),
    Row("add(alpha)", real, real, spelling=lambda f, x, z: f.add(x, z, alpha=0.5)),
    Row("sub(alpha)", real, real, spelling=lambda f, x, z: f.sub(x, z, alpha=2)),
    Row("rsub(alpha)", real, real, spelling=lambda f, x, z: f.rsub(x, z, alpha=0.5)),
    Row("float_power", positive, real, spelling=lambda f, x, z: f.float_power(x, z)),
    Row("lerp(number)", real, real,
        spelling=lambda f, x, z: f.lerp(x, z, 0.25) + f.lerp(z, x, 0.75)),
    Row("real(of a real tensor)", real, spelling=lambda f, x: f.real(x), samples=[at((2, 3))]),
    Row("conj(of a real tensor)", real, spelling=lambda f, x: f.conj(x), samples=[at((2, 3))]),
    Row("sgn(of a real tensor)", nonzero, spelling=lambda f, x: f.sgn(x), samples=[at((2, 3))]),
    Row("angle(of a real tensor)", nonzero, spelling=lambda f, x: f.angle(x), samples=[at((2, 3))]),
    Row("dropout(of none)", real,
        spelling=lambda f, x, **given: f.nn.functional.dropout(x * 1, **given),
        samples=each([CUBE, ()], {"p": 0.0}, {"p": 0.5, "training": False})),
    *COMPOSED_IMAGES,
    Row("cross_entropy(probabilities)", real, probability,
        spelling=lambda f, x, q, **given: f.nn.functional.cross_entropy(x, q, **given), samples=[
            *each([((3, 4), (3, 4)), ((2, 3, 2), (2, 3, 2))], *REDUCTIONS), at((4,), (4,)),
            at((2, 3), (2, 3), weight=WEIGHT, label_smoothing=0.2),
        ]),
]  # fmt: skip

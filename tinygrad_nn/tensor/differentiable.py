"""What a Tensor has for autograd: requires_grad, grad, backward, hooks, detach.
Read `facts.py` next, which puts PyTorch's operators and methods on top.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays.arguments import as_bool
from ..arrays.kinds import is_differentiable
from ..autograd import engine
from ..autograd.grad_mode import INFERENCE, mode
from ..autograd.node import Node, RemovableHandle, make_leaf, renew_leaf
from ..autograd.tensor_base import InferenceVersion, TensorBase, make_tensor
from ..autograd.views import base_of
from ..errors import DTypeError, GraphError, ShapeError
from ..warn import warn_user


class Differentiable(TensorBase):
    """A tensor as the graph sees it: a leaf that collects a gradient, or computed from some."""

    __slots__ = ()

    @property
    def requires_grad(self) -> bool:
        """Whether gradients are recorded for this tensor; can be set on leaves."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Set whether this leaf collects a gradient, and return it.

        Raises:
            DTypeError: an integer or bool tensor, or what is no bool. GraphError: a computed
                tensor, which always does.
        """
        if requires_grad is not True and requires_grad is not False:
            as_bool(requires_grad, "requires_grad", "requires_grad_")
        if requires_grad and self.node is None:
            if not is_differentiable(self.array):
                raise DTypeError(
                    f"only floating-point and complex tensors can require a gradient, this one is "
                    f"{self.array.dtype}; use .float()"
                )
            if type(self.version) is InferenceVersion and mode() is not INFERENCE:
                raise GraphError(
                    "an inference tensor cannot require a gradient; .clone() it outside "
                    "inference_mode"
                )
            kept = self.__dict__
            self.node = make_leaf(self, kept.pop("grad", None), kept.pop("_hooks", None))
            self.view_base = None  # a leaf is nobody's view: its own views are guarded as a leaf's
        elif not requires_grad and self.node is not None:
            if self.node.op is not None:
                raise GraphError(
                    "requires_grad can be changed on leaves only; use .detach() to leave the graph"
                )
            self._leave_graph()
        return self

    @property
    def name(self) -> str | None:
        """What graphs and explanations call this tensor; None until it is set."""
        return self.__dict__.get("name")

    @name.setter
    def name(self, value: str | None) -> None:
        if value is not None and not isinstance(value, str):
            raise DTypeError(f"a tensor's name is a str or None, not {type(value).__name__}")
        self.__dict__["name"] = value
        if self.node is not None and self.node.op is not None:
            self.node.given_name = value

    @property
    def is_leaf(self) -> bool:
        """Whether this tensor was made by the user, not computed from one that needs gradients."""
        return self.node is None or self.node.op is None

    @property
    def grad_fn(self) -> Node | None:
        """The Node of the operation that made this tensor; None for a leaf."""
        return None if self.is_leaf else self.node

    @property
    def grad(self) -> Any:
        """The gradient that backward passes have added up in this tensor, or None."""
        node = self.node
        if node is None:
            return self.__dict__.get("grad")
        if node.op is None:
            return node.grad
        if node.retains_grad or node.grad is not None:
            return node.grad
        warn_user(
            "the .grad of a computed tensor is not kept; call .retain_grad() on it before "
            "backward()"
        )
        return None

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            if not isinstance(value, TensorBase):
                raise DTypeError(f"grad must be a Tensor or None, got {type(value).__name__}")
            if value is self:
                raise GraphError(
                    "a tensor cannot be its own gradient; assign a copy: x.detach().clone()"
                )
            if value.array.shape != self.array.shape:
                raise ShapeError(
                    f"a gradient of shape {value.array.shape} cannot be assigned to a tensor of "
                    f"shape {self.array.shape}"
                )
            if value.array.dtype != self.array.dtype:
                raise DTypeError(
                    f"a gradient of {value.array.dtype} cannot be assigned to a tensor of "
                    f"{self.array.dtype}"
                )
        if self.node is None:
            self.__dict__["grad"] = value
        else:
            self.node.grad = value

    @grad.deleter
    def grad(self) -> None:
        if self.node is None:
            self.__dict__.pop("grad", None)
        else:
            self.node.grad = None

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add to every leaf's `.grad` the gradient of this tensor (weighted by `gradient`).

        A scalar needs no `gradient`. See `tnn.autograd.backward` for the arguments and errors.
        """
        engine.backward(self, gradient, retain_graph, create_graph, inputs)

    def retain_grad(self) -> None:
        """Keep the gradient of this computed tensor in `.grad` too."""
        if self.node is None:
            raise GraphError("retain_grad() on a tensor that does not require a gradient")
        self.node.retains_grad = True

    @property
    def retains_grad(self) -> bool:
        """Whether this is a computed tensor that keeps its gradient."""
        return self.grad_fn is not None and self.grad_fn.retains_grad

    def register_hook(self, hook: Callable[[Any], Any]) -> RemovableHandle:
        """Call `hook(gradient)` when this tensor's gradient is known; it may return another."""
        if self.node is None:
            raise GraphError("register_hook() on a tensor that does not require a gradient")
        return self.node.hook_gradient(hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Any], None]) -> RemovableHandle:
        """Call `hook(self)` when a backward pass has added to the `.grad` of this leaf.

        It runs within the pass, without recording unless `create_graph=True`, and may write into
        this tensor and its gradient: an optimizer's step for one parameter.

        Raises:
            GraphError: a tensor that requires no gradient, or that was computed.

        Example:
            >>> import tinygrad_nn as tnn
            >>> w = tnn.tensor([1.0, 2.0], requires_grad=True)
            >>> handle = w.register_post_accumulate_grad_hook(lambda p: print(p.grad))
            >>> (w * w).sum().backward()
            tensor([2., 4.])
            >>> handle.remove()
        """
        name = "register_post_accumulate_grad_hook()"
        if self.node is None:
            raise GraphError(f"{name} on a tensor that does not require a gradient")
        if self.node.op is not None:
            raise GraphError(
                f"{name} on a tensor that was computed, of shape {self.array.shape}: its .grad does"
                " not grow; use register_hook()"
            )
        return self.node.register_post_hook(hook)

    def detach(self) -> Any:
        """Return a tensor with the same memory that is not part of the graph."""
        return make_tensor(self.array, None, self.version)

    def detach_(self) -> Any:
        """Leave the graph, and return this tensor."""
        if base_of(self) is not None:
            raise GraphError("detach_() on a view would leave its base in the graph; use .detach()")
        self._leave_graph()
        return self

    def _leave_graph(self) -> None:
        """Become a tensor without a Node; a leaf keeps its gradient, which no longer grows.

        Its hooks wait until it requires a gradient again.
        """
        node = self.node
        self.node = None
        if node is not None and node.op is None:
            node.retains_grad = False
            self.__dict__["grad"] = node.grad
            if node.hooks is not None:
                self.__dict__["_hooks"] = node.hooks

    @property
    def data(self) -> Any:
        """The same memory outside the graph; backward's version checks still see writes to it."""
        return self.detach()

    @data.setter
    def data(self, value: Any) -> None:
        if not isinstance(value, TensorBase):
            raise DTypeError(f"data must be a Tensor, got {type(value).__name__}")
        if self.node is not None and not is_differentiable(value.array):
            raise DTypeError(
                f"the data of a tensor that requires a gradient must be floating-point, got "
                f"{value.array.dtype}"
            )
        self.array = value.array
        self.version[0] += 1
        if self.node is not None and self.node.op is None:
            self.node = renew_leaf(self.node, self)

    @property
    def _version(self) -> int:
        return self.version[0]

    def is_inference(self) -> bool:
        """Whether this tensor was made in inference mode."""
        return type(self.version) is InferenceVersion

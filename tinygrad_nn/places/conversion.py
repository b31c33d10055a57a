"""Switches of PyTorch's for how a module's parameters are converted, under its names.
Read `../nn/module/module.py` next: here a parameter stays the same object in any case.
"""

from ..arrays.arguments import as_bool

__all__ = [
    "get_overwrite_module_params_on_conversion",
    "get_swap_module_params_on_conversion",
    "set_overwrite_module_params_on_conversion",
    "set_swap_module_params_on_conversion",
]

_switches = {"overwrite": False, "swap": False}


def set_overwrite_module_params_on_conversion(value: bool) -> None:
    """Take whether `Module.to` shall assign new parameters; it writes into those there are."""
    name = "set_overwrite_module_params_on_conversion"
    _switches["overwrite"] = as_bool(value, "value", name)


def get_overwrite_module_params_on_conversion() -> bool:
    """Return what was set."""
    return _switches["overwrite"]


def set_swap_module_params_on_conversion(value: bool) -> None:
    """Take whether `Module.to` shall keep each parameter's object; it does so always."""
    _switches["swap"] = as_bool(value, "value", "set_swap_module_params_on_conversion")


def get_swap_module_params_on_conversion() -> bool:
    """Return what was set."""
    return _switches["swap"]

"""`torch.export`: programs as files. It can be imported; a call says that it is not here.
Read `absent.py` next.
"""

from .absent import stand_ins

_NAMES = """
    Dim ExportedProgram ExportGraphSignature ModuleCallEntry ModuleCallSignature dims export
    load register_dataclass save unflatten
"""

__all__ = _NAMES.split()
__getattr__ = stand_ins(
    "export", "programs are not exported; save model.state_dict() by tinygrad_nn.save", _NAMES
)

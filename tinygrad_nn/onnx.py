"""`torch.onnx`: ONNX files. It can be imported; a call says that it is not here.
Read `absent.py` next.
"""

from .absent import stand_ins

_NAMES = """
    ONNXProgram OnnxExporterError OperatorExportTypes TrainingMode export is_in_onnx_export
    register_custom_op_symbolic select_model_mode_for_export unregister_custom_op_symbolic
"""

__all__ = _NAMES.split()
__getattr__ = stand_ins(
    "onnx", "files of ONNX are not written; save model.state_dict() by tinygrad_nn.save", _NAMES
)

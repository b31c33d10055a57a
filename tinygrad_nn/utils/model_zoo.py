"""`torch.utils.model_zoo`, the older place of what fetches weights; here nothing is fetched.
Read `../hub.py` next.
"""

from ..hub import load_state_dict_from_url
from ..hub import load_state_dict_from_url as load_url

__all__ = ["load_state_dict_from_url", "load_url"]

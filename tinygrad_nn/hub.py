"""`torch.hub`: models that PyTorch fetches from the network; here nothing is fetched.
Read `saving/checkpoint.py` next, which reads files of weights that are there.
"""

from .absent import stand_in

__all__ = ["download_url_to_file", "get_dir", "help", "list", "load", "load_state_dict_from_url"]
__all__ += ["set_dir"]

_WHY = "nothing is fetched from the network; give tinygrad_nn.load the file of the weights"
download_url_to_file = stand_in("hub.download_url_to_file", _WHY)
get_dir = stand_in("hub.get_dir", _WHY)
help = stand_in("hub.help", _WHY)  # noqa: A001 - PyTorch's spelling
list = stand_in("hub.list", _WHY)  # noqa: A001 - PyTorch's spelling
load = stand_in("hub.load", _WHY)
load_state_dict_from_url = stand_in("hub.load_state_dict_from_url", _WHY)
set_dir = stand_in("hub.set_dir", _WHY)

"""What a report of a fault says about the machine: `python -m tinygrad_nn.utils.collect_env`.
Read `../places/config.py` next.
"""

import platform

from ..places import config, version
from ..places.missing import explained

__all__ = ["get_pretty_env_info", "main"]


def get_pretty_env_info() -> str:
    """Return the versions of what takes part, a line each."""
    return (
        f"{config.show()}follows PyTorch {version.__version__}\n"
        f"{platform.platform()}, {platform.machine()}\n"
    )


def main() -> None:
    """Print it."""
    print(get_pretty_env_info())


__getattr__ = explained(__name__)

if __name__ == "__main__":
    main()

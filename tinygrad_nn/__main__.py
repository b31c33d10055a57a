"""`python -m tinygrad_nn` is the command line, as `tinygrad-nn` is.
Read `cli/__init__.py` next.
"""

import sys

from .cli import main

sys.exit(main())

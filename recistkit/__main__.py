"""``python -m recistkit``: the same as the command ``recistkit``."""

import sys

from recistkit.cli import main

if __name__ == "__main__":
    sys.exit(main())

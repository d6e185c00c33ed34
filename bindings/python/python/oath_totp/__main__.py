"""`python -m oath_totp` is the command `oath`."""

import sys

from oath_totp._command import main

if __name__ == "__main__":
    sys.exit(main())

"""The command `oath`."""

import signal
import sys

from oath_totp._native import run_command


def main() -> int:
    # The command writes to the streams of the process, so Python's buffered output has to come first.
    sys.stdout.flush()
    # With Python's own handler, Ctrl-C would wait for the command to end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_command(["oath", *sys.argv[1:]])

"""The command `oath`."""

import signal
import sys

from oath_totp._native import run_command


def main() -> int:
    # It writes to the streams of the process itself: what Python has buffered comes first.
    sys.stdout.flush()
    # Python would only note the key and wait for the command to end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_command(["oath", *sys.argv[1:]])

"""``python -m monitor`` and the command ``siaga``."""

from __future__ import annotations

import sys

from monitor.cli import run_command


def main() -> None:
    """Run the command line; the exit code is part of the contract (see README)."""
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()

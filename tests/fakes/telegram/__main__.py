"""`python -m tests.fakes.telegram --port P --token T`: the server on its own, until interrupted."""

import argparse
import signal
import sys

from .running import TOKEN, FakeTelegram


def main() -> int:
    """Serve until SIGINT or SIGTERM; says where on standard output."""
    parser = argparse.ArgumentParser(prog="tests.fakes.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    options = parser.parse_args()
    waited_for = {signal.SIGINT, signal.SIGTERM}
    # Blocked before the thread starts, so that only sigwait sees them.
    signal.pthread_sigmask(signal.SIG_BLOCK, waited_for)
    with FakeTelegram(options.token, options.port) as fake:
        sys.stdout.write(f"listening on {fake.url}\n")
        sys.stdout.flush()
        signal.sigwait(waited_for)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Start the program: `python -m okxguard`, the console script and plain git hooks all begin here."""

from __future__ import annotations

import gc


def run() -> None:
    """Run the program and leave the process with its exit code."""
    # A run makes many small objects and few cycles, most of them while it imports; looking for cycles as often as by
    # default costs a tenth of it.
    gc.set_threshold(50_000, 20, 20)
    from okxguard.cli import run as run_cli

    run_cli()


if __name__ == "__main__":
    run()

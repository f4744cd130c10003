"""Let `python -m okxguard` do what the console script does."""

from __future__ import annotations

from okxguard.cli import run

if __name__ == "__main__":
    run()

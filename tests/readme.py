"""Print a command of the README: `run` (set up and scan) or `test` (set up and run the tests)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def commands() -> dict[str, str]:
    """Return the two commands that the README opens with."""
    block = re.search(r"```console\n(?P<run>[^\n]+)\n(?P<test>[^\n]+)\n```", README.read_text(encoding="utf-8"))
    if block is None:
        raise SystemExit("README.md does not open with two commands")
    return block.groupdict()


if __name__ == "__main__":
    print(commands()[sys.argv[1]])

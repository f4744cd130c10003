"""How many steps of Python a run takes: the same on every machine, so that what becomes slow fails here.

A step is one instruction of the interpreter. What the libraries of Python do in C is not counted; `python -m benchmarks
--check` looks at that.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Credentials, write_files

_ROOT = Path(__file__).resolve().parent.parent
_COUNT = """
import sys
steps = 0
def trace(frame, event, _):
    global steps
    frame.f_trace_opcodes, frame.f_trace_lines = True, False
    steps += event == "opcode"
    return trace
def count(code, offset):
    global steps
    steps += 1
if sys.version_info < (3, 12):
    sys.settrace(trace)
else:
    sys.monitoring.use_tool_id(0, "steps")
    sys.monitoring.register_callback(0, sys.monitoring.events.INSTRUCTION, count)
    sys.monitoring.set_events(0, sys.monitoring.events.INSTRUCTION)
from okxguard.__main__ import run
try:
    run()
finally:
    print(steps, file=sys.stderr)
"""
_ADVICE = (
    "a run takes {:,} steps, more than {:,}: look for what it does without need (`okxguard scan -v`,"
    " `python -X importtime -m okxguard scan .env`); where the work is needed, raise the limit here"
)
_PYTHON = 'import os\n\n\ndef double(number):\n    """Return twice a number."""\n    return 2 * number\n' * 20


def _steps(folder: Path, *arguments: str) -> int:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-c", _COUNT, "scan", "--jobs", "1", "--exit-zero", *arguments],
        cwd=folder,
        env={**environment, "PYTHONHASHSEED": "0", "PYTHONPATH": str(_ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stderr.splitlines()[-1])


# Limits are a third above what the Python that takes most steps takes; tomli is compiled from 3.11 on only.
_BY_TOMLI = 900_000 if sys.version_info < (3, 11) else 0


@pytest.mark.parametrize(("kind", "most"), [("clean", 1_400_000), ("naming", 2_100_000), ("leaking", 2_400_000)])
def test_steps_of_one_dotenv(kind: str, most: int, tmp_path: Path, credentials: Credentials) -> None:
    texts = {
        "clean": "DEBUG=true\nPORT=80\n",
        "naming": "OKX_API_KEY=${KEY}\nOKX_SECRET_KEY=\n",
        "leaking": credentials.dotenv(),
    }
    write_files(tmp_path, {".env": texts[kind]})
    steps = _steps(tmp_path, ".env")
    most += _BY_TOMLI
    assert 0 < steps < most, _ADVICE.format(steps, most)


@pytest.mark.parametrize(
    ("name", "text", "most"),
    [
        pytest.param("{}.txt", "nothing to see here\n" * 100, 1_300, id="text"),
        pytest.param("{}.py", _PYTHON, 5_000, id="Python"),
        pytest.param("{}.json", '{"name": ["value", 1]}\n' * 100, 1_300, id="JSON"),
        pytest.param("{}.env", "OKX_API_KEY=\nOKX_SECRET_KEY=${SECRET}\n", 10_000, id="dotenv that names OKX"),
    ],
)
def test_steps_of_one_file_more(name: str, text: str, most: int, tmp_path: Path) -> None:
    """Start and imports are the same for few and for many files, so that what is left is the work."""
    few, many = 10, 30
    steps = []
    for count in (few, many):
        write_files(tmp_path / str(count), {name.format(number): text for number in range(count)})
        steps.append(_steps(tmp_path / str(count), "."))
    more = (steps[1] - steps[0]) // (many - few)
    assert 0 < more < most, _ADVICE.format(more, most)

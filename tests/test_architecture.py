"""The house: imports go down only, heavy libraries stay in their rooms, files stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "okxguard"

# From the roof to the ground. Rooms on one level do not import each other.
LEVELS = [
    {"__main__"},
    {"cli", "detect_secrets_plugin"},
    {"running"},
    {"arguments", "selection", "targets"},
    {"histories", "teamwork"},
    {"sieve", "target", "timed"},
    {"scan", "report", "hooks", "baselining"},
    {"novelty", "filtering", "parts", "pathnames", "versions"},
    {"sources", "examine", "hookscripts"},
    {"policing", "together", "examination"},
    {"leaking"},
    {"pinned"},
    {"findings", "suppressing"},
    {"detectors", "leaks", "correlate", "suppress", "baseline", "prefilter"},
    {"entries"},
    {"documents"},
    {"trust"},
    {"rulebook", "policybook", "leakbook", "config", "decoding", "blocks", "spotting", "kinds", "identity"},
    {"ruletable", "tally", "crew", "clock"},
    {"model", "errors", "encodings", "__init__"},
    {"past"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "okxguard":
            below = (node.module or "").split(".")[1:]
            rooms.update(
                [below[0]] if below else [alias.name if alias.name in LEVEL else "__init__" for alias in node.names]
            )
    return rooms


def imported_packages(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    room = room_of(path)
    climbing = {other for other in imported_rooms(path) if other != room and LEVEL[other] <= LEVEL[room]}
    assert not climbing


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("libcst", {"leaks"}),
        ("detect_secrets", {"detect_secrets_plugin"}),
        ("rich", {"report"}),
        ("yaml", {"entries"}),
        ("pathspec", {"config"}),
        ("subprocess", {"sources"}),
        ("tomli", {"ruletable", "config", "entries"}),
        ("socket", set()),
        ("urllib", set()),
        ("http", set()),
        ("requests", set()),
        ("pickle", set()),
    ],
)
def test_library_stays_in_its_room(package: str, rooms: set[str]) -> None:
    assert {room_of(path) for path in MODULES if package in imported_packages(path)} <= rooms


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small_and_print_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"print", "eval", "exec", "compile", "__import__"}


HEAVY = {
    "libcst",
    "detect_secrets",
    "rich",
    "yaml",
    "pathspec",
    "requests",
    "dataclasses",
    "ast",
    "subprocess",
    "json",
    "logging",
    "asyncio",
    "multiprocessing",
    "hashlib",
    "unicodedata",
    "shutil",
    "okxguard.report.json",
    "okxguard.report.sarif",
    "okxguard.report.github",
    "okxguard.suppress",
    "okxguard.entries.text",
    "okxguard.entries.python",
    "okxguard.entries.json",
    "okxguard.entries.yaml",
}


@pytest.mark.parametrize(
    "text",
    ["DEBUG=true\nPORT=80\n", "OKX_API_KEY=${OKX_API_KEY}\nOKX_SECRET=\n"],
    ids=["nothing", "references"],
)
def test_clean_dotenv_loads_nothing_heavy(text: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    code = (
        "import sys; from okxguard.cli import main; code = main(['scan', '.env']); print(*sys.modules); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": _search_path()},
    )
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(done.stdout.split())


def _search_path() -> str:
    return ":".join([str(PACKAGE.parent), *(path for path in sys.path if "site-packages" in path)])

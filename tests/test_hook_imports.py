"""What a hook run imports, module by module: every import is paid for at every commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repositories import RepositoryBuilder

# Without the program the module; in the gate the program as it is installed.
_INSTALLED = os.environ.get("OKXGUARD_PROGRAM")
_START = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
del sys.argv[0]
with open(sys.argv[0]) as stream:
    text = stream.read()
exec(compile(text, sys.argv[0], "exec"))
"""
_ADVICE = (
    "a hook run imports {}: import it in the function that needs it, or under TYPE_CHECKING if only types do;"
    " where every run needs it, measure what it costs (`python -m benchmarks --only dotenv`) and add it to this list"
)
_GONE = "a hook run no longer imports {}: take it off this list"

_ALWAYS = """
    __init__ arguments blocks cli config decoding documents errors examination filtering hookscripts kinds
    leaks leaks.endings model parts past pathnames prefilter report
    report.text rulebook ruletable running scan selection sources sources.archive sources.containers sources.files
    sources.git sources.message sources.paths sources.tree spotting tally target targets versions
"""
_CODE = "leaks.imports leaks.plain_prefilter leaks.prefilter leaks.stems"
_STAGED = "sources.blobs sources.index sources.objects sources.repository"
_OKX = """
    correlate detectors detectors.clients detectors.confidence detectors.context detectors.credentials
    detectors.frames detectors.gate detectors.lexicon detectors.names detectors.shapes detectors.siblings
    detectors.tokens detectors.valueless detectors.words entries entries.derived entries.python_nodes
    entries.python_repair entries.reading examine findings leakbook leaking leaks.evidence leaks.gate leaks.kept
    leaks.library leaks.library_names leaks.modules leaks.names leaks.neighbours leaks.put_together leaks.python
    leaks.queries leaks.reading leaks.relation_calls leaks.relation_definitions leaks.relation_flows
    leaks.relation_handover leaks.relation_hooks leaks.relation_layout leaks.relation_marks leaks.relation_notes
    leaks.relation_scopes leaks.relation_telling leaks.relations leaks.reporting leaks.scope leaks.slots
    leaks.surveys leaks.values
"""
# Modules of the standard library beside those that a Python that does nothing imports.
_LIBRARY = """
    __future__ _bisect _collections _datetime _functools _locale _operator _sre _typing argparse bisect collections
    collections.abc contextlib copyreg datetime enum errno functools gc gettext itertools keyword locale math operator
    re re._casefix re._compiler re._constants re._parser reprlib sre_compile sre_constants sre_parse types typing
    typing.io typing.re importlib importlib._abc importlib._bootstrap importlib._bootstrap_external
    importlib.machinery importlib.util warnings
"""
_LIBRARY_STAGED = "_posixsubprocess _weakrefset fcntl select selectors signal subprocess threading"
_LIBRARY_PYTHON = "_ast ast binascii fnmatch"
# What is installed reads the rule book as Python.
_THIRD_PARTY = set() if _INSTALLED else {"tomli"}
_COMPILED = "okxguard.compiled"

_CASES = {
    "clean dotenv": (("scan", ".env"), _ALWAYS, _LIBRARY),
    "staged Python": (
        ("scan", "--staged", "plain.py"),
        f"{_ALWAYS} {_STAGED} {_CODE}",
        f"{_LIBRARY} {_LIBRARY_STAGED}",
    ),
    "staged Python that names OKX": (
        ("scan", "--staged", "names.py"),
        f"{_ALWAYS} {_STAGED} {_CODE} {_OKX}",
        f"{_LIBRARY} {_LIBRARY_STAGED} {_LIBRARY_PYTHON}",
    ),
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hooks")
    builder = RepositoryBuilder(folder)
    builder.stage(
        {
            ".env": "DEBUG=true\nPORT=80\n",
            "plain.py": "def double(number):\n    return 2 * number\n",
            "names.py": 'import os\n\nKEY = os.environ["OKX_API_KEY"]\n',
        }
    )
    return folder


@pytest.mark.parametrize("case", _CASES)
def test_hook_run_imports_what_is_listed(case: str, repository: Path) -> None:
    arguments, own, allowed = _CASES[case]
    imported = _imported(repository, *arguments)
    expected = {"okxguard" if name == "__init__" else f"okxguard.{name}" for name in own.split()}
    # The console script imports the first module that the module starts as.
    ours = {name for name in imported if _package(name) == "okxguard"} - {"okxguard.__main__"}
    compiled = {name for name in ours if name.startswith(_COMPILED)}
    assert bool(compiled) is bool(_INSTALLED)
    ours -= compiled
    assert not ours - expected, _ADVICE.format(sorted(ours - expected))
    assert not expected - ours, _GONE.format(sorted(expected - ours))
    others = {name for name in imported if _package(name) not in {"okxguard", *sys.stdlib_module_names}}
    packages = {_package(name) for name in others if not name.endswith("__mypyc")}
    assert packages == _THIRD_PARTY, _ADVICE.format(sorted(packages ^ _THIRD_PARTY))
    library = {name for name in imported if _package(name) in sys.stdlib_module_names}
    assert not library - set(allowed.split()), _ADVICE.format(sorted(library - set(allowed.split())))


def _package(module: str) -> str:
    return module.split(".")[0]


def _imported(folder: Path, *arguments: str) -> set[str]:
    """Return the modules that the program imports beside those that its Python imports for nothing."""
    python, script = sys.executable, Path(__file__).resolve().parent.parent / "okxguard" / "__main__.py"
    if _INSTALLED:
        script = Path(_INSTALLED)
        python = script.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!")
    nothing = folder / "nothing"
    nothing.write_text("", encoding="utf-8")
    return _loaded(folder, python, script, *arguments) - _loaded(folder, python, nothing)


def _loaded(folder: Path, python: str, script: Path, *arguments: str) -> set[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
    search = {} if _INSTALLED else {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    done = subprocess.run(
        [python, "-c", _START, str(script), *arguments],
        cwd=folder,
        env={**environment, **search},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())

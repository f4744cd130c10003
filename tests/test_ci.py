"""What CI systems and hook managers read: it parses, agrees with the program, and makes no script of foreign text."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from okxguard import __version__
from okxguard.hookscripts import HOOKS
from tests.conftest import Run

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [PROJECT / "README.md", PROJECT / "docs/ci.md", PROJECT / "docs/git-hooks.md"]
FENCE = re.compile(r"```yaml\n(.*?)```", re.S)


def loaded(name: str) -> Any:
    return yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))


def blocks() -> Iterator[str]:
    for page in PAGES:
        yield from FENCE.findall(page.read_text(encoding="utf-8"))


def scripts(node: Any, key: str = "") -> Iterator[str]:
    """Yield every text of a workflow that a shell runs."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield from scripts(child, str(name))
    elif isinstance(node, list):
        for child in node:
            yield from scripts(child, key)
    elif key in {"run", "script", "before_script"}:
        yield str(node)


def test_no_script_holds_an_expression() -> None:
    found = [text for name in ("action.yml", "ci/gitlab.yml") for text in scripts(loaded(name))]
    found += [text for block in blocks() for text in scripts(yaml.safe_load(block))]
    assert len(found) >= 4
    assert not [text for text in found if "${{" in text]


def test_action_hands_every_input_to_its_script() -> None:
    action = loaded("action.yml")
    step, upload = action["runs"]["steps"]
    given = {*step["env"].values()}
    assert given == {f"${{{{ inputs.{name} }}}}" for name in action["inputs"] if name != "upload"}
    assert {"inputs.upload", "github.repository", "always()"} <= set(re.findall(r"[\w.]+(?:\(\))?", upload["if"]))
    script = (PROJECT / "ci/github.sh").read_text(encoding="utf-8")
    assert all(f"${name}" in script for name in step["env"])
    assert "token" not in (PROJECT / "action.yml").read_text(encoding="utf-8").lower()
    page = (PROJECT / "docs/ci.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.M)) == set(action["inputs"])
    assert set(action["outputs"]) == {"exit-code"}


def test_scripts_are_shell() -> None:
    gitlab = "\n".join(loaded("ci/gitlab.yml")["okxguard"]["script"])
    assert subprocess.run(["bash", "-n", str(PROJECT / "ci/github.sh")], check=False).returncode == 0
    assert subprocess.run(["sh", "-n"], input=gitlab.encode(), check=False).returncode == 0


def test_versions_are_those_of_the_program() -> None:
    texts = [path.read_text(encoding="utf-8") for path in [*PAGES, PROJECT / "ci/gitlab.yml"]]
    versions = re.findall(r"okxguard/okxguard(?:@|/)v([0-9][0-9.]*[0-9])|rev: v([0-9.]+)", "\n".join(texts))
    assert {first or second for first, second in versions} == {__version__}


def test_named_hooks_exist() -> None:
    hooks = {hook["id"]: hook for hook in loaded(".pre-commit-hooks.yaml")}
    named = {
        hook["id"]
        for block in blocks()
        for repository in (yaml.safe_load(block) or {}).get("repos", [])
        for hook in repository["hooks"]
    }
    assert named
    assert named <= set(hooks)
    page = (PROJECT / "docs/git-hooks.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in (*hooks, *HOOKS))


@pytest.mark.parametrize("hook", loaded(".pre-commit-hooks.yaml"), ids=lambda hook: str(hook["id"]))
def test_entries_of_hooks_are_commands(hook: dict[str, Any], run: Run, tmp_path: Path) -> None:
    assert hook["require_serial"]
    assert hook.get("pass_filenames", True) != hook.get("always_run", False)
    program, *arguments = hook["entry"].split()
    assert program == "okxguard"
    result = run(tmp_path, *arguments, "--help")
    assert result.code == 0
    assert "usage: okxguard scan" in result.out

"""The benchmarks: the same material for the same seed, valid in its syntax, and a check that can fail."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli

from benchmarks.material import Material
from benchmarks.rows import Row
from benchmarks.table import excesses, lines
from benchmarks.timing import Figures, Program, Run
from tests.conftest import ScanJson, write_files

_ENDINGS = (".py", ".js", ".ts", ".go", ".json", ".yml", ".md", ".html", ".txt", ".toml", ".env")
_PARSERS: dict[str, Callable[[str], Any]] = {".py": ast.parse, ".json": json.loads, ".toml": tomli.loads}


@pytest.mark.parametrize("ending", _PARSERS)
def test_material_is_valid_and_always_the_same(ending: str) -> None:
    texts = [Material(7).text(ending, okx=True, leaks=True) for _ in range(2)]
    assert texts[0] == texts[1]
    _PARSERS[ending](texts[0])


@pytest.mark.parametrize("ending", _ENDINGS)
def test_a_credential_is_found_only_where_it_is_put(ending: str, tmp_path: Path, scan_json: ScanJson) -> None:
    material = Material(7)
    texts = {"leaking": material.text(ending, okx=True, leaks=True), "clean": material.text(ending, okx=True)}
    write_files(tmp_path, {f"{name}{ending}": text for name, text in texts.items()})
    found = scan_json(tmp_path, ".")["findings"]
    assert [(finding["rule"], finding["path"]) for finding in found] == [("OKX101", f"leaking{ending}")]


def figures(name: str, *seconds: float, portion: float = 1.0, most: float | None = None, code: int = 0) -> Figures:
    program = Program(name, ["true"], Path(), portion, most)
    return Figures(program, [Run(2 * each, each, 10.0, code) for each in seconds])


def row(*programs: Figures) -> tuple[Row, list[Figures]]:
    return Row("work", "one file", [each.program for each in programs]), list(programs)


def test_figures_are_ratios_to_the_first_program() -> None:
    text = lines(*row(figures("pass", 1.0, 2.0, 3.0), figures("okxguard", 4.0, 5.0, 6.0)))
    assert text.splitlines()[1] == "|  | okxguard | 4.00 | 2.50 | 4.00 | 2.50 | 4.000 | 8.000 | 10 | 3 |"


def test_a_part_of_the_work_counts_as_such() -> None:
    text = lines(*row(figures("a tenth", 1.0, portion=0.1), figures("all", 10.0)))
    assert text.splitlines()[1].startswith("|  | all | 1.00 | 1.00 |")


@pytest.mark.parametrize(
    ("seconds", "code", "fails"),
    [
        pytest.param(7.9, 0, False, id="as quick as it may be"),
        pytest.param(8.1, 0, True, id="too slow"),
        pytest.param(1.0, -9, True, id="ended"),
    ],
)
def test_a_check_fails_where_a_ratio_is_too_high(seconds: float, code: int, fails: bool) -> None:
    told = list(excesses(*row(figures("pass", 1.0), figures("okxguard", seconds, most=8.0, code=code))))
    assert bool(told) is fails

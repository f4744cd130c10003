"""Messages that are being written: what git drops from them is not reported, what it keeps is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Credentials, ScanJson, write_files

CUT = "------------------------ >8 ------------------------"
TEMPLATE = "# Please enter the commit message for your changes.\n#\n# On branch main\n#\n"
DIFF = "diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -1 +0,0 @@\n-{line}"

# What stands in the message, what git is told, and the lines on which something is found.
MESSAGES = {
    "a line of the message": ("Add bot\n\n{line}" + TEMPLATE, {}, [3]),
    "a comment": ("Add bot\n\n# {line}" + TEMPLATE, {}, []),
    "the diff of --verbose": ("Drop key\n\n" + TEMPLATE + f"# {CUT}\n# Do not modify.\n" + DIFF, {}, []),
    "a line above the diff": ("Drop key\n{line}" + TEMPLATE + f"# {CUT}\n" + DIFF, {}, [2]),
    "line breaks of Windows": ("Drop key\r\n# {line}#\r\n" + f"# {CUT}\r\n" + DIFF, {}, []),
    "another comment character": ("Add bot\n; {line}", {"core.commentChar": ";"}, []),
    "a hash where another character begins comments": ("Add bot\n# {line}", {"core.commentChar": ";"}, [2]),
    "the scissors tell the character": ("Drop key\n; {line};\n" + f"; {CUT}\n" + DIFF, {}, []),
    "a character that git chose": ("# {line}; {line};\n", {"core.commentChar": "auto"}, [1]),
    "no character that git would choose": ("# {line}Done\n", {"core.commentChar": "auto"}, []),
    "comments are kept": ("# {line}", {"commit.cleanup": "whitespace"}, [1]),
    "comments are kept above scissors": ("# {line}\n" + f"# {CUT}\n" + DIFF, {"commit.cleanup": "scissors"}, [1]),
    "scissors without comments above": ("# {line}\n" + f"# {CUT}\n# Do not modify.\n" + DIFF, {}, [1]),
    "no scissors": (f"Add bot\n# {CUT} \n" + "{line}", {}, [3]),
    "scissors inside of a line": (f"see # {CUT}\n" + "{line}", {}, [2]),
}
# What git keeps where it starts no editor.
UNEDITED = {
    "a comment of -m": ("# {line}", {}, [1]),
    "scissors of -m": (f"# {CUT}\n" + "{line}", {}, [2]),
    "comments are dropped all the same": ("# {line}", {"commit.cleanup": "strip"}, []),
}


def found_lines(folder: Path, scan_json: ScanJson, text: str, settings: dict[str, str]) -> list[int]:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for name, value in settings.items():
        subprocess.run(["git", "config", name, value], cwd=folder, check=True)
    write_files(folder / ".git", {"COMMIT_EDITMSG": text})
    report = scan_json(folder, ".git/COMMIT_EDITMSG")
    assert report["summary"]["files"] == 1
    return [finding["line"] for finding in report["findings"]]


@pytest.mark.parametrize(
    ("editor", "text", "settings", "lines"),
    [pytest.param("vi", *row, id=name) for name, row in MESSAGES.items()]
    + [pytest.param(":", *row, id=f"unedited: {name}") for name, row in UNEDITED.items()],
)
def test_message_without_what_git_drops(
    editor: str,
    text: str,
    settings: dict[str, str],
    lines: list[int],
    tmp_path: Path,
    scan_json: ScanJson,
    credentials: Credentials,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIT_EDITOR", editor)
    text = text.replace("{line}", credentials.key_line())
    assert found_lines(tmp_path, scan_json, text, settings) == lines


def test_file_of_that_name_elsewhere_is_read_whole(
    tmp_path: Path, scan_json: ScanJson, credentials: Credentials
) -> None:
    write_files(tmp_path, {"notes/MERGE_MSG": f"# {credentials.key_line()}"})
    assert [finding["line"] for finding in scan_json(tmp_path, "notes/MERGE_MSG")["findings"]] == [1]


def test_damaged_git_folder_is_read_as_git_would_by_default(
    tmp_path: Path, scan_json: ScanJson, credentials: Credentials
) -> None:
    write_files(tmp_path / ".git", {"HEAD": "", "MERGE_MSG": f"# {credentials.key_line()}{credentials.key_line()}"})
    assert [finding["line"] for finding in scan_json(tmp_path, ".git/MERGE_MSG")["findings"]] == [2]

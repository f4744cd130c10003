"""Put the rule book into the wheel as Python, too: a run reads it as bytecode, in a fraction of the time of TOML."""

from __future__ import annotations

import pprint
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if sys.version_info >= (3, 11):
    import tomllib
else:  # which hatchling needs as well
    import tomli as tomllib

_MODULE = '''"""What `rules/{name}` says; made when okxguard is built, from the TOML that stands beside it."""

SOURCE = {source!r}
TABLE = {table}
'''


class CustomBuildHook(BuildHookInterface[Any]):
    """Writes a module for every file of the rule book."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the modules to a wheel; a checkout that is installed as it is reads the TOML."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="rules")
        for path in sorted((Path(self.root) / "rules").glob("*.toml")):
            source = path.read_bytes()
            table = pprint.pformat(tomllib.loads(source.decode("utf-8")), width=120, sort_dicts=False)
            module = Path(self._folder.name) / f"{path.stem.replace('-', '_')}.py"
            module.write_text(_MODULE.format(name=path.name, source=source, table=table), encoding="utf-8")
            build_data["force_include"][str(module)] = f"okxguard/compiled/{module.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what the wheel was made of."""
        del version, build_data, artifact_path
        if hasattr(self, "_folder"):
            self._folder.cleanup()

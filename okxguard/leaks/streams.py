"""Tell what is written by a call, and whether that goes to a file, or to a stream of the process."""

from __future__ import annotations

from okxguard.leaks.reporting import Called
from okxguard.leaks.values import Value

# Functions that write what they are given first to what they are given second.
_DUMPS = frozenset(
    {
        "json.dump", "msgpack.dump", "pickle.dump", "rapidjson.dump", "ruamel.yaml.YAML().dump", "simplejson.dump",
        "toml.dump", "tomli_w.dump", "tomlkit.dump", "ujson.dump", "yaml.dump", "yaml.safe_dump",
    }
)  # fmt: skip
_WRITTEN = ("obj", "data", "o", "mapping", "content")
_FILES = ("fp", "stream", "f", "file")
_STREAMS = frozenset({"stdout", "stderr", "__stdout__", "__stderr__"})
_DESCRIPTORS = (1, 2)
_DEVICES = frozenset({"/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/1", "/dev/fd/2", "CON", "CONOUT$"})


def is_stream(file: Value | None) -> bool:
    """Tell whether a value is a stream of the process: one of its own, or one that is opened on it."""
    if file is None:
        return False
    module, _, name = file.ref.removesuffix(".buffer").rpartition(".")
    if module == "sys" and name in _STREAMS:
        return True
    place = place_of(file)
    if place is not None:
        return place.const in _DESCRIPTORS or (isinstance(place.const, str) and place.const in _DEVICES)
    return file.ref in ("os.fdopen()", "io.TextIOWrapper()") and _is_made_of_stream(file)


def _is_made_of_stream(file: Value) -> bool:
    first = file.box.fields.get(0) if file.box is not None else None
    return first is not None and (is_stream(first) or first.const in _DESCRIPTORS)


def place_of(file: Value | None) -> Value | None:
    """Return the path that a file was opened with."""
    box = file.box if file is not None else None
    return box.fields.get(0) if box is not None and box.kind == "file" else None


def name_of(place: Value) -> str:
    """Return the last part that is known of a path, in lower case."""
    parts = [place, *(reversed(place.box.fields.values()) if place.box is not None else ())]
    return next((part.const for part in parts if isinstance(part.const, str) and part.const), "").lower()


def dumped_to(called: Called) -> tuple[Value, Value] | None:
    """Return what a call dumps, and the file or stream that it goes to; None where it dumps nothing."""
    values, named = called.values, called.named
    if called.ref not in _DUMPS:
        held = called.base.box if called.base is not None else None
        is_parser = held is not None and held.kind == "loaded" and called.method == "write" and bool(values)
        return (called.base, values[0]) if is_parser and called.base is not None else None
    written = values[0] if values else next((named[name] for name in _WRITTEN if name in named), None)
    file = values[1] if len(values) > 1 else next((named[name] for name in _FILES if name in named), None)
    return (written, file) if written is not None and file is not None else None

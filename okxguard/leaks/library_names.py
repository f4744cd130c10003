"""Last parts of names of calls that the gate knows besides those of the rule book."""

from __future__ import annotations

KEEPING = frozenset(
    [
        "getattr",
        "b64encode",
        "b64decode",
        "urlsafe_b64encode",
        "standard_b64encode",
        "b32encode",
        "b16encode",
        "a85encode",
        "b85encode",
        "hexlify",
        "b2a_base64",
        "b2a_hex",
        "unhexlify",
        "dedent",
        "indent",
        "fill",
        "wrap",
        "shorten",
        "zip",
        "enumerate",
        "map",
        "filter",
        "partial",
        "cast",
        "run",
        "wait_for",
        "create_task",
        "gather",
        "Template",
        "sub",
        "to_thread",
        "submit",
        "namedtuple",
        "NamedTuple",
        "make_dataclass",
        "to_curl",
        "append",
        "extend",
        "insert",
        "update",
        "add",
        "getLogger",
    ]
)
SOURCES = frozenset(
    [
        "environ",
        "environb",
        "dotenv_values",
        "getpass",
        "win_getpass",
        "get_password",
        "askpass",
        "advpass",
        "pwinput",
        "get_secret",
        "get_secret_value",
        "getSecretValue",
        "access_secret_version",
    ]
)
# Methods of files.
WRITING = ("write", "writelines", "write_text", "dump")
# Names of variables, not of modules, that patterns begin with.
LOCAL_NAMES = frozenset(
    [
        "*",
        "self",
        "ctx",
        "bot",
        "channel",
        "message",
        "messages",
        "update",
        "interaction",
        "webhook",
        "user",
        "author",
        "st",
        "ui",
        "parser",
        "stdout",
        "stderr",
        "console",
        "q",
        "ic",
    ]
)
REQUESTS = frozenset(
    {
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "request",
        "urlopen",
        "Request",
        "urlretrieve",
        "fetch",
        "head",
        "options",
        "ws_connect",
        "stream",
        "send",
        "open",
        "HTTPRequest",
    }
)

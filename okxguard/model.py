"""The values that travel through a scan; all of them frozen.

Named tuples, because a hook run would spend more time on making data classes than on scanning; and annotations that are
evaluated, because named tuples compile every annotation that is text.
"""

from collections.abc import Callable, Iterable
from enum import Enum, IntEnum
from typing import NamedTuple

from okxguard.past import History, Past


class Severity(IntEnum):
    """How bad a finding is if it is true."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def lowered(self) -> "Severity":
        """Return the next lower severity, or the lowest."""
        return Severity(max(self - 1, Severity.LOW))


class Confidence(IntEnum):
    """How often a finding of this kind is true."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Role(str, Enum):
    """What a value is for: one part of an OKX credential, or a token of the account."""

    API_KEY = "api_key"
    SECRET_KEY = "secret_key"  # noqa: S105 (the name of a role)
    PASSPHRASE = "passphrase"  # noqa: S105 (the name of a role)
    ACCOUNT_TOKEN = "account_token"  # noqa: S105 (the name of a role)


class Context(IntEnum):
    """How close the word OKX stands to a value: nowhere, in the file, nearby, around it, in its own name."""

    NONE = 0
    FILE = 1
    NEAR = 2
    AROUND = 3
    NAME = 4


class Place(str, Enum):
    """Where in its syntax an entry stands; an expression is what code or a container holds that is no literal."""

    ASSIGNMENT = "assignment"
    ARGUMENT = "argument"
    DEFAULT = "default"
    COMMENT = "comment"
    TEXT = "text"
    EXPRESSION = "expression"
    ROW = "row"  # a field of a row whose columns nobody names


class Span(NamedTuple):
    """A stretch of a document's text, in characters: `start` included, `end` excluded."""

    start: int
    end: int


class Location(NamedTuple):
    """A span as an editor shows it: lines and columns count from 1."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Source(NamedTuple):
    """The bytes of one scanned thing, and where they come from.

    `path` is what is shown; `evidence` is the part of the path below the scan root that may say OKX. `past` is there
    where only what is new counts, `history` where all versions of a file are scanned. Of something large `data` is the
    beginning, and `more` gives the rest in chunks.
    """

    origin: str
    path: str
    data: bytes
    evidence: str = ""
    commit: str | None = None
    past: Past | None = None
    history: History | None = None
    more: Callable[[], Iterable[bytes]] | None = None

    def __repr__(self) -> str:
        return f"Source(origin={self.origin!r}, path={self.path!r})"


class FileError(NamedTuple):
    """Something that could not be scanned, so that the answer is incomplete."""

    path: str
    reason: str


class Note(NamedTuple):
    """Something a user may want to know; the answer is complete all the same."""

    path: str
    reason: str


# The origin of a source whose bytes are a name, such as that of a branch.
NAME = "name"
# Why a file is skipped that the user's configuration leaves out.
EXCLUDED = "excluded by config"


class Skipped(NamedTuple):
    """A thing that is not scanned by its kind: a picture, a symlink, excluded by config."""

    path: str
    reason: str


class Entry(NamedTuple):
    """A value with its name, whatever the syntax it was written in.

    `path` is the key path, outermost first; its last segment is the name of the value. Segments that
    end in `()` are calls, those in brackets are positions. Entries with the same path but for the last
    segment are siblings. `visible` says that the value stands in the text letter by letter.
    """

    path: tuple[str, ...]
    value: str
    span: Span
    place: Place = Place.ASSIGNMENT
    quoted: bool = True
    visible: bool = True

    def __repr__(self) -> str:
        return f"Entry(path={self.path!r}, span={self.span!r}, place={self.place!r})"


class Example(NamedTuple):
    """A file that a rule fires on, or stays silent on; `text` holds `{key}`-like slots for values."""

    path: str
    text: str
    fires: bool
    reason: str

    def __repr__(self) -> str:
        return f"Example(path={self.path!r}, fires={self.fires!r})"


class Rule(NamedTuple):
    """One rule of the rule book."""

    id: str
    name: str
    severity: Severity
    summary: str
    why: str
    fix: str
    evidence: str
    references: tuple[str, ...]
    examples: tuple[Example, ...]


class Candidate(NamedTuple):
    """A value that looks like one part of an OKX credential; the only type that holds a found value.

    `exact` tells that it has the shape of its role, `together` that it counts only beside another part, `named` that
    its name or position gives it the role, `company` that the name does so only beside other names.
    `account` holds the words of its name that tell one credential from another.
    """

    role: Role
    value: str
    span: Span
    scope: tuple[str, ...]
    context: Context
    confidence: Confidence
    place: Place
    exact: bool = False
    visible: bool = True
    together: bool = False
    named: bool = True
    company: bool = False
    account: tuple[str, ...] = ()
    demo: bool = False

    def __repr__(self) -> str:
        return f"Candidate(role={self.role!r}, span={self.span!r}, confidence={self.confidence!r})"


class Part(NamedTuple):
    """One part of a found credential: its role and its place."""

    role: Role
    location: Location


class Step(NamedTuple):
    """One step of a trace from a taint source to a sink."""

    line: int
    column: int
    note: str


class Finding(NamedTuple):
    """What is wrong, where, how bad and how sure; it has no room for a found value.

    Only a baseline asks for `identity`, which it has in any file, and for `marks`: those of each value that accept it.
    `variant` tells different values of one fingerprint in one history apart.
    """

    rule: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    location: Location
    fingerprint: str
    parts: tuple[Part, ...] = ()
    trace: tuple[Step, ...] = ()
    commit: str | None = None
    identity: str = ""
    marks: tuple[tuple[str, ...], ...] = ()
    history: History | None = None
    variant: int = 0


class Policing(NamedTuple):
    """What one document says of the rights and hosts of keys: findings, and what counts only together with other files.

    `withdrawing` holds a finding for every key that may withdraw, true only where nothing in the tree withdraws;
    `pins` those of packages, true only where no lock file says otherwise; `locked` the packages that a lock file holds.
    """

    findings: tuple[Finding, ...] = ()
    withdrawing: tuple[Finding, ...] = ()
    pins: tuple[Finding, ...] = ()
    locked: frozenset[str] = frozenset()


class Leak(NamedTuple):
    """Code that gives a secret away: the rule, the place of the sink, how sure, and what is given away in our words.

    `identity` are the words that tell it from other leaks of its rule in the file; `own` tells that the secret is
    OKX's; `trace` are places in the text from the taint source to the sink, each with a note.
    """

    rule: str
    span: Span
    confidence: Confidence
    what: str
    identity: tuple[str, ...]
    own: bool = False
    trace: tuple[tuple[Span, str], ...] = ()


class Suppressed(NamedTuple):
    """A finding that a comment in the scanned text takes out of the report."""

    finding: Finding
    reason: str | None


class Report(NamedTuple):
    """Everything one scan has to say.

    `prefix` leads from the top of the repository to the scan root, which all paths are relative to.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    errors: tuple[FileError, ...] = ()
    notes: tuple[Note, ...] = ()
    files: int = 0
    bytes: int = 0
    skipped: tuple[Skipped, ...] = ()
    commits: int = 0
    held_back: int = 0
    baselined: int = 0
    older: int = 0
    prefix: str = ""

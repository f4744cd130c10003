"""The text of the git hooks that `okxguard install` writes: POSIX shell, for every system that runs git."""

from __future__ import annotations

KEPT = ".okxguard-kept"
_HEAD = b"""\
#!/bin/sh
# Written by `okxguard install`; `okxguard uninstall` takes it away and brings back the hook that was here before.
# checksum: """
_CHECKSUM_LENGTH = 64

# What stands in the current folder is what is scanned: nothing is imported from there.
_COMMON = """
hook={hook}
python={python}
program='import sys
sys.path[:] = [path for path in sys.path if path]
try:
    from okxguard.__main__ import run
except ImportError:
    sys.exit(125)
run()'

run_okxguard() {{
    if [ -x "$python" ]; then
        "$python" -c "$program" "$@"
        code=$?
        [ "$code" -eq 125 ] || return "$code"
    fi
    if command -v okxguard >/dev/null 2>&1; then
        okxguard "$@"
        return
    fi
    echo "okxguard: error: it is neither in $python nor on PATH, so nothing was checked;" \\
        "install it again and run 'okxguard install', or remove the hook $0" >&2
    return 2
}}

leave() {{
    [ "$1" -eq 0 ] || echo "okxguard: stopped {action}; to skip the hooks once: {action} --no-verify" >&2
    exit "$1"
}}

# The hook that was here before comes first.
kept=$(dirname -- "$0")/$hook{kept}
"""

_BEFORE = """\
if [ -x "$kept" ]; then
    "$kept" "$@" || exit
fi
"""

_STAGED = (
    _BEFORE
    + """
names=$(git -c core.quotePath=false diff --cached --name-only --line-prefix=./ --diff-filter=d --no-renames \\
    --no-ext-diff --ignore-submodules) || leave 2
[ -n "$names" ] || exit 0
set -f
IFS='
'
set -- $names
# Names that git quotes, and more names than a command may have: read the whole index.
case $names in *\\"*) set -- ;; esac
[ "$#" -le 500 ] || set --
run_okxguard scan --staged "$@"
leave "$?"
"""
)

_MESSAGE = (
    _BEFORE
    + """
run_okxguard scan "$1"
leave "$?"
"""
)

_PUSH = """\
refs=$(cat)
if [ -x "$kept" ]; then
    printf '%s' "${{refs:+$refs
}}" | "$kept" "$@" || exit
fi

count() {{
    [ "$1" -le "$worst" ] || worst=$1
}}

check() {{
    end=$1
    base=$2
    # The text of a tag, and of those that it is on.
    while kind=$(git cat-file -t "$end" 2>/dev/null) && [ "$kind" = tag ]; do
        git cat-file tag "$end" | run_okxguard scan -
        count "$?"
        end=$(git cat-file tag "$end" | {{ read -r _ id; echo "$id"; }})
    done
    case $kind in
        blob)
            git cat-file blob "$end" | run_okxguard scan -
            count "$?"
            return
            ;;
        tree)
            echo "okxguard: error: $end is a folder without a commit, which is not checked; push a commit of it" >&2
            count 2
            return
            ;;
    esac
    # A commit of the remote that is not here tells nothing about what is new.
    GIT_NO_LAZY_FETCH=1 git cat-file -e "$base^{{commit}}" 2>/dev/null || base=0000000000000000000000000000000000000000
    case $base in
        *[!0]*) ;;
        *)
            # A new name for what the remote has sends no commit.
            new=$(git rev-list -n 1 "$end" --not --remotes="$remote" 2>/dev/null) && [ -z "$new" ] && return
            ;;
    esac
    run_okxguard scan --diff "$base..$end"
    count "$?"
}}

remote=$1
worst=0
while read -r local_ref local_id remote_ref remote_id; do
    # Zeros, or no line at all: nothing of this ref is sent.
    case $local_id in *[!0]*) ;; *) continue ;; esac
    check "$local_id" "$remote_id" </dev/null
done <<REFS
$refs
REFS
leave "$worst"
"""

_SCRIPTS = {
    "pre-commit": (_STAGED, "git commit"),
    "pre-merge-commit": (_STAGED, "git merge"),
    "commit-msg": (_MESSAGE, "git commit"),
    "pre-push": (_PUSH, "git push"),
}
HOOKS = tuple(_SCRIPTS)


def script(hook: str, python: str) -> bytes:
    """Return the text of a hook that runs okxguard with this Python, or the one on PATH where that is gone."""
    import shlex

    body, action = _SCRIPTS[hook]
    path = shlex.quote(python.replace("\\", "/") if python[1:3] == ":\\" else python)
    text = (_COMMON + body).format(hook=hook, python=path, action=action, kept=KEPT)
    content = text.encode("utf-8", "surrogateescape")
    return _HEAD + _checksum(content) + content


def is_script(text: bytes) -> bool:
    """Tell whether okxguard wrote this hook, whoever changed it since."""
    return text.startswith(_HEAD)


def is_unchanged(text: bytes) -> bool:
    """Tell whether a hook is as okxguard wrote it, in this version or another."""
    checksum, content = text[len(_HEAD) :][:_CHECKSUM_LENGTH], text[len(_HEAD) :][_CHECKSUM_LENGTH:]
    return is_script(text) and checksum == _checksum(content)


def _checksum(content: bytes) -> bytes:
    import hashlib

    return hashlib.sha256(content).hexdigest().encode("ascii")

#!/usr/bin/env bash
# What action.yml runs: installs okxguard beside the checkout and scans. It uses no token and needs no right to write.
set -euo pipefail

fail() {
    echo "::error title=okxguard::$1"
    exit 2
}

# Python looks for modules in the current folder, and what is checked out must not be run.
cd "$GITHUB_ACTION_PATH"
for python in python3 python ""; do
    [ -n "$python" ] || fail "Python 3.10 or later is needed; put actions/setup-python before this step"
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        break
    fi
done
home=$RUNNER_TEMP/okxguard
case ${RUNNER_OS:-} in
    Windows) programs=$home/Scripts ;;
    *) programs=$home/bin ;;
esac
# A job may use the action more than once.
if [ "$(cat "$home/installed" 2>/dev/null)" != "$GITHUB_ACTION_PATH" ]; then
    "$python" -m venv --clear "$home"
    "$programs/python" -m pip install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH"
    echo "$GITHUB_ACTION_PATH" >"$home/installed"
fi
cd "$GITHUB_WORKSPACE"

# In a container the checkout belongs to another user. Nothing of it is run, so that it can be read all the same.
count=${GIT_CONFIG_COUNT:-0}
export "GIT_CONFIG_KEY_$count=safe.directory" "GIT_CONFIG_VALUE_$count=*" GIT_CONFIG_COUNT=$((count + 1))

set -- scan --format github
case $OKXGUARD_DIFF in
    auto)
        if [ -z "$OKXGUARD_PATHS" ]; then
            case ${GITHUB_EVENT_NAME:-} in
                pull_request | pull_request_target | push | merge_group) set -- "$@" --diff auto ;;
            esac
        fi
        ;;
    off) ;;
    *)
        [ -z "$OKXGUARD_PATHS" ] || fail "give a range or paths, not both"
        set -- "$@" "--diff=$OKXGUARD_DIFF"
        ;;
esac
[ -z "$OKXGUARD_SARIF" ] || set -- "$@" "--output=$OKXGUARD_SARIF"
set -f
for word in $OKXGUARD_ARGS; do
    set -- "$@" "$word"
done
set +f
if [ -n "$OKXGUARD_PATHS" ]; then
    set -- "$@" --
    while IFS= read -r path; do
        [ -z "$path" ] || set -- "$@" "$path"
    done <<<"$OKXGUARD_PATHS"
fi

code=0
"$programs/okxguard" "$@" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
if [ "$code" -eq 1 ] && [ "$OKXGUARD_FAIL" = false ]; then
    exit 0
fi
exit "$code"

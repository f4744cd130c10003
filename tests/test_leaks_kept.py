"""What is made of files that ask for each other is the same whoever asks first."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from okxguard.leaks.kept import Kept

_FILES = "abcde"
_DEEPEST = 3


def _making(asked: dict[str, str], counts: list[str]) -> Kept[str]:
    def make(path: str) -> str:
        counts.append(path)
        return f"{path}({' '.join(kept.get(other) or '-' for other in asked[path])})"

    kept = Kept(make, _DEEPEST)
    return kept


@given(st.fixed_dictionaries({name: st.text(_FILES, max_size=3) for name in _FILES}))
def test_order_of_questions_changes_nothing(asked: dict[str, str]) -> None:
    fresh = {name: _making(asked, []).get(name) for name in _FILES}
    for order in permutations(_FILES, 3):
        kept = _making(asked, [])
        assert {name: kept.get(name) for name in order} == {name: fresh[name] for name in order}


def test_everything_is_made_once_where_nothing_is_refused() -> None:
    counts: list[str] = []
    kept = _making({"a": "bc", "b": "c", "c": "", "d": "abc", "e": "c"}, counts)
    for name in "bacec":
        kept.get(name)
    assert sorted(counts) == ["a", "b", "c", "e"]

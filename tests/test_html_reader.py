"""HTML: forms, attributes, scripts, tables and the text of the page."""

from __future__ import annotations

import pytest

from okxguard.model import Place
from tests.conftest import Credentials
from tests.entries import entries_of, entries_with

NAMED = {
    "input": "<form><input type=text name='k' value='{}'></form>",
    "bare attributes": "<input name=k value={}>",
    "identified": '<input id="k" value="{}"/>',
    "labelled": "<label>k</label> <input value='{}'>",
    "labelled with a colon": "<label>k:</label>\n<input value='{}'>",
    "meta": '<meta name="k" content="{}">',
    "data attribute": "<div data-k='{}'></div>",
    "paragraph": "<p>k: {}</p>",
    "marked": "<p><b>k</b>: <code>{}</code></p>",
    "spans": "<div><span class=x>k</span><span class=y>{}</span></div>",
    "item": "<ul><li>k = {}</li></ul>",
    "broken lines": "a<br>k: {}<br/>b",
    "row": "<table><tr><td>k</td><td>{}</td></tr></table>",
    "headed row": "<table><tr><th>n</th><th>k</th></tr><tr><td>x</td><td>{}</td></tr></table>",
    "row without ends": "<table><tr><td>k<td><code>{}</code></table>",
    "definition": "<dl><dt>k</dt><dd>{}</dd></dl>",
    "text area": "<textarea>\nk={}\n</textarea>",
    "preformatted": "<pre>\na: 1\nk: {}\n</pre>",
    "script": "<script>const k = '{}';</script>",
    "data script": '<script type="application/json">{{"k": "{}"}}</script>',
    "query": "<a href='https://x.example/?a=1&amp;k={}'>x</a>",
}


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_value_goes_by_its_name(text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = "<!DOCTYPE html>\n<html><body>\n" + text.format(value) + "\n</body></html>"
    found = entries_with("a.html", filled, value)
    assert "k" in {entry.path[-1] for entry in found}
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}


def test_heading_is_context(credentials: Credentials) -> None:
    value = credentials.passphrase()
    for body in ("<p>k: {}</p>", "<table><tr><td>k</td><td>{}</td></tr></table>", "<p>k <code>{}</code></p>"):
        text = "<h2>O</h2>" + body.format(value)
        assert ("O", "k") in {(entry.path[0], entry.path[-1]) for entry in entries_with("a.html", text, value)}


@pytest.mark.parametrize("text", ["<p>k: {}</p>", "<input name=k value='{}'>", "<table><td>k<td>{}"])
def test_references_are_resolved_at_their_place(text: str) -> None:
    filled = text.format("aB&amp;9&#33;zz")
    found = [entry for entry in entries_of("a.html", filled) if entry.path[-1] == "k" and "9" in entry.value]
    assert {entry.value for entry in found} == {"aB&9!zz"}
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {"aB&amp;9&#33;zz"}


def test_comments_are_read(credentials: Credentials) -> None:
    value = credentials.passphrase()
    found = entries_with("a.html", f"<p>a</p><!-- <p>k: {value}</p> -->", value)
    assert {(entry.path[-1], entry.place) for entry in found} == {("k", Place.COMMENT)}


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<p>",
        "<!--",
        "<script>",
        "<td>",
        "<table>",
        "<h1>",
        "<dd>",
        "<span>a</span>",
        "<input value=a>",
        "&amp;",
        "</",
    ],
)
def test_hostile_text_ends(piece: str) -> None:
    entries_of("a.html", "<p>" + piece * 20_000)

"""The XML reader: every way in which people write a name beside its value, at the exact place."""

from __future__ import annotations

import pytest

from okxguard.model import Place
from tests.conftest import Credentials
from tests.entries import entries_of, entries_with

NAMED = {
    "element": ("<a><name>{}</name></a>", ("a", "name")),
    "blanks": ("<a><name>\n  {}\n </name></a>", ("a", "name")),
    "prefix": ("<x:a xmlns:x='u'><x:name>{}</x:name></x:a>", ("a", "name")),
    "data": ("<a><name><![CDATA[{}]]></name></a>", ("a", "name")),
    "attribute": ("<a name='{}'/>", ("a", "name")),
    "settings": ('<configuration><add key="k" value="{}"/></configuration>', ("configuration", "k")),
    "settings with siblings": (
        '<s><add key="a" value="1"/>\n<add key="k" value="{}"/></s>',
        ("s", "k"),
    ),
    "android": ('<resources><string name="k">{}</string></resources>', ("resources", "k")),
    "property list": ("<plist><dict><key>k</key><string>{}</string></dict></plist>", ("plist", "dict", "k")),
    "nested property list": (
        "<plist><dict><key>o</key><dict><key>k</key><string>{}</string></dict></dict></plist>",
        ("plist", "dict", "o", "k"),
    ),
    "environment": ('<envs><env name="k" value="{}" /></envs>', ("envs", "k")),
    "entry": ('<map><entry key="k">{}</entry></map>', ("map", "k")),
    "entry of texts": ("<entry><string>k</string><string>{}</string></entry>", ("entry", "k")),
    "name and value": ("<c><property><name>k</name><value>{}</value></property></c>", ("c", "property", "k")),
    "named parent": ('<bean id="b"><property name="k" value="{}"/></bean>', ("bean", "b", "k")),
    "setting": ('<s><setting name="k"><value>{}</value></setting></s>', ("s", "setting", "k", "value")),
    "list": ("<l><a><k>1</k></a><a><k>{}</k></a></l>", ("l", "a", "[1]", "k")),
    "no end": ("<a><name>{}</name>", ("a", "name")),
    "stray end": ("<a></b><name>{}</name></a>", ("a", "name")),
    "bare sign": ("<a><b>1 & 2 < 3</b><name>{}</name></a>", ("a", "name")),
}


@pytest.mark.parametrize(("text", "path"), NAMED.values(), ids=NAMED)
def test_value_goes_by_its_name(text: str, path: tuple[str, ...], credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = text.format(value)
    found = [entry for entry in entries_with("a.xml", filled, value) if entry.visible]
    assert path in {entry.path for entry in found}
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}


REFERENCES = {
    "text": "<a><k>{}</k></a>",
    "attribute": '<a k="{}"/>',
    "named": '<s><add key="k" value="{}"/></s>',
}


@pytest.mark.parametrize("written", ["aB&amp;9&lt;&#33;z", "&quot;aB9&#x21;", "aB9&gt;"])
@pytest.mark.parametrize("text", REFERENCES.values(), ids=REFERENCES)
def test_references_are_resolved_at_their_place(text: str, written: str) -> None:
    from html import unescape

    filled = text.format(written)
    found = [entry for entry in entries_of("a.xml", filled) if entry.path[-1] == "k"]
    assert {entry.value for entry in found} == {unescape(written)}
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {written}
    assert not any(entry.visible for entry in found)


def test_value_inside_an_attribute_stands_where_it_stands(credentials: Credentials) -> None:
    value = credentials.passphrase()
    filled = f'<a><add name="c" connectionString="x&amp;y=1 k={value} z=2"/></a>'
    found = entries_with("a.xml", filled, value)
    assert {filled[entry.span.start : entry.span.end] for entry in found} == {value}


COMMENTED = {
    "element": "<a><!-- <k>{}</k> --></a>",
    "setting": '<a><!--<add key="k" value="{}"/>--></a>',
    "text": "<a><!-- k: {} --></a>",
}


@pytest.mark.parametrize("text", COMMENTED.values(), ids=COMMENTED)
def test_comments_are_read(text: str, credentials: Credentials) -> None:
    value = credentials.passphrase()
    found = [entry for entry in entries_with("a.xml", text.format(value), value) if entry.path[-1] == "k"]
    assert found
    assert {entry.place for entry in found} == {Place.COMMENT}


def test_entities_are_not_expanded(credentials: Credentials) -> None:
    value = credentials.passphrase()
    text = f'<!DOCTYPE a [<!ENTITY e "{value}">]><a><k>&e;&e;</k></a>'
    assert value * 2 not in {entry.value for entry in entries_of("a.xml", text)}


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", "<a>", "<!--", "<![CDATA[", "<a b='", '<a b="', "&", "&amp;", "</a>", "<a b=c ", "<?", "<a k=''/>"],
)
def test_hostile_text_ends(piece: str) -> None:
    entries_of("a.xml", "<a>" + piece * 40_000)

"""Texts that break things elsewhere, and how to see that they break nothing here."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from bleach.html5lib_shim import HTMLParser  # type: ignore[attr-defined] # its stub hides it

DATA = Path(os.environ.get("COMMUNITY_TEST_DATA_DIR", ""))
OURS = [
    "<script>window.ran = 1</script>",
    "</title></textarea></option></script><script>window.ran = 1</script>",
    '"><img src=x onerror="window.ran = 1">',
    "' autofocus onfocus='window.ran = 1",
    "<svg onload=window.ran=1><animate onbegin=window.ran=1>",
    "[press](javascript:window.ran=1)",
    "[press](java\tscript:window.ran=1) [press](&#x6A;avascript:window.ran=1)",
    "![x](x'onerror='window.ran=1) <javascript:window.ran=1>",
    '[a](http://a.example/"onmouseover="window.ran=1 "t\' onclick=\'window.ran=1")',
    "[a]: data:text/html,<script>window.ran=1</script>\n\n[a]",
    "```</code></pre><script>window.ran=1</script>\n```",
    '```x" onclick="window.ran=1\na\n```',
    "{{ window }} ${window.ran=1} <%= 1 %>",
    "<style>*{background:url(//evil.example)}</style><link rel=stylesheet href=//evil.example>",
    '<base href="//evil.example/"><meta http-equiv=refresh content="0;url=//evil.example">',
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe><object data=x><embed src=x>",
    "<form action=//evil.example><button formaction=javascript:window.ran=1>go",
    '<noscript><p title="</noscript><img src=x onerror=window.ran=1>">',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.ran=1>",
    "<!-- --!><script>window.ran=1</script>",
    "\U0001f600 \u202etxt.exe\u202c \u200b\ufeff\u2028\u2029",
]


def naughty() -> list[str]:
    """Return the big list of naughty strings."""
    return [*dict.fromkeys(json.loads(_file("naughty_strings/blns.json").read_text("utf-8")))]


def attacks() -> list[str]:
    """Return the attacks that bleach is tested with."""
    cases = sorted(_file("xss/data").glob("*.test"))
    return [case.read_text("utf-8", "replace").partition("\n--\n")[0] for case in cases]


SOURCES: dict[str, Callable[[], list[str]]] = {
    "ours": lambda: OURS,
    "attacks": attacks,
    "naughty strings": naughty,
}


def _file(name: str) -> Path:
    path = DATA / "robustness" / name
    if not DATA.name or not path.exists():
        pytest.skip(f"COMMUNITY_TEST_DATA_DIR names no folder with robustness/{name}.")
    return path


_ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "srcset",
    "ping",
    "xlink:href",
}
DATA_TYPE = "application/ld+json"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")


def assert_nothing_runs(html: str, policy: str) -> None:
    """Read a page as a browser does and check that nothing in it runs but our own scripts.

    Args:
        policy: the Content-Security-Policy that came with it.
    """
    nonces = re.findall(r"'nonce-([^']+)'", policy)
    for element in HTMLParser(namespaceHTMLElements=False).parse(html).iter():
        if isinstance(element.tag, str):  # comments have none
            _assert_harmless(element, nonces)


def data_in(html: str) -> list[Any]:
    """Return the data for search engines in a page, found and read as they do."""
    page = HTMLParser(namespaceHTMLElements=False).parse(html)
    found = [one for one in page.iter("script") if one.get("type") == DATA_TYPE]
    return [json.loads(one.text or "") for one in found]


def _assert_harmless(element: Element, nonces: list[str]) -> None:
    tag, attributes = element.tag.rpartition("}")[2], dict(element.attrib)
    assert tag not in {"base", "style", "iframe", "object", "embed", "math", "frame", "applet"}, tag
    if tag == "script" and attributes == {"type": DATA_TYPE}:  # runs nothing, if it is nothing else
        assert json.loads(element.text or "")["@type"] == "QAPage"
    elif tag == "script":
        assert attributes.get("src", "").startswith("/static/"), attributes
        assert [attributes.get("nonce")] == nonces, attributes
        assert not (element.text or "").strip(), element.text
    is_template = tag == "img" and "src" not in attributes and "hidden" in attributes
    if tag in {"link", "img"} and not is_template:
        source = attributes.get("href", attributes.get("src", ""))
        assert re.match(r"(?:http://localhost)?/(?!/)", source), attributes
    if tag == "meta":
        assert "http-equiv" not in attributes, attributes
    if tag == "form":
        assert attributes.get("action", "/").startswith("/"), attributes
        assert not attributes.get("action", "/").startswith("//"), attributes
    for name, value in attributes.items():
        assert not name.lower().startswith("on"), f"<{tag} {name}={value!r}>"
        assert name.lower() not in {"style", "srcdoc"}, f"<{tag} {name}={value!r}>"
        if name.lower() in _ADDRESSES:
            # A browser drops white space and controls, then reads a scheme up to the colon.
            scheme = _SCHEME.match(re.sub(r"[\x00-\x20\x7f-\xa0]", "", value).lower())
            assert not scheme or scheme[1] in {"http", "https", "mailto"}, f"{name}={value!r}"

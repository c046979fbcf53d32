"""Markdown to safe HTML, once, at write time. The only module that may call text safe.

Python-Markdown makes the HTML and bleach lets through what is on the list. Raw HTML in
the text is shown as it was typed, not interpreted; pictures from elsewhere become
links, because a page loads nothing from another host.
"""

import re
import threading
from functools import partial
from html import escape, unescape
from typing import Any, Final
from xml.etree.ElementTree import Element

import bleach
from bleach.linkifier import LinkifyFilter
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
SCHEMES: Final = frozenset({"http", "https", "mailto"})
LINK_REL: Final = "nofollow ugc noopener"
_LANGUAGE = re.compile(r"language-[\w+#.-]{1,30}")
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
_TAG = re.compile(r"<[^>]*>")


def render(text: str) -> str:
    """Return the HTML of Markdown ``text``, safe to show as it is.

    Text nested too deeply to be read as Markdown is shown as plain paragraphs.
    """
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    try:
        markup: str = _renderer().reset().convert(text)
        return _cleaner().clean(markup)
    except RecursionError:
        return plain_paragraphs(text)


def plain_paragraphs(text: str) -> str:
    """Return ``text`` as paragraphs, with nothing in it interpreted."""
    paragraphs = (part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip())
    return "\n".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs)


def plain_text(html: str, *, limit: int | None = None) -> str:
    """Return the words of rendered ``html`` on one line, cut at a word before ``limit``."""
    words = " ".join(unescape(_TAG.sub(" ", html)).split())
    if limit is None or len(words) <= limit:
        return words
    cut = words[: limit - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[limit // 2 :] else cut}…"


class _Tame(Treeprocessor):
    """Keep headings below the page's own, and show pictures from elsewhere as links."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in _HEADINGS:
                element.tag = _HEADINGS[element.tag]
            elif element.tag == "img":
                source, words = element.get("src", ""), element.get("alt", "")
                element.clear()
                element.tag, element.text = "a", words or source
                element.set("href", source)


class _House(Extension):
    """Our way to read Markdown: no raw HTML, tame headings and pictures."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the library's name)
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_Tame(md), "tame", 5)  # after inline patterns


_local = threading.local()  # a Markdown and a Cleaner keep state while they work


def _renderer() -> Markdown:
    if not hasattr(_local, "markdown"):
        _local.markdown = Markdown(
            extensions=["fenced_code", "sane_lists", "nl2br", "tables", _House()]
        )
    return _local.markdown  # type: ignore[no-any-return]


def _cleaner() -> bleach.Cleaner:
    if not hasattr(_local, "cleaner"):
        _local.cleaner = bleach.Cleaner(
            tags=TAGS,
            attributes={"a": ["href", "title"], "abbr": ["title"], "code": _code_class},
            protocols=SCHEMES,
            filters=[partial(LinkifyFilter, callbacks=[_external], skip_tags={"pre", "code"})],
        )
    return _local.cleaner  # type: ignore[no-any-return]


def _code_class(_tag: str, name: str, value: str) -> bool:
    return name == "class" and _LANGUAGE.fullmatch(value) is not None


def _external(attributes: dict[Any, Any], new: bool = False) -> dict[Any, Any] | None:
    """Mark every link as written by a customer; leave bare words like ``readme.md`` alone."""
    if new and not re.match(r"(https?://|www\.|mailto:)", attributes.get("_text", "")):
        return None
    attributes[None, "rel"] = LINK_REL
    return attributes

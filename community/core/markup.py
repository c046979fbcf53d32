"""Markdown to safe HTML, once, at write time. The only module that may call text safe.

Python-Markdown makes the HTML and bleach lets through what is on the list. Raw HTML in
the text is shown as it was typed, not interpreted; pictures from elsewhere become
links, because a page loads nothing from another host.

Both libraries take quadratic time for some texts that nobody writes by hand, so what
they search is bounded: the longest text takes a few seconds at the very worst.
"""

import re
import threading
from collections.abc import Callable
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
_ATTRIBUTES = {"a": ("href", "title"), "abbr": ("title",)}
_LANGUAGE = re.compile(r"language-[\w+#.-]{1,30}")
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
_TAG = re.compile(r"<[^>]*>")
_INLINE = re.compile(r"</?(?:a|abbr|b|code|del|em|i|kbd|s|strong|sub|sup)(?:\s[^>]*)?>")

EFFORT_MAX = 500_000_000  # see `_effort`; about two seconds
LINK_MAX = 2_000  # characters of a link
_BLOCK_MARK = re.compile(r"^[ ]{0,3}(?:#|```|~~~|(?:[-*_][ ]?){3})", re.MULTILINE)
_INLINE_MARK = re.compile(r"[\n*_`\\<&!]")
_ADDRESS = re.compile(
    rf"""\b(?:https?://|www\.)[^\s<>"]{{2,{LINK_MAX}}}(?![^\s<>"])""", re.IGNORECASE
)


def render(text: str) -> str:
    """Return the HTML of Markdown ``text``, safe to show as it is.

    Text with too many marks to be read as Markdown, or nested too deeply, is shown as
    plain paragraphs.
    """
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if _effort(text) > EFFORT_MAX:
        return plain_paragraphs(text)
    try:
        markup: str = _renderer().reset().convert(text)
        return _cleaner().clean(markup)
    except Exception as error:
        vars(_local).clear()  # who stopped in the middle of one text would read the next wrongly
        if not isinstance(error, RecursionError):
            raise
        return plain_paragraphs(text)


def plain_paragraphs(text: str) -> str:
    """Return ``text`` as paragraphs, with nothing in it interpreted."""
    paragraphs = (part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip())
    return "\n".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs)


def plain_text(html: str, *, limit: int | None = None) -> str:
    """Return the words of rendered ``html`` on one line, cut at a word before ``limit``."""
    words = " ".join(unescape(_TAG.sub(" ", _INLINE.sub("", html))).split())
    if limit is None or len(words) <= limit:
        return words
    cut = words[: limit - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[limit // 2 :] else cut}…"


def _effort(text: str) -> int:
    """Estimate how long it takes to render ``text``: characters times weighted marks.

    For each mark the parser walks over some or all of the rest: furthest for headings,
    rules and fences, up to `LINK_MAX` for brackets.
    """
    blocks = sum(1 for _ in _BLOCK_MARK.finditer(text))
    inline = sum(1 for _ in _INLINE_MARK.finditer(text))
    return len(text) * (100 * blocks + 10 * text.count("[") + inline)


class _Tame(Treeprocessor):
    """Keep headings below the page's own, and show pictures from elsewhere as links."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in _HEADINGS:
                element.tag = _HEADINGS[element.tag]
            elif element.tag == "img":
                source, words = element.get("src", ""), element.get("alt", "")
                element.tag, element.text = "a", words or source
                element.attrib = {"href": source}  # what follows it, its tail, stays


_LINKS = (
    "link",
    "image_link",
    "reference",
    "image_reference",
    "short_reference",
    "short_image_ref",
)


class _House(Extension):
    """Our way to read Markdown: no raw HTML, tame headings and pictures."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the library's name)
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_Tame(md), "tame", 5)  # after inline patterns
        for name in _LINKS:
            _look_near(md.inlinePatterns[name])


def _look_near(links: Any) -> None:
    """Let the end of a link be sought within `LINK_MAX` characters, not to the end of the text."""

    def near(find: Callable[[str, int], Any], data: str, index: int) -> Any:
        return find(data[: index + LINK_MAX], index)

    links.getText = partial(near, links.getText)
    links.getLink = partial(near, links.getLink)


_local = threading.local()  # a Markdown and a Cleaner keep state while they work


def _renderer() -> Markdown:
    if not hasattr(_local, "markdown"):
        _local.markdown = Markdown(
            extensions=["fenced_code", "sane_lists", "nl2br", "tables", _House()]
        )
    renderer: Markdown = _local.markdown
    return renderer


def _cleaner() -> bleach.Cleaner:
    if not hasattr(_local, "cleaner"):
        _local.cleaner = bleach.Cleaner(
            tags=TAGS,
            attributes=_is_allowed,
            protocols=SCHEMES,
            filters=[
                partial(
                    LinkifyFilter,
                    callbacks=[_external],
                    skip_tags={"pre", "code"},
                    url_re=_ADDRESS,
                )
            ],
        )
    cleaner: bleach.Cleaner = _local.cleaner
    return cleaner


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if tag == "code":
        return name == "class" and _LANGUAGE.fullmatch(value) is not None
    return name in _ATTRIBUTES.get(tag, ())


def _external(attributes: Any, _new: bool = False) -> Any:
    """Mark every link as written by a customer."""
    attributes[None, "rel"] = LINK_REL
    return attributes

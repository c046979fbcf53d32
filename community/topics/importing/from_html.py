"""HTML to the Markdown that we keep, so that it renders here as it read there."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from bs4.exceptions import ParserRejectedMarkup
from markdownify import ATX, MarkdownConverter

_INDENT = "    "
_TAG = re.compile(r"<[^>]*>")
# A backslash means itself unless one of these follows (or the next piece of text, unseen here).
_BACKSLASH = re.compile(r"\\(?=[\\`*_{}\[\]()>#+\-.!]|\Z)")
# Underscores within a word mean themselves.
_SIGN = re.compile(r"[*`\[]|(?<!\w)_|_(?!\w)")
_LINE_START = re.compile(r"\A(\s*)([#>]|[-+](?=\s)|\d{1,9}(?=[.)]\s))")
_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
_LANGUAGE = re.compile(r"\blang(?:uage)?-([\w+#.-]{1,30})")


def to_markdown(source: str) -> str:
    """Return HTML as Markdown. What cannot be read as HTML becomes its bare words."""
    if "<" not in source:
        return escaped(unescape(source))
    try:
        return str(_CONVERTER.convert(source))
    except (RecursionError, ParserRejectedMarkup):
        return escaped(unescape(_TAG.sub(" ", source)))


def escaped(words: str) -> str:
    """Return plain text as Markdown that shows just that."""
    words = _BACKSLASH.sub(r"\\\\", words)
    words = _SIGN.sub(r"\\\g<0>", words)
    words = _LINE_START.sub(_with_backslash, words)
    return _ENTITY.sub("&amp;", words)


def _with_backslash(start: re.Match[str]) -> str:
    space, sign = start.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


class _Converter(MarkdownConverter):
    """Markdownify, tuned to how `community.core.markup` reads Markdown."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return escaped(text)

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Keep links to elsewhere; one within the other site would lead astray here."""
        if not _is_address(el.get("href")):
            return text
        return str(super().convert_a(el, text, parent_tags))  # type: ignore[misc] # its stubs are short

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
        if not _is_address(el.get("src")):
            return escaped(el.get("alt") or "")
        return str(super().convert_img(el, text, parent_tags))  # type: ignore[misc] # the same

    def convert_li(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Indent by four spaces, which is what makes a line part of the item."""
        first, *more = (text or "").strip().split("\n")
        if not first:
            return "\n"
        marker = "-"
        if el.parent is not None and el.parent.name == "ol":
            marker = f"{len(el.find_previous_siblings('li')) + 1}."
        lines = [f"{marker} {first}", *(_INDENT + line if line else "" for line in more)]
        # After an item of several blocks, the next one is seen only behind an empty line.
        return "\n".join(lines) + ("\n\n" if "" in lines else "\n")

    def convert_pre(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Fence code, or indent it where fences are not understood: in lists and quotations."""
        code = text.strip("\n")
        if not code.strip():
            return ""
        if parent_tags & {"li", "blockquote"}:
            lines = (_INDENT + line if line else "" for line in code.split("\n"))
            return "\n\n" + "\n".join(lines) + "\n\n"
        longest = max(map(len, re.findall("`+", code)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"\n\n{fence}{_language(el)}\n{code}\n{fence}\n\n"

    def convert_sub(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return f"\\_{text}" if text.strip() else ""

    def convert_sup(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return f"^{text}" if text.strip() else ""

    def convert_del(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return text

    convert_s = convert_strike = convert_del


def _is_address(address: str | None) -> bool:
    """Tell whether ``address`` names a place on the web, without white space in it."""
    try:
        parts = urlsplit(address or "")
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and not re.search(r"\s", address or "")
        )
    except ValueError:
        return False


def _language(el: Any) -> str:
    """Return the language that a code block's class names."""
    for each in (el, el.find("code")):
        classes = each.get("class") if each is not None else None
        found = _LANGUAGE.search(" ".join(classes or []))
        if found:
            return found[1]
    return ""


_CONVERTER = _Converter(
    heading_style=ATX,
    wrap=True,  # line ends of the source are white space; here they would be line breaks
    wrap_width=None,
    bs4_options="html.parser",
)

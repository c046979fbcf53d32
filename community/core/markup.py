"""Markdown to safe HTML, once, at write time. The only module that may call text safe.

Python-Markdown makes the HTML and bleach lets through what is on the list. Raw HTML in
the text is shown as it was typed, not interpreted; pictures from elsewhere become
links, because a page loads nothing from another host; links lose what follows people
around; code in a language that we know gets colours.

Whether ``@mira`` is somebody is not known here, and asking the database is no part of
rendering: `read` takes a text apart, and what it returns becomes HTML once somebody has
said which of its names there are.

Both libraries take quadratic time for some texts that nobody writes by hand, so what
they search is bounded: the longest text takes a few seconds at the very worst.
"""

import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from html import escape, unescape
from typing import Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element

import bleach
from bleach.linkifier import LinkifyFilter
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from community.core import picture_keys
from community.core.colours import CLASSES, CODE_MAX, coloured
from community.core.names import folded
from community.core.tracking import untracked

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
        "img",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
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
_ATTRIBUTES = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "img": ("alt", "height", "loading", "src", "title", "width"),
}
_LANGUAGE = re.compile(r"language-[\w+#.-]{1,30}")
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
_TAG = re.compile(r"<[^>]*>")
_INLINE = re.compile(r"</?(?:a|abbr|b|code|del|em|i|kbd|s|span|strong|sub|sup)(?:\s[^>]*)?>")
_ALT = re.compile(r'<img [^>]*?alt="([^"]*)"[^>]*>')
_CODE = re.compile(r'<pre><code class="language-([^"]{1,30})">(.*?)</code></pre>', re.DOTALL)

EFFORT_MAX = 500_000_000  # characters times marks, see `effort`; about two seconds
LINK_MAX = 2_000  # characters of a link
_BLOCK_MARK = re.compile(r"^[ ]{0,3}(?:#|```|~~~|(?:[-*_][ ]?){3})", re.MULTILINE)
_INLINE_MARK = re.compile(r"[\n*_`\\<>&!@]")
_ADDRESS = re.compile(
    rf"""\b(?:https?://|www\.)[^\s<>"]{{2,{LINK_MAX}}}(?![^\s<>"])""", re.IGNORECASE
)


MENTIONS_MAX = 20  # people that one text can name; the names after them stay words
# A name ends at white space and at signs that no user name has. No letter stands before it (that
# is a mail address), unless in a script that is written without spaces; "@mira@social.example" and
# "@scope/package" are no names of ours.
_MENTION = (
    r"(?<![^\W_\u3040-\u30ff\u3400-\u9fff])(?<![@/\\.=&#%+~-])"
    r"@(?!www\.)([^\s\x00-,/:-@\[-^`{-\xbf\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]{2,40}+)"
    r"(?![@/])"
)
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_MARKED = re.compile(r'<span class="(mention|quoted)">@([^<]*)</span>')


@dataclass(frozen=True, slots=True)
class Text:
    """A text that has been read: everything but who is meant by the names in it.

    ``names`` stand after an ``@``, outside code and links; whether they are anybody's is to
    be looked up. ``mentions`` are those that do not stand in a quotation, where they call
    nobody. Both have each name once, in order, and end after `MENTIONS_MAX`. ``pictures``
    are the keys of the pictures that the text shows.
    """

    _html: str
    names: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()

    def html(self, people: Collection[str] = ()) -> str:
        """Return the HTML, safe to show as it is.

        Args:
            people: the user names among ``names``, as they are spelt by their owners. The
                other names stay words.
        """
        if not self.names:
            return self._html
        wanted = {folded(name) for name in self.names}
        known = {key: name for name in people if (key := folded(name)) in wanted}
        return _MARKED.sub(partial(_linked, known), self._html)


def render(text: str, people: Collection[str] = ()) -> str:
    """Return the HTML of Markdown ``text``, safe to show as it is. See `read` and `Text.html`."""
    return read(text).html(people)


def mentions(text: str) -> tuple[str, ...]:
    """Return whom Markdown ``text`` mentions, perhaps. See `Text`."""
    return read(text).mentions if "@" in text else ()


def read(text: str) -> Text:
    """Take Markdown ``text`` apart.

    Text with too many marks to be read as Markdown, or nested too deeply, is shown as
    plain paragraphs.
    """
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if effort(text) > 1:
        return Text(plain_paragraphs(text))
    try:
        markup = _CODE.sub(_colours(), _renderer().reset().convert(text))
        html = _cleaner().clean(markup)
    except Exception as error:
        vars(_local).clear()  # who stopped in the middle of one text would read the next wrongly
        if not isinstance(error, RecursionError):
            raise
        return Text(plain_paragraphs(text))
    called = _MARKED.findall(html)
    return Text(
        html,
        names=_names(name for _, name in called),
        mentions=_names(name for how, name in called if how == "mention"),
        pictures=tuple(dict.fromkeys(_PICTURE.findall(html))),
    )


def addresses(text: str) -> tuple[str, ...]:
    """Return what is an address elsewhere in plain ``text``, and in rendered text is linked."""
    return tuple(_ADDRESS.findall(text))


def plain_paragraphs(text: str) -> str:
    """Return ``text`` as paragraphs, with nothing in it interpreted."""
    paragraphs = (part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip())
    return "\n".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs)


def plain_text(html: str, *, limit: int | None = None) -> str:
    """Return the words of rendered ``html`` on one line, cut at a word before ``limit``.

    A picture is what is said in its place.
    """
    html = _ALT.sub(r" \1 ", html)
    words = " ".join(unescape(_TAG.sub(" ", _INLINE.sub("", html))).split())
    if limit is None or len(words) <= limit:
        return words
    cut = words[: limit - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[limit // 2 :] else cut}…"


def effort(text: str) -> float:
    """Estimate how long it takes to render ``text``, as a part of the longest that it may take.

    What counts are its characters times its weighted marks.

    For each mark the parser walks over some or all of the rest: furthest for headings,
    rules and fences, up to `LINK_MAX` for brackets.
    """
    blocks = sum(1 for _ in _BLOCK_MARK.finditer(text))
    inline = sum(1 for _ in _INLINE_MARK.finditer(text))
    return len(text) * (100 * blocks + 10 * text.count("[") + inline) / EFFORT_MAX


def _names(called: Iterable[str]) -> tuple[str, ...]:
    names = (reading for name in called for reading in _readings(unescape(name)))
    return tuple(dict.fromkeys(names))[:MENTIONS_MAX]


def _readings(name: str) -> Iterator[str]:
    """Return what user name is meant by what stands after an ``@``, the likeliest first.

    Dots and dashes at the end belong to the sentence; Chinese and Japanese words may follow
    a name without a space.
    """
    whole = name.rstrip("._-")
    yield whole
    joint = _WITHOUT_SPACES.search(whole, 1)
    if joint and not _WITHOUT_SPACES.match(whole):
        yield whole[: joint.start()].rstrip("._-")


def _linked(known: dict[str, str], mention: re.Match[str]) -> str:
    """Return a mention as a link to the person, or as the words it is."""
    words = unescape(mention[2])
    for reading in _readings(words):
        username = known.get(folded(reading))
        if username is not None:
            href, shown, rest = quote(username), escape(reading), escape(words[len(reading) :])
            return f'<a class="mention" href="/people/{href}" rel="{LINK_REL}">@{shown}</a>{rest}'
    return f"@{mention[2]}"


def _colours() -> Callable[[re.Match[str]], str]:
    """Return what gives colours to the code blocks of one text, `CODE_MAX` characters in all."""
    left = CODE_MAX

    def colour(block: re.Match[str]) -> str:
        nonlocal left
        code = unescape(block[2])
        if len(code) > left or (html := coloured(code, unescape(block[1]))) is None:
            return block[0]
        left -= len(code)
        return f'<pre><code class="language-{block[1]}">{html}</code></pre>'

    return colour


class _Mention(InlineProcessor):
    """Mark what may be the name of somebody, outside code and links."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(_MENTION, md)
        self._md = md

    def handleMatch(  # type: ignore[override] # noqa: N802 (the library's name)
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        before = data[max(0, m.start() - LINK_MAX) : m.start()]
        if before.strip() and not before[-1].isspace() and "://" in before.split()[-1]:
            return None, None, None  # inside an address
        inline: Any = self._md.treeprocessors["inline"]
        quoted = "blockquote" in inline.ancestors
        name = Element("span", {"class": "quoted" if quoted else "mention"})
        name.text = AtomicString(m[0])
        return name, m.start(), m.end()


class _Tame(Treeprocessor):
    """Keep headings below the page's own, and show pictures from elsewhere as links."""

    def run(self, root: Element) -> None:
        linked = {image for link in root.iter("a") for image in link.iter("img")}
        for element in list(root.iter()):
            if element.tag in _HEADINGS:
                element.tag = _HEADINGS[element.tag]
            elif element.tag == "img":
                _tame_picture(element, is_linked=element in linked)


def _tame_picture(image: Element, *, is_linked: bool) -> None:
    """Show a picture of ours small, as a link to the whole; one from elsewhere is a link only.

    Of which nobody has said what it shows, it is no link: that would have no words.
    The element becomes another one in its place: what follows it, its tail, stays.
    """
    address, words = image.get("src", ""), image.get("alt", "")
    key = picture_keys.key_at(address)
    size = picture_keys.size_of(key) if key else None
    shown = {"src": f"{address}/small", "alt": words, "loading": "lazy"}
    if size is not None:
        shown |= {"width": str(size.width), "height": str(size.height)}
    if size is not None and (is_linked or not words.strip()):
        image.attrib = shown
        return
    image.tag, image.attrib = "a", {"href": address}
    if size is None:
        image.text = words or address
    else:
        image.append(Element("img", shown))


_PICTURE = re.compile(r'<img [^>]*?src="/pictures/([^"/]+)/small"')
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
        md.inlinePatterns.register(_Mention(md), "mention", 65)  # before emphasis
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
    if tag == "span":
        return name == "class" and (value in CLASSES or value in {"mention", "quoted"})
    return name in _ATTRIBUTES.get(tag, ())


def _external(attributes: Any, _new: bool = False) -> Any:
    """Mark every link as written by a customer, and let it follow nobody around."""
    attributes[None, "rel"] = LINK_REL
    if (None, "href") in attributes:
        attributes[None, "href"] = untracked(attributes[None, "href"])
    return attributes

"""Whatever people write, what is shown runs nothing, loads nothing and is shown soon."""

import json
import os
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.core import colours, markup

DATA = Path(os.environ.get("COMMUNITY_TEST_DATA_DIR", ""))
REL = 'rel="nofollow ugc noopener"'
ATTRIBUTES = {
    "a": {"href", "title", "rel", "class"},
    "abbr": {"title"},
    "code": {"class"},
    "img": {"src", "alt", "width", "height", "loading"},
    "span": {"class"},
}
CLASSES = {"a": {"mention"}, "span": set(colours.CLASSES)}
BODY = 50_000  # characters, the longest text there is
SOON = 15.0  # seconds of the processor; the worst takes about two


class Shown(HTMLParser):
    """What a browser would make of the HTML: its tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_harmless(html: str) -> None:
    for tag, attributes in Shown(html).tags:
        assert tag in markup.TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        assert set((attributes.get("class") or "").split()) <= CLASSES.get(tag, set()) or (
            tag == "code"
        )
        if tag == "img":  # no picture but ours
            assert re.fullmatch(r"/pictures/[0-9a-f]{32}-\d+x\d+/small", attributes["src"] or "")
        if "href" in attributes:
            # A browser drops white space and controls, then reads a scheme up to the colon.
            address = re.sub(r"[\x00-\x20\x7f-\xa0]", "", attributes["href"] or "").lower()
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", address)
            assert scheme is None or scheme[1] in markup.SCHEMES
            assert attributes["rel"] == "nofollow ugc noopener"
    assert "\x00" not in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Use **this** or *that*.", "<p>Use <strong>this</strong> or <em>that</em>.</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("# Mine", "<h3>Mine</h3>"),
        ("a < b & c <b>no</b>", "<p>a &lt; b &amp; c &lt;b&gt;no&lt;/b&gt;</p>"),
        ("```\nx = 1\n```", "<pre><code>x = 1\n</code></pre>"),
        ("a\x00b", "<p>a\N{REPLACEMENT CHARACTER}b</p>"),
        (
            "See ![a cat](http://i.example/c.png) and purr.",
            f'<p>See <a href="http://i.example/c.png" {REL}>a cat</a> and purr.</p>',
        ),
        (
            "see www.a.example, or readme.md",
            f'<p>see <a href="http://www.a.example" {REL}>www.a.example</a>, or readme.md</p>',
        ),
        (
            "(https://a.example/b).",
            f'<p>(<a href="https://a.example/b" {REL}>https://a.example/b</a>).</p>',
        ),
        ("[x](javascript:alert(1))", f"<p><a {REL}>x</a></p>"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", None),
    ],
)
def test_markdown_becomes_tame_html(text: str, html: str | None) -> None:
    rendered = markup.render(text)

    assert_harmless(rendered)
    if html is None:
        assert [tag for tag, _ in Shown(rendered).tags][:3] == ["table", "thead", "tr"]
    else:
        assert rendered == html


def test_an_address_in_code_is_no_link() -> None:
    assert "<a" not in markup.render("`http://a.example`\n\n    http://b.example")


def test_a_text_that_is_nested_too_deeply_leaves_nothing_behind_for_the_next() -> None:
    markup.render("- " * 2000 + "x")

    assert markup.render("It **works**.") == "<p>It <strong>works</strong>.</p>"


def test_a_text_that_is_nested_too_deeply_is_shown_as_it_is() -> None:
    html = markup.render("> " * 10_000 + "<b>deep</b>")

    assert_harmless(html)
    assert "deep" in html


def test_plain_text_keeps_the_words_apart_and_cuts_between_them() -> None:
    html = markup.render("One &amp; *two*\n\n- three\n- fo**ur**")

    assert markup.plain_text(html) == "One & two three four"
    assert markup.plain_text("<p>one two three</p>", limit=9) == "one two…"
    assert markup.plain_text("<p>" + "x" * 50 + "</p>", limit=9) == "xxxxxxxx…"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "[",
        "[](",
        "![",
        "[a](<",
        '[a](b "',
        "[a][",
        "[a]: b\n",
        "*a",
        "**a",
        "***a _",
        "`a",
        "_",
        ">",
        "> - ",
        "- ",
        "1. ",
        "# a\n",
        "***\n",
        "```\n",
        "~~~a\n",
        "> # a\n",
        "|a",
        "<a ",
        "<!--",
        "&#",
        "http://",
        "http://a.b/(",
        "www.",
        "a@b.",
        "\\*",
        "a\n=",
        "a  \n",
    ],
)
def test_the_longest_text_of_any_mark_is_shown_soon(text: str) -> None:
    whole = (text * BODY)[:BODY]
    began_well = (text * 90 + "x\n" * BODY)[:BODY]
    short = (text * 7_000)[:7_000]

    for hostile in (whole, began_well, short):
        start = time.process_time()
        assert_harmless(markup.render(hostile))
        assert time.process_time() - start < SOON


_PIECES = st.sampled_from(
    [
        "<script>",
        "</script>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "java\nscript:",
        "data:text/html,",
        "[a](",
        "[a][b]",
        "[b]: ",
        "![",
        "](",
        ")",
        "<",
        ">",
        '"',
        "'",
        "`",
        "```html\n",
        "\n\n",
        "    ",
        "&#106;avascript:",
        "&colon;",
        "\x00",
        "\t",
        "onclick=",
        "<a href=",
        "<javascript:alert(1)>",
        "http://a.example/",
        "www.",
        "**",
        "_",
        "| a |\n|---|\n",
        "\u202e",
        "\ufeff",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=12), max_size=14).map("".join))
def test_nothing_that_is_written_runs(text: str) -> None:
    html = markup.render(text)

    assert_harmless(html)
    assert_harmless(markup.plain_paragraphs(text.replace("\x00", "")))
    assert "<" not in markup.plain_text(html).replace("<", "", text.count("<") + text.count("&"))


def data(folder: str, pattern: str) -> list[Path]:
    found = sorted((DATA / "robustness" / folder).glob(pattern)) if DATA.name else []
    if not found:
        pytest.skip(f"COMMUNITY_TEST_DATA_DIR names no folder with robustness/{folder}.")
    return found


def test_known_attacks_come_to_nothing() -> None:
    for case in data("xss", "data/*.test"):
        attack = case.read_text("utf-8", "replace").partition("\n--\n")[0]
        for text in (attack, f"> {attack}", f"[a]({attack})", f"**{attack}**", f"`{attack}`"):
            assert_harmless(markup.render(text))


def test_awkward_strings_are_shown() -> None:
    (file,) = data("naughty_strings", "blns.json")
    for text in json.loads(file.read_text("utf-8")):
        html = markup.render(text)
        assert_harmless(html)
        assert_harmless(markup.render(f"# {text}\n\n- {text}\n\n[{text}]({text})"))

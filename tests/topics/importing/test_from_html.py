"""HTML from elsewhere reads here as it read there."""

import re

import pytest

from community.core import markup
from community.topics.importing import from_html
from community.topics.importing.texts import Text, prepare


def shown(source: str) -> str:
    """Return the HTML that a reader gets, on one line."""
    return re.sub(r">\n+<", "><", markup.render(from_html.to_markdown(source)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>one\ntwo</p><p>three</p>", "<p>one two</p><p>three</p>"),
        ("<p>a<br>b</p>", "<p>a<br>\nb</p>"),
        ("<p><em>a</em> <strong>b</strong> <code>c_d</code></p>",
         "<p><em>a</em> <strong>b</strong> <code>c_d</code></p>"),
        ("<p># no heading</p>", "<p># no heading</p>"),
        ("<p>1. no list</p>", "<p>1. no list</p>"),
        ("<p>*not* _em_ snake_case [x](y) `z`</p>",
         "<p>*not* _em_ snake_case [x](y) `z`</p>"),
        (r"<p>$\{a\}\\ \psi_1$</p>", r"<p>$\{a\}\\ \psi_1$</p>"),
        ("<p>&lt;script&gt;</p>", "<p>&lt;script&gt;</p>"),
        ("<ul><li>a<pre><code>x\n  y</code></pre></li><li>b</li></ul>",
         "<ul><li><p>a</p><pre><code>x\n  y\n</code></pre></li><li><p>b</p></li></ul>"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>",
         "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("<blockquote><p>q</p><pre>c</pre></blockquote>",
         "<blockquote><p>q</p><pre><code>c\n</code></pre></blockquote>"),
        ("<p>x<sup>2</sup> y<sub>i</sub> <s>gone</s></p>", "<p>x^2 y_i gone</p>"),
        ("<h1>T</h1>", "<h3>T</h3>"),
        ("plain &amp; simple", "<p>plain &amp; simple</p>"),
    ],
)  # fmt: skip
def test_html_reads_the_same(source: str, expected: str) -> None:
    assert shown(source) == expected


def test_code_keeps_its_language_and_its_fences() -> None:
    html = shown('<pre class="lang-py prettyprint-override"><code>a = "```"\n</code></pre>')

    assert html == '<pre><code class="language-py">a = <span class="s">"```"</span></code></pre>'


def test_links_within_the_other_site_become_words() -> None:
    html = shown('<p><a href="/q/1">there</a> <a href="https://e.example/a_(b)">here</a></p>')

    assert "there <a" in html
    assert 'href="https://e.example/a_(b)"' in html
    assert "javascript" not in shown('<a href="javascript:alert(1)">x</a>')


def test_pictures_become_links() -> None:
    html = shown('<p><img src="https://i.example/x.png" alt="a dial"><img src="y.png" alt="b"></p>')

    assert 'href="https://i.example/x.png"' in html
    assert ">a dial</a>b" in html


@pytest.mark.parametrize("source", ["<div>" * 5_000 + "deep", "<![if", "<p", "<", "", "\x00<p>a"])
def test_broken_html_is_no_reason_to_fail(source: str) -> None:
    prepared = prepare(Text(source, 50_000, is_html=True))

    assert "deep" in prepared.body_html or len(source) < 50

"""What a text is made of besides its Markdown: names, pictures, links, code."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.core import markup
from community.core.colours import CLASSES, CODE_MAX, coloured
from community.core.tracking import untracked

GOLDEN = Path(__file__).parent / "golden"
KEY = "0123456789abcdef0123456789abcdef-1280x800"
REL = 'rel="nofollow ugc noopener"'


def test_a_text_with_everything_becomes_the_golden_html() -> None:
    text = (GOLDEN / "text.md").read_text("utf-8")

    html = markup.render(text, people={"mira", "jonas.b"})

    assert html + "\n" == (GOLDEN / "text.html").read_text("utf-8")


# -- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@mira knows", ("mira",)),
        ("(@mira) “@jonas” **@ada**, @mira.", ("mira", "jonas", "ada")),
        ("ask @mira-k. or @mira_k!", ("mira-k", "mira_k")),
        ("谢谢@mira你好", ("mira你好", "mira")),
        ("write to mira@mail.example", ()),
        ("@mira@social.example, @babel/core, x.example/@mira", ()),
        ("`@mira`\n\n    @jonas\n\n```\n@ada\n```", ()),
        ("[@mira](https://a.example) <https://a.example/(@jonas>", ()),
        ("https://a.example/(@mira) then @ada", ("ada",)),
        ("@www.mira.example, @x, @", ()),
        ("> @mira said so\n\nYes, @ada.", ("ada",)),
    ],
)
def test_who_is_called(text: str, names: tuple[str, ...]) -> None:
    assert markup.mentions(text) == names


def test_only_people_that_there_are_become_links_and_the_words_stay_as_typed() -> None:
    html = markup.render("@Mira, @nobody and 谢谢@mira你好", people={"mira"})

    link = f'<a class="mention" href="/people/mira" {REL}>'
    assert html == f"<p>{link}@Mira</a>, @nobody and 谢谢{link}@mira</a>你好</p>"


def test_a_name_in_any_script_leads_to_its_person() -> None:
    html = markup.render("@Zoë.ß", people={"Zoë.ß"})

    assert 'href="/people/Zo%C3%AB.%C3%9F"' in html


def test_a_quoted_name_leads_to_its_person_and_calls_nobody() -> None:
    read = markup.read("> as @mira said")

    assert read.mentions == ()
    assert read.names == ("mira",)
    assert '<a class="mention"' in read.html({"mira"})


def test_one_text_calls_a_bounded_number_of_people() -> None:
    text = " ".join(f"@person{number}" for number in range(100))

    read = markup.read(text)

    assert len(read.mentions) == markup.MENTIONS_MAX
    assert read.html({"person99"}).count("<a ") == 0


def test_names_do_not_break_the_words_apart() -> None:
    html = markup.render("so (@mira's)", people={"mira"})

    assert markup.plain_text(html) == "so (@mira's)"


# -- pictures -----------------------------------------------------------------------------------


def test_a_picture_of_ours_is_shown_with_room_for_it_and_leads_to_the_whole() -> None:
    read = markup.read(f"![It blinks](/pictures/{KEY})")

    assert read.pictures == (KEY,)
    assert read.html() == (
        f'<p><a href="/pictures/{KEY}" {REL}><img alt="It blinks" height="800" loading="lazy"'
        f' src="/pictures/{KEY}/small" width="1280"></a></p>'
    )
    assert markup.plain_text(read.html()) == "It blinks"


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/pictures/" + KEY,
        "//a.example/pictures/" + KEY,
        f"/pictures/{KEY}/../../x",
        f"/pictures/{KEY}?x",
        "/pictures/0123",
        "/pictures/0123456789abcdef0123456789abcdef-99999x1",
        "data:image/png;base64,AAAA",
    ],
)
def test_no_other_picture_is_shown(address: str) -> None:
    assert "<img" not in markup.render(f"![x]({address})")


def test_a_picture_in_a_link_or_without_words_is_no_link_of_its_own() -> None:
    linked = markup.render(f"[![c](/pictures/{KEY})](https://a.example)")
    wordless = markup.render(f"![](/pictures/{KEY})")

    assert linked.count("<a ") == 1
    assert 'href="https://a.example"' in linked
    assert "<img" in wordless
    assert "<a " not in wordless


# -- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://a.example/?utm_source=mail", "https://a.example/"),
        ("https://a.example/?a=1&utm_medium=x&b=2#utm_x", "https://a.example/?a=1&b=2#utm_x"),
        ("https://a.example/?fbclid=1&id=2", "https://a.example/?id=2"),
        ("https://a.example/?id=2&MC_EID=1", "https://a.example/?id=2"),
        ("https://a.example/?q=a%20b&&x", "https://a.example/?q=a%20b&&x"),
        ("https://youtu.be/x?si=abc&t=30", "https://youtu.be/x?t=30"),
        ("https://shop.example/?si=3", "https://shop.example/?si=3"),
        ("/search?a=1&amp;gclid=2", "/search?a=1"),
        ("mailto:a@b.example?subject=x", "mailto:a@b.example?subject=x"),
    ],
)
def test_what_follows_people_around_is_cut_and_nothing_else(address: str, kept: str) -> None:
    assert untracked(address) == kept


@given(st.text(alphabet="?&;#=/ax_utm:%", max_size=40))
def test_an_address_without_tracking_stays_as_it_is(address: str) -> None:
    once = untracked(address)

    assert untracked(once) == once
    if "utm_" not in address:
        assert once == address


def test_the_words_of_a_link_stay_as_typed() -> None:
    html = markup.render("https://a.example/?utm_source=x&id=1")

    assert html == (
        f'<p><a href="https://a.example/?id=1" {REL}>'
        "https://a.example/?utm_source=x&amp;id=1</a></p>"
    )


# -- code ---------------------------------------------------------------------------------------


def test_code_in_a_known_language_has_colours_and_every_sign_of_it() -> None:
    code = 'if x < 1:  # & so\n\treturn "é"\n'

    html = markup.render(f"```py\n{code}```")

    assert '<span class="k">if</span>' in html
    assert '<span class="c"># &amp; so</span>' in html
    assert markup.plain_text(html) == " ".join(code.split())


@pytest.mark.parametrize("language", ["", "klingon", "brainfuck", "../x", "python3.99"])
def test_code_in_an_unknown_language_stays_plain_and_none_is_guessed(language: str) -> None:
    assert "<span" not in markup.render(f"```{language}\nimport os\n```")


def test_long_code_stays_plain_and_several_blocks_count_together() -> None:
    long = "x = 1\n" * (CODE_MAX // 6 + 1)
    half = "x = 1\n" * (CODE_MAX // 6 * 2 // 3)

    assert "<span" not in markup.render(f"```py\n{long}```")
    twice = markup.render(f"```py\n{half}```\n\n```py\n{half}```")
    first, _, second = twice.partition("</pre>")
    assert "<span" in first
    assert "<span" not in second


@settings(deadline=None)  # the first text of a language loads its lexer
@given(
    st.sampled_from(["python", "js", "html", "bash", "sql", "json", "yaml", "c#", "diff", "php"]),
    st.text(max_size=60),
)
def test_colours_change_no_sign_and_run_nothing(language: str, code: str) -> None:
    html = coloured(code, language)

    if html is not None:
        bare = html.replace("</span>", "")
        for name in CLASSES:
            bare = bare.replace(f'<span class="{name}">', "")
        assert "<" not in bare
        assert bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == code


@pytest.mark.slow
@pytest.mark.parametrize("language", ["c#", "make", "java", "apache", "ts", "xml", "console", "c"])
def test_hostile_code_is_coloured_soon(language: str) -> None:
    for piece in ("a\n", " \n", "\né", "q{", "<", "a.", "1:", '"\\', "/*", "$a", "{<", " ="):
        code = (piece * CODE_MAX)[:CODE_MAX]
        start = time.process_time()
        coloured(code, language)
        assert time.process_time() - start < 10
